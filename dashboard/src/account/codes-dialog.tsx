import { DialogFrame } from '../kit/dialog-frame.tsx';
// Recovery codes, this once: the dialog closes when they are kept, and not by a slip.
import { RecoveryCodes } from '../session/authenticator.tsx';

/** Not there while there are no codes. */
export function CodesDialog({ codes, onKept }: { readonly codes: readonly string[]; readonly onKept: () => void }) {
  return (
    <DialogFrame title="Your recovery codes" isOpen={codes.length > 0}>
      <RecoveryCodes codes={codes} onKept={onKept} />
    </DialogFrame>
  );
}
