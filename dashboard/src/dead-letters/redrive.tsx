// Trying dead letters on the stages as they are, and sending them again: first what it would do, then on a second press.
import { useState } from 'react';
import { tell, useFresh } from '../data/fresh.ts';
import type { Problem } from '../data/problem.ts';
import {
  PreviewDeadLettersDocument,
  RedriveDeadLettersDocument,
  RedrivesDocument,
  type DeadLetterFilter,
  type PreviewDeadLettersMutation,
  type RedriveDeadLettersMutation,
} from '../gql/graphql.ts';
import { Button } from '../kit/button.tsx';
import { plural } from '../kit/numbers.ts';
import { Moment } from '../kit/moment.tsx';
import { Failed } from '../kit/states.tsx';

type Trial = PreviewDeadLettersMutation['previewDeadLetters'];
type Plan = RedriveDeadLettersMutation['redriveDeadLetters'];

/** @param filter What is chosen; with another one the answers below are gone. */
export function Redrive({ filter, what }: { readonly filter: DeadLetterFilter; readonly what: string }) {
  const [trial, setTrial] = useState<Trial>();
  const [plan, setPlan] = useState<Plan>();
  const [problem, setProblem] = useState<Problem>();
  const [isBusy, setBusy] = useState(false);
  const [isAsked, setAsked] = useState(false);
  const run = async (work: () => Promise<Problem | undefined>) => {
    setBusy(true);
    setProblem(await work());
    setBusy(false);
  };
  const preview = () =>
    run(async () => {
      const result = await tell(PreviewDeadLettersDocument, { filter, first: 100 }, 'The preview');
      if ('problem' in result) return result.problem;
      setTrial(result.data.previewDeadLetters);
      return undefined;
    });
  const redrive = (execute: boolean) =>
    run(async () => {
      const result = await tell(RedriveDeadLettersDocument, { filter, execute }, 'Sending again');
      if ('problem' in result) return result.problem;
      setPlan(execute ? undefined : result.data.redriveDeadLetters);
      if (execute) setAsked(true);
      return undefined;
    });
  const waiting = plan === undefined ? 0 : plan.matched - plan.already;
  return (
    <div className="letter-redrive">
      <div className="letter-tools">
        <span className="quiet">{what}</span>
        <Button kind="quiet" icon="play" disabled={isBusy} onClick={() => void preview()}>
          Preview
        </Button>
        <Button kind="quiet" icon="refresh" disabled={isBusy} onClick={() => void redrive(false)}>
          Send again
        </Button>
      </div>
      {problem !== undefined && <Failed problem={problem} />}
      {trial !== undefined && <Summary trial={trial} />}
      {plan !== undefined && (
        <div className="letter-plan" role="group" aria-label="Send again">
          <p>
            {plural(waiting, 'record')} would be sent again.{' '}
            {plan.already > 0 && `${plural(plan.already, 'record')} had been sent before and would be left alone.`}
          </p>
          {waiting > 0 && (
            <Button kind="main" disabled={isBusy} onClick={() => void redrive(true)}>
              {`Send ${plural(waiting, 'record')} again`}
            </Button>
          )}
          <Button kind="quiet" onClick={() => setPlan(undefined)}>
            Cancel
          </Button>
        </div>
      )}
      <Latest isFollowed={isAsked} />
    </div>
  );
}

const WORDS = { passed: 'would pass', dropped: 'would be dropped', undecided: 'cannot be told' } as const;

function Summary({ trial: { summary, verdicts, hasMore } }: { readonly trial: Trial }) {
  return (
    <div role="status" aria-label="Preview">
      <ul className="letter-summary">
        {summary.map(({ stage, was, outcome, code, isSame, count }) => (
          <li key={`${stage} ${was} ${outcome} ${code ?? ''}`}>
            <strong className="number">{count}</strong> {stage} <code>{was}</code>{' '}
            {outcome === 'rejected' ? (isSame ? 'would fail again for the same reason' : `would fail with ${code ?? 'another reason'}`) : WORDS[outcome]}
          </li>
        ))}
      </ul>
      {summary.length === 0 && <p className="faint">There is nothing to try.</p>}
      {verdicts.length === 1 && verdicts[0] !== undefined && verdicts[0].outputs.length > 0 && (
        <pre tabIndex={0} aria-label="What would come out">
          {verdicts[0].outputs.map(({ topic, value }) => `${topic}\n${JSON.stringify(value, null, 2)}`).join('\n')}
        </pre>
      )}
      {hasMore && <p className="faint">The newest {verdicts.length} were tried; there are more.</p>}
    </div>
  );
}

/** What was asked for lately, and how far it is. */
function Latest({ isFollowed }: { readonly isFollowed: boolean }) {
  const fresh = useFresh(RedrivesDocument, { key: `redrives ${isFollowed}`, variables: () => ({}), what: 'Redrives', everyMs: isFollowed ? 1000 : 15_000 });
  const redrives = fresh.data?.redrives ?? [];
  if (redrives.length === 0) return null;
  return (
    <ul className="letter-summary" aria-label="Sent again lately">
      {redrives.map(({ id, requestedBy, requestedAt, state, matched, redriven, already, obstacles, failure }) => (
        <li key={id}>
          <Moment at={requestedAt} isLong /> {requestedBy}: <strong>{state}</strong>
          {state !== 'waiting' && `, ${redriven} of ${matched} sent again`}
          {already > 0 && `, ${already} had been before`}
          {obstacles.map(({ name, count }) => `, ${count} cannot be: ${name}`).join('')}
          {failure !== null && `. ${failure}`}
        </li>
      ))}
    </ul>
  );
}
