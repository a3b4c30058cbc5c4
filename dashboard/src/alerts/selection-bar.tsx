// What can be done to the alerts that are selected, or to all that the list asks for.
import { useState } from 'react';
import type { AlertChange, Verdict } from '../gql/graphql.ts';
import { Button } from '../kit/button.tsx';
import { DialogFrame } from '../kit/dialog-frame.tsx';
import { count, plural } from '../kit/numbers.ts';
import { verdictWord } from '../kit/severity.tsx';

interface SelectionBarProps {
  readonly count: number;
  /** Every row that is loaded is selected. */
  readonly isAllLoaded: boolean;
  /** There are more that are not loaded. */
  readonly hasMore: boolean;
  readonly onAll: () => void;
  readonly onAcknowledge: () => void;
  readonly onAssign: () => void;
  readonly onLabel: () => void;
  readonly onClose: () => void;
  /** Of all that the list asks for, loaded or not. */
  readonly countWhole: (change: AlertChange) => Promise<number | undefined>;
  readonly onWhole: (change: AlertChange, count: number, what: string) => void;
}

export function SelectionBar({
  count: selected,
  isAllLoaded,
  hasMore,
  onAll,
  onAcknowledge,
  onAssign,
  onLabel,
  onClose,
  countWhole,
  onWhole,
}: SelectionBarProps) {
  const [isAsking, setAsking] = useState(false);
  return (
    <div className="queue-bar" role="toolbar" aria-label="Selected alerts">
      <span className="number">{plural(selected, 'alert')}</span>
      {!isAllLoaded && (
        <Button kind="quiet" onClick={onAll}>
          Select all shown
        </Button>
      )}
      {isAllLoaded && hasMore && (
        <Button kind="quiet" onClick={() => setAsking(true)}>
          Close all that match
        </Button>
      )}
      <Button kind="quiet" hint="a" onClick={onAcknowledge}>
        Acknowledge
      </Button>
      <Button kind="quiet" hint="A" onClick={onAssign}>
        Assign
      </Button>
      <Button kind="quiet" hint="l" onClick={onLabel}>
        Label
      </Button>
      <Button kind="quiet" hint="c" onClick={onClose}>
        Close
      </Button>
      {isAsking && <WholeDialog countWhole={countWhole} onWhole={onWhole} onDone={() => setAsking(false)} />}
    </div>
  );
}

const VERDICTS: readonly Verdict[] = ['true_positive', 'benign', 'false_positive'];

/** First asks the API how many that are, then for the word to do it. */
function WholeDialog({ countWhole, onWhole, onDone }: Pick<SelectionBarProps, 'countWhole' | 'onWhole'> & { readonly onDone: () => void }) {
  const [seen, setSeen] = useState<{ readonly verdict: Verdict; readonly matching: number }>();
  const choose = async (verdict: Verdict) => {
    const matching = await countWhole({ status: 'closed', verdict });
    if (matching !== undefined) setSeen({ verdict, matching });
  };
  return (
    <DialogFrame title="Close all that match" onClose={onDone} isSmall>
      {seen === undefined ? (
        <div className="verdicts">
          {VERDICTS.map((verdict) => (
            <button key={verdict} type="button" className="verdict" onClick={() => void choose(verdict)}>
              <strong>{verdictWord(verdict)}</strong>
            </button>
          ))}
        </div>
      ) : (
        <div className="assign-other">
          <p>{count(seen.matching)} alerts match, also those that are not loaded. They can be brought back for ten seconds.</p>
          <Button
            kind="main"
            onClick={() => {
              onDone();
              onWhole({ status: 'closed', verdict: seen.verdict }, seen.matching, `closed as ${verdictWord(seen.verdict).toLowerCase()}`);
            }}
          >
            Close {count(seen.matching)}
          </Button>
        </div>
      )}
    </DialogFrame>
  );
}
