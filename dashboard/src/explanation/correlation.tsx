// Why a correlation holds: what its events have in common, its condition with the numbers, and its steps with their events.
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { summary } from '../events/summary.ts';
import type { ExplainedCorrelationFragment } from '../gql/graphql.ts';
import { Button } from '../kit/button.tsx';
import { Moment } from '../kit/moment.tsx';
import { count, plural } from '../kit/numbers.ts';
import { holdsBecause, span } from './words.ts';

type Step = ExplainedCorrelationFragment['steps'][number];
const SHOWN = 3;

export function CorrelationStory({ correlation, time }: { readonly correlation: ExplainedCorrelationFragment; readonly time: string }) {
  const { groups, steps, condition, isExact, lookedAt, timespanSeconds, type } = correlation;
  return (
    <div className="why">
      <p>{holdsBecause(correlation)}</p>
      {condition !== null && (
        <p className="why-condition">
          <span className="faint">Condition </span>
          <code>{condition}</code>
        </p>
      )}
      {groups.length > 0 && (
        <p className="explained-values">
          <span className="faint">Together by</span>
          {groups.map(({ name, value }) => (
            <span key={name}>
              <span className="faint">{name}</span> <code>{value}</code>
            </span>
          ))}
        </p>
      )}
      <ol className="why-steps" aria-label={type === 'temporal_ordered' ? 'Steps, in this order' : 'Rules that it is about'}>
        {steps.map((step) => (
          <StepLine key={step.ruleId} step={step} from={time} seconds={timespanSeconds} />
        ))}
      </ol>
      {!isExact && <p className="faint">Of {plural(lookedAt, 'event')} that were kept; more contributed.</p>}
    </div>
  );
}

function StepLine({ step: { ruleId, title, isAwaited, matches }, from, seconds }: { readonly step: Step; readonly from: string; readonly seconds: number }) {
  const [isAll, setAll] = useState(false);
  const shown = isAll ? matches : matches.slice(0, SHOWN);
  return (
    <li>
      <p>
        <Link to="/rules/rule/$ruleId" params={{ ruleId }} className="finding-title">
          {title}
        </Link>{' '}
        {isAwaited && matches.length === 0 ? (
          <span className="faint">
            was awaited for {span(seconds)} from <Moment at={from} />, and did not come
          </span>
        ) : (
          <span className="faint">{matches.length === 0 ? 'none of the events that are kept' : plural(matches.length, 'event')}</span>
        )}
      </p>
      {shown.map(({ event, value }, index) => (
        <p key={`${index} ${event.id}`} className="why-event">
          <Moment at={event.time} />
          {value !== null && <code>{value}</code>}
          <Link className="cut" to="/events/$eventId" params={{ eventId: event.id }} search={{}}>
            {event.event === null ? `${event.dataset}, kept with the alert` : summary(event.event)}
          </Link>
        </p>
      ))}
      {matches.length > SHOWN && (
        <Button kind="quiet" onClick={() => setAll(!isAll)}>
          {isAll ? 'Show fewer' : `Show all ${count(matches.length)}`}
        </Button>
      )}
    </li>
  );
}
