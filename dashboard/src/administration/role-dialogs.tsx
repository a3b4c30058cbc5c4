// Making, changing and removing a role of the organization's own.
import { useState } from 'react';
import { AddRoleDocument, ChangeRoleDocument, RemoveRoleDocument } from '../gql/graphql.ts';
import { AskDialog } from '../kit/ask-dialog.tsx';
import { report } from '../kit/undo.tsx';
import { NameAndPurpose } from './name-and-purpose.tsx';
import { PermissionPicker } from './permission-picker.tsx';
import type { Role } from './roles-page.tsx';
import { reportUndoable, telling, useChange } from './use-change.ts';

interface RoleDialogProps {
  /** A new one when absent. */
  readonly role?: Role;
  readonly onDone: (name: string) => void;
  readonly onUndone?: () => void;
  readonly onCancel: () => void;
}

export function RoleDialog({ role, onDone, onUndone, onCancel }: RoleDialogProps) {
  const [name, setName] = useState(role?.name ?? '');
  const [description, setDescription] = useState(role?.description ?? '');
  const [permissions, setPermissions] = useState<readonly string[]>(role?.permissions ?? []);
  const { isBusy, problem, run } = useChange();
  const act = () => {
    const change = { description: description.trim(), permissions: [...permissions] };
    run(() =>
      role === undefined
        ? telling(AddRoleDocument, { input: { name, ...change } }, 'The role', () => {
            report({ text: `The role ${name} is made: give it to users` });
            onDone(name);
          })
        : telling(ChangeRoleDocument, { name: role.name, change }, 'The change', () => {
            const before = { description: role.description, permissions: role.permissions };
            reportUndoable(`The role ${role.name} is changed`, ChangeRoleDocument, { name: role.name, change: before }, () => onUndone?.());
            onDone(role.name);
          }),
    );
  };
  return (
    <AskDialog
      isOpen
      title={role === undefined ? 'Make a role' : `Change ${role.name}`}
      action={role === undefined ? 'Make' : 'Change'}
      isBusy={isBusy}
      problem={problem}
      onDo={act}
      onCancel={onCancel}
    >
      <NameAndPurpose
        {...(role === undefined && {
          name: {
            value: name,
            onChange: setName,
            rule: 'lower-case letters, digits, dashes and _',
            pattern: String.raw`[a-z][a-z0-9_\-]{0,39}`,
            placeholder: 'night-shift',
          },
        })}
        purpose={description}
        onPurpose={setDescription}
      />
      <PermissionPicker value={permissions} onChange={setPermissions} />
      {role !== undefined && <p className="quiet">In force at once, for everybody who holds it.</p>}
    </AskDialog>
  );
}

interface RemoveRoleDialogProps {
  readonly role: Role;
  readonly onDone: () => void;
  readonly onUndone: () => void;
  readonly onCancel: () => void;
}

export function RemoveRoleDialog({ role: { name }, onDone, onUndone, onCancel }: RemoveRoleDialogProps) {
  const { isBusy, problem, run } = useChange();
  const remove = () =>
    run(() =>
      telling(RemoveRoleDocument, { name }, 'The removal', ({ removeRole }) => {
        reportUndoable(`The role ${name} is removed`, AddRoleDocument, { input: removeRole }, onUndone);
        onDone();
      }),
    );
  return (
    <AskDialog isOpen title={`Remove ${name}`} action="Remove the role" isBusy={isBusy} problem={problem} onDo={remove} onCancel={onCancel}>
      <p>Nobody holds it, so nobody loses anything.</p>
    </AskDialog>
  );
}
