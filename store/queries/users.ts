import { oneOf } from './sql.ts';
import type { Sql } from './sql.ts';

export interface Credentials {
  readonly id: string;
  readonly name: string;
  readonly passwordHash: string;
  readonly roles: readonly string[];
}

/** Undefined when the name is unknown in this organization, or its user disabled. Names are compared without case. */
export const credentialsOf = (sql: Sql, name: string): Promise<Credentials | undefined> =>
  oneOf(sql, 'SELECT id, name, password_hash AS "passwordHash", roles FROM api.credentials($1)', [name]);

/** True for the one caller that made the organization's first user; false when it has users. */
export async function addFirstUser(sql: Sql, name: string, passwordHash: string, roles: readonly string[]): Promise<boolean> {
  return (await oneOf<{ readonly made: boolean }>(sql, 'SELECT api.add_first_user($1, $2, $3) AS made', [name, passwordHash, roles]))!.made;
}

export async function openSession(sql: Sql, userId: string, tokenHash: Buffer, lifeHours: number): Promise<string> {
  return (await oneOf<{ readonly id: string }>(sql, 'SELECT api.open_session($1, $2, make_interval(hours => $3)) AS id', [userId, tokenHash, lifeHours]))!.id;
}

/** See migration 0009 for what each outcome means. */
export interface Refreshed {
  readonly outcome: 'rotated' | 'repeated' | 'reused' | 'ended';
  readonly name: string | null;
  readonly roles: readonly string[] | null;
}

export async function refreshSession(
  sql: Sql,
  sessionId: string,
  presented: Buffer,
  next: Buffer,
  lifeHours: number,
  graceSeconds: number,
): Promise<Refreshed> {
  return (await oneOf<Refreshed>(
    sql,
    `SELECT outcome, user_name AS name, roles FROM api.refresh_session($1, $2, $3, make_interval(hours => $4), make_interval(secs => $5))`,
    [sessionId, presented, next, lifeHours, graceSeconds],
  ))!;
}

export async function endSession(sql: Sql, sessionId: string, presented: Buffer): Promise<void> {
  await sql.query('SELECT api.end_session($1, $2)', [sessionId, presented]);
}

/** For what the database does not audit by itself. `detail` is plain JSON. */
export async function appendAudit(sql: Sql, actor: string, action: string, object: string, detail: Readonly<Record<string, unknown>>): Promise<void> {
  await sql.query('SELECT api.append_audit($1, $2, $3, $4)', [actor, action, object, JSON.stringify(detail)]);
}
