import type { Micros } from '../../pipeline/core/index.ts';
import type { AlertChange as LateChange, Entity, EventRef, FindingRef } from '../../schemas/avro/types.gen.ts';
import type { CountRow } from './events.ts';
import { bySeverity } from './findings.ts';
import { alertCondition } from './search/alert-sql.ts';
import { Parameters } from './search/sql.ts';
import type { Search } from '../../domains/search/syntax.ts';
import { manyOf } from './sql.ts';
import type { Sql } from './sql.ts';

export type AlertStatus = 'open' | 'acknowledged' | 'closed';
export type Verdict = 'true_positive' | 'false_positive' | 'benign';

export interface AlertRow {
  /** 32 hex digits. */
  readonly id: string;
  readonly revision: number;
  readonly time: Micros;
  readonly lastTime: Micros;
  readonly title: string;
  /** Index into SEVERITIES. */
  readonly severity: number;
  readonly score: number;
  readonly status: AlertStatus;
  readonly verdict: Verdict | null;
  /** Why that verdict. */
  readonly verdictReason: string | null;
  readonly assignee: string | null;
  /** What people call it. */
  readonly labels: readonly string[];
  /** Of what people did; 0 while nobody did anything. */
  readonly workRevision: number;
  /** The last change by people; null while there is none, or from before they were kept. */
  readonly changeId: string | null;
  readonly workChangedAt: Micros | null;
  readonly workChangedBy: string | null;
  readonly ruleIds: readonly string[];
  readonly tags: readonly string[];
  readonly entities: readonly Entity[];
  readonly findings: readonly FindingRef[];
  readonly findingCount: number;
  readonly events: readonly EventRef[];
  readonly eventCount: number;
  readonly reason: string;
  /** What late events changed, oldest first. */
  readonly changes: readonly LateChange[];
  readonly storedAt: Micros;
  readonly changedAt: Micros;
}
export interface NoteRow {
  readonly id: number;
  readonly alertId: string;
  readonly at: Micros;
  readonly by: string;
  readonly text: string;
  readonly revision: number;
  /** Null while it says what it said at first. */
  readonly editedAt: Micros | null;
}

export interface AlertFilter {
  /** Of these, 32 hex digits each. */
  readonly ids?: readonly string[];
  /** With `to`: alerts whose events lie, at least in part, in [from, to). */
  readonly from?: Micros;
  readonly to?: Micros;
  readonly minSeverity?: number;
  readonly status?: readonly AlertStatus[];
  readonly verdict?: readonly Verdict[];
  /** Of any of these people; null: of nobody. */
  readonly assignee?: readonly (string | null)[];
  /** With all of these. */
  readonly labels?: readonly string[];
  readonly search?: Search;
}

const SELECT_ALERT = `
  encode(a.id, 'hex') AS "id", a.revision, a.event_time AS "time", a.last_time AS "lastTime", a.title, a.severity, a.score, a.status, a.verdict,
  a.verdict_reason AS "verdictReason", a.assignee, a.labels, a.work_revision AS "workRevision", a.change_id AS "changeId", a.work_changed_at AS "workChangedAt",
  a.work_changed_by AS "workChangedBy",
  a.rule_ids AS "ruleIds", a.tags, a.entities, a.findings, a.finding_count AS "findingCount", a.events, a.event_count AS "eventCount", a.reason, a.changes,
  a.stored_at AS "storedAt", a.changed_at AS "changedAt"`;

/** Most recently changed first, beginning after `after`. */
export function pageOfAlerts(
  sql: Sql,
  filter: AlertFilter,
  after: { readonly at: Micros; readonly id: string } | null,
  limit: number,
): Promise<readonly AlertRow[]> {
  const parameters = new Parameters();
  const conditions = alertConditions(filter, parameters);
  if (after !== null) {
    const at = `api.from_micros(${parameters.add(after.at)})`;
    conditions.push(`a.changed_at <= ${at} AND (a.changed_at < ${at} OR a.id < decode(${parameters.add(after.id)}, 'hex'))`);
  }
  return manyOf(
    sql,
    `SELECT ${SELECT_ALERT} FROM (SELECT * FROM api.alert_newest a WHERE ${conditions.join(' AND ')} LIMIT ${parameters.add(limit)}) a ORDER BY a.changed_at DESC, a.id DESC`,
    parameters.values,
  );
}

