// By which identity providers people sign in.
import { Link, useNavigate } from '@tanstack/react-router';
import { useFresh } from '../data/fresh.ts';
import { IdentityProvidersDocument } from '../gql/graphql.ts';
import { Ago } from '../kit/moment.tsx';
import { plural } from '../kit/numbers.ts';
import { Table } from '../kit/table.tsx';
import { ListPage } from './list-page.tsx';
import { useMay } from './may.ts';
import { OnOff } from './on-off.tsx';

export function ProvidersPage() {
  const navigate = useNavigate();
  const mayManage = useMay()('users:manage');
  const fresh = useFresh(IdentityProvidersDocument, { key: 'providers', variables: () => ({}), what: 'The identity providers' });
  const add = () => void navigate({ to: '/administration/identity-providers/new' });
  const providers = fresh.data?.identityProviders;
  return (
    <ListPage
      title="Identity providers"
      noun="provider"
      fresh={fresh}
      count={providers?.length}
      add={mayManage ? { label: 'Add a provider', hint: 'Add an identity provider', run: add } : null}
      empty={{
        icon: 'person',
        title: 'Everybody signs in with a password',
        text: 'Any provider that speaks OpenID Connect would show here: Keycloak, Okta, Entra ID, Google Workspace. Its groups give roles, and who leaves the company is out here too.',
      }}
    >
      <Table label="Identity providers" columns={['Name', 'Sign-in page says', 'Issuer', 'State', 'Roles', 'Changed']}>
        {(providers ?? []).map(({ name, label, issuer, groupRoles, defaultRoles, disabledAt, changedAt, changedBy }) => (
          <tr key={name}>
            <th scope="row">
              <Link to="/administration/identity-providers/provider/$name" params={{ name }}>
                {name}
              </Link>
            </th>
            <td>{label}</td>
            <td>
              <code>{issuer}</code>
            </td>
            <td>
              <OnOff disabledAt={disabledAt} />
            </td>
            <td>
              {groupRoles.length > 0 && `by ${plural(groupRoles.length, 'group')}`}
              {groupRoles.length > 0 && defaultRoles.length > 0 && '; '}
              {defaultRoles.length > 0 && `everybody ${defaultRoles.join(', ')}`}
              {groupRoles.length + defaultRoles.length === 0 && <span className="faint">none: nobody gets in</span>}
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
