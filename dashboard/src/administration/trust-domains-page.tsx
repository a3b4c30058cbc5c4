// Of which trust domains workloads may ask.
import { Link, useNavigate } from '@tanstack/react-router';
import { useFresh } from '../data/fresh.ts';
import { TrustDomainsDocument } from '../gql/graphql.ts';
import { Ago } from '../kit/moment.tsx';
import { Table } from '../kit/table.tsx';
import { ListPage } from './list-page.tsx';
import { useMay } from './may.ts';

export function TrustDomainsPage() {
  const navigate = useNavigate();
  const mayManage = useMay()('users:manage');
  const fresh = useFresh(TrustDomainsDocument, { key: 'trust-domains', variables: () => ({}), what: 'The trust domains' });
  const add = () => void navigate({ to: '/administration/trust-domains/new' });
  const domains = fresh.data?.trustDomains;
  return (
    <ListPage
      title="Trust domains"
      noun="domain"
      fresh={fresh}
      count={domains?.length}
      add={mayManage ? { label: 'Add a domain', hint: 'Add a trust domain', run: add } : null}
      empty={{
        icon: 'chain',
        title: 'No workload asks by SPIFFE yet',
        text: 'Workloads of a trust domain call the API with a JWT-SVID in place of a key, so there is no secret to keep. Each domain would show here with its keys and what its workloads may do.',
      }}
    >
      <Table label="Trust domains" columns={['Name', { ofNumbers: 'Workloads' }, { ofNumbers: 'Keys' }, 'Bundle', 'Changed']}>
        {(domains ?? []).map(({ name, endpoint, keys, workloads, fetchedAt, changedAt, changedBy }) => (
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
    </ListPage>
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
