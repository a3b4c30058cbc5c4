// Why one event meets the text, or does not: every part with what the event has there.
import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useFresh } from '../data/fresh.ts';
import { Holds, Parts } from '../explanation/parts.tsx';
import { RuleExplanationDocument } from '../gql/graphql.ts';
import { Button } from '../kit/button.tsx';
import { Panel } from '../kit/panel.tsx';
import { Failed, Waiting } from '../kit/states.tsx';
import { usePaused } from './use-problems.ts';

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
          <Parts parts={explanation.parts} label="Part by part" />
        </>
      )}
    </Panel>
  );
}
