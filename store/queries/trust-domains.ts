// Trust domains of workloads, by organization; see migration 0024.
import { manyOf, oneOf } from './sql.ts';
import type { Sql } from './sql.ts';

export interface WorkloadRoles {
  /** `spiffe://domain/path`, or with `/*` at the end: all below. */
  readonly id: string;
  readonly roles: readonly string[];
}
export interface TrustDomainSettings {
  /** Where the bundle is fetched; null: it is given by hand. */
  readonly endpoint: string | null;
  readonly bundle: unknown;
  readonly workloads: readonly WorkloadRoles[];
}
export interface TrustDomainRow extends TrustDomainSettings {
  readonly name: string;
  /** Microseconds; null = never since the last change. */
  readonly fetchedAt: number | null;
  readonly createdAt: number;
  readonly changedAt: number;
  readonly changedBy: string;
}

const COLUMNS = `name, endpoint, bundle, workloads, api.micros(fetched_at) AS "fetchedAt", api.micros(created_at) AS "createdAt", api.micros(changed_at) AS "changedAt",
  changed_by AS "changedBy"`;

export const trustDomains = (sql: Sql): Promise<readonly TrustDomainRow[]> => manyOf(sql, `SELECT ${COLUMNS} FROM api.trust_domain ORDER BY name`);
export const trustDomainNamed = (sql: Sql, name: string): Promise<TrustDomainRow | undefined> =>
  oneOf(sql, `SELECT ${COLUMNS} FROM api.trust_domain WHERE name = $1`, [name]);

export async function saveTrustDomain(sql: Sql, actor: string, name: string, { endpoint, bundle, workloads }: TrustDomainSettings): Promise<void> {
  await sql.query('SELECT api.save_trust_domain($1, $2, $3, $4, $5)', [actor, name, endpoint, JSON.stringify(bundle), JSON.stringify(workloads)]);
}
/** Until the transaction ends, nobody else changes the one of this name, also while there is none yet. */
export async function lockTrustDomain(sql: Sql, name: string): Promise<void> {
  await sql.query(`SELECT pg_advisory_xact_lock(hashtextextended('trust domain ' || api.organization() || ' ' || $1, 0))`, [name]);
}
/** False when the bundle is older than the one that is there, or the domain has no endpoint any more. */
export async function refreshTrustDomain(sql: Sql, name: string, bundle: unknown): Promise<boolean> {
  return (await oneOf<{ readonly taken: boolean }>(sql, 'SELECT api.refresh_trust_domain($1, $2) AS taken', [name, JSON.stringify(bundle)]))!.taken;
}
/** SQLSTATE P0002: there is none. */
export async function removeTrustDomain(sql: Sql, actor: string, name: string): Promise<void> {
  await sql.query('SELECT api.remove_trust_domain($1, $2)', [actor, name]);
}
