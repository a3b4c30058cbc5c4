// What a database needs done by the clock: partitions ahead, retention, folding of small rows.
import type { Micros } from '../pipeline/core/index.ts';
import type { Pool } from './connect.ts';
import { SENSOR_SUMS } from './sensor-sums.ts';
import type { TimeTable } from './tiers.ts';
import { TIME_TABLES } from './tiers.ts';

/** Days for which each table keeps rows: by event time, but never less than that since they were stored. */
export type Retention = Readonly<Record<TimeTable, number>>;

/** Partitions of today and the days ahead, so that the first load after midnight need not make them. */
export async function prepareAhead(pool: Pool, days: number): Promise<void> {
  for (const table of Object.keys(TIME_TABLES)) {
    await pool.query(`SELECT goshawk.prepare_days($1, array(SELECT (now() AT TIME ZONE 'UTC')::date + n FROM generate_series(0, $2::int) AS n))`, [
      table,
      days,
    ]);
  }
}

/** @returns Partitions or chunks dropped, by table. One that a long reader holds is left for the next time. */
export async function dropExpired(pool: Pool, retention: Retention): Promise<Readonly<Partial<Record<TimeTable, number>>>> {
  const dropped: Partial<Record<TimeTable, number>> = {};
  for (const [table, days] of Object.entries(retention) as [TimeTable, number][]) {
    const { rows } = await pool.query<{ dropped: number }>('SELECT goshawk.drop_before($1, now() - make_interval(days => $2)) AS dropped', [table, days]);
    if ((rows[0]?.dropped ?? 0) > 0) dropped[table] = rows[0]?.dropped as number;
  }
  return dropped;
}

/** One row for all loads of a minute, once it is `afterMinutes` old by storage time; the hour and the day count it from then on. @returns Rows saved */
export async function foldCounts(pool: Pool, afterMinutes: number): Promise<number> {
  const { rows } = await pool.query<{ saved: number }>(
    `
    WITH small AS (
      DELETE FROM goshawk.event_count WHERE NOT folded AND stored_at < now() - make_interval(mins => $1) RETURNING *
    ), sums AS (
      INSERT INTO goshawk.event_count (minute, organization, dataset, sensor, severity, events, folded, stored_at)
      SELECT minute, organization, dataset, sensor, severity, sum(events), true, max(stored_at) FROM small GROUP BY 1, 2, 3, 4, 5
      RETURNING 1
    ), longer AS (
      INSERT INTO goshawk.event_sum AS s (span, start, organization, dataset, sensor, severity, events)
      SELECT l.span, date_trunc(l.span, minute, 'UTC'), organization, dataset, sensor, coalesce(severity, -1), sum(events)
      FROM small CROSS JOIN (VALUES ('hour'), ('day')) AS l (span) GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 3, 1, 2, 4, 5, 6
      ON CONFLICT (organization, span, start, dataset, sensor, severity) DO UPDATE SET events = s.events + excluded.events
    )
    SELECT (SELECT count(*) FROM small) - (SELECT count(*) FROM sums) AS saved`,
    [afterMinutes],
  );
  return rows[0]?.saved ?? 0;
}

/** Counts of whole hours are kept for a while, those of days for good. @returns Rows deleted */
export async function dropHourSums(pool: Pool, keepDays: number): Promise<number> {
  const { rowCount } = await pool.query(`DELETE FROM goshawk.event_sum WHERE span = 'hour' AND start < now() - make_interval(days => $1)`, [keepDays]);
  return rowCount ?? 0;
}

const sums = SENSOR_SUMS.map((column) => `sum(${column})`).join(', ');

/** Counts of sensors: one row a minute, after a week one row a day, and none after `keepDays`. @returns Rows saved */
export async function foldSensorCounts(pool: Pool, { afterMinutes, keepDays }: { readonly afterMinutes: number; readonly keepDays: number }): Promise<number> {
  const { rows } = await pool.query<{ saved: number }>(
    `
    WITH old AS (
      DELETE FROM goshawk.sensor_count WHERE minute < now() - make_interval(days => $2) RETURNING 1
    ), small AS (
      DELETE FROM goshawk.sensor_count WHERE minute >= now() - make_interval(days => $2) AND (
        (NOT folded AND stored_at < now() - make_interval(mins => $1))
        OR (minute < now() - interval '7 days' AND minute <> date_trunc('day', minute))) RETURNING *
    ), folded AS (
      INSERT INTO goshawk.sensor_count (minute, organization, sensor, last_at, ${SENSOR_SUMS.join(', ')}, folded, stored_at)
      SELECT CASE WHEN minute < now() - interval '7 days' THEN date_trunc('day', minute) ELSE minute END, organization, sensor, max(last_at), ${sums}, true, max(stored_at)
      FROM small GROUP BY 1, 2, 3 RETURNING 1
    )
    SELECT (SELECT count(*) FROM small) + (SELECT count(*) FROM old) - (SELECT count(*) FROM folded) AS saved`,
    [afterMinutes, keepDays],
  );
  return rows[0]?.saved ?? 0;
}

