// What the text would have met among the newest stored events.
import { useState } from 'react';
import { ask } from '../data/fresh.ts';
import type { Problem } from '../data/problem.ts';
import { summary } from '../events/summary.ts';
import { RuleTrialDocument, type RuleTrialQuery } from '../gql/graphql.ts';
import { Button, Segments } from '../kit/button.tsx';
import { Moment, ZoneTag } from '../kit/moment.tsx';
import { count, plural } from '../kit/numbers.ts';
import { Panel } from '../kit/panel.tsx';
import { Empty, Failed, Waiting } from '../kit/states.tsx';
import { toMs } from '../kit/time.ts';

type Trial = RuleTrialQuery['ruleTrial'];
type Span = '1' | '24';
const DAY_MS = 86_400_000;

interface TrialProps {
  readonly text: string;
  readonly isRefused: boolean;
  readonly mayTry: boolean;
  readonly onExplain: (eventId: string) => void;
}

export function TrialPanel({ text, isRefused, mayTry, onExplain }: TrialProps) {
  const [span, setSpan] = useState<Span>('1');
  const [tried, setTried] = useState<{ readonly text: string; readonly trial: Trial }>();
  const [problem, setProblem] = useState<Problem>();
  const [isBusy, setBusy] = useState(false);
  const run = (hours: Span) => {
    setBusy(true);
    void ask(RuleTrialDocument, { text, hours: Number(hours) }, 'The trial').then((result) => {
      setBusy(false);
      setProblem('problem' in result ? result.problem : undefined);
      if ('data' in result) setTried({ text, trial: result.data.ruleTrial });
    });
  };
  return (
    <Panel
      title="Recent events"
      note="nothing is written"
      actions={
        <>
          <Segments<Span>
            label="Over"
            value={span}
            choices={[
              { value: '1', label: 'Hour' },
              { value: '24', label: 'Day' },
            ]}
            onChange={setSpan}
          />
          <Button kind="main" icon="play" disabled={!mayTry || isBusy || isRefused} onClick={() => run(span)}>
            {isBusy ? 'Trying' : 'Try'}
          </Button>
        </>
      }
    >
      {!mayTry && <p className="quiet">An administrator, an analyst or an engineer of your organization can try rules.</p>}
      {mayTry && isRefused && <p className="quiet">What is wrong with the text is said below it. Without that it can be tried.</p>}
      {isBusy && <Waiting rows={4} label="Trying the rule" />}
      {!isBusy && problem !== undefined && <Failed problem={problem} onRetry={() => run(span)} />}
      {!isBusy && problem === undefined && tried === undefined && !isRefused && mayTry && (
        <p className="quiet">Asks the events that are stored, of the log source of this text. Filters and exceptions are not applied.</p>
      )}
      {!isBusy && problem === undefined && tried !== undefined && <Outcome trial={tried.trial} isOld={tried.text !== text} onExplain={onExplain} />}
    </Panel>
  );
}

function Outcome({ trial, isOld, onExplain }: { readonly trial: Trial; readonly isOld: boolean; readonly onExplain: (eventId: string) => void }) {
  const { looked, matched, isWhole, from, to, samples } = trial;
  const aDay = Math.round((matched * DAY_MS) / Math.max(1, toMs(to) - toMs(from)));
  if (looked === 0)
    return (
      <Empty icon="events" title="No event of this log source">
        Nothing of it was stored since <Moment at={from} isLong />. A wider span may have some, or no sensor sends it.
      </Empty>
    );
  return (
    <div className="rule-outcome" role="status" aria-label="What it would have met">
      <p>
        <strong className="number">{count(matched)}</strong> of {plural(looked, 'event')} of its log source {isWhole ? 'since' : 'that are the newest, back to'}{' '}
        <Moment at={from} isLong />
        {matched > 0 && `: about ${count(aDay)} a day at that pace`}.
      </p>
      {isOld && <p className="faint">This is of an earlier text.</p>}
      {samples.length > 0 && (
        <ul className="rule-samples" aria-label="Samples">
          {samples.map(({ event, why }) => (
            <li key={event.id}>
              <div className="rule-sample-head">
                <Moment at={event.time} isDated /> <ZoneTag />
                <span className="faint cut">
                  {event.dataset} {event.host !== null && `· ${event.host}`}
                </span>
                <Button kind="quiet" onClick={() => onExplain(event.id)}>
                  Explain
                </Button>
              </div>
              <p className="cut" title={summary(event)}>
                {summary(event)}
              </p>
              <dl className="rule-why">
                {why.map(({ name, value }) => (
                  <div key={`${name} ${value}`}>
                    <dt>{name}</dt>
                    <dd>
                      <code>{value}</code>
                    </dd>
                  </div>
                ))}
              </dl>
            </li>
          ))}
        </ul>
      )}
      {matched > samples.length && <p className="faint">The newest {count(samples.length)} are shown.</p>}
    </div>
  );
}
