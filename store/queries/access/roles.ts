// Roles of an organization's own making. Writing goes through functions that audit; see migration 0025.
import type { Micros } from '../../../pipeline/core/index.ts';
import { manyOf, oneOf } from '../sql.ts';
import type { Sql } from '../sql.ts';

export interface RoleRow {
  readonly name: string;
  readonly description: string;
  /** Names as they were written: some may mean nothing any more. */
  readonly permissions: readonly string[];
  readonly createdAt: Micros;
  readonly createdBy: string;
  readonly changedAt: Micros;
  readonly changedBy: string;
  /** Who holds it. */
  readonly users: number;
  readonly serviceAccounts: number;
}

const ROLE = `name, description, permissions, created_at AS "createdAt", created_by AS "createdBy", changed_at AS "changedAt", changed_by AS "changedBy",
  users, service_accounts AS "serviceAccounts"`;

/** All of the organization, by name: there are few. */
export const customRoles = (sql: Sql): Promise<readonly RoleRow[]> => manyOf(sql, `SELECT ${ROLE} FROM api.role ORDER BY name`);

export const customRole = (sql: Sql, name: string): Promise<RoleRow | undefined> => oneOf(sql, `SELECT ${ROLE} FROM api.role WHERE name = $1`, [name]);

/** SQLSTATE 23505: the name is taken. */
export async function addRole(
  sql: Sql,
  actor: string,
  { name, description, permissions }: Pick<RoleRow, 'name' | 'description' | 'permissions'>,
): Promise<void> {
  await sql.query('SELECT api.add_role($1, $2, $3, $4)', [actor, name, description, permissions]);
}

/** Null leaves a part as it is. SQLSTATE P0002: no such role. */
export async function changeRole(sql: Sql, actor: string, name: string, description: string | null, permissions: readonly string[] | null): Promise<void> {
  await sql.query('SELECT api.change_role($1, $2, $3, $4)', [actor, name, description, permissions]);
}

/** SQLSTATE P0002: no such role; 23503: somebody holds it. */
export async function removeRole(sql: Sql, actor: string, name: string): Promise<void> {
  await sql.query('SELECT api.remove_role($1, $2)', [actor, name]);
}
