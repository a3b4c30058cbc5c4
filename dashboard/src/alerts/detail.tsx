// One alert: what happened, why it was noticed, every event it rests on, and what people made of it.
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useAlertNews } from '../data/alert-news.tsx';
import { useFresh } from '../data/fresh.ts';
import { useSoon } from '../data/soon.ts';
import { AlertDetailDocument, type AlertDetailQuery } from '../gql/graphql.ts';
import { Button, IconButton } from '../kit/button.tsx';
import { Copy, copyText } from '../kit/copy.tsx';
import { EntityTag } from '../kit/entity.tsx';
import { Ago, Moment, ZoneTag } from '../kit/moment.tsx';
import { count, plural } from '../kit/numbers.ts';
import { SeverityMark, StatusMark, verdictWord } from '../kit/severity.tsx';
import { Empty, Failed, Stale, Waiting } from '../kit/states.tsx';
import { toMs } from '../kit/time.ts';
import { useTitle } from '../kit/title.ts';
import { AlsoHere } from './also-here.tsx';
import { Changes } from './changes.tsx';
import { Evidence } from './evidence.tsx';
import { Notes } from './notes.tsx';
import { readTag, story } from './story.ts';
import { Strip } from './strip.tsx';
import type { AlertRow } from './use-queue.ts';
import { Rules, Why } from './why.tsx';
import { WorkHistory } from './work-history.tsx';
import './detail.css';

export type AlertFull = NonNullable<AlertDetailQuery['alert']>;

interface DetailProps {
  readonly id: string;
  /** Another number asks again. */
  readonly changes: number;
  readonly user: string | undefined;
  readonly isSplit: boolean;
  readonly onBack: () => void;
  readonly onLoaded: (alert: AlertRow) => void;
  readonly actions: Record<'acknowledge' | 'close' | 'assign' | 'reopen' | 'label', (alert: AlertRow) => void>;
  /** Absent for those who may not. */
  readonly onException: ((alert: AlertRow) => void) | undefined;
}

const EVERY_MS = 30_000;
const GAP_MS = 1000;
/** Findings and events are stored beside the alert: what was not there yet is looked for again, for a minute. */
const SETTLES_MS = 2000;
const MOST_SETTLES = 30;

/** Whether all that the alert names is stored. */
const isWhole = ({ rules, events }: AlertFull): boolean => rules.every(({ version }) => version !== '') && events.every(({ event }) => event !== null);

export function AlertDetail({ id, changes, user, isSplit, onBack, onLoaded, actions, onException }: DetailProps) {
  const settles = useRef({ id, left: 0 });
  const isLive = useAlertNews({
    onAlert(changed) {
      if (changed.id !== id) return;
      settles.current = { id, left: 1 };
      reloadSoon();
    },
    onGap: () => reloadSoon(),
  });
  const fresh = useFresh(AlertDetailDocument, { key: id, variables: () => ({ id }), what: 'The alert', everyMs: EVERY_MS, isTold: isLive });
  const reloadSoon = useSoon(fresh.reload, GAP_MS);
  const alert = fresh.isLoading ? undefined : fresh.data?.alert;
  useEffect(() => {
    if (alert === undefined || alert === null) return undefined;
    const isNew = Date.now() - toMs(alert.storedAt) < SETTLES_MS * MOST_SETTLES;
    const { left } = settles.current;
    if (settles.current.id !== id || (left === 0 && (isWhole(alert) || !isNew))) return undefined;
    settles.current = { id, left: Math.max(0, left - 1) };
    const timer = window.setTimeout(fresh.reload, SETTLES_MS);
    return () => window.clearTimeout(timer);
  }, [alert]);
  useEffect(() => {
    if (changes > 0) fresh.reload();
  }, [changes]);
  // Before it is painted: who sees an alert can press a key for it.
  useLayoutEffect(() => {
    if (alert !== undefined && alert !== null) onLoaded(alert);
  }, [alert]);
  useTitle(alert?.title ?? 'Alert');
  const back = <IconButton icon={isSplit ? 'close' : 'left'} label={isSplit ? 'Close the alert' : 'Back to the list'} onClick={onBack} />;

  if (alert === undefined && fresh.problem !== undefined)
    return (
      <div className="detail">
        <div className="detail-top">{back}</div>
        <Failed problem={fresh.problem} onRetry={fresh.reload} stillWorks="The list stays as it was." />
      </div>
    );
  if (alert === undefined)
    return (
      <div className="detail">
        <div className="detail-top">{back}</div>
        <Waiting rows={10} label="Loading the alert" />
      </div>
    );
  if (alert === null)
    return (
      <div className="detail">
        <div className="detail-top">{back}</div>
        <Empty
          icon="alerts"
          title="There is no such alert"
          action={
            <Button kind="main" onClick={onBack}>
              Back to the list
            </Button>
          }
        >
          The link may be cut off, or the alert belongs to another organization.
        </Empty>
      </div>
    );

  return (
    <article className="detail" aria-label={alert.title}>
      <div className="detail-top">
        {back}
        <SeverityMark severity={alert.severity} />
        <span className="detail-dot" />
        <StatusMark status={alert.status} verdict={alert.verdict} />
        {alert.assignee !== null && <span className="quiet cut">{alert.assignee}</span>}
        <Stale problem={fresh.problem} at={fresh.at} />
        <AlsoHere alertId={alert.id} user={user} />
        <span className="detail-actions">
          {alert.status === 'open' && (
            <Button kind="main" hint="a" onClick={() => actions.acknowledge(alert)}>
              Acknowledge
            </Button>
          )}
          {alert.status !== 'closed' && (
            <Button hint="c" onClick={() => actions.close(alert)}>
              Close
            </Button>
          )}
          {alert.status === 'closed' && (
            <Button hint="r" onClick={() => actions.reopen(alert)}>
              Open again
            </Button>
          )}
          <Button kind="quiet" icon="person" hint="A" onClick={() => actions.assign(alert)}>
            Assign
          </Button>
          <Button kind="quiet" hint="l" onClick={() => actions.label(alert)}>
            Label
          </Button>
          {onException !== undefined && (
            <Button kind="quiet" hint="e" onClick={() => onException(alert)}>
              Exception
            </Button>
          )}
          <IconButton icon="chain" label="Copy the link to this alert" onClick={() => void copyText(location.href)} />
        </span>
      </div>
      <div className="detail-scroll" tabIndex={0}>
        <header className="detail-head">
          {!isSplit && <h1 className="hidden-text">Alert</h1>}
          <h2 className="detail-title">{alert.title}</h2>
          <p className="detail-story">{story(alert)}</p>
          <p className="detail-reason">
            <span className="faint">
              Revision {alert.revision}, stored <Ago at={alert.storedAt} suffix=" ago" />:
            </span>{' '}
            {alert.reason}
          </p>
          <Strip alert={alert} />
        </header>
        <div className="detail-columns">
          <div className="detail-main">
            <Why alert={alert} />
            <Changes alert={alert} />
            <Evidence alert={alert} />
            <Rules alert={alert} />
          </div>
          <aside className="detail-side" aria-label="About this alert">
            <Facts alert={alert} />
            <Notes alert={alert} user={user} onChanged={fresh.reload} />
            <WorkHistory alert={alert} />
          </aside>
        </div>
      </div>
    </article>
  );
}

