// Who may come in: users, and those who are invited.
import { Link, Navigate, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useFresh } from '../data/fresh.ts';
import { UsersDocument, type UsersQuery } from '../gql/graphql.ts';
import { Button, Segments } from '../kit/button.tsx';
import { useKeys } from '../kit/keys.ts';
import { Ago } from '../kit/moment.tsx';
import { exactCount, plural } from '../kit/numbers.ts';
import { Page, Panel } from '../kit/panel.tsx';
import { SearchInput } from '../kit/search-input.tsx';
import { Empty, Failed, Stale, Waiting } from '../kit/states.tsx';
import { Table } from '../kit/table.tsx';
import { useTitle } from '../kit/title.ts';
import { useViewer } from '../shell/viewer.tsx';
import type { UsersSearch } from './address.ts';
import { InvitationsPanel } from './invitations-panel.tsx';
import { InviteDialog } from './invite-dialog.tsx';
import { useMay } from './may.ts';
import { OnOff } from './on-off.tsx';
import { pagesFor } from './pages.ts';
import { AdministrationTabs } from './tabs.tsx';
import './administration.css';

const PAGE = 50;
const MOST = 200;
const WHICH = [
  { value: 'active', label: 'May sign in' },
  { value: 'all', label: 'With disabled' },
] as const;

/** The first page of the area, for who may see it; others are led to the first that they may see. */
export function UsersPage() {
  const may = useMay();
  const isKnown = useViewer() !== undefined;
  const [first] = pagesFor(may);
  if (isKnown && first !== undefined && first.to !== '/administration') return <Navigate to={first.to} replace />;
  return <Users />;
}

function Users() {
  const search = useSearch({ from: '/inside/administration' });
  const navigate = useNavigate();
  const may = useMay();
  const [first, setFirst] = useState(PAGE);
  const [isInviting, setInviting] = useState(false);
  const [invitations, setInvitations] = useState(0);
  useTitle('Users');
  const fresh = useFresh(UsersDocument, {
    key: `${JSON.stringify(search)} ${first}`,
    variables: () => ({ first, filter: { search: search.name ?? null, disabled: search.which === 'all' ? null : false } }),
    what: 'The users',
  });
  useKeys(may('users:manage') ? [{ keys: 'n', label: 'Invite somebody', group: 'Lists', run: () => setInviting(true) }] : []);
  const show = (next: UsersSearch) => void navigate({ to: '/administration', search: next, replace: true });
  const found = fresh.data?.users;
  const users = found?.edges.map(({ node }) => node) ?? [];
  return (
    <Page
      title="Administration"
      tools={
        <>
          <Stale problem={fresh.problem} at={fresh.at} />
          {may('users:manage') && (
            <Button kind="main" icon="plus" hint="n" onClick={() => setInviting(true)}>
              Invite
            </Button>
          )}
        </>
      }
    >
      <AdministrationTabs />
      <div className="page-scroll access">
        <div className="access-filters">
          <SearchInput
            key={search.name ?? ''}
            value={search.name ?? ''}
            label="Part of a name or an address"
            placeholder="Name or address"
            onSearch={(name) => show({ ...(name === '' ? {} : { name }), ...(search.which === 'all' ? { which: 'all' } : {}) })}
          />
          <Segments
            label="Which"
            value={search.which ?? 'active'}
            choices={WHICH}
            onChange={(which) => show({ ...(search.name === undefined ? {} : { name: search.name }), ...(which === 'all' ? { which } : {}) })}
          />
        </div>
        <Panel
          title="Users"
          note={found === undefined ? undefined : `${plural(users.length, 'user')}${found.pageInfo.hasNextPage ? ' of more' : ''}, newest first`}
          isFlush
        >
          {found === undefined &&
            (fresh.problem === undefined ? <Waiting rows={6} label="Loading the users" /> : <Failed problem={fresh.problem} onRetry={fresh.reload} />)}
          {found !== undefined && users.length === 0 && (
            <Empty icon="person" title="Nobody like this">
              {search.name === undefined ? 'No user may sign in.' : `No name and no address holds “${search.name}”.`}
            </Empty>
          )}
          {users.length > 0 && (
            <Table label="Users" columns={['User', 'Mail', 'Roles', 'State', 'Last seen', { ofNumbers: 'Sessions' }, 'Signs in by']}>
              {users.map((user) => (
                <Row key={user.id} user={user} />
              ))}
            </Table>
          )}
          {found?.pageInfo.hasNextPage === true && (
            <div className="access-end">
              {first < MOST ? (
                <Button kind="quiet" onClick={() => setFirst(Math.min(MOST, first * 2))}>
                  Show more
                </Button>
              ) : (
                <span className="faint">The {MOST} newest are shown. Part of a name narrows them.</span>
              )}
            </div>
          )}
        </Panel>
        <InvitationsPanel key={invitations} />
      </div>
      {isInviting && <InviteDialog onInvited={() => setInvitations((n) => n + 1)} onClose={() => setInviting(false)} />}
    </Page>
  );
}

function Row({ user }: { readonly user: UsersQuery['users']['edges'][number]['node'] }) {
  const { id, name, email, roles, disabledAt, seenAt, sessions, hasPassword } = user;
  return (
    <tr>
      <th scope="row">
        <Link to="/administration/users/$userId" params={{ userId: id }}>
          {name}
        </Link>
      </th>
      <td>{email ?? <span className="faint">none</span>}</td>
      <td>{roles.join(', ') || <span className="faint">none</span>}</td>
      <td>
        <OnOff disabledAt={disabledAt} />
      </td>
      <td>{seenAt === null ? <span className="faint">never</span> : <Ago at={seenAt} suffix=" ago" />}</td>
      <td className="n">{exactCount(sessions)}</td>
      <td>{hasPassword ? 'password' : 'identity provider'}</td>
    </tr>
  );
}
