// Passkeys: those that are there, another one, and taking one away.
import { useState } from 'react';
import { AskDialog } from '../kit/ask-dialog.tsx';
import { Button } from '../kit/button.tsx';
import { Ago, Moment } from '../kit/moment.tsx';
import { Panel } from '../kit/panel.tsx';
import { Failed, Waiting } from '../kit/states.tsx';
import { Table } from '../kit/table.tsx';
import { report } from '../kit/undo.tsx';
import { hasPasskeys, makePasskey } from '../session/passkey.ts';
import { callSignedIn } from '../session/tokens.ts';
import { CodesDialog } from './codes-dialog.tsx';
import { useOwn, type OwnPasskey } from './own.ts';
import { useProof } from './proof.tsx';

export function PasskeysPanel({ onChanged }: { readonly onChanged: () => void }) {
  const { data, problem, reload } = useOwn('/auth/passkeys', 'Your passkeys');
  const [isAdding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<OwnPasskey>();
  const [codes, setCodes] = useState<readonly string[]>([]);
  const changed = () => {
    setAdding(false);
    setRemoving(undefined);
    reload();
    onChanged();
  };
  const passkeys = data?.passkeys ?? [];
  return (
    <Panel
      title="Passkeys"
      isFlush
      actions={
        hasPasskeys() && (
          <Button kind="quiet" icon="plus" onClick={() => setAdding(true)}>
            Add a passkey
          </Button>
        )
      }
    >
      {data === undefined && (problem === undefined ? <Waiting rows={2} label="Loading your passkeys" /> : <Failed problem={problem} onRetry={reload} />)}
      {data !== undefined && passkeys.length === 0 && (
        <p className="quiet account-end">
          None. A passkey signs in with this device's finger, face or PIN, and cannot be given away by mistake.
          {!hasPasskeys() && ' This browser offers none at this address: they need https, or localhost.'}
        </p>
      )}
      {passkeys.length > 0 && (
        <Table label="Passkeys" columns={['Name', 'Added', 'Last used', 'Kept', 'Remove']}>
          {passkeys.map((passkey) => (
            <tr key={passkey.id}>
              <th scope="row">{passkey.name}</th>
              <td>
                <Moment at={passkey.createdAt} isLong />
              </td>
              <td>{passkey.usedAt === null ? <span className="faint">never</span> : <Ago at={passkey.usedAt} suffix=" ago" />}</td>
              <td>{passkey.isBackedUp ? 'by its provider too' : 'on one device'}</td>
              <td>
                <Button kind="quiet" aria-label={`Remove ${passkey.name}`} onClick={() => setRemoving(passkey)}>
                  Remove
                </Button>
              </td>
            </tr>
          ))}
        </Table>
      )}
      {isAdding && (
        <Add
          onCancel={() => setAdding(false)}
          onDone={(given) => {
            changed();
            setCodes(given);
          }}
        />
      )}
      {removing !== undefined && <Remove passkey={removing} onCancel={() => setRemoving(undefined)} onDone={changed} />}
      <CodesDialog codes={codes} onKept={() => setCodes([])} />
    </Panel>
  );
}

function Add({ onDone, onCancel }: { readonly onDone: (codes: readonly string[]) => void; readonly onCancel: () => void }) {
  const [name, setName] = useState('');
  const { isBusy, problem, field, run } = useProof();
  const add = () =>
    run('The passkey could not be added.', async (proof) => {
      const credential = await makePasskey(await callSignedIn('POST', '/auth/passkeys/options', proof));
      const { recoveryCodes = [] } = await callSignedIn<{ readonly recoveryCodes?: readonly string[] }>('POST', '/auth/passkeys', {
        name: name.trim(),
        credential,
      });
      onDone(recoveryCodes);
    });
  return (
    <AskDialog isOpen title="Add a passkey" action="Go on" isBusy={isBusy} problem={problem} onDo={() => void add()} onCancel={onCancel}>
      <p>The browser asks for the device, then for your finger, face or PIN.</p>
      <label className="field">
        <span>What you call the device</span>
        <input className="input" required maxLength={100} autoFocus placeholder="Work laptop" value={name} onChange={({ target }) => setName(target.value)} />
      </label>
      {field}
    </AskDialog>
  );
}

function Remove({ passkey, onDone, onCancel }: { readonly passkey: OwnPasskey; readonly onDone: () => void; readonly onCancel: () => void }) {
  const { isBusy, problem, run } = useProof();
  return (
    <AskDialog
      isOpen
      title={`Remove ${passkey.name}`}
      action="Remove the passkey"
      isBusy={isBusy}
      problem={problem}
      onDo={() =>
        void run('The passkey could not be removed.', async () => {
          await callSignedIn('DELETE', `/auth/passkeys/${encodeURIComponent(passkey.id)}`);
          report({ text: `${passkey.name} is removed` });
          onDone();
        })
      }
      onCancel={onCancel}
    >
      <p>Nobody signs in with it any more. The device may still offer it: delete it there as well.</p>
    </AskDialog>
  );
}