function Facts({ alert }: { readonly alert: AlertFull }) {
  const [isAll, setAll] = useState(false);
  const entities = isAll ? alert.entities : alert.entities.slice(0, 8);
  return (
    <>
      <section className="side-part">
        <h3>Entities</h3>
        {alert.entities.length === 0 && <p className="faint">The events name none.</p>}
        <ul className="side-list">
          {entities.map((entity) => (
            <li key={`${entity.type} ${entity.value}`}>
              <EntityTag {...entity} length={30} />
              <span className="faint side-kind">{entity.type}</span>
            </li>
          ))}
        </ul>
        {alert.entities.length > 8 && (
          <Button kind="quiet" onClick={() => setAll(!isAll)}>
            {isAll ? 'Show fewer' : `Show all ${alert.entities.length}`}
          </Button>
        )}
      </section>
      <section className="side-part">
        <h3>
          Facts{' '}
          <span className="side-zone">
            times in <ZoneTag />
          </span>
        </h3>
        <dl className="facts">
          <dt>First event</dt>
          <dd>
            <Moment at={alert.time} isDated />
          </dd>
          <dt>Last event</dt>
          <dd>
            <Moment at={alert.lastTime} isDated />
          </dd>
          <dt>Score</dt>
          <dd className="number">{alert.score} of 100</dd>
          <dt>Findings</dt>
          <dd className="number">{count(alert.findingCount)}</dd>
          <dt>Events</dt>
          <dd className="number">{count(alert.eventCount)}</dd>
          {alert.verdict !== null && alert.status === 'closed' && (
            <>
              <dt>Verdict</dt>
              <dd>
                {verdictWord(alert.verdict)}
                {alert.verdictReason !== null && <span className="quiet detail-why">{alert.verdictReason}</span>}
              </dd>
            </>
          )}
          <dt>Id</dt>
          <dd>
            <Copy text={alert.id} label="alert id" length={16} />
          </dd>
        </dl>
      </section>
      {alert.labels.length > 0 && (
        <section className="side-part">
          <h3>Labels</h3>
          <ul className="tags" aria-label="Labels">
            {alert.labels.map((label) => (
              <li key={label} className="tag">
                {label}
              </li>
            ))}
          </ul>
        </section>
      )}
      {alert.tags.length > 0 && (
        <section className="side-part">
          <h3>ATT&amp;CK and tags</h3>
          <ul className="tags" aria-label={plural(alert.tags.length, 'tag')}>
            {alert.tags.map((tag) => {
              const { text, link } = readTag(tag);
              return (
                <li key={tag} className="tag">
                  {link === null ? (
                    text
                  ) : (
                    <a href={link} target="_blank" rel="noreferrer">
                      {text}
                    </a>
                  )}
                </li>
              );
            })}
          </ul>
        </section>
      )}
    </>
  );
}
