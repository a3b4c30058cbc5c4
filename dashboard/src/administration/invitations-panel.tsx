// Who is invited and has not come yet.
import { useState } from 'react';
import { useFresh } from '../data/fresh.ts';
import { InvitationsDocument, RevokeInvitationDocument, type InvitationsQuery } from '../gql/graphql.ts';
import { AskDialog } from '../kit/ask-dialog.tsx';
import { Button } from '../kit/button.tsx';
import { Moment } from '../kit/moment.tsx';
import { plural } from '../kit/numbers.ts';
import { Panel } from '../kit/panel.tsx';
import { Failed, Waiting } from '../kit/states.tsx';
import { Table } from '../kit/table.tsx';
import { report } from '../kit/undo.tsx';
import { useMay } from './may.ts';
import { telling, useChange } from './use-change.ts';

type Invitation = InvitationsQuery['invitations']['edges'][number]['node'];

export function InvitationsPanel() {
  const fresh = useFresh(InvitationsDocument, { key: 'invitations', variables: () => ({ first: 100, withClosed: false }), what: 'The invitations' });
  const [revoking, setRevoking] = useState<Invitation>();
  const may = useMay();
  const found = fresh.data?.invitations;
  const open = found?.edges.map(({ node }) => node) ?? [];
  return (
    <Panel
      title="Invitations"
      note={found === undefined ? undefined : `${plural(open.length, 'invitation')}${found.pageInfo.hasNextPage ? ' of more' : ''} open`}
      isFlush
    >
      {found === undefined &&
        (fresh.problem === undefined ? <Waiting rows={2} label="Loading the invitations" /> : <Failed problem={fresh.problem} onRetry={fresh.reload} />)}
      {found !== undefined && open.length === 0 && (
        <p className="quiet access-end">None is open. An invitation gives a link, by which the invited person chooses a password; nobody else ever knows it.</p>
      )}
      {open.length > 0 && (
        <Table label="Invitations" columns={['For', 'Mail', 'Roles', 'Open until', 'Invited by', 'Withdraw']}>
          {open.map((invitation) => (
            <tr key={invitation.id}>
              <th scope="row">{invitation.name}</th>
              <td>{invitation.email ?? <span className="faint">none</span>}</td>
              <td>{invitation.roles.join(', ')}</td>
              <td>
                <Moment at={invitation.expiresAt} isLong />
              </td>
              <td>{invitation.createdBy}</td>
              <td>
                {may('users:manage') && (
                  <Button kind="quiet" aria-label={`Withdraw the invitation of ${invitation.name}`} onClick={() => setRevoking(invitation)}>
                    Withdraw
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </Table>
      )}
      {revoking !== undefined && (
        <Withdraw
          invitation={revoking}
          onCancel={() => setRevoking(undefined)}
          onDone={() => {
            setRevoking(undefined);
            fresh.reload();
          }}
        />
      )}
    </Panel>
  );
}

function Withdraw({ invitation, onDone, onCancel }: { readonly invitation: Invitation; readonly onDone: () => void; readonly onCancel: () => void }) {
  const { isBusy, problem, run } = useChange();
  return (
    <AskDialog
      isOpen
      title={`Withdraw the invitation of ${invitation.name}`}
      action="Withdraw"
      isBusy={isBusy}
      problem={problem}
      onDo={() =>
        run(() =>
          telling(RevokeInvitationDocument, { id: invitation.id }, 'The withdrawal', () => {
            report({ text: `The invitation of ${invitation.name} is withdrawn` });
            onDone();
          }),
        )
      }
      onCancel={onCancel}
    >
      <p>The link leads nowhere any more. Another invitation makes another link.</p>
    </AskDialog>
  );
}
