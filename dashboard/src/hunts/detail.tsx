// One hunt: how far it is, what it is after, and what it found.
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useMay } from '../administration/may.ts';
import { telling, useChange } from '../administration/use-change.ts';
import { useFresh } from '../data/fresh.ts';
import { CancelHuntDocument, HuntDocument, PauseHuntDocument, ResumeHuntDocument, type HuntQuery } from '../gql/graphql.ts';
import { AskDialog } from '../kit/ask-dialog.tsx';
import { Button } from '../kit/button.tsx';
import { useNow } from '../kit/clock.ts';
import { Moment } from '../kit/moment.tsx';
import { count, duration, plural } from '../kit/numbers.ts';
import { Page, Panel } from '../kit/panel.tsx';
import { SeverityMark } from '../kit/severity.tsx';
import { Empty, Failed, Stale, Waiting } from '../kit/states.tsx';
import { useTitle } from '../kit/title.ts';
import { report } from '../kit/undo.tsx';
import { FoundPanel } from './found.tsx';
import { aimOf, HuntMark, isOver, leftMs, percentOf, wayWords } from './words.tsx';
import './hunts.css';

const EVERY_MS = 2_000;
type Hunt = NonNullable<HuntQuery['hunt']>;

const title = (name: string) => (
  <>
    <Link to="/hunts" className="crumb">
      Hunts
    </Link>{' '}
    <span className="faint">/</span> {name}
  </>
);

export function HuntPage() {
  const { huntId } = useParams({ from: '/inside/hunts/hunt/$huntId' });
  const fresh = useFresh(HuntDocument, { key: huntId, variables: () => ({ id: huntId }), what: 'The hunt', everyMs: EVERY_MS });
  const hunt = fresh.isLoading ? undefined : fresh.data?.hunt;
  useTitle(hunt?.name ?? 'Hunt');
  return (
    <Page
      title={title(hunt?.name ?? '')}
      tools={
        <>
          <Stale problem={fresh.problem} at={fresh.at} />
          {hunt !== undefined && hunt !== null && <Steering hunt={hunt} onDone={fresh.reload} />}
        </>
      }
    >
      <div className="page-scroll hunts-page">
        {fresh.isLoading &&
          (fresh.problem === undefined ? <Waiting rows={8} label="Loading the hunt" /> : <Failed problem={fresh.problem} onRetry={fresh.reload} />)}
        {hunt === null && (
          <Panel title="Hunt">
            <Empty icon="search" title="There is no such hunt">
              It belongs to another organization, or the address is cut off.
            </Empty>
          </Panel>
        )}
        {hunt !== undefined && hunt !== null && (
          <>
            {hunt.reason !== null && (
              <p className="hunt-notice" role="alert">
                {hunt.reason}
              </p>
            )}
            <About hunt={hunt} />
            <FoundPanel hunt={hunt} />
          </>
        )}
      </div>
    </Page>
  );
}

/** Pausing, going on, ending. */
function Steering({ hunt: { id, name, state }, onDone }: { readonly hunt: Hunt; readonly onDone: () => void }) {
  const mayHunt = useMay()('hunts:run');
  const navigate = useNavigate();
  const { ask } = useSearch({ from: '/inside/hunts/hunt/$huntId' });
  const { isBusy, problem, run } = useChange();
  if (!mayHunt || isOver(state)) return null;
  const asking = (isAsked: boolean) =>
    void navigate({ to: '/hunts/hunt/$huntId', params: { huntId: id }, search: isAsked ? { ask: 'cancel' } : {}, replace: true });
  const done = (text: string) => () => {
    report({ text });
    asking(false);
    onDone();
  };
  return (
    <>
      {problem !== undefined && <span className="hunt-fault">{problem.advice}</span>}
      {state === 'running' ? (
        <Button icon="pause" disabled={isBusy} onClick={() => run(() => telling(PauseHuntDocument, { id }, 'The pause', done(`${name} rests`)))}>
          Pause
        </Button>
      ) : (
        <Button icon="play" disabled={isBusy} onClick={() => run(() => telling(ResumeHuntDocument, { id }, 'Going on', done(`${name} goes on`)))}>
          Go on
        </Button>
      )}
      <Button icon="stop" onClick={() => asking(true)}>
        Cancel
      </Button>
      <AskDialog
        isOpen={ask === 'cancel'}
        title={`Cancel ${name}`}
        action="Cancel the hunt"
        isBusy={isBusy}
        problem={problem}
        onDo={() => run(() => telling(CancelHuntDocument, { id }, 'The end', done(`${name} is cancelled`)))}
        onCancel={() => asking(false)}
      >
        <p>It ends where it is and cannot go on. What it found stays.</p>
      </AskDialog>
    </>
  );
}

function About({ hunt }: { readonly hunt: Hunt }) {
  const {
    query,
    indicators,
    indicatorCount,
    datasets,
    from,
    to,
    severity,
    makesAlerts,
    servedBy,
    readsTotal,
    eventsTotal,
    eventsRead,
    createdAt,
    createdBy,
    finishedAt,
  } = hunt;
  const left = leftMs(hunt, useNow(1_000));
  return (
    <Panel title="How far it is" note={`${percentOf(hunt)} % of ${plural(eventsTotal, 'event')} looked through`}>
      <dl className="hunt-facts">
        <Fact name="State">
          <HuntMark hunt={hunt} />
          {left !== null && <span className="faint"> about {duration(left)} left</span>}
        </Fact>
        <Fact name="Looks for">
          {query !== null ? (
            <Link to="/events" search={{ q: query, from, to }} className="mono">
              {query}
            </Link>
          ) : (
            <>
              {aimOf(hunt)}:{' '}
              {indicators.map(({ type, value }) => (
                <code key={`${type} ${value}`} className="hunt-indicator">
                  {value}
                </code>
              ))}
              {indicatorCount > indicators.length && <span className="faint">and {count(indicatorCount - indicators.length)} more</span>}
            </>
          )}
        </Fact>
        <Fact name="In events of">
          <Moment at={from} isLong /> to <Moment at={to} isLong />
          {datasets.length > 0 && <>, {datasets.join(', ')}</>}
        </Fact>
        <Fact name="Way">
          {wayWords({ servedBy, reads: readsTotal, events: eventsTotal })}; {count(eventsRead)} read so far
        </Fact>
        <Fact name="Becomes">
          findings of severity <SeverityMark severity={severity} />
          {makesAlerts ? ' and alerts' : ', no alerts'}
        </Fact>
        <Fact name="Begun">
          <Moment at={createdAt} isLong /> by {createdBy}
          {finishedAt !== null && (
            <>
              , over <Moment at={finishedAt} isLong />
            </>
          )}
        </Fact>
      </dl>
    </Panel>
  );
}

const Fact = ({ name, children }: { readonly name: string; readonly children: ReactNode }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);
