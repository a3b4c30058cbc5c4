// A secret, this once: the dialog closes when it is kept, and not by a slip.
import { Dialog } from 'radix-ui';
import type { ReactNode } from 'react';
import { Button } from '../kit/button.tsx';

export function OnceDialog({ title, children, onKept }: { readonly title: string; readonly children: ReactNode; readonly onKept: () => void }) {
  return (
    <Dialog.Root open>
      <Dialog.Portal>
        <Dialog.Overlay className="veil" />
        <Dialog.Content className="dialog">
          <div className="ask">
            <div className="dialog-head">
              <Dialog.Title className="cut">{title}</Dialog.Title>
            </div>
            <Dialog.Description asChild>
              <div className="ask-text">{children}</div>
            </Dialog.Description>
            <div className="ask-buttons">
              <Button kind="main" onClick={onKept}>
                I have kept it
              </Button>
            </div>
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
