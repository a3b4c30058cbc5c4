// What can be done to an identity provider, besides changing what it is.
import { useState } from 'react';
import type { Problem } from '../data/problem.ts';
import {
  LinkIdentityDocument,
  RemoveIdentityProviderDocument,
  SaveIdentityProviderDocument,
  TryIdentityProviderDocument,
  type TryIdentityProviderMutation,
} from '../gql/graphql.ts';
import { AskDialog } from '../kit/ask-dialog.tsx';
import { Button } from '../kit/button.tsx';
import { Panel } from '../kit/panel.tsx';
import { Table } from '../kit/table.tsx';
import { report } from '../kit/undo.tsx';
import { turnedInput, type Provider } from './provider-draft.ts';
import { Refusal } from './refusal.tsx';
import { reportUndoable, telling, useChange } from './use-change.ts';

interface DeedsProps {
  readonly provider: Provider;
  /** Also when it was undone. */
  readonly onChanged: () => void;
  readonly onRemoved: () => void;
}
type Said = TryIdentityProviderMutation['tryIdentityProvider'];

export function ProviderDeeds({ provider, onChanged, onRemoved }: DeedsProps) {
  const [asking, setAsking] = useState<'disable' | 'remove' | 'link'>();
  const [said, setSaid] = useState<Said>();
  const trial = useChange();
  const turning = useChange();
  const { name, disabledAt } = provider;
  const close = () => setAsking(undefined);
  const tryOut = () => {
    setSaid(undefined);
    trial.run(() => telling(TryIdentityProviderDocument, { name }, 'The trial', ({ tryIdentityProvider }) => setSaid(tryIdentityProvider)));
  };
  const enable = () => turning.run(() => turn(provider, false, onChanged));
  return (
    <Panel title="Use">
      <div className="access-deeds">
        <Button disabled={trial.isBusy} onClick={tryOut}>
          {trial.isBusy ? 'Asking it' : 'Try it'}
        </Button>
        <Button onClick={() => setAsking('link')}>Link a user</Button>
        {disabledAt === null ? (
          <Button onClick={() => setAsking('disable')}>Disable</Button>
        ) : (
          <Button disabled={turning.isBusy} onClick={enable}>
            Enable
          </Button>
        )}
        <Button onClick={() => setAsking('remove')}>Remove</Button>
      </div>
      {trial.problem !== undefined && <Refusal problem={trial.problem} />}
      {turning.problem !== undefined && <Refusal problem={turning.problem} onReadAgain={onChanged} />}
      {said !== undefined && <Answer said={said} />}
      {asking === 'disable' && (
        <Ask
          title={`Disable ${name}`}
          action="Disable"
          text="Nobody gets in by it, and sessions that came from it end at once."
          work={(done) => turn(provider, true, done)}
          onDone={() => {
            close();
            onChanged();
          }}
          onCancel={close}
        />
      )}
      {asking === 'remove' && (
        <Ask
          title={`Remove ${name}`}
          action="Remove the provider"
          text="This cannot be undone: its secret and who is linked are gone, and sessions that came from it end at once. Users stay. Disabling it can be undone."
          work={(done) =>
            telling(RemoveIdentityProviderDocument, { name }, 'The removal', () => {
              report({ text: `${name} is removed` });
              done();
            })
          }
          onDone={onRemoved}
          onCancel={close}
        />
      )}
      {asking === 'link' && <LinkDialog provider={name} onClose={close} />}
    </Panel>
  );
}

const turn = (provider: Provider, isDisabled: boolean, onDone: () => void): Promise<Problem | undefined> => {
  const { name, changedAt } = provider;
  return telling(
    SaveIdentityProviderDocument,
    { name, input: turnedInput(provider, isDisabled), replaces: changedAt },
    'The change',
    ({ saveIdentityProvider: { changedAt: replaces } }) => {
      const words = `${name} is ${isDisabled ? 'disabled' : 'enabled'}`;
      reportUndoable(words, SaveIdentityProviderDocument, { name, input: turnedInput(provider, !isDisabled), replaces }, onDone);
      onDone();
    },
  );
};

function Answer({ said: { endpoints, hasLogout, hasBackchannelLogout } }: { readonly said: Said }) {
  return (
    <div className="access-under" role="status">
      <p>
        It answers as it must. Signing out {hasLogout ? 'can end the session there too' : 'ends the session here only'}; it has{' '}
        {hasBackchannelLogout ? '' : 'no '}back-channel logout.
      </p>
      <Table label="What it says" columns={['Endpoint', 'Address']}>
        {endpoints.map(({ name, url }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>
              <code>{url}</code>
            </td>
          </tr>
        ))}
      </Table>
    </div>
  );
}

interface AskProps {
  readonly title: string;
  readonly action: string;
  readonly text: string;
  readonly work: (onDone: () => void) => Promise<Problem | undefined>;
  readonly onDone: () => void;
  readonly onCancel: () => void;
}

function Ask({ title, action, text, work, onDone, onCancel }: AskProps) {
  const { isBusy, problem, run } = useChange();
  return (
    <AskDialog isOpen title={title} action={action} isBusy={isBusy} problem={problem} onDo={() => run(() => work(onDone))} onCancel={onCancel}>
      <p>{text}</p>
    </AskDialog>
  );
}

function LinkDialog({ provider, onClose }: { readonly provider: string; readonly onClose: () => void }) {
  const [subject, setSubject] = useState('');
  const [user, setUser] = useState('');
  const { isBusy, problem, run } = useChange();
  const link = () =>
    run(() =>
      telling(LinkIdentityDocument, { provider, subject: subject.trim(), user: user.trim() }, 'The link', () => {
        report({ text: `${user.trim()} signs in by ${provider} from now on` });
        onClose();
      }),
    );
  return (
    <AskDialog isOpen title="Link a user" action="Link" isBusy={isBusy} problem={problem} onDo={link} onCancel={onClose}>
      <p>Who has an account here already signs in by {provider} once it is linked. Be sure whose subject it is: whoever has it there is this user here.</p>
      <label className="field">
        <span>Name of the user here</span>
        <input
          className="input"
          required
          autoFocus
          maxLength={200}
          spellCheck={false}
          autoComplete="off"
          value={user}
          onChange={({ target }) => setUser(target.value)}
        />
      </label>
      <label className="field">
        <span>Subject there: the claim sub, not the name</span>
        <input
          className="input mono"
          required
          maxLength={255}
          spellCheck={false}
          autoComplete="off"
          value={subject}
          onChange={({ target }) => setSubject(target.value)}
        />
      </label>
    </AskDialog>
  );
}
