// What surrounds a dialog: the veil, the title, the way out.
import { Dialog } from 'radix-ui';
import type { KeyboardEvent, ReactNode } from 'react';
import { IconButton } from './button.tsx';
import './menu.css';

interface DialogFrameProps {
  readonly title: ReactNode;
  readonly children: ReactNode;
  readonly isOpen?: boolean;
  /** Absent: only what is inside closes it. */
  readonly onClose?: () => void;
  /** What closing is called: `Cancel` where something was begun. */
  readonly closeLabel?: 'Cancel' | 'Close';
  readonly isSmall?: boolean;
  readonly className?: string;
  readonly onKeyDown?: (event: KeyboardEvent) => void;
}

export function DialogFrame({ title, children, isOpen = true, onClose, closeLabel = 'Cancel', isSmall = false, className = '', onKeyDown }: DialogFrameProps) {
  return (
    <Dialog.Root open={isOpen} onOpenChange={(next) => !next && onClose?.()}>
      <Dialog.Portal>
        <Dialog.Overlay className="veil" />
        <Dialog.Content
          className={`dialog ${isSmall ? 'dialog-small' : ''} ${className}`}
          aria-describedby={undefined}
          {...(onKeyDown !== undefined && { onKeyDown })}
        >
          <div className="dialog-head">
            <Dialog.Title className="cut">{title}</Dialog.Title>
            {onClose !== undefined && (
              <Dialog.Close asChild>
                <IconButton icon="close" label={closeLabel} />
              </Dialog.Close>
            )}
          </div>
          {children}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
