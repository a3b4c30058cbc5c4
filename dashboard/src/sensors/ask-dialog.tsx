// Something that is asked before it is done.
import { Dialog } from 'radix-ui';
import type { ReactNode } from 'react';
import type { Problem } from '../data/problem.ts';
import { Button, IconButton } from '../kit/button.tsx';
import { RequestId } from '../kit/states.tsx';

interface AskProps {
  readonly isOpen: boolean;
  readonly title: string;
  readonly children: ReactNode;
  readonly action: string;
  readonly isBusy: boolean;
  readonly problem: Problem | undefined;
  readonly onDo: () => void;
  readonly onCancel: () => void;
}

export function AskDialog({ isOpen, title, children, action, isBusy, problem, onDo, onCancel }: AskProps) {
  return (
    <Dialog.Root open={isOpen} onOpenChange={(next) => !next && onCancel()}>
      <Dialog.Portal>
        <Dialog.Overlay className="veil" />
        <Dialog.Content className="dialog sensor-ask">
          <div className="dialog-head">
            <Dialog.Title className="cut">{title}</Dialog.Title>
            <Dialog.Close asChild>
              <IconButton icon="close" label="Cancel" />
            </Dialog.Close>
          </div>
          <Dialog.Description asChild>
            <div className="sensor-once">{children}</div>
          </Dialog.Description>
          {problem !== undefined && (
            <div className="sensor-notice" role="alert">
              <p>{problem.advice}</p>
              <RequestId problem={problem} />
            </div>
          )}
          <div className="sensor-buttons">
            <Button kind="main" disabled={isBusy} onClick={onDo}>
              {action}
            </Button>
            <Button kind="quiet" onClick={onCancel}>
              Cancel
            </Button>
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
