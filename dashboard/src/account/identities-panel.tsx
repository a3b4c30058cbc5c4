// The identity providers that one signs in by. Links are made by invitations, first sign-ins and administrators; here they end.
import { useState } from 'react';
import { AskDialog } from '../kit/ask-dialog.tsx';
import { Button } from '../kit/button.tsx';
import { Ago, Moment } from '../kit/moment.tsx';
import { Panel } from '../kit/panel.tsx';
import { Failed, Waiting } from '../kit/states.tsx';
import { Table } from '../kit/table.tsx';
import { report } from '../kit/undo.tsx';
import { callSignedIn } from '../session/tokens.ts';
import { useOwn, type OwnIdentity } from './own.ts';
import { useProof } from './proof.tsx';

export function IdentitiesPanel() {
  const { data, problem, reload } = useOwn('/auth/identities', 'Your identity providers');
  const [removing, setRemoving] = useState<OwnIdentity>();
  const identities = data?.identities ?? [];
  if (data !== undefined && identities.length === 0) return null;
  return (
    <Panel title="Identity providers" isFlush>
      {data === undefined &&
        (problem === undefined ? <Waiting rows={2} label="Loading your identity providers" /> : <Failed problem={problem} onRetry={reload} />)}
      {identities.length > 0 && (
        <Table label="Identity providers" columns={['Provider', 'Known there as', 'Since', 'Last used', 'Remove']}>
          {identities.map((identity) => (
            <tr key={identity.id}>
              <th scope="row">{identity.label}</th>
              <td>
                <code>{identity.subject}</code>
              </td>
              <td>
                <Moment at={identity.createdAt} isLong />
              </td>
              <td>
                <Ago at={identity.usedAt} suffix=" ago" />
              </td>
              <td>
                <Button kind="quiet" aria-label={`Remove ${identity.label}`} onClick={() => setRemoving(identity)}>
                  Remove
                </Button>
              </td>
            </tr>
          ))}
        </Table>
      )}
      {removing !== undefined && (
        <Remove
          identity={removing}
          onCancel={() => setRemoving(undefined)}
          onDone={() => {
            setRemoving(undefined);
            reload();
          }}
        />
      )}
    </Panel>
  );
}

function Remove({ identity, onDone, onCancel }: { readonly identity: OwnIdentity; readonly onDone: () => void; readonly onCancel: () => void }) {
  const { isBusy, problem, run } = useProof();
  return (
    <AskDialog
      isOpen
      title={`Remove ${identity.label}`}
      action="Remove it"
      isBusy={isBusy}
      problem={problem}
      onDo={() =>
        void run('It could not be removed.', async () => {
          await callSignedIn('DELETE', `/auth/identities/${identity.id}`);
          report({ text: `You sign in by ${identity.label} no more` });
          onDone();
        })
      }
      onCancel={onCancel}
    >
      <p>You sign in by it no more, and sessions that came from it end at once: this one too, if you came by it today.</p>
    </AskDialog>
  );
}
