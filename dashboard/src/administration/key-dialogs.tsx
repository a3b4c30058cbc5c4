// Keys of a service account: made and rotated, with the secret shown once, and revoked.
import { useState } from 'react';
import { AddApiKeyDocument, RevokeApiKeyDocument, RotateApiKeyDocument } from '../gql/graphql.ts';
import { AskDialog } from '../kit/ask-dialog.tsx';
import { CopyBlock } from '../kit/copy-block.tsx';
import { report } from '../kit/undo.tsx';
import type { ApiKey, ServiceAccount } from './account-panel.tsx';
import { OnceDialog } from './once-dialog.tsx';
import { PermissionPicker } from './permission-picker.tsx';
import { telling, useChange } from './use-change.ts';
import { usePermissionsOf } from './use-permissions-of.ts';

const DAYS = 90;
const MOST_DAYS = 366;
const OVERLAPS = [
  { value: 0, label: 'not at all' },
  { value: 3_600, label: 'an hour' },
  { value: 86_400, label: 'a day' },
  { value: 604_800, label: 'a week' },
] as const;

interface MadeProps {
  readonly account: ServiceAccount;
  readonly onMade: () => void;
  readonly onClose: () => void;
}

function Secret({ name, secret, onKept }: { readonly name: string; readonly secret: string; readonly onKept: () => void }) {
  return (
    <OnceDialog title={`Key of ${name}`} onKept={onKept}>
      <p>Shown this once and kept nowhere. It is sent as this header, with every request:</p>
      <CopyBlock label="Key" text={secret} />
      <CopyBlock label="Header" text={`Authorization: Bearer ${secret}`} />
    </OnceDialog>
  );
}

function DaysField({ value, onChange }: { readonly value: number; readonly onChange: (days: number) => void }) {
  return (
    <label className="field">
      <span>Holds for how many days, at most {MOST_DAYS}</span>
      <input
        className="input"
        type="number"
        required
        min={1}
        max={MOST_DAYS}
        value={Number.isNaN(value) ? '' : value}
        onChange={({ target }) => onChange(target.valueAsNumber)}
      />
    </label>
  );
}

export function AddKeyDialog({ account, onMade, onClose }: MadeProps) {
  const held = usePermissionsOf(account.roles);
  const [days, setDays] = useState(DAYS);
  const [networks, setNetworks] = useState('');
  const [isPart, setPart] = useState(false);
  const [permissions, setPermissions] = useState<readonly string[]>([]);
  const [secret, setSecret] = useState<string>();
  const { isBusy, problem, run } = useChange();
  if (secret !== undefined) return <Secret name={account.name} secret={secret} onKept={onClose} />;
  const make = () => {
    const from = networks.split(/[\s,]+/).filter((network) => network !== '');
    const input = { days, networks: from.length === 0 ? null : from, permissions: isPart ? [...permissions] : null };
    run(() =>
      telling(AddApiKeyDocument, { accountId: account.id, input }, 'The key', ({ addApiKey }) => {
        setSecret(addApiKey.secret);
        onMade();
      }),
    );
  };
  return (
    <AskDialog isOpen title={`New key for ${account.name}`} action="Make a key" isBusy={isBusy} problem={problem} onDo={make} onCancel={onClose}>
      <DaysField value={days} onChange={setDays} />
      <label className="field">
        <span>Taken from these addresses and networks, one a line; empty: from everywhere</span>
        <textarea
          className="input mono"
          rows={2}
          placeholder="10.2.0.0/16"
          spellCheck={false}
          value={networks}
          onChange={({ target }) => setNetworks(target.value)}
        />
      </label>
      <label className="check-row">
        <input type="checkbox" checked={isPart} onChange={({ target }) => setPart(target.checked)} />
        <span>May less than the account: a part of its permissions</span>
      </label>
      {isPart && <PermissionPicker value={permissions} onChange={setPermissions} among={held} />}
    </AskDialog>
  );
}

export function RotateKeyDialog({ account, apiKey, onMade, onClose }: MadeProps & { readonly apiKey: ApiKey }) {
  const [days, setDays] = useState(DAYS);
  const [overlapSeconds, setOverlap] = useState(86_400);
  const [secret, setSecret] = useState<string>();
  const { isBusy, problem, run } = useChange();
  if (secret !== undefined) return <Secret name={account.name} secret={secret} onKept={onClose} />;
  const rotate = () =>
    run(() =>
      telling(RotateApiKeyDocument, { accountId: account.id, keyId: apiKey.id, days, overlapSeconds }, 'The rotation', ({ rotateApiKey }) => {
        setSecret(rotateApiKey.secret);
        onMade();
      }),
    );
  return (
    <AskDialog isOpen title={`Rotate the key …${apiKey.hint}`} action="Make a new one" isBusy={isBusy} problem={problem} onDo={rotate} onCancel={onClose}>
      <p>Another key of the same rights. Nothing fails while both hold: change the program meanwhile.</p>
      <DaysField value={days} onChange={setDays} />
      <label className="field">
        <span>The present one still holds</span>
        <select className="input" value={overlapSeconds} onChange={({ target }) => setOverlap(Number(target.value))}>
          {OVERLAPS.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
    </AskDialog>
  );
}

interface RevokeProps {
  readonly account: ServiceAccount;
  readonly apiKey: ApiKey;
  readonly onDone: () => void;
  readonly onCancel: () => void;
}

export function RevokeKeyDialog({ account, apiKey, onDone, onCancel }: RevokeProps) {
  const { isBusy, problem, run } = useChange();
  const revoke = () =>
    run(() =>
      telling(RevokeApiKeyDocument, { accountId: account.id, keyId: apiKey.id }, 'The end of the key', () => {
        report({ text: `The key …${apiKey.hint} of ${account.name} has ended` });
        onDone();
      }),
    );
  return (
    <AskDialog isOpen title={`Revoke the key …${apiKey.hint}`} action="Revoke the key" isBusy={isBusy} problem={problem} onDo={revoke} onCancel={onCancel}>
      <p>This cannot be undone. It is refused at once, and what it holds open closes.</p>
    </AskDialog>
  );
}
