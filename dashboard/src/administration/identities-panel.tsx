// By which identity providers a user signs in, and how that ends.
import { useState } from 'react';
import { UnlinkIdentityDocument } from '../gql/graphql.ts';
import { AskDialog } from '../kit/ask-dialog.tsx';
import { Button } from '../kit/button.tsx';
import { Ago, Moment } from '../kit/moment.tsx';
import { Panel } from '../kit/panel.tsx';
import { Table } from '../kit/table.tsx';
import { report } from '../kit/undo.tsx';
import { telling, useChange } from './use-change.ts';
import type { User } from './user-page.tsx';

type Identity = User['identities'][number];

export function IdentitiesPanel({ user, mayManage, onChanged }: { readonly user: User; readonly mayManage: boolean; readonly onChanged: () => void }) {
  const [removing, setRemoving] = useState<Identity>();
  if (user.identities.length === 0) return null;
  return (
    <Panel title="Identity providers" isFlush>
      <Table label="Identity providers" columns={['Provider', 'Known there as', 'Roles', 'Since', 'Last used', ...(mayManage ? ['Remove'] : [])]}>
        {user.identities.map((identity) => (
          <tr key={identity.id}>
            <th scope="row">
              {identity.provider}
              {identity.isDisabled && <span className="faint"> (disabled)</span>}
            </th>
            <td>
              <code>{identity.subject}</code>
            </td>
            <td>{identity.keepsRoles ? 'given here' : 'of groups there'}</td>
            <td>
              <Moment at={identity.createdAt} isLong />
            </td>
            <td>
              <Ago at={identity.usedAt} suffix=" ago" />
            </td>
            {mayManage && (
              <td>
                <Button kind="quiet" aria-label={`Remove ${identity.provider}`} onClick={() => setRemoving(identity)}>
                  Remove
                </Button>
              </td>
            )}
          </tr>
        ))}
      </Table>
      {removing !== undefined && (
        <Remove
          user={user}
          identity={removing}
          onCancel={() => setRemoving(undefined)}
          onDone={() => {
            setRemoving(undefined);
            onChanged();
          }}
        />
      )}
    </Panel>
  );
}

interface RemoveProps {
  readonly user: User;
  readonly identity: Identity;
  readonly onDone: () => void;
  readonly onCancel: () => void;
}

function Remove({ user, identity, onDone, onCancel }: RemoveProps) {
  const { isBusy, problem, run } = useChange();
  const remove = () =>
    run(() =>
      telling(UnlinkIdentityDocument, { user: user.id, identity: identity.id }, 'The change', () => {
        report({ text: `${user.name} signs in by ${identity.provider} no more` });
        onDone();
      }),
    );
  const isLast = !user.hasPassword && user.identities.length === 1;
  return (
    <AskDialog
      isOpen
      title={`Remove ${identity.provider} from ${user.name}`}
      action="Remove it"
      isBusy={isBusy}
      problem={problem}
      onDo={remove}
      onCancel={onCancel}
    >
      <p>Sessions that came from it end at once. Whoever is {identity.subject} there is a stranger here afterwards, until they are linked or invited again.</p>
      {isLast && <p>{user.name} has no password: unless there is a passkey, nothing is left to sign in by.</p>}
    </AskDialog>
  );
}
