// For who forgot the password: asked once more, and then the link, once.
import { useState } from 'react';
import { AskDialog } from '../kit/ask-dialog.tsx';
import { CopyBlock } from '../kit/copy-block.tsx';
import { Moment } from '../kit/moment.tsx';
import { OnceDialog } from './once-dialog.tsx';
import { posting, useChange } from './use-change.ts';
import type { User } from './user-page.tsx';

interface Made {
  readonly link: string;
  readonly expiresAt: string;
}

export function PasswordLinkDialog({ user: { id, name }, onClose }: { readonly user: User; readonly onClose: () => void }) {
  const [made, setMade] = useState<Made>();
  const { isBusy, problem, run } = useChange();
  if (made !== undefined)
    return (
      <OnceDialog title={`A new password for ${name}`} onKept={onClose}>
        <p>
          Shown this once: send it by a way that only {name} reads. It works once, until <Moment at={made.expiresAt} isLong />.
        </p>
        <CopyBlock label="Link" text={made.link} />
      </OnceDialog>
    );
  const make = () => run(() => posting(`/auth/users/${id}/password-link`, 'The link could not be made.', (answer) => setMade(answer as Made)));
  return (
    <AskDialog isOpen title={`Link for a new password of ${name}`} action="Make the link" isBusy={isBusy} problem={problem} onDo={make} onCancel={onClose}>
      <p>
        Whoever holds the link chooses the password of {name}; a second factor stays asked for. Be sure who asked you for it. Until it is used nothing changes,
        and a link made before works no more.
      </p>
    </AskDialog>
  );
}
