// Another state of a rule, with what that means before it is chosen.
import { Dialog } from 'radix-ui';
import { useState } from 'react';
import type { Problem } from '../data/problem.ts';
import type { RuleState } from '../gql/graphql.ts';
import { IconButton, Key } from '../kit/button.tsx';
import { RequestId } from '../kit/states.tsx';
import { changeOfRule } from './change.ts';
import type { RuleFull } from './rule.tsx';
import { stateMeaning, stateWord } from './words.tsx';

const ORDER: readonly RuleState[] = ['draft', 'test', 'production', 'retired'];

interface StateDialogProps {
  readonly rule: RuleFull;
  readonly isOpen: boolean;
  readonly onDone: () => void;
  readonly onCancel: () => void;
}

export function StateDialog({ rule, isOpen, onDone, onCancel }: StateDialogProps) {
  const [problem, setProblem] = useState<Problem>();
  const [isBusy, setBusy] = useState(false);
  const choices = ORDER.filter((state) => state !== rule.state);
  const choose = (state: RuleState) => {
    if (isBusy) return;
    setBusy(true);
    void changeOfRule(rule, { state, version: rule.version }, onDone).then((result) => {
      setBusy(false);
      setProblem('problem' in result ? result.problem : undefined);
      if ('saved' in result) onDone();
    });
  };
  return (
    <Dialog.Root open={isOpen} onOpenChange={(next) => !next && onCancel()}>
      <Dialog.Portal>
        <Dialog.Overlay className="veil" />
        <Dialog.Content
          className="dialog rule-dialog"
          onKeyDown={(event) => {
            const chosen = choices[Number(event.key) - 1];
            if (chosen !== undefined) choose(chosen);
          }}
        >
          <div className="dialog-head">
            <Dialog.Title className="cut">State of “{rule.title}”</Dialog.Title>
            <Dialog.Close asChild>
              <IconButton icon="close" label="Cancel" />
            </Dialog.Close>
          </div>
          <Dialog.Description className="quiet">
            It is now {stateWord(rule.state).toLowerCase()}. A change makes the next rule set, which runs ten seconds later, on all stages at the same append
            time.
          </Dialog.Description>
          <div className="rule-states">
            {choices.map((state, index) => (
              <button key={state} type="button" className="rule-state" autoFocus={index === 0} disabled={isBusy} onClick={() => choose(state)}>
                <span>
                  <strong>{stateWord(state)}</strong>
                  <span className="quiet">{stateMeaning(state)}</span>
                </span>
                <Key>{index + 1}</Key>
              </button>
            ))}
          </div>
          {problem !== undefined && (
            <div className="rule-notice" role="alert">
              <p>{problem.advice}</p>
              <RequestId problem={problem} />
            </div>
          )}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
