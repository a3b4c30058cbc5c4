import type { Micros } from '../../pipeline/core/index.ts';
import type { Entity, EventRef, MatchedField, Revisable } from '../../schemas/avro/types.gen.ts';
import type { CountRow } from './event-counts.ts';
import { Parameters } from './search/sql.ts';
import { findingCondition } from './search/finding-sql.ts';
import type { Search } from '../../domains/search/syntax.ts';
import { manyOf, oneOf } from './sql.ts';
import type { Sql } from './sql.ts';

/** 0 to 4 in the database. */
export const SEVERITIES = ['informational', 'low', 'medium', 'high', 'critical'] as const;

export interface FindingRow {
  readonly time: Micros;
  /** 32 hex digits. */
  readonly id: string;
  readonly lastTime: Micros;
  readonly kind: string;
  readonly ruleId: string;
  readonly ruleVersion: string;
  readonly title: string;
  readonly description: string | null;
  readonly author: string | null;
  readonly license: string | null;
  readonly reference: string | null;
  /** Index into SEVERITIES. */
  readonly severity: number;
  readonly status: string;
  readonly tags: readonly string[];
  readonly entities: readonly Entity[];
  readonly fields: readonly MatchedField[];
  readonly events: readonly EventRef[];
  readonly eventCount: number;
  readonly supersedes: string | null;
  readonly reason: string | null;
  readonly revision: number;
  readonly revisable: Revisable | null;
  /** Number of the set that the rule was of; null for findings from before there were sets. */
  readonly ruleSet: number | null;
  /** Exception that it met; null when it met none. */
  readonly suppressedBy: string | null;
}

export interface FindingFilter {
  /** Inclusive. */
  readonly from?: Micros;
  /** Exclusive. */
  readonly to?: Micros;
  readonly minSeverity?: number;
  readonly ruleId?: readonly string[];
  readonly drafts?: boolean;
  readonly suppressed?: boolean;
  readonly search?: Search;
}

const SELECT_FINDING = `
  f.event_time AS "time", encode(f.id, 'hex') AS "id", f.last_time AS "lastTime", f.kind, f.rule_id AS "ruleId", f.rule_version AS "ruleVersion", f.title, f.description,
  f.author, f.license, f.reference, f.severity, f.status, f.tags, f.entities, f.fields, f.events, f.event_count AS "eventCount",
  encode(f.supersedes, 'hex') AS "supersedes", f.reason, f.revision, f.revisable,
  f.rule_set AS "ruleSet", f.suppressed_by AS "suppressedBy"`;

/** Newest first, beginning behind `after`; backward, oldest first. */
export function pageOfFindings(
  sql: Sql,
  filter: FindingFilter,
  after: { readonly at: Micros; readonly id: string } | null,
  limit: number,
  isBackward = false,
): Promise<readonly FindingRow[]> {
  const parameters = new Parameters();
  const conditions = findingConditions(filter, parameters);
  const [view, direction, before] = isBackward ? ['api.finding_oldest', 'ASC', '>'] : ['api.finding_newest', 'DESC', '<'];
  if (after !== null) {
    const time = `api.from_micros(${parameters.add(after.at)})`;
    conditions.push(`f.event_time ${before}= ${time} AND (f.event_time ${before} ${time} OR f.id ${before} decode(${parameters.add(after.id)}, 'hex'))`);
  }
  return manyOf(
    sql,
    `SELECT ${SELECT_FINDING} FROM (SELECT * FROM ${view} f WHERE ${conditions.join(' AND ')} LIMIT ${parameters.add(limit)}) f ORDER BY f.event_time ${direction}, f.id ${direction}`,
    parameters.values,
  );
}

/** In any order; those that are not stored are left out. */
export function findingsByIds(sql: Sql, ids: readonly { readonly time: Micros; readonly id: string }[]): Promise<readonly FindingRow[]> {
  if (ids.length === 0) return Promise.resolve([]);
  return manyOf(
    sql,
    `SELECT ${SELECT_FINDING} FROM unnest($1::bigint[], $2::text[]) AS wanted (micros, hex)
    JOIN api.finding f ON f.event_time = api.from_micros(wanted.micros) AND f.id = decode(wanted.hex, 'hex')
    WHERE f.event_time BETWEEN api.from_micros($3) AND api.from_micros($4)`,
    [ids.map(({ time }) => time), ids.map(({ id }) => id), Math.min(...ids.map(({ time }) => time)), Math.max(...ids.map(({ time }) => time))],
  );
}

/** Without its time it is looked for in all partitions: for single look-ups only. */
export const findingByHash = (sql: Sql, id: string): Promise<FindingRow | undefined> =>
  oneOf(sql, `SELECT ${SELECT_FINDING} FROM api.finding f WHERE f.id = decode($1, 'hex') ORDER BY f.event_time DESC LIMIT 1`, [id]);

