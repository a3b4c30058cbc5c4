// Making, renaming and suspending an organization.
import { useState } from 'react';
import { AddOrganizationDocument, ChangeOrganizationDocument, type AddOrganizationMutation } from '../gql/graphql.ts';
import { AskDialog } from '../kit/ask-dialog.tsx';
import { CopyBlock } from '../kit/copy-block.tsx';
import { Moment } from '../kit/moment.tsx';
import { report } from '../kit/undo.tsx';
import { OnceDialog } from './once-dialog.tsx';
import type { Organization } from './organizations-page.tsx';
import { reportUndoable, telling, useChange } from './use-change.ts';

type Invitation = NonNullable<AddOrganizationMutation['addOrganization']['invitation']>;

export function AddOrganizationDialog({ onAdded, onClose }: { readonly onAdded: () => void; readonly onClose: () => void }) {
  const [id, setId] = useState('');
  const [name, setName] = useState('');
  const [admin, setAdmin] = useState('');
  const [email, setEmail] = useState('');
  const [invited, setInvited] = useState<Invitation>();
  const { isBusy, problem, run } = useChange();
  if (invited !== undefined)
    return (
      <OnceDialog title={`${id} is made, and ${invited.invitation.name} is invited`} onKept={onClose}>
        <p>
          Shown this once: send it by a way that only {invited.invitation.name} reads. It works once, until <Moment at={invited.invitation.expiresAt} isLong />.
        </p>
        <CopyBlock label="Link" text={invited.link} />
      </OnceDialog>
    );
  const add = () => {
    const who = admin.trim() === '' ? null : { name: admin.trim(), email: email.trim() === '' ? null : email.trim() };
    run(() =>
      telling(AddOrganizationDocument, { input: { id, name: name.trim(), admin: who } }, 'The organization', ({ addOrganization: { invitation } }) => {
        onAdded();
        if (invitation !== null) return setInvited(invitation);
        report({ text: `${id} is made, and nobody is invited to it` });
        return onClose();
      }),
    );
  };
  return (
    <AskDialog isOpen title="Add an organization" action="Add" isBusy={isBusy} problem={problem} onDo={add} onCancel={onClose}>
      <label className="field">
        <span>Id: lower-case letters, digits and dashes; part of the names of topics, so it stays</span>
        <input
          className="input mono"
          required
          autoFocus
          pattern={String.raw`[a-z0-9][a-z0-9\-]{0,62}`}
          placeholder="acme"
          spellCheck={false}
          autoComplete="off"
          value={id}
          onChange={({ target }) => setId(target.value)}
        />
      </label>
      <label className="field">
        <span>Name, for people</span>
        <input className="input" required maxLength={200} placeholder="Acme" value={name} onChange={({ target }) => setName(target.value)} />
      </label>
      <label className="field">
        <span>Who is invited to administer it; empty: nobody yet</span>
        <input className="input" maxLength={200} spellCheck={false} autoComplete="off" value={admin} onChange={({ target }) => setAdmin(target.value)} />
      </label>
      {admin.trim() !== '' && (
        <label className="field">
          <span>Their mail address; may stay empty</span>
          <input className="input" type="email" autoComplete="off" value={email} onChange={({ target }) => setEmail(target.value)} />
        </label>
      )}
    </AskDialog>
  );
}

interface DialogProps {
  readonly organization: Organization;
  readonly onDone: () => void;
  readonly onUndone: () => void;
  readonly onCancel: () => void;
}

export function RenameDialog({ organization, onDone, onUndone, onCancel }: DialogProps) {
  const { id } = organization;
  const [name, setName] = useState(organization.name);
  const { isBusy, problem, run } = useChange();
  const rename = () =>
    run(() =>
      telling(ChangeOrganizationDocument, { id, change: { name: name.trim() } }, 'The change', () => {
        reportUndoable(`${id} is called ${name.trim()}`, ChangeOrganizationDocument, { id, change: { name: organization.name } }, onUndone);
        onDone();
      }),
    );
  return (
    <AskDialog isOpen title={`Rename ${id}`} action="Rename" isBusy={isBusy} problem={problem} onDo={rename} onCancel={onCancel}>
      <label className="field">
        <span>Name, for people</span>
        <input className="input" required autoFocus maxLength={200} value={name} onChange={({ target }) => setName(target.value)} />
      </label>
    </AskDialog>
  );
}

export function SuspendDialog({ organization: { id }, onDone, onUndone, onCancel }: DialogProps) {
  const { isBusy, problem, run } = useChange();
  const suspend = () =>
    run(() =>
      telling(ChangeOrganizationDocument, { id, change: { suspended: true } }, 'The change', () => {
        reportUndoable(`${id} is suspended`, ChangeOrganizationDocument, { id, change: { suspended: false } }, onUndone);
        onDone();
      }),
    );
  return (
    <AskDialog isOpen title={`Suspend ${id}`} action="Suspend" isBusy={isBusy} problem={problem} onDo={suspend} onCancel={onCancel}>
      <p>
        Its sessions end, and its users, keys and sensors are refused within seconds. Nothing is deleted, and what was sent before is still processed. When it
        is resumed, people sign in again.
      </p>
    </AskDialog>
  );
}
