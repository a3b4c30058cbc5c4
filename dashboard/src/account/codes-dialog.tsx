// Recovery codes, this once: the dialog closes when they are kept, and not by a slip.
import { Dialog } from 'radix-ui';
import { RecoveryCodes } from '../session/authenticator.tsx';

/** Not there while there are no codes. */
export function CodesDialog({ codes, onKept }: { readonly codes: readonly string[]; readonly onKept: () => void }) {
  return (
    <Dialog.Root open={codes.length > 0}>
      <Dialog.Portal>
        <Dialog.Overlay className="veil" />
        <Dialog.Content className="dialog" aria-describedby={undefined}>
          <div className="dialog-head">
            <Dialog.Title>Your recovery codes</Dialog.Title>
          </div>
          <RecoveryCodes codes={codes} onKept={onKept} />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
