// Inviting somebody: who they are, what they may do, and then the link, once.
import { useState } from 'react';
import { InviteUserDocument, type InviteUserMutation } from '../gql/graphql.ts';
import { AskDialog } from '../kit/ask-dialog.tsx';
import { CopyBlock } from '../kit/copy-block.tsx';
import { Moment } from '../kit/moment.tsx';
import { OnceDialog } from './once-dialog.tsx';
import { RolePicker } from './role-picker.tsx';
import { telling, useChange } from './use-change.ts';

const HOURS = [
  { value: 24, label: 'a day' },
  { value: 72, label: 'three days' },
  { value: 168, label: 'a week' },
  { value: 720, label: 'thirty days' },
] as const;

export function InviteDialog({ onInvited, onClose }: { readonly onInvited: () => void; readonly onClose: () => void }) {
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [roles, setRoles] = useState<readonly string[]>(['analyst']);
  const [hours, setHours] = useState(72);
  const [made, setMade] = useState<InviteUserMutation['inviteUser']>();
  const { isBusy, problem, run } = useChange();
  if (made !== undefined)
    return (
      <OnceDialog title={`${made.invitation.name} is invited`} onKept={onClose}>
        <p>
          Shown this once: send it by a way that only {made.invitation.name} reads. It works once, until <Moment at={made.invitation.expiresAt} isLong />.
        </p>
        <CopyBlock label="Link" text={made.link} />
      </OnceDialog>
    );
  const invite = () =>
    run(() =>
      telling(
        InviteUserDocument,
        { input: { name: name.trim(), email: email.trim() === '' ? null : email.trim(), roles: [...roles], hours } },
        'The invitation',
        ({ inviteUser }) => {
          setMade(inviteUser);
          onInvited();
        },
      ),
    );
  return (
    <AskDialog isOpen title="Invite somebody" action="Invite" isBusy={isBusy} problem={problem} onDo={invite} onCancel={onClose}>
      <label className="field">
        <span>Name to sign in with</span>
        <input
          className="input"
          required
          autoFocus
          maxLength={200}
          autoCapitalize="none"
          spellCheck={false}
          autoComplete="off"
          value={name}
          onChange={({ target }) => setName(target.value)}
        />
      </label>
      <label className="field">
        <span>Mail address; may stay empty</span>
        <input className="input" type="email" autoComplete="off" value={email} onChange={({ target }) => setEmail(target.value)} />
      </label>
      <RolePicker value={roles} onChange={setRoles} />
      <label className="field">
        <span>The link works for</span>
        <select className="input" value={hours} onChange={({ target }) => setHours(Number(target.value))}>
          {HOURS.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
    </AskDialog>
  );
}
