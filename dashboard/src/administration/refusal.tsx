import type { Problem } from '../data/problem.ts';
import { Button } from '../kit/button.tsx';
import { RequestId } from '../kit/states.tsx';

/** What was wrong with what a form sent. @param onReadAgain Offered when somebody else was quicker: what was typed is given up. */
export function Refusal({ problem, onReadAgain }: { readonly problem: Problem; readonly onReadAgain?: (() => void) | undefined }) {
  return (
    <div className="access-notice" role="alert">
      <p>{problem.advice}</p>
      <RequestId problem={problem} />
      {problem.code === 'CONFLICT' && onReadAgain !== undefined && (
        <Button icon="refresh" onClick={onReadAgain}>
          Read again
        </Button>
      )}
    </div>
  );
}
