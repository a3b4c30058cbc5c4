// How bad, and in what state: each with a shape and a word of its own, so that colour is never alone.
import type { ReactNode } from 'react';
import type { AlertStatus, Severity, Verdict } from '../gql/graphql.ts';
import './severity.css';

export const SEVERITIES: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'informational'];
const WORDS: Record<Severity, string> = { critical: 'Critical', high: 'High', medium: 'Medium', low: 'Low', informational: 'Info' };
export const severityWord = (severity: Severity): string => WORDS[severity];
/** 0 for informational to 4 for critical. */
export const severityRank = (severity: Severity): number => 4 - SEVERITIES.indexOf(severity);
export const isSeverity = (text: string): text is Severity => (SEVERITIES as readonly string[]).includes(text);

const shapes: Record<Severity, ReactNode> = {
  critical: <path d="M5 1h6l4 4v6l-4 4H5l-4-4V5l4-4Z" />,
  high: <path d="M8 1.2 15.4 14H.6L8 1.2Z" />,
  medium: <path d="M8 .8 15.2 8 8 15.2.8 8 8 .8Z" />,
  low: <path d="M8 14.8.6 2h14.8L8 14.8Z" />,
  informational: <path fillRule="evenodd" d="M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2Zm0 2.4a3.6 3.6 0 1 0 0 7.2 3.6 3.6 0 0 0 0-7.2Z" />,
};

export function SeverityShape({ severity, size = 11 }: { readonly severity: Severity; readonly size?: number }) {
  return (
    <svg className={`shape shape-${severity}`} width={size} height={size} viewBox="0 0 16 16" fill="currentColor" aria-hidden="true">
      {shapes[severity]}
    </svg>
  );
}

/** Shape and word; `bare` keeps the word for screen readers only. */
export function SeverityMark({ severity, bare = false }: { readonly severity: Severity; readonly bare?: boolean }) {
  return (
    <span className={`severity severity-${severity}`} title={WORDS[severity]}>
      <SeverityShape severity={severity} />
      <span className={bare ? 'hidden-text' : 'severity-word'}>{WORDS[severity]}</span>
    </span>
  );
}

const STATUS_WORDS: Record<AlertStatus, string> = { open: 'Open', acknowledged: 'Acknowledged', closed: 'Closed' };
const VERDICT_WORDS: Record<Verdict, string> = { true_positive: 'True positive', false_positive: 'False positive', benign: 'Benign' };
export const verdictWord = (verdict: Verdict): string => VERDICT_WORDS[verdict];

/** An empty ring, a half full one, and a ticked disc. */
export function StatusMark({
  status,
  verdict = null,
  bare = false,
}: {
  readonly status: AlertStatus;
  readonly verdict?: Verdict | null;
  readonly bare?: boolean;
}) {
  const word = status === 'closed' && verdict !== null ? VERDICT_WORDS[verdict] : STATUS_WORDS[status];
  return (
    <span className={`status status-${status}`} title={status === 'closed' ? `Closed: ${word}` : word}>
      <svg width="13" height="13" viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.6" aria-hidden="true">
        {status === 'closed' ? <circle cx="8" cy="8" r="7" fill="currentColor" stroke="none" /> : <circle cx="8" cy="8" r="6.2" />}
        {status === 'acknowledged' && <path d="M8 4.2a3.8 3.8 0 0 1 0 7.6Z" fill="currentColor" stroke="none" />}
        {status === 'closed' && <path className="status-tick" d="m4.8 8.3 2.2 2.2 4.2-4.7" strokeLinecap="round" strokeLinejoin="round" />}
      </svg>
      <span className={bare ? 'hidden-text' : ''}>{word}</span>
    </span>
  );
}

export type Health = 'good' | 'waiting' | 'bad' | 'off';
/** States of parts and of the whole, in the words of the API. Unknown words count as waiting. */
export function healthOf(state: string): Health {
  if (state === 'up' || state === 'ready') return 'good';
  if (state === 'down') return 'bad';
  if (state === 'off') return 'off';
  return 'waiting';
}

/** Disc for good, half disc for waiting, square with a bar for bad, ring for off. */
export function HealthShape({ health, size = 10 }: { readonly health: Health; readonly size?: number }) {
  return (
    <svg className={`health health-${health}`} width={size} height={size} viewBox="0 0 16 16" fill="currentColor" aria-hidden="true">
      {health === 'good' && <circle cx="8" cy="8" r="6.5" />}
      {health === 'waiting' && <path fillRule="evenodd" d="M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1Zm0 2.2v9.6a4.8 4.8 0 0 0 0-9.6Z" />}
      {health === 'bad' && <path fillRule="evenodd" d="M1 1h14v14H1V1Zm2.8 5.6v2.8h8.4V6.6H3.8Z" />}
      {health === 'off' && <path fillRule="evenodd" d="M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13Zm0 2.2a4.3 4.3 0 1 0 0 8.6 4.3 4.3 0 0 0 0-8.6Z" />}
    </svg>
  );
}

export function HealthMark({ state, word = state }: { readonly state: string; readonly word?: string }) {
  return (
    <span className="health-mark">
      <HealthShape health={healthOf(state)} />
      <span>{word}</span>
    </span>
  );
}
