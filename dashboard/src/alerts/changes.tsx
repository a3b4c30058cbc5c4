// What late events changed: which revision, by which event, what the finding rested on before and after.
import { Copy } from '../kit/copy.tsx';
import { Moment } from '../kit/moment.tsx';
import { count, plural } from '../kit/numbers.ts';
import type { AlertFull } from './detail.tsx';

type Late = AlertFull['changes'][number];
const WORDS: Record<Late['change']['code'], string> = {
  completed: 'A late event completed the correlation',
  extended: 'A late event changed which events contribute',
  replaced: 'An earlier event arrived later, so the finding begins with it',
  broken: 'With a late event in its place the condition is not met there',
};

/** Nothing at all where every event came in time. */
export function Changes({ alert }: { readonly alert: AlertFull }) {
  if (alert.changes.length === 0) return null;
  return (
    <section className="part" aria-label="Changed by late events">
      <h3>
        Changed by late events <span className="faint number">{plural(alert.changes.length, 'revision')}</span>
      </h3>
      {alert.changes.toReversed().map(({ revision, findingId, ruleId, change }) => (
        <div key={`${revision} ${findingId} ${change.event.id}`} className="finding">
          <div className="finding-head">
            <span className="finding-title">Revision {revision}</span>
            <span className="faint">{WORDS[change.code]}</span>
            <span className="finding-time">
              <Moment at={change.event.time} />
            </span>
          </div>
          <dl className="facts rule-facts">
            <dt>Rule</dt>
            <dd>
              <Copy text={ruleId} label="rule id" length={36} />
            </dd>
            <dt>Late event</dt>
            <dd>
              <Copy text={change.event.id} label="event id" length={20} /> <span className="faint">{change.event.dataset}</span>
            </dd>
            <dt>Before</dt>
            <dd>
              <Rests on={change.before} none="no finding" />
            </dd>
            <dt>After</dt>
            <dd>
              <Rests on={change.after} none="withdrawn" />
            </dd>
          </dl>
        </div>
      ))}
    </section>
  );
}

function Rests({ on, none }: { readonly on: Late['change']['before']; readonly none: string }) {
  if (on === null) return <span className="faint">{none}</span>;
  return (
    <>
      {count(on.eventCount)} {on.eventCount === 1 ? 'event' : 'events'}, <Moment at={on.time} /> to <Moment at={on.lastTime} />
    </>
  );
}
