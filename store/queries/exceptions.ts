// Exceptions of an organization. Writing goes through functions that audit and publish; see migration 0020.
import type { Micros } from '../../pipeline/core/index.ts';
import type { EventRef, MatchedField } from '../../schemas/avro/types.gen.ts';
import { Parameters } from './search/sql.ts';
import { manyOf, oneOf } from './sql.ts';
import type { Sql } from './sql.ts';

export interface ExceptionRow {
  readonly id: string;
  /** Empty: every rule. */
  readonly ruleIds: readonly string[];
  readonly conditions: unknown;
  readonly owner: string;
  readonly reason: string;
  readonly createdAt: Micros;
  readonly createdBy: string;
  readonly expiresAt: Micros;
  readonly endedAt: Micros | null;
  readonly endedBy: string | null;
}
const EXCEPTION = `e.id, e.rule_ids AS "ruleIds", e.conditions, e.owner, e.reason, e.created_at AS "createdAt", e.created_by AS "createdBy", e.expires_at AS "expiresAt",
  e.ended_at AS "endedAt", e.ended_by AS "endedBy"`;

export interface ExceptionFilter {
  /** Those of this rule, and those of every rule. */
  readonly ruleId?: string;
  /** In force at this time; absent: ended ones, too. */
  readonly at?: Micros;
}

/** Newest first, beginning after `after`. */
export function pageOfExceptions(
  sql: Sql,
  { ruleId, at }: ExceptionFilter,
  after: { readonly at: Micros; readonly id: string } | null,
  limit: number,
): Promise<readonly ExceptionRow[]> {
  const parameters = new Parameters();
  const conditions = ['true'];
  if (ruleId !== undefined) conditions.push(`(e.rule_ids = '{}' OR ${parameters.add(ruleId)} = ANY (e.rule_ids))`);
  if (at !== undefined) conditions.push(`e.ended_at IS NULL AND e.expires_at > api.from_micros(${parameters.add(at)})`);
  if (after !== null) conditions.push(`(e.created_at, e.id) < (api.from_micros(${parameters.add(after.at)}), ${parameters.add(after.id)}::uuid)`);
  return manyOf(
    sql,
    `SELECT ${EXCEPTION} FROM api.exception e WHERE ${conditions.join(' AND ')} ORDER BY e.created_at DESC, e.id DESC LIMIT ${parameters.add(limit)}`,
    parameters.values,
  );
}

export const exceptionById = (sql: Sql, id: string): Promise<ExceptionRow | undefined> =>
  oneOf(sql, `SELECT ${EXCEPTION} FROM api.exception e WHERE e.id = $1`, [id]);

export type NewException = Pick<ExceptionRow, 'ruleIds' | 'conditions' | 'owner' | 'reason' | 'expiresAt'>;

/** SQLSTATE 23514: it would have expired already. @returns its id */
export async function addException(sql: Sql, actor: string, { ruleIds, conditions, owner, reason, expiresAt }: NewException): Promise<string> {
  const row = await oneOf<{ readonly id: string }>(sql, 'SELECT api.add_exception($1, $2, $3, $4, $5, api.from_micros($6)) AS id', [
    actor,
    ruleIds,
    JSON.stringify(conditions),
    owner,
    reason,
    expiresAt,
  ]);
  return row!.id;
}

/** SQLSTATE P0002: there is none, or it has ended. */
export async function endException(sql: Sql, actor: string, id: string): Promise<void> {
  await sql.query('SELECT api.end_exception($1, $2)', [actor, id]);
}

/** Findings that they suppressed since then, by exception; those that suppressed none are left out. */
export const suppressedBy = (sql: Sql, ids: readonly string[], since: Micros): Promise<readonly { readonly id: string; readonly count: number }[]> =>
  manyOf(
    sql,
    'SELECT f.suppressed_by AS id, count(*) AS count FROM api.finding f WHERE f.suppressed_by = ANY ($1) AND f.event_time >= api.from_micros($2) GROUP BY 1',
    [ids, since],
  );

export interface JudgedFinding {
  readonly time: Micros;
  readonly id: string;
  readonly ruleId: string;
  readonly kind: string;
  readonly fields: readonly MatchedField[];
  readonly events: readonly EventRef[];
}
/** Of the rules, or of all, since then; newest first. */
export const findingsToJudge = (sql: Sql, ruleIds: readonly string[], since: Micros, limit: number): Promise<readonly JudgedFinding[]> =>
  manyOf(
    sql,
    `SELECT f.event_time AS time, encode(f.id, 'hex') AS id, f.rule_id AS "ruleId", f.kind, f.fields, f.events FROM (SELECT * FROM api.finding_newest f
     WHERE f.event_time >= api.from_micros($1) AND f.kind IN ('rule', 'correlation') AND ($2::text[] = '{}' OR f.rule_id = ANY ($2)) LIMIT $3) f ORDER BY f.event_time DESC, f.id DESC`,
    [since, ruleIds, limit],
  );

/** Alerts that list one of these findings. */
export async function alertsOfFindings(sql: Sql, ids: readonly string[], since: Micros): Promise<number> {
  const [row] = await manyOf<{ readonly count: number }>(
    sql,
    `SELECT count(*) AS count FROM api.alert a WHERE a.last_time >= api.from_micros($2) AND EXISTS (SELECT FROM jsonb_array_elements(a.findings) f WHERE f->>'id' = ANY ($1))`,
    [ids, since],
  );
  return row!.count;
}

/** Log sources of rules, by id; null for correlations. */
export const logsourcesOf = (
  sql: Sql,
  ids: readonly string[],
): Promise<
  readonly {
    readonly id: string;
    readonly logsource: { readonly product: string | null; readonly category: string | null; readonly service: string | null } | null;
  }[]
> => manyOf(sql, `SELECT r.id, nullif(r.head->'logsource', 'null') AS logsource FROM api.rule r WHERE r.id = ANY ($1)`, [ids]);