function alertConditions({ ids, from, to, minSeverity, status, verdict, assignee, labels, search }: AlertFilter, parameters: Parameters): string[] {
  const conditions = ['true'];
  if (ids !== undefined) conditions.push(`a.id = ANY (ARRAY(SELECT decode(hex, 'hex') FROM unnest(${parameters.add(ids)}::text[]) hex))`);
  if (from !== undefined) conditions.push(`a.last_time >= api.from_micros(${parameters.add(from)})`);
  if (to !== undefined) conditions.push(`a.event_time < api.from_micros(${parameters.add(to)})`);
  if (minSeverity !== undefined) conditions.push(`a.severity >= ${parameters.add(minSeverity)}`);
  if (status !== undefined) conditions.push(`a.status = ANY (${parameters.add(status)}::text[])`);
  if (verdict !== undefined) conditions.push(`a.verdict = ANY (${parameters.add(verdict)}::text[])`);
  if (assignee !== undefined) {
    const named = `a.assignee = ANY (${parameters.add(assignee.filter((name) => name !== null))}::text[])`;
    conditions.push(assignee.includes(null) ? `(a.assignee IS NULL OR ${named})` : named);
  }
  if (labels !== undefined) conditions.push(`a.labels @> ${parameters.add(labels)}::text[]`);
  if (search !== undefined && search.kind !== 'all') conditions.push(alertCondition(search, parameters));
  return conditions;
}

/** Of alerts that fit, the most recently changed first: at most `limit`. */
export async function alertIdsOf(sql: Sql, filter: AlertFilter, limit: number): Promise<readonly string[]> {
  const parameters = new Parameters();
  const conditions = alertConditions(filter, parameters);
  const rows = await manyOf<{ readonly id: string }>(
    sql,
    `SELECT encode(a.id, 'hex') AS id FROM (SELECT * FROM api.alert_newest a WHERE ${conditions.join(' AND ')} LIMIT ${parameters.add(limit)}) a ORDER BY a.changed_at DESC, a.id DESC`,
    parameters.values,
  );
  return rows.map(({ id }) => id);
}

/** In any order; unknown ones are left out. */
export function alertsByIds(sql: Sql, ids: readonly string[]): Promise<readonly AlertRow[]> {
  return manyOf(sql, `SELECT ${SELECT_ALERT} FROM api.alert a WHERE a.id = ANY (SELECT decode(hex, 'hex') FROM unnest($1::text[]) hex)`, [ids]);
}

/** Of all these alerts, oldest first; without those that were taken back. */
export function notesOf(sql: Sql, ids: readonly string[]): Promise<readonly NoteRow[]> {
  return manyOf(
    sql,
    `SELECT n.id, encode(n.alert_id, 'hex') AS "alertId", n.at, n.by, n.text, n.revision, n.edited_at AS "editedAt" FROM api.alert_note n
    WHERE n.alert_id = ANY (SELECT decode(hex, 'hex') FROM unnest($1::text[]) hex) AND n.removed_at IS NULL ORDER BY n.id`,
    [ids],
  );
}

/** Alerts by the time of their first event, per span and severity, oldest first. */
export async function countAlerts(sql: Sql, range: { readonly from: Micros; readonly to: Micros; readonly spanMicros: Micros }): Promise<readonly CountRow[]> {
  return bySeverity(
    await manyOf(
      sql,
      `SELECT floor(api.micros(a.event_time)::numeric / $3::bigint)::bigint * $3::bigint AS "start", a.severity, count(*) AS count
    FROM api.alert a WHERE a.event_time >= api.from_micros($1) AND a.event_time < api.from_micros($2) GROUP BY 1, 2 ORDER BY 1, 2`,
      [range.from, range.to, range.spanMicros],
    ),
  );
}
