// What a hunt would read, and how long that would take, before it begins.
import { duration } from '../kit/numbers.ts';
import { Panel } from '../kit/panel.tsx';
import { RequestId } from '../kit/states.tsx';
import { Button } from '../kit/button.tsx';
import type { Estimated } from './use-estimate.ts';
import { wayWords } from './words.tsx';

export function EstimatePanel({
  estimated: { estimate, problem, isLooking, again },
  onNarrow,
}: {
  readonly estimated: Estimated;
  readonly onNarrow: (from: string) => void;
}) {
  return (
    <Panel title="What it will read">
      <div className="hunt-estimate" role="status" aria-label="Estimate" aria-busy={isLooking}>
        {isLooking && <p className="faint">Asking</p>}
        {!isLooking && estimate === undefined && problem === undefined && <p className="faint">Say what to hunt for, and this says what it costs.</p>}
        {problem !== undefined && (
          <>
            <p className="hunt-fault">{problem.advice}</p>
            {problem.code !== 'INVALID_REQUEST' && problem.code !== 'INVALID_SEARCH' && (
              <Button icon="refresh" onClick={again}>
                Ask again
              </Button>
            )}
            <RequestId problem={problem} />
          </>
        )}
        {estimate !== undefined && (
          <>
            <p>
              <strong className="hunt-way">{wayWords(estimate)}</strong>, about {duration(estimate.seconds * 1_000)} of work.
            </p>
            {estimate.why !== null && estimate.events > 0 && <p className="quiet">{estimate.why}</p>}
            {estimate.advice !== null && <p className="hunt-fault">{estimate.advice}</p>}
            {estimate.narrowedFrom !== null && <Button onClick={() => onNarrow(estimate.narrowedFrom ?? '')}>Take the shorter range</Button>}
          </>
        )}
      </div>
    </Panel>
  );
}
