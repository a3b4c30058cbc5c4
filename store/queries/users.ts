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

/** What is kept of how and from where a session was opened. */
export interface SignInTrace {
  /** How its user proved who they are: `password`, `totp`, `recovery`, `passkey`, `provider`. */
  readonly methods: readonly string[];
  readonly address: string | null;
  /** User-Agent; the first 300 characters are kept. */
  readonly agent: string | null;
}
export interface OpenedSession {
  readonly sessionId: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly generation: number;
}

/** @throws SQLSTATE P0002 when there is no such user in the organization, or the user is disabled. */
export async function openSession(
  sql: Sql,
  userId: string,
  tokenHash: Buffer,
  life: { readonly hours: number; readonly days: number },
  { methods, address, agent }: SignInTrace,
): Promise<OpenedSession> {
  return (await oneOf<OpenedSession>(
    sql,
    `SELECT session_id AS "sessionId", user_name AS name, roles, generation
     FROM api.open_session($1, $2, make_interval(hours => $3), make_interval(days => $4), $5, $6, $7)`,
    [userId, tokenHash, life.hours, life.days, methods, address, agent],
  ))!;
}

/** See migrations 0009 and 0023 for what each outcome means. */
export interface Refreshed {
  readonly outcome: 'rotated' | 'repeated' | 'reused' | 'ended';
  readonly name: string | null;
  readonly roles: readonly string[] | null;
  readonly generation: number | null;
}

export async function refreshSession(
  sql: Sql,
  { sessionId, presented, next }: { readonly sessionId: string; readonly presented: Buffer; readonly next: Buffer },
  { lifeHours, graceSeconds }: { readonly lifeHours: number; readonly graceSeconds: number },
  { address, agent }: Omit<SignInTrace, 'methods'>,
): Promise<Refreshed> {
  return (await oneOf<Refreshed>(
    sql,
    `SELECT outcome, user_name AS name, roles, generation FROM api.refresh_session($1, $2, $3, make_interval(hours => $4), make_interval(secs => $5), $6, $7)`,
    [sessionId, presented, next, lifeHours, graceSeconds, address, agent],
  ))!;
}

/** False when there was none with this token. */
export async function endSession(sql: Sql, sessionId: string, presented: Buffer): Promise<boolean> {
  return (await oneOf<{ readonly ended: boolean }>(sql, 'SELECT api.end_session($1, $2) AS ended', [sessionId, presented]))!.ended;
}

/** For what the database does not audit by itself. `detail` is plain JSON. */
export async function appendAudit(sql: Sql, actor: string, action: string, object: string, detail: Readonly<Record<string, unknown>>): Promise<void> {
  await sql.query('SELECT api.append_audit($1, $2, $3, $4)', [actor, action, object, JSON.stringify(detail)]);
}
