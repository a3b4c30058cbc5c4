// What stands where data would be: nothing yet, nothing at all, or something went wrong.
import { useEffect, useState, type ReactNode } from 'react';
import type { Problem } from '../data/problem.ts';
import { Button } from './button.tsx';
import { useNow } from './clock.ts';
import { Icon, type IconName } from './icon.tsx';
import { age } from './numbers.ts';
import { Copy } from './copy.tsx';
import './states.css';

/** Says what would be here, how to get the first one, and offers one button. */
export function Empty({
  icon,
  title,
  children,
  action,
}: {
  readonly icon: IconName;
  readonly title: string;
  readonly children: ReactNode;
  readonly action?: ReactNode;
}) {
  return (
    <div className="state">
      <span className="state-icon">
        <Icon name={icon} size={20} />
      </span>
      <p className="state-title">{title}</p>
      <div className="state-text">{children}</div>
      {action}
    </div>
  );
}

export function Failed({
  problem,
  onRetry,
  stillWorks,
}: {
  readonly problem: Problem;
  readonly onRetry?: (() => void) | undefined;
  readonly stillWorks?: ReactNode;
}) {
  return (
    <div className="state" role="alert">
      <span className="state-icon state-bad">
        <Icon name="warning" size={20} />
      </span>
      <p className="state-title">{problem.title}</p>
      <div className="state-text">
        <p>{problem.advice}</p>
        {stillWorks !== undefined && <p>{stillWorks}</p>}
      </div>
      {onRetry !== undefined && (
        <Button icon="refresh" onClick={onRetry}>
          Try again
        </Button>
      )}
      <RequestId problem={problem} />
    </div>
  );
}

export function RequestId({ problem }: { readonly problem: Problem }) {
  if (problem.requestId === null) return null;
  return (
    <p className="state-id">
      Request <Copy text={problem.requestId} label="request id" />
      {problem.code !== '' && (
        <>
          {' '}
          · <code>{problem.code}</code>
        </>
      )}
    </p>
  );
}

/** Stands beside numbers that could not be renewed: how old they are and why. Says nothing while all is well. */
export function Stale({ problem, at, stepMs = 1000 }: { readonly problem: Problem | undefined; readonly at: number | undefined; readonly stepMs?: number }) {
  const now = useNow(stepMs);
  if (problem === undefined || at === undefined) return null;
  return (
    <span className="stale" role="status" title={`${problem.title} ${problem.advice}${problem.requestId === null ? '' : ` Request ${problem.requestId}.`}`}>
      <Icon name="clock" size={13} /> {age(now - at)} old
    </span>
  );
}

const NOT_LIVE_AFTER_MS = 3000; // a page that has just been opened connects

/** Stands beside what is asked for from time to time, because changes are not told at present. */
export function NotLive({ everySeconds }: { readonly everySeconds: number }) {
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    const timer = window.setTimeout(() => setShown(true), NOT_LIVE_AFTER_MS);
    return () => window.clearTimeout(timer);
  }, []);
  if (!isShown) return null;
  return (
    <span
      className="stale"
      role="status"
      title="The connection over which changes are told is away and comes back by itself. Until then this is asked for from time to time."
    >
      <Icon name="clock" size={13} /> asked every {everySeconds} s
    </span>
  );
}

/** Lines in the place of rows that are on their way. */
export function Waiting({ rows, label }: { readonly rows: number; readonly label: string }) {
  return (
    <div className="waiting" role="status">
      <span className="hidden-text">{label}</span>
      {Array.from({ length: rows }, (_, row) => (
        <span key={row} className="waiting-row" style={{ width: `${92 - ((row * 37) % 41)}%` }} />
      ))}
    </div>
  );
}