/** Users of the broker whose credential ended within the last day: removing one twice changes nothing, and a broker that was away gets another try. */
export async function endedBrokerUsers(pool: Pool): Promise<readonly string[]> {
  const { rows } = await pool.query<{ user: string }>(
    `SELECT proof AS user FROM goshawk.sensor_credential WHERE kind = 'sasl' AND expires_at <= now() AND expires_at > now() - interval '1 day'`,
  );
  return rows.map(({ user }) => user);
}

export interface SilenceChange {
  readonly organization: string;
  readonly sensor: string;
  /** Of its last record, microseconds. */
  readonly since: number;
  readonly isSilent: boolean;
}
/**
 * Sensors that fell silent, or speak again, since the last call. Silence is noticed by the second call at the earliest: the first sends a probe
 * through the stages, so that nobody is called silent whose records wait on their way.
 * @param at Of the wall clock; null = the database's.
 */
export async function noteSilence(pool: Pool, at: Micros | null = null): Promise<readonly SilenceChange[]> {
  return (
    await pool.query<SilenceChange>(
      'SELECT organization, sensor, since, is_silent AS "isSilent" FROM goshawk.note_silence(coalesce(api.from_micros($1), now()))',
      [at],
    )
  ).rows;
}

export interface ToldAlert {
  readonly organization: string;
  readonly sensor: string;
  /** False: it was closed, and is open again. */
  readonly isOver: boolean;
}
/** Says in the alerts of silences that they are over, each once. */
export async function tellAlertsOfSilence(pool: Pool): Promise<readonly ToldAlert[]> {
  return (await pool.query<ToldAlert>('SELECT organization, sensor, is_over AS "isOver" FROM goshawk.tell_alerts_of_silence()')).rows;
}

/** One entry of persist's ledger a day and partition, where the entries leave no hole between them and the books have them. @returns Rows saved */
export async function foldLedger(pool: Pool, afterDays: number): Promise<number> {
  const { rows: days } = await pool.query<Day>(
    `
    SELECT app, stage, topic, partition, min(from_offset) AS from, max(to_offset) AS to FROM goshawk.stage_ledger l WHERE wall_to < now() - make_interval(days => $1)
      AND NOT EXISTS (SELECT FROM goshawk.ledger_book b, jsonb_to_recordset(b.book -> 'accounts') AS a (stage text, topic text, partition int, "to" bigint)
        WHERE a.stage = l.stage AND a.topic = l.topic AND a.partition = l.partition AND l.to_offset > a."to")
    GROUP BY app, stage, topic, partition, (wall_from AT TIME ZONE 'UTC')::date HAVING count(*) > 1 AND sum(to_offset - from_offset) = max(to_offset) - min(from_offset)`,
    [afterDays],
  );
  let saved = 0;
  for (const day of days) saved += await foldDay(pool, day);
  return saved;
}

interface Day {
  readonly app: string;
  readonly stage: string;
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}
interface Entry {
  readonly records: number;
  readonly passed: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly rejected: Readonly<Record<string, number>>;
  readonly wall_from: number;
  readonly wall_to: number;
}

async function foldDay(pool: Pool, { app, stage, topic, partition, from, to }: Day): Promise<number> {
  const client = await pool.connect();
  let isDone = false;
  try {
    await client.query('BEGIN');
    const { rows } = await client.query<Entry>(
      `
      DELETE FROM goshawk.stage_ledger WHERE app = $1 AND stage = $2 AND topic = $3 AND partition = $4 AND from_offset >= $5 AND to_offset <= $6
      RETURNING records, passed, dropped, rejected, wall_from, wall_to`,
      [app, stage, topic, partition, from, to],
    );
    const total = (field: 'records' | 'passed') => rows.reduce((sum, row) => sum + row[field], 0);
    await client.query(
      `
      INSERT INTO goshawk.stage_ledger (app, stage, topic, partition, from_offset, to_offset, records, passed, dropped, rejected, wall_from, wall_to)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, api.from_micros($11), api.from_micros($12))`,
      [
        app,
        stage,
        topic,
        partition,
        from,
        to,
        total('records'),
        total('passed'),
        sumReasons(rows.map(({ dropped }) => dropped)),
        sumReasons(rows.map(({ rejected }) => rejected)),
        Math.min(...rows.map((row) => row.wall_from)),
        Math.max(...rows.map((row) => row.wall_to)),
      ],
    );
    await client.query('COMMIT');
    isDone = true;
    return rows.length - 1;
  } finally {
    client.release(!isDone); // a connection in an open transaction is not used again
  }
}

function sumReasons(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const one of all) for (const [reason, count] of Object.entries(one)) sums[reason] = (sums[reason] ?? 0) + count;
  return sums;
}

/** Rows of both outboxes that were sent long ago. @returns Rows deleted */
export async function pruneOutboxes(pool: Pool, afterDays: number): Promise<number> {
  let deleted = 0;
  for (const table of ['outbox', 'dead_letter_outbox']) {
    deleted += (await pool.query(`DELETE FROM goshawk.${table} WHERE sent_at < now() - make_interval(days => $1)`, [afterDays])).rowCount ?? 0;
  }
  return deleted;
}
