// Changes in an order that no reader can miss, and who looks at what; see migration 0030.
import type { Micros } from '../../pipeline/core/index.ts';
import { manyOf, oneOf } from './sql.ts';
import type { Sql } from './sql.ts';

/** A snapshot of PostgreSQL as text, `xmin:xmax:xid,xid`: what it could see is behind a reader, everything else is still to come. */
export type Snapshot = string;

export interface LivePosition {
  /** Of another epoch, positions of this one mean nothing: another cluster, or this one after it was set back. */
  readonly epoch: string;
  readonly snapshot: Snapshot;
  /** Transaction id up to which changes were forgotten. */
  readonly floor: string;
}
export type ChangeKind = 'alert' | 'finding' | 'asset' | 'rules';
export interface Change {
  readonly seq: number;
  /** Empty = of all. */
  readonly organization: string;
  readonly kind: ChangeKind;
  readonly id: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

export async function livePosition(sql: Sql): Promise<LivePosition> {
  return (await oneOf<LivePosition>(sql, 'SELECT epoch, snapshot, floor FROM api.live_position()'))!;
}

/** What `until` sees and `since` does not, of all organizations, beginning after `afterSeq`. For the process that hands it out; holds no contents. */
export const changesBetween = (sql: Sql, since: Snapshot, until: Snapshot, afterSeq: number, most: number): Promise<readonly Change[]> =>
  manyOf(sql, 'SELECT seq, organization, kind, id, detail FROM api.live_changes($1::pg_snapshot, $2::pg_snapshot, $3, $4)', [since, until, afterSeq, most]);

/** The same for one organization: of each thing the newest change. */
export const missedChanges = (sql: Sql, since: Snapshot, until: Snapshot, kinds: readonly ChangeKind[], most: number): Promise<readonly Change[]> =>
  manyOf(sql, 'SELECT seq, organization, kind, id, detail FROM api.live_missed($1::pg_snapshot, $2::pg_snapshot, $3, $4)', [since, until, kinds, most]);

/** Forgets what is older than so many hours, and the oldest of more than `most`. One process at a time does it. */
export async function trimChanges(sql: Sql, hours: number, most: number): Promise<void> {
  await sql.query('SELECT api.trim_live_changes(make_interval(hours => $1), $2)', [hours, most]);
}

export interface PresentUser {
  readonly user: string;
  readonly since: Micros;
}

/** Says that the process lives, and ends those that were not heard of for `silenceSeconds`. False: it was not known, so nobody is present of it. */
export async function heartbeat(sql: Sql, processId: string, silenceSeconds: number): Promise<boolean> {
  return (await oneOf<{ readonly known: boolean }>(sql, 'SELECT api.live_heartbeat($1, make_interval(secs => $2)) AS known', [processId, silenceSeconds]))!
    .known;
}
export async function endProcess(sql: Sql, processId: string): Promise<void> {
  await sql.query('SELECT api.end_live_process($1)', [processId]);
}
export async function enterRoom(sql: Sql, processId: string, room: string, user: string): Promise<void> {
  await sql.query('SELECT api.enter_room($1, $2, $3)', [processId, room, user]);
}
export async function leaveRoom(sql: Sql, processId: string, room: string, user: string): Promise<void> {
  await sql.query('SELECT api.leave_room($1, $2, $3)', [processId, room, user]);
}
/** Over all processes, who came first in front. */
export const presentIn = (sql: Sql, room: string): Promise<readonly PresentUser[]> =>
  manyOf(sql, 'SELECT user_name AS "user", since FROM api.live_presence WHERE room = $1 ORDER BY since, user_name LIMIT 100', [room]);
