// Making, changing and removing a service account.
import { useState } from 'react';
import { AddServiceAccountDocument, ChangeServiceAccountDocument, RemoveServiceAccountDocument } from '../gql/graphql.ts';
import { AskDialog } from '../kit/ask-dialog.tsx';
import { report } from '../kit/undo.tsx';
import type { ServiceAccount } from './account-panel.tsx';
import { NameAndPurpose } from './name-and-purpose.tsx';
import { RolePicker } from './role-picker.tsx';
import { reportUndoable, telling, useChange } from './use-change.ts';

interface AccountDialogProps {
  /** A new one when absent. */
  readonly account?: ServiceAccount;
  readonly onDone: () => void;
  readonly onUndone?: () => void;
  readonly onCancel: () => void;
}

export function AccountDialog({ account, onDone, onUndone, onCancel }: AccountDialogProps) {
  const [name, setName] = useState(account?.name ?? '');
  const [description, setDescription] = useState(account?.description ?? '');
  const [roles, setRoles] = useState<readonly string[]>(account?.roles ?? []);
  const { isBusy, problem, run } = useChange();
  const act = () => {
    const change = { description: description.trim(), roles: [...roles] };
    run(() =>
      account === undefined
        ? telling(AddServiceAccountDocument, { input: { name, ...change } }, 'The service account', () => {
            report({ text: `${name} is made: give it a key` });
            onDone();
          })
        : telling(ChangeServiceAccountDocument, { id: account.id, change }, 'The change', () => {
            const before = { description: account.description, roles: account.roles };
            reportUndoable(`${account.name} is changed`, ChangeServiceAccountDocument, { id: account.id, change: before }, () => onUndone?.());
            onDone();
          }),
    );
  };
  return (
    <AskDialog
      isOpen
      title={account === undefined ? 'Make a service account' : `Change ${account.name}`}
      action={account === undefined ? 'Make' : 'Change'}
      isBusy={isBusy}
      problem={problem}
      onDo={act}
      onCancel={onCancel}
    >
      <NameAndPurpose
        {...(account === undefined && {
          name: {
            value: name,
            onChange: setName,
            rule: 'lower-case letters, digits and dashes',
            pattern: String.raw`[a-z0-9][a-z0-9\-]{0,39}`,
            placeholder: 'ticket-bridge',
          },
        })}
        purpose={description}
        onPurpose={setDescription}
      />
      <RolePicker value={roles} onChange={setRoles} isForProgram />
    </AskDialog>
  );
}

interface RemoveAccountDialogProps {
  readonly account: ServiceAccount;
  readonly onDone: () => void;
  readonly onCancel: () => void;
}

export function RemoveAccountDialog({ account: { id, name }, onDone, onCancel }: RemoveAccountDialogProps) {
  const { isBusy, problem, run } = useChange();
  const remove = () =>
    run(() =>
      telling(RemoveServiceAccountDocument, { id }, 'The removal', () => {
        report({ text: `${name} is removed` });
        onDone();
      }),
    );
  return (
    <AskDialog isOpen title={`Remove ${name}`} action="Remove the account" isBusy={isBusy} problem={problem} onDo={remove} onCancel={onCancel}>
      <p>This cannot be undone. Its keys end at once, with what they hold open. Disabling it can be undone.</p>
    </AskDialog>
  );
}
