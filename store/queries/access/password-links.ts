// Links by which a user who forgot the password chooses another. Writing goes through functions that audit; see migration 0038.
import type { Micros } from '../../../pipeline/core/index.ts';
import { manyOf, oneOf } from '../sql.ts';
import type { Sql } from '../sql.ts';

/** Takes the place of the user's link before. The user cannot change until the transaction ends. SQLSTATE P0002: no such user. @returns Until when it is open. */
export async function addPasswordLink(sql: Sql, actor: string, userId: string, tokenHash: Buffer, lifeHours: number): Promise<Micros> {
  const text = 'SELECT api.add_password_link($1, $2, $3, make_interval(hours => $4)) AS until';
  return (await oneOf<{ readonly until: Micros }>(sql, text, [actor, userId, tokenHash, lifeHours]))!.until;
}

export interface OpenPasswordLink {
  readonly organization: string;
  readonly organizationName: string;
  /** Of the user. */
  readonly name: string;
  readonly expiresAt: Micros;
}

/** Of any organization; undefined when it is unknown, used, replaced, past its end, or the user is another by now. */
export const openPasswordLink = (sql: Sql, tokenHash: Buffer): Promise<OpenPasswordLink | undefined> =>
  oneOf(sql, 'SELECT organization, organization_name AS "organizationName", name, expires_at AS "expiresAt" FROM api.open_password_link($1)', [tokenHash]);

/** For the one caller that was first. SQLSTATE P0002: none that is open in this organization. @returns The ids of the sessions that ended: all of the user. */
export async function acceptPasswordLink(sql: Sql, tokenHash: Buffer, passwordHash: string): Promise<readonly string[]> {
  const rows = await manyOf<{ readonly id: string }>(sql, 'SELECT api.accept_password_link($1, $2) AS id', [tokenHash, passwordHash]);
  return rows.map(({ id }) => id);
}
