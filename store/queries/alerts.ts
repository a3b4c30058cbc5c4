import type { Micros } from '../../pipeline/core/index.ts';
import type { AlertChange as LateChange, Entity, EventRef, FindingRef } from '../../schemas/avro/types.gen.ts';
import type { CountRow } from './events.ts';
import { bySeverity } from './findings.ts';
import { alertCondition } from './search/alert-sql.ts';
import { Parameters } from './search/sql.ts';
import type { Search } from './search/syntax.ts';
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
  readonly assignee: string | null;
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
  readonly alertId: string;
  readonly at: Micros;
  readonly by: string;
  readonly text: string;
}

export interface AlertFilter {
  /** With `to`: alerts whose events lie, at least in part, in [from, to). */
  readonly from?: Micros;
  readonly to?: Micros;
  readonly minSeverity?: number;
  readonly status?: readonly AlertStatus[];
  readonly search?: Search;
}

const SELECT_ALERT = `
  encode(a.id, 'hex') AS "id", a.revision, a.event_time AS "time", a.last_time AS "lastTime", a.title, a.severity, a.score, a.status, a.verdict, a.assignee,
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
  const { from, to, minSeverity, status, search } = filter;
  const conditions = ['true'];
  if (from !== undefined) conditions.push(`a.last_time >= api.from_micros(${parameters.add(from)})`);
  if (to !== undefined) conditions.push(`a.event_time < api.from_micros(${parameters.add(to)})`);
  if (minSeverity !== undefined) conditions.push(`a.severity >= ${parameters.add(minSeverity)}`);
  if (status !== undefined) conditions.push(`a.status = ANY (${parameters.add(status)}::text[])`);
  if (search !== undefined && search.kind !== 'all') conditions.push(alertCondition(search, parameters));
  if (after !== null) {
    const at = `api.from_micros(${parameters.add(after.at)})`;
    conditions.push(`a.changed_at <= ${at} AND (a.changed_at < ${at} OR a.id < decode(${parameters.add(after.id)}, 'hex'))`);
  }
  return manyOf(
    sql,
    `SELECT ${SELECT_ALERT} FROM api.alert_newest a WHERE ${conditions.join(' AND ')} ORDER BY a.changed_at DESC, a.id DESC LIMIT ${parameters.add(limit)}`,
    parameters.values,
  );
}

/** In any order; unknown ones are left out. */
export function alertsByIds(sql: Sql, ids: readonly string[]): Promise<readonly AlertRow[]> {
  return manyOf(sql, `SELECT ${SELECT_ALERT} FROM api.alert a WHERE a.id = ANY (SELECT decode(hex, 'hex') FROM unnest($1::text[]) hex)`, [ids]);
}

/** Changed since wall-clock `since`, oldest change first, at most 1,000. */
export const alertsChangedSince = (sql: Sql, since: Micros): Promise<readonly { readonly id: string; readonly revision: number }[]> =>
  manyOf(sql, `SELECT encode(a.id, 'hex') AS "id", a.revision FROM api.alert a WHERE a.changed_at >= api.from_micros($1) ORDER BY a.changed_at LIMIT 1000`, [
    since,
  ]);

/** Of all these alerts, oldest first. */
export function notesOf(sql: Sql, ids: readonly string[]): Promise<readonly NoteRow[]> {
  return manyOf(
    sql,
    `SELECT encode(n.alert_id, 'hex') AS "alertId", n.at, n.by, n.text FROM api.alert_note n
    WHERE n.alert_id = ANY (SELECT decode(hex, 'hex') FROM unnest($1::text[]) hex) ORDER BY n.id`,
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

export interface AlertChange {
  readonly status?: AlertStatus;
  readonly verdict?: Verdict;
  /** The empty string unassigns. */
  readonly assignee?: string;
  readonly note?: string;
}

/** What is left out stays. Audited and told to subscribers by the database. SQLSTATE P0002: no such alert in this organization. */
export async function changeAlert(sql: Sql, actor: string, id: string, { status, verdict, assignee, note }: AlertChange): Promise<void> {
  await sql.query(`SELECT api.change_alert($1, decode($2, 'hex'), $3, $4, $5, $6)`, [
    actor,
    id,
    status ?? null,
    verdict ?? null,
    assignee ?? null,
    note ?? null,
  ]);
}
