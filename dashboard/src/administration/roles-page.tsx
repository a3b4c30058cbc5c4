// What one can be, and what each may do.
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useFresh } from '../data/fresh.ts';
import { RolesDocument, type RolesQuery } from '../gql/graphql.ts';
import { Button } from '../kit/button.tsx';
import { useKeys } from '../kit/keys.ts';
import { Ago } from '../kit/moment.tsx';
import { plural } from '../kit/numbers.ts';
import { Page, Panel } from '../kit/panel.tsx';
import { Empty, Failed, Stale, Waiting } from '../kit/states.tsx';
import { Table } from '../kit/table.tsx';
import { useTitle } from '../kit/title.ts';
import { useMay } from './may.ts';
import { RemoveRoleDialog, RoleDialog } from './role-dialogs.tsx';
import { roleWords } from './role-words.ts';
import { AdministrationTabs } from './tabs.tsx';
import './administration.css';

export type Role = RolesQuery['roles'][number];

export function RolesPage() {
  const { role: shown } = useSearch({ from: '/inside/administration/roles' });
  const navigate = useNavigate();
  const may = useMay();
  const [isAdding, setAdding] = useState(false);
  useTitle('Roles');
  const fresh = useFresh(RolesDocument, { key: 'roles', variables: () => ({}), what: 'The roles' });
  useKeys(may('roles:manage') ? [{ keys: 'n', label: 'Make a role', group: 'Lists', run: () => setAdding(true) }] : []);
  const show = (role?: string) => void navigate({ to: '/administration/roles', search: role === undefined ? {} : { role }, resetScroll: false });
  const roles = fresh.data?.roles;
  const open = roles?.find(({ name }) => name === shown);
  return (
    <Page
      title="Administration"
      tools={
        <>
          <Stale problem={fresh.problem} at={fresh.at} />
          {may('roles:manage') && (
            <Button kind="main" icon="plus" hint="n" onClick={() => setAdding(true)}>
              Make a role
            </Button>
          )}
        </>
      }
    >
      <AdministrationTabs />
      <div className="page-scroll access">
        {roles === undefined &&
          (fresh.problem === undefined ? <Waiting rows={9} label="Loading the roles" /> : <Failed problem={fresh.problem} onRetry={fresh.reload} />)}
        {roles !== undefined && (
          <Panel title="Roles" note="who has several has them all together" isFlush>
            <Table label="Roles" columns={['Role', 'Is for', { ofNumbers: 'Permissions' }, 'Held by', 'Changed']}>
              {roles.map((role) => (
                <Row key={role.name} role={role} />
              ))}
            </Table>
          </Panel>
        )}
        {shown !== undefined && roles !== undefined && open === undefined && (
          <Panel title={shown}>
            <Empty icon="rules" title="No such role">
              It was removed, or never made.
            </Empty>
          </Panel>
        )}
        {open !== undefined && <RolePanel key={open.name} role={open} permissions={fresh.data?.permissions ?? []} onChanged={fresh.reload} onRemoved={show} />}
      </div>
      {isAdding && (
        <RoleDialog
          onCancel={() => setAdding(false)}
          onDone={(name) => {
            setAdding(false);
            fresh.reload();
            show(name);
          }}
        />
      )}
    </Page>
  );
}

function Row({ role: { name, isBuiltIn, description, permissions, users, serviceAccounts, changedAt, changedBy } }: { readonly role: Role }) {
  return (
    <tr>
      <th scope="row">
        <Link to="/administration/roles" search={{ role: name }} resetScroll={false}>
          {name}
        </Link>
      </th>
      <td>{roleWords(name, description)}</td>
      <td className="n">{permissions.length}</td>
      <td>{isBuiltIn ? <span className="faint">built in</span> : `${plural(users ?? 0, 'user')}, ${plural(serviceAccounts ?? 0, 'service account')}`}</td>
      <td>
        {changedAt !== null && (
          <>
            <Ago at={changedAt} suffix=" ago" /> by {changedBy}
          </>
        )}
      </td>
    </tr>
  );
}

interface RolePanelProps {
  readonly role: Role;
  readonly permissions: RolesQuery['permissions'];
  readonly onChanged: () => void;
  readonly onRemoved: () => void;
}

function RolePanel({ role, permissions, onChanged, onRemoved }: RolePanelProps) {
  const may = useMay();
  const [asking, setAsking] = useState<'change' | 'remove'>();
  const close = () => setAsking(undefined);
  const isHeld = (role.users ?? 0) + (role.serviceAccounts ?? 0) > 0;
  return (
    <Panel
      title={role.name}
      note={roleWords(role.name, role.description)}
      isFlush
      actions={
        !role.isBuiltIn &&
        may('roles:manage') && (
          <>
            <Button kind="quiet" onClick={() => setAsking('change')}>
              Change
            </Button>
            <Button kind="quiet" disabled={isHeld} title={isHeld ? 'Somebody holds it' : undefined} onClick={() => setAsking('remove')}>
              Remove
            </Button>
          </>
        )
      }
    >
      <Table label={`Permissions of ${role.name}`} columns={['Permission', 'Allows']}>
        {permissions
          .filter(({ name }) => role.permissions.includes(name))
          .map(({ name, text }) => (
            <tr key={name}>
              <th scope="row">
                <code>{name}</code>
              </th>
              <td>{text}</td>
            </tr>
          ))}
      </Table>
      {asking === 'change' && (
        <RoleDialog
          role={role}
          onCancel={close}
          onUndone={onChanged}
          onDone={() => {
            close();
            onChanged();
          }}
        />
      )}
      {asking === 'remove' && (
        <RemoveRoleDialog
          role={role}
          onCancel={close}
          onUndone={onChanged}
          onDone={() => {
            close();
            onRemoved();
            onChanged();
          }}
        />
      )}
    </Panel>
  );
}
