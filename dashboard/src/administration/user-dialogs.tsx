// What can be done to a user, each asked first.
import { useState } from 'react';
import type { Problem } from '../data/problem.ts';
import { ChangeUserDocument, EndUserSessionsDocument } from '../gql/graphql.ts';
import { AskDialog } from '../kit/ask-dialog.tsx';
import { plural } from '../kit/numbers.ts';
import { report } from '../kit/undo.tsx';
import { RolePicker } from './role-picker.tsx';
import { posting, reportUndoable, telling, useChange } from './use-change.ts';
import type { User } from './user-page.tsx';

export type UserAsk = 'disable' | 'sessions' | 'unlock' | 'factors';

interface Ask {
  readonly title: (name: string) => string;
  readonly action: string;
  readonly text: string;
  readonly run: (user: User, onDone: () => void) => Promise<Problem | undefined>;
}

const ASKS: Readonly<Record<UserAsk, Ask>> = {
  disable: {
    title: (name) => `Disable ${name}`,
    action: 'Disable',
    text: 'All sessions end at once, and nobody signs in with this account until it is enabled again. What the user did stays.',
    run: ({ id, name }, onDone) =>
      telling(ChangeUserDocument, { id, change: { disabled: true } }, 'The change', () => {
        reportUndoable(`${name} is disabled`, ChangeUserDocument, { id, change: { disabled: false } }, onDone);
        onDone();
      }),
  },
  sessions: {
    title: (name) => `End all sessions of ${name}`,
    action: 'End them',
    text: 'On every device, at once, with what is open there. The user can sign in again.',
    run: ({ id, name }, onDone) =>
      telling(EndUserSessionsDocument, { id }, 'The end of the sessions', ({ endUserSessions }) => {
        report({ text: `${plural(endUserSessions, 'session')} of ${name} ended` });
        onDone();
      }),
  },
  unlock: {
    title: (name) => `Let ${name} try again`,
    action: 'Let in',
    text: 'Wrong guesses so far are forgotten, so the next sign-in need not wait. Somebody else may have guessed: the audit has from where.',
    run: ({ id, name }, onDone) =>
      posting(`/auth/users/${id}/unlock`, 'The account could not be unlocked.', () => {
        report({ text: `${name} may try again` });
        onDone();
      }),
  },
  factors: {
    title: (name) => `Take away the second factors of ${name}`,
    action: 'Take them away',
    text: 'Application, passkeys and recovery codes are gone, and all sessions end: the password alone lets in until new ones are set up. Be sure who asked you for it.',
    run: ({ id, name }, onDone) =>
      posting(`/auth/users/${id}/reset-mfa`, 'The factors could not be taken away.', () => {
        report({ text: `${name} has no second factor any more` });
        onDone();
      }),
  },
};

interface DialogProps {
  readonly user: User;
  /** Also when it was undone. */
  readonly onDone: () => void;
  readonly onCancel: () => void;
}

export function UserAsks({ ask, user, onDone, onCancel }: DialogProps & { readonly ask: UserAsk }) {
  const { isBusy, problem, run } = useChange();
  const { title, action, text, run: work } = ASKS[ask];
  return (
    <AskDialog isOpen title={title(user.name)} action={action} isBusy={isBusy} problem={problem} onDo={() => run(() => work(user, onDone))} onCancel={onCancel}>
      <p>{text}</p>
    </AskDialog>
  );
}

export function ChangeUserDialog({ user, onDone, onUndone, onCancel }: DialogProps & { readonly onUndone: () => void }) {
  const [name, setName] = useState(user.name);
  const [email, setEmail] = useState(user.email ?? '');
  const [roles, setRoles] = useState<readonly string[]>(user.roles);
  const { isBusy, problem, run } = useChange();
  const change = () =>
    run(() =>
      telling(
        ChangeUserDocument,
        { id: user.id, change: { name: name.trim(), email: email.trim() === '' ? null : email.trim(), roles: [...roles] } },
        'The change',
        () => {
          const before = { name: user.name, email: user.email, roles: user.roles };
          reportUndoable(`${name.trim()} is changed`, ChangeUserDocument, { id: user.id, change: before }, onUndone);
          onDone();
        },
      ),
    );
  return (
    <AskDialog isOpen title={`Change ${user.name}`} action="Change" isBusy={isBusy} problem={problem} onDo={change} onCancel={onCancel}>
      <label className="field">
        <span>Name to sign in with</span>
        <input className="input" required maxLength={200} spellCheck={false} value={name} onChange={({ target }) => setName(target.value)} />
      </label>
      <label className="field">
        <span>Mail address; may stay empty</span>
        <input className="input" type="email" value={email} onChange={({ target }) => setEmail(target.value)} />
      </label>
      <RolePicker value={roles} onChange={setRoles} />
      <p className="quiet">In force at once, also for what the user has open.</p>
    </AskDialog>
  );
}
