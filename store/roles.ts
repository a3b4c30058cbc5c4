import type { ClientBase } from 'pg';
import { FatalError } from '../pipeline/core/errors.ts';
import type { Role } from './connect.ts';
import { sqlState } from './failure.ts';

const ROLES: readonly Role[] = ['goshawk_stages', 'goshawk_api'];
export type RolePasswords = Readonly<Partial<Record<Role, string>>>;

/**
 * Makes the two roles where they are missing, lets the migrating user take them, sets the passwords that are given. A role
 * without a password can sign in only where the server trusts the connection. Roles belong to the server, not the database:
 * other installations on it share them.
 * @throws FatalError DATABASE_REFUSED when a role is missing and may not be made here.
 */
export async function ensureRoles(client: ClientBase, passwords: RolePasswords = {}): Promise<void> {
  for (const role of ROLES) {
    const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [role]);
    if (rowCount === 0) await create(client, role);
    // PostgreSQL 16 tells being a member from being allowed to SET ROLE.
    const { rows } = await client.query<{ may: boolean }>(
      `SELECT pg_has_role(current_user, $1, CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END) AS may`,
      [role],
    );
    if (rows[0]?.may !== true) await raced(() => client.query(`GRANT ${role} TO CURRENT_USER`));
    const password = passwords[role];
    if (password !== undefined) await raced(() => client.query(`ALTER ROLE ${role} PASSWORD ${client.escapeLiteral(password)}`));
  }
}

async function create(client: ClientBase, role: Role): Promise<void> {
  try {
    await client.query(`CREATE ROLE ${role} LOGIN`);
  } catch (error) {
    const state = sqlState(error);
    if (state === '42710' || state === '23505') return; // a migration of another database on this server was quicker
    if (state !== '42501') throw error;
    throw new FatalError(
      'DATABASE_REFUSED',
      `Role ${role} is missing and this user may not make it. Ask for: CREATE ROLE ${role} LOGIN; GRANT ${role} TO <this user>;`,
      { role },
      { cause: error },
    );
  }
}

/** Roles are rows that all databases of a server share; changing one twice at the same time is XX000, "tuple concurrently updated". */
async function raced(change: () => Promise<unknown>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await change();
      return;
    } catch (error) {
      if (sqlState(error) !== 'XX000' || tries === 5) throw error;
    }
  }
}
