// How sensors do: from what persist counted by minute of append time, and from dead letters.
import type { Micros } from '../../pipeline/core/index.ts';
import { manyOf } from './sql.ts';
import type { Sql } from './sql.ts';

const DAY = 86_400_000_000;
const LATELY = 600_000_000;
const LATELY_MINUTES = 10;

/** Events of the last day by how far their own time is from the broker's; those without a time of their own are in none. */
export interface ClockSkew {
  /** More than a minute ahead. */
  readonly aheadMinute: number;
  /** 5 s to a minute ahead. */
  readonly ahead: number;
  /** Within 5 s. */
  readonly near: number;
  readonly lateMinute: number;
  readonly lateHour: number;
  readonly lateDay: number;
  readonly lateMore: number;
}
export interface SensorHealth {
  readonly sensorId: string;
  /** Append time of its newest event; null when nothing came since it was enrolled. */
  readonly lastSeenAt: Micros | null;
  /** Mean of the last ten minutes. */
  readonly eventsPerMinute: number;
  /** Mean of the ten minutes before those. */
  readonly eventsPerMinuteBefore: number;
  /** Mean of the last ten minutes, append time less event time; what is ahead counts as 0. Null when nothing came with a time of its own. */
  readonly lagSeconds: number | null;
  /** This and what follows: of the last day. */
  readonly events: number;
  readonly unparsed: number;
  /** Of formats that need order, from records without a key: what they lean on may have gone to other partitions. */
  readonly keyless: number;
  /** Records that were set aside and not sent again. */
  readonly refused: number;
  readonly skew: ClockSkew;
  /** Since when it has been silent for longer than it may; null when it is not. */
  readonly silentSince: Micros | null;
}

/** @param now Of the wall clock. Sensors that are not there are left out. */
export function healthOf(sql: Sql, sensorIds: readonly string[], now: Micros): Promise<readonly SensorHealth[]> {
  if (sensorIds.length === 0) return Promise.resolve([]);
  return manyOf(
    sql,
    `SELECT s.id AS "sensorId", seen.at AS "lastSeenAt", l.since AS "silentSince", coalesce(d.refused, 0) AS refused,
       coalesce(c.lately, 0) / ${LATELY_MINUTES}.0::float8 AS "eventsPerMinute",
       coalesce(c.before, 0) / ${LATELY_MINUTES}.0::float8 AS "eventsPerMinuteBefore",
       (c.lag_lately / nullif(c.timed_lately, 0) / 1e6)::float8 AS "lagSeconds", coalesce(c.events, 0)::bigint AS events, coalesce(c.unparsed, 0)::bigint AS unparsed,
       coalesce(c.keyless, 0)::bigint AS keyless,
       jsonb_build_object('aheadMinute', coalesce(c.ahead_minute, 0), 'ahead', coalesce(c.ahead, 0), 'near', coalesce(c.near, 0), 'lateMinute', coalesce(c.late_minute, 0),
         'lateHour', coalesce(c.late_hour, 0), 'lateDay', coalesce(c.late_day, 0), 'lateMore', coalesce(c.late_more, 0)) AS skew
     FROM api.sensor s
     LEFT JOIN api.sensor_silence l ON l.sensor_id = s.id AND l.ended_at IS NULL
     LEFT JOIN LATERAL (
       SELECT max(x.last_at) AS at FROM api.sensor_count x WHERE x.sensor = s.name AND x.last_at > s.created_at
         AND x.minute = (SELECT max(y.minute) FROM api.sensor_count y WHERE y.sensor = s.name)) seen ON true
     LEFT JOIN LATERAL (
       SELECT sum(x.events) AS events, sum(x.unparsed) AS unparsed, sum(x.keyless) AS keyless, sum(x.ahead_minute) AS ahead_minute, sum(x.ahead) AS ahead, sum(x.near) AS near,
         sum(x.late_minute) AS late_minute, sum(x.late_hour) AS late_hour, sum(x.late_day) AS late_day, sum(x.late_more) AS late_more,
         sum(x.events) FILTER (WHERE x.minute >= api.from_micros($3)) AS lately, sum(x.events) FILTER (WHERE x.minute >= api.from_micros($4) AND x.minute < api.from_micros($3)) AS before,
         sum(x.timed) FILTER (WHERE x.minute >= api.from_micros($3)) AS timed_lately,
         sum(x.lag_micros) FILTER (WHERE x.minute >= api.from_micros($3)) AS lag_lately
       FROM api.sensor_count x WHERE x.sensor = s.name AND x.minute >= api.from_micros($2) AND x.last_at > s.created_at) c ON true
     LEFT JOIN LATERAL (
       SELECT count(*) AS refused FROM api.dead_letter x WHERE x.sensor = s.name AND x.at >= greatest(api.from_micros($2), s.created_at) AND x.redriven_at IS NULL) d ON true
     WHERE s.id = ANY ($1::uuid[])`,
    [sensorIds, now - DAY, now - LATELY, now - 2 * LATELY],
  );
}

