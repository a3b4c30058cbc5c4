// Retro-hunts as the API asks for them. Writing goes through functions that audit; the work itself is store/hunt-slices.ts. See migration 0029.
import type { Micros } from '../../pipeline/core/index.ts';
import { manyOf, oneOf } from './sql.ts';
import type { Sql } from './sql.ts';

export const HUNT_STATES = ['running', 'paused', 'cancelled', 'done', 'stopped', 'failed'] as const;
export type HuntState = (typeof HUNT_STATES)[number];
/** `time`: one after the other. */
export type HuntServedBy = 'time' | 'values';
export interface HuntIndicator {
  readonly type: 'address' | 'domain' | 'hash' | 'url';
  readonly value: string;
}
export interface HuntContent {
  readonly name: string;
  /** Either this or indicators. */
  readonly query: string | null;
  readonly indicators: readonly HuntIndicator[] | null;
  /** Empty: all. */
  readonly datasets: readonly string[];
  /** Inclusive. */
  readonly from: Micros;
  /** Exclusive. */
  readonly to: Micros;
  /** Index into SEVERITIES. */
  readonly severity: number;
  readonly makesAlerts: boolean;
}
/** What a hunt has before it, as estimated. */
export interface HuntReads {
  /** Of its range and datasets, by the counts of whole minutes. */
  readonly events: number;
  /** Those that are read one by one. */
  readonly reads: number;
  readonly servedBy: HuntServedBy;
}
/** A hunt as it is told; its list may be long, and is asked for by itself. */
export interface HuntRow extends Omit<HuntContent, 'indicators'> {
  readonly id: string;
  /** 0 where a search is hunted for. */
  readonly indicatorCount: number;
  readonly state: HuntState;
  /** Why it stopped or failed. */
  readonly reason: string | null;
  /** Events of this time and later were looked at. */
  readonly position: Micros;
  /** As estimated when it began. */
  readonly eventsTotal: number;
  readonly eventsLooked: number;
  /** `values`: the index names the events that are read, where it can. */
  readonly servedBy: HuntServedBy;
  /** Events to be read one by one, as estimated when it began. */
  readonly readsTotal: number;
  readonly eventsRead: number;
  readonly busyMs: number;
  readonly matches: number;
  /** Findings that no hunt had made before. */
  readonly newFindings: number;
  readonly createdAt: Micros;
  readonly createdBy: string;
  readonly changedAt: Micros;
  readonly finishedAt: Micros | null;
}
const HUNT = `h.id, h.name, h.query, h.indicator_count AS "indicatorCount", h.datasets, h.range_from AS "from", h.range_to AS "to", h.severity, h.makes_alerts AS "makesAlerts", h.state, h.reason,
  h.position, h.events_total AS "eventsTotal", h.events_looked AS "eventsLooked", h.served_by AS "servedBy", h.reads_total AS "readsTotal", h.events_read AS "eventsRead",
  h.busy_ms AS "busyMs", h.matches, h.new_findings AS "newFindings",
  h.created_at AS "createdAt", h.created_by AS "createdBy", h.changed_at AS "changedAt", h.finished_at AS "finishedAt"`;

/** Newest first, beginning after `after`. */
export const pageOfHunts = (sql: Sql, after: { readonly at: Micros; readonly id: string } | null, limit: number): Promise<readonly HuntRow[]> =>
  manyOf(
    sql,
    `SELECT ${HUNT} FROM api.hunt h WHERE $1::bigint IS NULL OR (h.created_at, h.id) < (api.from_micros($1), $2::uuid) ORDER BY h.created_at DESC, h.id DESC LIMIT $3`,
    [after?.at ?? null, after?.id ?? null, limit],
  );

export const huntById = (sql: Sql, id: string): Promise<HuntRow | undefined> => oneOf(sql, `SELECT ${HUNT} FROM api.hunt h WHERE h.id = $1`, [id]);

/** Of a hunt of this organization, in the order in which they were given. */
export const indicatorsOfHunt = (sql: Sql, id: string, first: number): Promise<readonly HuntIndicator[]> =>
  manyOf(
    sql,
    `SELECT i.value ->> 'type' AS type, i.value ->> 'value' AS value FROM api.hunt h, jsonb_array_elements(h.indicators) WITH ORDINALITY AS i (value, n)
     WHERE h.id = $1 ORDER BY i.n LIMIT $2`,
    [id, first],
  );

/** Of what it found, newest events first, beginning after `after`: times and ids of findings. */
export const matchesOfHunt = (
  sql: Sql,
  huntId: string,
  after: { readonly at: Micros; readonly id: string } | null,
  limit: number,
): Promise<readonly { readonly time: Micros; readonly id: string }[]> =>
  manyOf(
    sql,
    `SELECT m.event_time AS time, encode(m.finding_id, 'hex') AS id FROM api.hunt_match m
     WHERE m.hunt_id = $1 AND ($2::bigint IS NULL OR (m.event_time, m.finding_id) < (api.from_micros($2), decode($3, 'hex')))
     ORDER BY m.event_time DESC, m.finding_id DESC LIMIT $4`,
    [huntId, after?.at ?? null, after?.id ?? null, limit],
  );

export interface DayCount {
  /** Of its beginning, UTC. */
  readonly day: Micros;
  readonly events: number;
}
/** Events of whole minutes in [from, to), by day, the newest first. @param datasets Empty: all. */
export const eventsByDay = (sql: Sql, from: Micros, to: Micros, datasets: readonly string[]): Promise<readonly DayCount[]> =>
  manyOf(
    sql,
    `SELECT date_trunc('day', c.minute, 'UTC') AS day, sum(c.events)::bigint AS events FROM api.event_count c
     WHERE c.minute >= date_trunc('minute', api.from_micros($1)) AND c.minute < api.from_micros($2) AND ($3::text[] = '{}' OR c.dataset = ANY ($3))
     GROUP BY 1 ORDER BY 1 DESC`,
    [from, to, datasets],
  );

/** Events a second that hunts of this organization read by time lately; null while none has read enough to tell. */
export async function huntPace(sql: Sql, withQuery: boolean): Promise<number | null> {
  const row = await oneOf<{ readonly pace: number | null }>(
    sql,
    `SELECT (sum(h.events_looked)::float8 * 1000 / nullif(sum(h.busy_ms), 0)) AS pace FROM
       (SELECT * FROM api.hunt x WHERE (x.query IS NOT NULL) = $1 AND x.served_by = 'time' AND x.events_looked > 10000 AND x.busy_ms > 1000 ORDER BY x.created_at DESC LIMIT 10) h`,
    [withQuery],
  );
  return row?.pace ?? null;
}

/** SQLSTATE 54000: as many run or rest as may. @returns its id */
export async function startHunt(sql: Sql, actor: string, content: HuntContent, estimate: HuntReads): Promise<string> {
  const row = await oneOf<{ readonly id: string }>(sql, 'SELECT api.start_hunt($1, $2) AS id', [actor, JSON.stringify({ ...content, ...estimate })]);
  return row!.id;
}

/** SQLSTATE P0002: no such hunt; 55000: it is over, or there already. */
export async function steerHunt(sql: Sql, actor: string, id: string, state: 'running' | 'paused' | 'cancelled'): Promise<void> {
  await sql.query('SELECT api.steer_hunt($1, $2, $3)', [actor, id, state]);
}
