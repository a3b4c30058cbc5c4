// Of which trust domains workloads may ask.
import { Link, useNavigate } from '@tanstack/react-router';
import { useFresh } from '../data/fresh.ts';
import { TrustDomainsDocument } from '../gql/graphql.ts';
import { Button } from '../kit/button.tsx';
import { useKeys } from '../kit/keys.ts';
import { Ago } from '../kit/moment.tsx';
import { plural } from '../kit/numbers.ts';
import { Page, Panel } from '../kit/panel.tsx';
import { Empty, Failed, Stale, Waiting } from '../kit/states.tsx';
import { Table } from '../kit/table.tsx';
import { useTitle } from '../kit/title.ts';
import { useMay } from './may.ts';
import { AdministrationTabs } from './tabs.tsx';
import './administration.css';

export function TrustDomainsPage() {
  const navigate = useNavigate();
  const mayManage = useMay()('users:manage');
  useTitle('Trust domains');
  const fresh = useFresh(TrustDomainsDocument, { key: 'trust-domains', variables: () => ({}), what: 'The trust domains' });
  const add = () => void navigate({ to: '/administration/trust-domains/new' });
  useKeys(mayManage ? [{ keys: 'n', label: 'Add a trust domain', group: 'Lists', run: add }] : []);
  const domains = fresh.data?.trustDomains;
  return (
    <Page
      title="Administration"
      tools={
        <>
          <Stale problem={fresh.problem} at={fresh.at} />
          {mayManage && (
            <Button kind="main" icon="plus" hint="n" onClick={add}>
              Add a domain
            </Button>
          )}
        </>
      }
    >
      <AdministrationTabs />
      <div className="page-scroll access">
        <Panel title="Trust domains" note={domains === undefined ? undefined : plural(domains.length, 'domain')} isFlush>
          {domains === undefined &&
            (fresh.problem === undefined ? <Waiting rows={3} label="Loading the trust domains" /> : <Failed problem={fresh.problem} onRetry={fresh.reload} />)}
          {domains?.length === 0 && (
            <Empty
              icon="chain"
              title="No workload asks by SPIFFE yet"
              action={
                mayManage ? (
                  <Button kind="main" icon="plus" onClick={add}>
                    Add the first
                  </Button>
                ) : undefined
              }
            >
              Workloads of a trust domain call the API with a JWT-SVID in place of a key, so there is no secret to keep. Each domain would show here with its
              keys and what its workloads may do.
            </Empty>
          )}
          {domains !== undefined && domains.length > 0 && (
            <Table label="Trust domains" columns={['Name', { ofNumbers: 'Workloads' }, { ofNumbers: 'Keys' }, 'Bundle', 'Changed']}>
              {domains.map(({ name, endpoint, keys, workloads, fetchedAt, changedAt, changedBy }) => (
                <tr key={name}>
                  <th scope="row">
                    <Link to="/administration/trust-domains/domain/$name" params={{ name }}>
                      {name}
                    </Link>
                  </th>
                  <td className="n">{workloads.length}</td>
                  <td className="n">{keys.length}</td>
                  <td>
                    <BundleAge endpoint={endpoint} fetchedAt={fetchedAt} />
                  </td>
                  <td>
                    <Ago at={changedAt} suffix=" ago" /> by {changedBy}
                  </td>
                </tr>
              ))}
            </Table>
          )}
        </Panel>
      </div>
    </Page>
  );
}

/** Where the keys of a domain come from, and since when they are known. */
export function BundleAge({ endpoint, fetchedAt }: { readonly endpoint: string | null; readonly fetchedAt: string | null }) {
  if (endpoint === null) return <span>given by hand</span>;
  return (
    <span>
      from <code>{endpoint}</code>,{' '}
      {fetchedAt === null ? (
        'when it was changed last'
      ) : (
        <>
          fetched <Ago at={fetchedAt} suffix=" ago" />
        </>
      )}
    </span>
  );
}
