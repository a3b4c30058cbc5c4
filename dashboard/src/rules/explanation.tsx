// Why one event meets the text, or does not: every part with what the event has there.
import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useFresh } from '../data/fresh.ts';
import { RuleExplanationDocument, type ExplainedKind, type RuleExplanationQuery } from '../gql/graphql.ts';
import { Button } from '../kit/button.tsx';
import { Icon } from '../kit/icon.tsx';
import { count } from '../kit/numbers.ts';
import { Panel } from '../kit/panel.tsx';
import { Failed, Waiting } from '../kit/states.tsx';
import { usePaused } from './use-problems.ts';

type Explanation = RuleExplanationQuery['ruleExplanation'];
type ExplainedPart = Explanation['parts'][number];
const WORDS: Record<ExplainedKind, string> = {
  logsource: 'Log source',
  condition: 'Condition',
  selection: 'Selection',
  filter: 'Filter',
  and: 'All of',
  or: 'One of',
  not: 'Not',
  entry: '',
};
const MOST_VALUES = 6;
const MOST_SEEN = 4;

interface ExplanationProps {
  readonly text: string;
  readonly isRefused: boolean;
  readonly mayTry: boolean;
  readonly event: string | undefined;
  readonly onEvent: (id: string | undefined) => void;
}

export function ExplanationPanel({ text, isRefused, mayTry, event, onEvent }: ExplanationProps) {
  const [typed, setTyped] = useState(event ?? '');
  useEffect(() => setTyped(event ?? ''), [event]);
  const paused = usePaused(text);
  const isAsked = mayTry && event !== undefined && !isRefused;
  const fresh = useFresh(RuleExplanationDocument, {
    key: isAsked ? `${event} ${paused}` : null,
    variables: () => ({ text: paused, eventId: event ?? '' }),
    what: 'The explanation',
  });
  const explanation = fresh.data?.ruleExplanation;
  return (
    <Panel title="One event">
      <form
        className="rule-ask"
        aria-label="Explain on an event"
        onSubmit={(submitted) => {
          submitted.preventDefault();
          onEvent(typed.trim() === '' ? undefined : typed.trim());
        }}
      >
        <label className="field">
          <span>Id of a stored event; a trial offers some, and every event shows its own</span>
          <input className="input mono" value={typed} spellCheck={false} placeholder="1772366400000000-…" onChange={({ target }) => setTyped(target.value)} />
        </label>
        <Button type="submit" disabled={!mayTry}>
          Explain
        </Button>
      </form>
      {!mayTry && <p className="quiet">An administrator, an analyst or an engineer of your organization can ask.</p>}
      {isAsked && fresh.isLoading && fresh.problem === undefined && <Waiting rows={6} label="Asking the rule" />}
      {isAsked && fresh.problem !== undefined && <Failed problem={fresh.problem} onRetry={fresh.reload} />}
      {isRefused && event !== undefined && <p className="quiet">The text is refused as it is now; what is wrong is said below it.</p>}
      {isAsked && !fresh.isLoading && fresh.problem === undefined && explanation !== undefined && event !== undefined && (
        <>
          <p className="rule-verdict" role="status">
            <Holds holds={explanation.matches} /> <strong>{explanation.matches ? 'The event meets the rule.' : 'The event does not meet the rule.'}</strong>{' '}
            <Link to="/events/$eventId" params={{ eventId: event }} className="crumb">
              Show the event
            </Link>
          </p>
          <ol className="rule-explained" aria-label="Part by part">
            {explanation.parts.map((part, index) => (
              <PartLine key={`${index} ${part.text}`} part={part} />
            ))}
          </ol>
        </>
      )}
    </Panel>
  );
}

function Holds({ holds }: { readonly holds: boolean }) {
  return (
    <span className={holds ? 'rule-holds' : 'rule-fails'}>
      <Icon name={holds ? 'check' : 'close'} size={14} />
      <span className="hidden-text">{holds ? 'holds' : 'does not hold'}: </span>
    </span>
  );
}

function PartLine({ part }: { readonly part: ExplainedPart }) {
  const { depth, kind, text, holds } = part;
  const isWord = kind === 'and' || kind === 'or' || kind === 'not';
  return (
    <li className={`rule-part rule-part-${kind}`} style={{ '--depth': depth } as React.CSSProperties}>
      <Holds holds={holds} />
      <span className="rule-part-body">
        <span>
          {WORDS[kind] !== '' && <span className="faint">{WORDS[kind]} </span>}
          {!isWord && <code>{text}</code>}
          {kind === 'logsource' && !holds && <span className="faint"> the event has {part.seen.length === 0 ? 'none' : part.seen.join(', ')}</span>}
        </span>
        {kind === 'entry' && <EntryValues part={part} />}
      </span>
    </li>
  );
}

/** What is asked for, those that hold first; then what is there. */
function EntryValues({ part: { values, valueCount, seen, has, foundAs, text } }: { readonly part: ExplainedPart }) {
  const [isAll, setAll] = useState(false);
  const sorted = values.toSorted((a, b) => Number(b.holds) - Number(a.holds));
  const shown = isAll ? sorted : sorted.slice(0, MOST_VALUES);
  return (
    <>
      <span className="rule-values">
        <span className="faint">wants </span>
        {shown.map(({ value, holds }, index) => (
          <span key={`${index} ${value}`} className="rule-value">
            <Holds holds={holds} />
            <code>{value}</code>
          </span>
        ))}
        {valueCount > shown.length && (
          <Button kind="quiet" onClick={() => setAll(true)} disabled={isAll}>
            {isAll ? `and ${count(valueCount - shown.length)} more` : `all ${count(valueCount)}`}
          </Button>
        )}
      </span>
      {!text.startsWith('keyword') && (
        <span className="rule-values">
          <span className="faint">has </span>
          {has === 'missing' && 'no such field'}
          {has === 'null_value' && 'null'}
          {has === 'object' && 'neither a text nor a list of texts'}
          {has === 'value' && seen.slice(0, MOST_SEEN).map((one, index) => <code key={`${index} ${one}`}>{one}</code>)}
          {seen.length > MOST_SEEN && <span className="faint">and {count(seen.length - MOST_SEEN)} more</span>}
          {foundAs !== null && (
            <span className="faint">
              {' '}
              as <code>{foundAs}</code>
            </span>
          )}
        </span>
      )}
    </>
  );
}
