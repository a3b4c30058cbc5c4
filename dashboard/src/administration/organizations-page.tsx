// The organizations of the installation, for who runs it.
import { useState } from 'react';
import { useFresh } from '../data/fresh.ts';
import { ChangeOrganizationDocument, OrganizationsDocument, type OrganizationsQuery } from '../gql/graphql.ts';
import { Button } from '../kit/button.tsx';
import { useKeys } from '../kit/keys.ts';
import { Ago } from '../kit/moment.tsx';
import { exactCount, plural } from '../kit/numbers.ts';
import { Page, Panel } from '../kit/panel.tsx';
import { HealthShape } from '../kit/severity.tsx';
import { Failed, Stale, Waiting } from '../kit/states.tsx';
import { Table } from '../kit/table.tsx';
import { useTitle } from '../kit/title.ts';
import { useViewer } from '../shell/viewer.tsx';
import { useMay } from './may.ts';
import { AddOrganizationDialog, RenameDialog, SuspendDialog } from './organization-dialogs.tsx';
import { Refusal } from './refusal.tsx';
import { AdministrationTabs } from './tabs.tsx';
import { reportUndoable, telling, useChange } from './use-change.ts';
import './administration.css';

export type Organization = OrganizationsQuery['organizations'][number];
type Asking = { readonly what: 'add' } | { readonly what: 'rename' | 'suspend'; readonly organization: Organization };

export function OrganizationsPage() {
  const mayManage = useMay()('organizations:manage');
  const own = useViewer()?.organization;
  const [asking, setAsking] = useState<Asking>();
  const { isBusy, problem, run } = useChange();
  useTitle('Organizations');
  const fresh = useFresh(OrganizationsDocument, { key: 'organizations', variables: () => ({}), what: 'The organizations' });
  const add = () => setAsking({ what: 'add' });
  useKeys(mayManage ? [{ keys: 'n', label: 'Add an organization', group: 'Lists', run: add }] : []);
  const close = () => setAsking(undefined);
  const done = () => {
    close();
    fresh.reload();
  };
  const resume = ({ id }: Organization) =>
    run(() =>
      telling(ChangeOrganizationDocument, { id, change: { suspended: false } }, 'The change', () => {
        reportUndoable(`${id} may work again`, ChangeOrganizationDocument, { id, change: { suspended: true } }, fresh.reload);
        fresh.reload();
      }),
    );
  const organizations = fresh.data?.organizations;
  return (
    <Page
      title="Administration"
      tools={
        <>
          <Stale problem={fresh.problem} at={fresh.at} />
          {mayManage && (
            <Button kind="main" icon="plus" hint="n" onClick={add}>
              Add an organization
            </Button>
          )}
        </>
      }
    >
      <AdministrationTabs />
      <div className="page-scroll access">
        <Panel title="Organizations" note={organizations === undefined ? undefined : plural(organizations.length, 'organization')} isFlush>
          {organizations === undefined &&
            (fresh.problem === undefined ? <Waiting rows={4} label="Loading the organizations" /> : <Failed problem={fresh.problem} onRetry={fresh.reload} />)}
          {organizations !== undefined && (
            <Table label="Organizations" columns={['Id', 'Name', 'State', { ofNumbers: 'Users' }, 'Made', 'Change']}>
              {organizations.map((organization) => (
                <tr key={organization.id}>
                  <th scope="row">
                    <code>{organization.id}</code>
                  </th>
                  <td>{organization.name}</td>
                  <td>
                    <State suspendedAt={organization.suspendedAt} />
                  </td>
                  <td className="n">{exactCount(organization.users)}</td>
                  <td>
                    <Ago at={organization.createdAt} suffix=" ago" />
                  </td>
                  <td>
                    <Button kind="quiet" aria-label={`Rename ${organization.id}`} onClick={() => setAsking({ what: 'rename', organization })}>
                      Rename
                    </Button>
                    {organization.suspendedAt !== null ? (
                      <Button kind="quiet" aria-label={`Resume ${organization.id}`} disabled={isBusy} onClick={() => resume(organization)}>
                        Resume
                      </Button>
                    ) : (
                      organization.id !== own && (
                        <Button kind="quiet" aria-label={`Suspend ${organization.id}`} onClick={() => setAsking({ what: 'suspend', organization })}>
                          Suspend
                        </Button>
                      )
                    )}
                  </td>
                </tr>
              ))}
            </Table>
          )}
        </Panel>
        {problem !== undefined && <Refusal problem={problem} />}
      </div>
      {asking?.what === 'add' && <AddOrganizationDialog onAdded={fresh.reload} onClose={close} />}
      {asking?.what === 'rename' && <RenameDialog organization={asking.organization} onDone={done} onUndone={fresh.reload} onCancel={close} />}
      {asking?.what === 'suspend' && <SuspendDialog organization={asking.organization} onDone={done} onUndone={fresh.reload} onCancel={close} />}
    </Page>
  );
}

function State({ suspendedAt }: { readonly suspendedAt: string | null }) {
  return (
    <span className="health-mark">
      <HealthShape health={suspendedAt === null ? 'good' : 'off'} />
      {suspendedAt === null ? (
        'Works'
      ) : (
        <span>
          Suspended <Ago at={suspendedAt} suffix=" ago" />
        </span>
      )}
    </span>
  );
}
