// Why a rule met an event, in short: its parts that decided, beside what they found; all parts on demand.
import { useState } from 'react';
import type { ExplainedRuleFragment } from '../gql/graphql.ts';
import { Button } from '../kit/button.tsx';
import { plural } from '../kit/numbers.ts';
import { deciding, type DecidingSelection, type ExplainedPart } from './deciding.ts';
import { Met, Parts, Seen } from './parts.tsx';

const MOST_VALUES = 4;

export function RuleStory({ rule }: { readonly rule: ExplainedRuleFragment }) {
  const [isWhole, setWhole] = useState(false);
  const { conditions, selections, filters } = deciding(rule.parts);
  return (
    <div className="why">
      {!rule.matches && (
        <p className="faint">
          Asked again now, this rule does not meet the event: what it was found by is another version of Goshawk, or other settings of it.
        </p>
      )}
      {isWhole || !rule.matches ? (
        <Parts parts={rule.parts} label="Part by part" />
      ) : (
        <>
          {conditions.map((text) => (
            <p key={text} className="why-condition">
              <span className="faint">Condition </span>
              <code>{text}</code>
            </p>
          ))}
          <ul className="why-selections" aria-label="What decided">
            {selections.map((selection, index) => (
              <Selection key={`${index} ${selection.name}`} selection={selection} />
            ))}
          </ul>
          {filters.length > 0 && <p className="faint">Filters that let it pass: {filters.join(', ')}.</p>}
        </>
      )}
      {rule.matches && (
        <Button kind="quiet" onClick={() => setWhole(!isWhole)}>
          {isWhole ? 'What decided' : 'All parts of the rule'}
        </Button>
      )}
    </div>
  );
}

function Selection({ selection: { name, isExcluded, entries } }: { readonly selection: DecidingSelection }) {
  return (
    <li>
      <p>
        <code>{name}</code> <span className="faint">{isExcluded ? 'would exclude it, and does not apply' : 'is met'}</span>
      </p>
      {entries.map((entry, index) =>
        isExcluded ? <Failing key={`${index} ${entry.text}`} entry={entry} /> : <Holding key={`${index} ${entry.text}`} entry={entry} />,
      )}
    </li>
  );
}

/** `Image|endswith` — one of 40 values: this one — where it met. */
function Holding({ entry }: { readonly entry: ExplainedPart }) {
  const { text, values, valueCount } = entry;
  const held = values.filter(({ holds }) => holds);
  return (
    <div className="why-entry">
      <code className="why-field">{text}</code>
      <div>
        {held.slice(0, MOST_VALUES).map(({ value, met }, index) => (
          <p key={`${index} ${value}`} className="explained-values">
            <code>{value}</code>
            {valueCount > 1 && (
              <span className="faint">{held.length === 1 ? `one of ${valueCount} values` : `${index + 1} of ${plural(valueCount, 'value')}`}</span>
            )}
            {met.slice(0, 2).map((one, at) => (
              <Met key={`${at} ${one.before}`} met={one} />
            ))}
          </p>
        ))}
        {held.length > MOST_VALUES && <p className="faint">and {plural(held.length - MOST_VALUES, 'more value')}</p>}
        {held.every(({ met }) => met.length === 0) && <Seen part={entry} />}
        {entry.foundAs !== null && held.some(({ met }) => met.length > 0) && (
          <p className="faint">
            in <code>{entry.foundAs}</code>
          </p>
        )}
      </div>
    </div>
  );
}

function Failing({ entry }: { readonly entry: ExplainedPart }) {
  const { text, values, valueCount } = entry;
  return (
    <div className="why-entry">
      <code className="why-field">{text}</code>
      <div>
        <p className="explained-values">
          <span className="faint">wants</span>
          {values.slice(0, 2).map(({ value }, index) => (
            <code key={`${index} ${value}`}>{value}</code>
          ))}
          {valueCount > 2 && <span className="faint">or one of {valueCount - 2} more</span>}
        </p>
        <Seen part={entry} />
      </div>
    </div>
  );
}
