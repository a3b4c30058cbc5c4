// By which identity providers people sign in.
import { Link, useNavigate } from '@tanstack/react-router';
import { useFresh } from '../data/fresh.ts';
import { IdentityProvidersDocument } from '../gql/graphql.ts';
import { Button } from '../kit/button.tsx';
import { useKeys } from '../kit/keys.ts';
import { Ago } from '../kit/moment.tsx';
import { plural } from '../kit/numbers.ts';
import { Page, Panel } from '../kit/panel.tsx';
import { Empty, Failed, Stale, Waiting } from '../kit/states.tsx';
import { Table } from '../kit/table.tsx';
import { useTitle } from '../kit/title.ts';
import { useMay } from './may.ts';
import { OnOff } from './on-off.tsx';
import { AdministrationTabs } from './tabs.tsx';
import './administration.css';

export function ProvidersPage() {
  const navigate = useNavigate();
  const mayManage = useMay()('users:manage');
  useTitle('Identity providers');
  const fresh = useFresh(IdentityProvidersDocument, { key: 'providers', variables: () => ({}), what: 'The identity providers' });
  const add = () => void navigate({ to: '/administration/identity-providers/new' });
  useKeys(mayManage ? [{ keys: 'n', label: 'Add an identity provider', group: 'Lists', run: add }] : []);
  const providers = fresh.data?.identityProviders;
  return (
    <Page
      title="Administration"
      tools={
        <>
          <Stale problem={fresh.problem} at={fresh.at} />
          {mayManage && (
            <Button kind="main" icon="plus" hint="n" onClick={add}>
              Add a provider
            </Button>
          )}
        </>
      }
    >
      <AdministrationTabs />
      <div className="page-scroll access">
        <Panel title="Identity providers" note={providers === undefined ? undefined : plural(providers.length, 'provider')} isFlush>
          {providers === undefined &&
            (fresh.problem === undefined ? (
              <Waiting rows={3} label="Loading the identity providers" />
            ) : (
              <Failed problem={fresh.problem} onRetry={fresh.reload} />
            ))}
          {providers?.length === 0 && (
            <Empty
              icon="person"
              title="Everybody signs in with a password"
              action={
                mayManage ? (
                  <Button kind="main" icon="plus" onClick={add}>
                    Add the first
                  </Button>
                ) : undefined
              }
            >
              Any provider that speaks OpenID Connect would show here: Keycloak, Okta, Entra ID, Google Workspace. Its groups give roles, and who leaves the
              company is out here too.
            </Empty>
          )}
          {providers !== undefined && providers.length > 0 && (
            <Table label="Identity providers" columns={['Name', 'Sign-in page says', 'Issuer', 'State', 'Roles', 'Changed']}>
              {providers.map(({ name, label, issuer, groupRoles, defaultRoles, disabledAt, changedAt, changedBy }) => (
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
          )}
        </Panel>
      </div>
    </Page>
  );
}
