// Something that is asked before it is done.
import { Dialog } from 'radix-ui';
import type { ReactNode } from 'react';
import type { Problem } from '../data/problem.ts';
import { Button, IconButton } from './button.tsx';
import { RequestId } from './states.tsx';
import './ask-dialog.css';
import './menu.css';

interface AskProps {
  readonly isOpen: boolean;
  readonly title: string;
  /** What will happen, and what is to be filled in. */
  readonly children: ReactNode;
  readonly action: string;
  readonly isBusy: boolean;
  readonly problem: Problem | undefined;
  /** Enter in a field does it too, once what is required is there. */
  readonly onDo: () => void;
  readonly onCancel: () => void;
}

export function AskDialog({ isOpen, title, children, action, isBusy, problem, onDo, onCancel }: AskProps) {
  return (
    <Dialog.Root open={isOpen} onOpenChange={(next) => !next && onCancel()}>
      <Dialog.Portal>
        <Dialog.Overlay className="veil" />
        <Dialog.Content className="dialog">
          <form
            className="ask"
            onSubmit={(event) => {
              event.preventDefault();
              if (!isBusy) onDo();
            }}
          >
            <div className="dialog-head">
              <Dialog.Title className="cut">{title}</Dialog.Title>
              <Dialog.Close asChild>
                <IconButton icon="close" label="Cancel" />
              </Dialog.Close>
            </div>
            <Dialog.Description asChild>
              <div className="ask-text">{children}</div>
            </Dialog.Description>
            {problem !== undefined && (
              <div className="ask-problem" role="alert">
                <p>{problem.advice}</p>
                <RequestId problem={problem} />
              </div>
            )}
            <div className="ask-buttons">
              <Button kind="main" type="submit" disabled={isBusy}>
                {action}
              </Button>
              <Button kind="quiet" onClick={onCancel}>
                Cancel
              </Button>
            </div>
          </form>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
