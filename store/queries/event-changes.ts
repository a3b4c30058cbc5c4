// What people say of events. Writing goes through a function that audits and publishes; see migration 0032.
import type { Micros } from '../../pipeline/core/index.ts';
import { manyOf, oneOf } from './sql.ts';
import type { Sql } from './sql.ts';

export const EVENT_STATUSES = ['open', 'acknowledged', 'resolved'] as const;
export const EVENT_VERDICTS = ['true_positive', 'false_positive', 'benign'] as const;
export interface EventWork {
  readonly status: (typeof EVENT_STATUSES)[number];
  readonly verdict: (typeof EVENT_VERDICTS)[number] | null;
  readonly labels: readonly string[];
}
/** The event as it was left by one change. */
export interface EventChangeRow extends EventWork {
  readonly revision: number;
  readonly at: Micros;
  readonly by: string;
  readonly comment: string | null;
}
interface EventKey {
  readonly time: Micros;
  /** 32 hexadecimal digits. */
  readonly id: string;
}

/** Oldest first, at most 1,000. */
export const changesOfEvent = (sql: Sql, { time, id }: EventKey): Promise<readonly EventChangeRow[]> =>
  manyOf(
    sql,
    `SELECT revision, api.micros(at) AS at, by, status, verdict, labels, comment FROM api.event_change
     WHERE event_id = decode($2, 'hex') AND event_time = api.from_micros($1) ORDER BY revision LIMIT 1000`,
    [time, id],
  );
/** The last change, which stays the last until the end of the transaction; undefined while nobody changed it. */
export async function heldChangeOfEvent(sql: Sql, key: EventKey): Promise<EventChangeRow | undefined> {
  await sql.query(`SELECT api.hold_event(decode($1, 'hex'))`, [key.id]);
  return lastChangeOfEvent(sql, key); // a statement of its own: it sees what those did who were waited for
}
/** Undefined while nobody changed it. */
export const lastChangeOfEvent = (sql: Sql, { time, id }: EventKey): Promise<EventChangeRow | undefined> =>
  oneOf(
    sql,
    `SELECT revision, api.micros(at) AS at, by, status, verdict, labels, comment FROM api.event_change
     WHERE event_id = decode($2, 'hex') AND event_time = api.from_micros($1) ORDER BY revision DESC LIMIT 1`,
    [time, id],
  );

/**
 * SQLSTATE P0002: there is no such event; 40001: it does not have the expected revision.
 * @param expected The revision that `next` was decided upon; 0 = nobody had changed it.
 * @returns The revision it has now.
 */
export async function changeEvent(
  sql: Sql,
  actor: string,
  { time, id }: EventKey,
  { expected, comment, ...next }: EventWork & { readonly expected: number; readonly comment: string | null },
): Promise<number> {
  const row = await oneOf<{ readonly revision: number }>(
    sql,
    `SELECT api.change_event($1, decode($2, 'hex'), api.from_micros($3), $4, $5, $6, $7, $8) AS revision`,
    [actor, id, time, expected, next.status, next.verdict, next.labels, comment],
  );
  return row!.revision;
}
