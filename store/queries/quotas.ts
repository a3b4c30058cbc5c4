import { manyOf, oneOf } from './sql.ts';
import type { Sql } from './sql.ts';

export const QUOTA_KINDS = ['events', 'bytes', 'exports', 'hunts'] as const;
export type QuotaKind = (typeof QUOTA_KINDS)[number];

/** Of one day, in UTC. */
export interface QuotaRow {
  readonly kind: QuotaKind;
  readonly perDay: number;
  readonly used: number;
}
export type QuotaAmounts = Readonly<Partial<Record<QuotaKind, number>>>;

/** Of the organization of the transaction; what has no row is not limited. */
export const quotasOf = (sql: Sql): Promise<readonly QuotaRow[]> => manyOf(sql, 'SELECT kind, per_day AS "perDay", used FROM api.quota ORDER BY kind');

/**
 * Takes all amounts or none. Amounts below zero give back.
 * @param isOwed It was used while nobody could be asked, so it is counted whatever is left.
 * @returns The quota of which too little is left; undefined = taken.
 */
export const takeQuota = (sql: Sql, amounts: QuotaAmounts, isOwed: boolean): Promise<QuotaRow | undefined> =>
  oneOf(sql, 'SELECT kind, per_day AS "perDay", used FROM api.take_quota($1, $2, $3)', [Object.keys(amounts), Object.values(amounts), isOwed]);

/** Of any organization; null takes it away. SQLSTATE 23503: there is no such organization. */
export async function setQuota(sql: Sql, actor: string, organization: string, kind: QuotaKind, perDay: number | null): Promise<void> {
  await sql.query('SELECT api.set_quota($1, $2, $3, $4)', [actor, organization, kind, perDay]);
}