export interface Refusal {
  readonly stage: string;
  readonly code: string;
  readonly count: number;
  readonly newest: Micros;
  /** Of the newest. */
  readonly message: string;
  /** Of the newest: `partition:offset` on dead-letters.v1. */
  readonly id: string;
}

/** Why records of a sensor were set aside since it was enrolled, most first. */
export function refusalsOf(sql: Sql, sensorId: string): Promise<readonly Refusal[]> {
  return manyOf(
    sql,
    `SELECT d.stage, d.code, count(*) AS count, max(d.at) AS newest, (array_agg(d.message ORDER BY d.at DESC))[1] AS message,
       (array_agg(d.partition || ':' || d."offset" ORDER BY d.at DESC))[1] AS id
     FROM api.sensor s JOIN api.dead_letter d ON d.sensor = s.name AND d.at >= s.created_at AND d.redriven_at IS NULL
     WHERE s.id = $1 GROUP BY d.stage, d.code ORDER BY count(*) DESC, d.stage, d.code LIMIT 50`,
    [sensorId],
  );
}

/** One span of time of a sensor. */
export interface SensorSpan {
  /** Of append time. */
  readonly start: Micros;
  readonly events: number;
  readonly unparsed: number;
  /** Records that were set aside, whether sent again or not. */
  readonly refused: number;
  /** Mean of append time less event time; null when nothing came with a time of its own. */
  readonly lagSeconds: number | null;
}

/** Since the sensor was enrolled, oldest first; spans without anything are left out. @param range Of append time, half open. */
export function historyOf(
  sql: Sql,
  sensorId: string,
  { from, to, spanMicros }: { readonly from: Micros; readonly to: Micros; readonly spanMicros: Micros },
): Promise<readonly SensorSpan[]> {
  return manyOf(
    sql,
    `SELECT x.start, sum(x.events)::bigint AS events, sum(x.unparsed)::bigint AS unparsed, sum(x.refused)::bigint AS refused, (sum(x.lag) / nullif(sum(x.timed), 0) / 1e6)::float8 AS "lagSeconds"
     FROM (
       SELECT api.micros(c.minute) / $4 * $4 AS start, c.events, c.unparsed, 0 AS refused, c.lag_micros AS lag, c.timed
       FROM api.sensor s JOIN api.sensor_count c ON c.sensor = s.name AND c.last_at > s.created_at
       WHERE s.id = $1 AND c.minute >= api.from_micros($2) AND c.minute < api.from_micros($3)
       UNION ALL
       SELECT api.micros(d.at) / $4 * $4, 0, 0, 1, 0, 0 FROM api.sensor s JOIN api.dead_letter d ON d.sensor = s.name AND d.at >= s.created_at
       WHERE s.id = $1 AND d.at >= api.from_micros($2) AND d.at < api.from_micros($3)
     ) x GROUP BY x.start ORDER BY x.start`,
    [sensorId, from, to, spanMicros],
  );
}

export interface Silence {
  /** Of its last record, or its enrolment. */
  readonly since: Micros;
  readonly noticedAt: Micros;
  /** Null while it lasts. */
  readonly endedAt: Micros | null;
}

/** Newest first. */
export const silencesOf = (sql: Sql, sensorId: string, limit: number): Promise<readonly Silence[]> =>
  manyOf(
    sql,
    'SELECT since, noticed_at AS "noticedAt", ended_at AS "endedAt" FROM api.sensor_silence WHERE sensor_id = $1 ORDER BY noticed_at DESC, since DESC LIMIT $2',
    [sensorId, limit],
  );
