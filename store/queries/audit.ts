import type { Micros } from '../../pipeline/core/index.ts';
import { manyOf, oneOf } from './sql.ts';
import type { Sql } from './sql.ts';

export interface AuditRow {
  readonly seq: number;
  readonly at: Micros;
  readonly actor: string;
  /** <noun>.<verb> */
  readonly action: string;
  readonly object: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly previousHash: Buffer;
  readonly hash: Buffer;
  /** What `hash` covers besides the hash before it. */
  readonly hashed: string;
}
/** Bounds are inclusive from, exclusive to. */
export interface AuditFilter {
  readonly actor?: string;
  /** `alert.` means every action on alerts. */
  readonly action?: string;
  readonly object?: string;
  readonly from?: Micros;
  readonly to?: Micros;
}
const COLUMNS = 'seq, at, actor, action, object, detail, previous_hash AS "previousHash", hash, hashed';

/** Newest first, below `before`. */
export const newestAudit = (sql: Sql, filter: AuditFilter, before: number | null, limit: number): Promise<readonly AuditRow[]> =>
  select(sql, filter, { bound: before === null ? null : `seq < ${before}`, order: 'DESC', limit });
/** Oldest first, above `after`: rows of one organization never change, so pages that are read one after another are as one. */
export const auditAfter = (sql: Sql, filter: AuditFilter, after: number, limit: number): Promise<readonly AuditRow[]> =>
  select(sql, filter, { bound: `seq > ${after}`, order: 'ASC', limit });

function select(
  sql: Sql,
  { actor, action, object, from, to }: AuditFilter,
  { bound, order, limit }: { readonly bound: string | null; readonly order: 'ASC' | 'DESC'; readonly limit: number },
): Promise<readonly AuditRow[]> {
  const values: unknown[] = [limit];
  const given = (value: unknown) => `$${values.push(value)}`;
  const conditions = [
    bound,
    actor === undefined ? null : `actor = ${given(actor)}`,
    action === undefined ? null : action.endsWith('.') ? `starts_with(action, ${given(action)})` : `action = ${given(action)}`,
    object === undefined ? null : `object = ${given(object)}`,
    from === undefined ? null : `at >= ${given(from)}`,
    to === undefined ? null : `at < ${given(to)}`,
  ].filter((condition) => condition !== null);
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  return manyOf(sql, `SELECT ${COLUMNS} FROM api.audit_entry ${where} ORDER BY seq ${order} LIMIT $1`, values);
}

export interface AuditHeadRow {
  readonly seq: number;
  readonly hash: Buffer;
  /** Of the newest head that was published; null before the first. */
  readonly publishedAt: Micros | null;
  readonly publishedSeq: number | null;
}
/** Undefined while the organization has no audit. */
export const auditHead = (sql: Sql): Promise<AuditHeadRow | undefined> =>
  oneOf(sql, 'SELECT seq, hash, api.micros(published_at) AS "publishedAt", published_seq AS "publishedSeq" FROM api.audit_head');

/** Names of all organizations, for who checks the whole installation. */
export const organizationsOfInstallation = async (sql: Sql): Promise<readonly string[]> =>
  (await manyOf<{ readonly id: string }>(sql, 'SELECT id FROM api.organizations() ORDER BY id')).map(({ id }) => id);
