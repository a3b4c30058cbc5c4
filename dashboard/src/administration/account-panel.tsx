// One service account: what it may do, and its keys.
import { useState } from 'react';
import { ChangeServiceAccountDocument, type ServiceAccountsQuery } from '../gql/graphql.ts';
import { Button } from '../kit/button.tsx';
import { useNow } from '../kit/clock.ts';
import { Ago, Moment } from '../kit/moment.tsx';
import { Panel } from '../kit/panel.tsx';
import { Table } from '../kit/table.tsx';
import { toMs } from '../kit/time.ts';
import { AccountDialog, RemoveAccountDialog } from './account-dialogs.tsx';
import { AddKeyDialog, RevokeKeyDialog, RotateKeyDialog } from './key-dialogs.tsx';
import { useMay } from './may.ts';
import { OnOff } from './on-off.tsx';
import { reportUndoable, telling, useChange } from './use-change.ts';

export type ServiceAccount = ServiceAccountsQuery['serviceAccounts']['edges'][number]['node'];
export type ApiKey = ServiceAccount['keys'][number];
type Asking = { readonly what: 'change' | 'remove' | 'add-key' } | { readonly what: 'rotate' | 'revoke'; readonly key: ApiKey };

export function AccountPanel({ account, onChanged }: { readonly account: ServiceAccount; readonly onChanged: () => void }) {
  const may = useMay();
  const [asking, setAsking] = useState<Asking>();
  const { isBusy, problem, run } = useChange();
  const { id, name, description, roles, disabledAt, removedAt, keys, createdAt, createdBy } = account;
  const mayChange = may('service-accounts:manage') && removedAt === null;
  const close = () => setAsking(undefined);
  const done = () => {
    close();
    onChanged();
  };
  const turn = (disabled: boolean) =>
    run(() =>
      telling(ChangeServiceAccountDocument, { id, change: { disabled } }, 'The change', () => {
        const words = disabled ? `${name} is disabled: its keys are refused` : `${name} is enabled`;
        reportUndoable(words, ChangeServiceAccountDocument, { id, change: { disabled: !disabled } }, onChanged);
        onChanged();
      }),
    );
  return (
    <Panel
      title={name}
      note={description}
      isFlush
      actions={
        mayChange && (
          <>
            <Button kind="quiet" icon="plus" aria-label={`New key for ${name}`} onClick={() => setAsking({ what: 'add-key' })}>
              New key
            </Button>
            <Button kind="quiet" aria-label={`Change ${name}`} onClick={() => setAsking({ what: 'change' })}>
              Change
            </Button>
            <Button
              kind="quiet"
              aria-label={`${disabledAt === null ? 'Disable' : 'Enable'} ${name}`}
              disabled={isBusy}
              onClick={() => turn(disabledAt === null)}
            >
              {disabledAt === null ? 'Disable' : 'Enable'}
            </Button>
            <Button kind="quiet" aria-label={`Remove ${name}`} onClick={() => setAsking({ what: 'remove' })}>
              Remove
            </Button>
          </>
        )
      }
    >
      <p className="access-line quiet">
        {removedAt === null ? (
          <OnOff disabledAt={disabledAt} />
        ) : (
          <span>
            Removed <Ago at={removedAt} suffix=" ago" />
          </span>
        )}
        <span>{roles.join(', ')}</span>
        <span className="faint">
          made <Moment at={createdAt} isLong /> by {createdBy}; in the audit as <code>service:{name}</code>
        </span>
      </p>
      {problem !== undefined && (
        <p className="field-error access-end" role="alert">
          {problem.advice}
        </p>
      )}
      {keys.length === 0 ? (
        <p className="quiet access-end">No key yet: nothing can sign in with it.</p>
      ) : (
        <Table label={`Keys of ${name}`} columns={['Key', 'Holds', 'May', 'From', 'Last used', 'Made', 'Change']}>
          {keys.map((key) => (
            <KeyRow key={key.id} value={key} mayChange={mayChange} onAsk={(what) => setAsking({ what, key })} />
          ))}
        </Table>
      )}
      {asking?.what === 'change' && <AccountDialog account={account} onDone={done} onUndone={onChanged} onCancel={close} />}
      {asking?.what === 'remove' && <RemoveAccountDialog account={account} onDone={done} onCancel={close} />}
      {asking?.what === 'add-key' && <AddKeyDialog account={account} onMade={onChanged} onClose={close} />}
      {asking?.what === 'rotate' && <RotateKeyDialog account={account} apiKey={asking.key} onMade={onChanged} onClose={close} />}
      {asking?.what === 'revoke' && <RevokeKeyDialog account={account} apiKey={asking.key} onDone={done} onCancel={close} />}
    </Panel>
  );
}

interface KeyRowProps {
  readonly value: ApiKey;
  readonly mayChange: boolean;
  readonly onAsk: (what: 'rotate' | 'revoke') => void;
}

function KeyRow({ value: { hint, permissions, networks, createdAt, createdBy, expiresAt, lastUsedAt, lastUsedFrom }, mayChange, onAsk }: KeyRowProps) {
  const isOver = toMs(expiresAt) <= useNow(1000);
  return (
    <tr className={isOver ? 'faint' : ''}>
      <th scope="row">
        <code>…{hint}</code>
      </th>
      <td>
        {isOver ? 'ended ' : 'until '}
        <Moment at={expiresAt} isLong />
      </td>
      <td title={permissions?.join(', ')}>
        {permissions === null ? 'all that its roles give' : permissions.length > 2 ? `${permissions.length} permissions` : permissions.join(', ')}
      </td>
      <td>{networks === null ? 'everywhere' : <code>{networks.join(', ')}</code>}</td>
      <td>
        {lastUsedAt === null ? (
          <span className="faint">never</span>
        ) : (
          <>
            <Ago at={lastUsedAt} suffix=" ago" /> {lastUsedFrom !== null && <code className="faint">{lastUsedFrom}</code>}
          </>
        )}
      </td>
      <td>
        <Ago at={createdAt} suffix=" ago" /> by {createdBy}
      </td>
      <td>
        {mayChange && !isOver && (
          <>
            <Button kind="quiet" aria-label={`Rotate the key …${hint}`} onClick={() => onAsk('rotate')}>
              Rotate
            </Button>
            <Button kind="quiet" aria-label={`Revoke the key …${hint}`} onClick={() => onAsk('revoke')}>
              Revoke
            </Button>
          </>
        )}
      </td>
    </tr>
  );
}