/** Which is of one of the events asked for. */
export interface FindingOfEvent extends FindingRow {
  /** Index into the events that were asked for. */
  readonly of: number;
}
const MOST_OF_EVENT = 20;

/**
 * Findings that name an event among those that they keep, without drafts and suppressed ones: such as begin with it, and correlations that
 * began at most a day before it. Newest first, 20 an event.
 */
export function findingsOfEvents(sql: Sql, events: readonly { readonly time: Micros; readonly id: string }[]): Promise<readonly FindingOfEvent[]> {
  if (events.length === 0) return Promise.resolve([]);
  const names = `v.events @> jsonb_build_array(jsonb_build_object('id', wanted.hex)) AND v.status <> 'draft' AND v.suppressed_by IS NULL`;
  return manyOf(
    sql,
    `SELECT (wanted.number - 1)::integer AS "of", ${SELECT_FINDING}
    FROM unnest($1::bigint[], $2::text[]) WITH ORDINALITY AS wanted (micros, hex, number) CROSS JOIN LATERAL (
      (SELECT * FROM api.finding v WHERE v.event_time = api.from_micros(wanted.micros) AND ${names} LIMIT ${MOST_OF_EVENT})
      UNION ALL
      (SELECT * FROM api.finding v WHERE v.event_time < api.from_micros(wanted.micros) AND v.event_time >= api.from_micros(wanted.micros) - interval '1 day'
        AND v.kind = 'correlation' AND v.last_time >= api.from_micros(wanted.micros) AND ${names} ORDER BY v.event_time DESC, v.id DESC LIMIT ${MOST_OF_EVENT})
      LIMIT ${MOST_OF_EVENT}
    ) f ORDER BY wanted.number, f.event_time DESC, f.id DESC`,
    [events.map(({ time }) => time), events.map(({ id }) => id)],
  );
}

export interface RuleCountRow {
  readonly ruleId: string;
  readonly title: string;
  readonly severity: number;
  readonly count: number;
  readonly lastTime: Micros;
}

/** Most first; drafts and what is suppressed are left out. Title and severity are those of the newest finding. */
export function findingsByRule(sql: Sql, from: Micros, to: Micros, limit: number): Promise<readonly RuleCountRow[]> {
  return manyOf(
    sql,
    `SELECT f.rule_id AS "ruleId", (array_agg(f.title ORDER BY f.event_time DESC))[1] AS title, (array_agg(f.severity ORDER BY f.event_time DESC))[1] AS severity,
      count(*) AS count, max(f.event_time) AS "lastTime"
    FROM api.finding f WHERE f.event_time >= api.from_micros($1) AND f.event_time < api.from_micros($2) AND f.status <> 'draft' AND f.suppressed_by IS NULL
    GROUP BY f.rule_id ORDER BY count(*) DESC, f.rule_id LIMIT $3`,
    [from, to, limit],
  );
}

/** Per span and severity, oldest first; drafts and what is suppressed are left out. */
export async function countFindings(
  sql: Sql,
  range: { readonly from: Micros; readonly to: Micros; readonly spanMicros: Micros },
): Promise<readonly CountRow[]> {
  return bySeverity(
    await manyOf(
      sql,
      `SELECT floor(api.micros(f.event_time)::numeric / $3::bigint)::bigint * $3::bigint AS "start", f.severity, count(*) AS count
    FROM api.finding f WHERE f.event_time >= api.from_micros($1) AND f.event_time < api.from_micros($2) AND f.status <> 'draft' AND f.suppressed_by IS NULL GROUP BY 1, 2 ORDER BY 1, 2`,
      [range.from, range.to, range.spanMicros],
    ),
  );
}

/** Names the severities that the database numbers. */
export const bySeverity = (rows: readonly { readonly start: Micros; readonly severity: number; readonly count: number }[]): readonly CountRow[] =>
  rows.map(({ start, severity, count }) => ({ start, series: SEVERITIES[severity] ?? 'informational', count }));

function findingConditions({ from, to, minSeverity, ruleId, drafts = false, suppressed = false, search }: FindingFilter, parameters: Parameters): string[] {
  const conditions = [drafts ? 'true' : `f.status <> 'draft'`, suppressed ? 'true' : 'f.suppressed_by IS NULL'];
  if (from !== undefined) conditions.push(`f.event_time >= api.from_micros(${parameters.add(from)})`);
  if (to !== undefined) conditions.push(`f.event_time < api.from_micros(${parameters.add(to)})`);
  if (minSeverity !== undefined) conditions.push(`f.severity >= ${parameters.add(minSeverity)}`);
  if (search !== undefined && search.kind !== 'all') conditions.push(findingCondition(search, parameters));
  if (ruleId !== undefined) conditions.push(`f.rule_id = ANY (${parameters.add(ruleId)}::text[])`);
  return conditions;
}
