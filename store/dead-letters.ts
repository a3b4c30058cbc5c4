// Dead letters as the relay notes them: rows and position in one transaction, so none is missed or noted twice.
import type { DeadLetter } from '../pipeline/core/dead-letter.ts';
import type { Position } from '../pipeline/core/index.ts';
import type { Pool, PoolClient } from './connect.ts';
import { asPipelineError } from './failure.ts';

export interface NotedLetter extends DeadLetter {
  /** Where the sensor's record lay; null when the bytes do not tell. */
  readonly source: Position | null;
  /** Who sent it; null when neither topic, headers nor bytes tell. */
  readonly sensor: string | null;
}
export interface Redriven {
  readonly partition: number;
  /** Half-open ranges of offsets. */
  readonly ranges: readonly (readonly [from: number, to: number])[];
  readonly at: number; // microseconds
  readonly by: string;
}
export interface Advance {
  readonly topic: string;
  readonly partition: number;
  /** Where it was; 0 when nothing was read yet. */
  readonly from: number;
  readonly to: number;
}

export async function notedPositions(pool: Pool, topic: string): Promise<ReadonlyMap<number, number>> {
  const { rows } = await pool.query<{ partition: number; next: number }>(
    'SELECT partition, next_offset AS next FROM goshawk.dead_letter_position WHERE topic = $1',
    [topic],
  );
  return new Map(rows.map(({ partition, next }) => [partition, next]));
}

/** @returns False when somebody else has moved the position: nothing was written, look again. */
export const noteLetters = (pool: Pool, letters: readonly NotedLetter[], advance: Advance): Promise<boolean> =>
  inTransaction(pool, advance, (client) => insert(client, letters));

/** @returns as `noteLetters` */
export const noteRedriven = (pool: Pool, redriven: readonly Redriven[], advance: Advance): Promise<boolean> =>
  inTransaction(pool, advance, async (client) => {
    for (const { partition, ranges, at, by } of redriven) {
      await client.query(
        `UPDATE goshawk.dead_letter l SET redriven_at = api.from_micros($2), redriven_by = $3 FROM unnest($4::bigint[], $5::bigint[]) AS r (first, "end")
         WHERE l.partition = $1 AND l."offset" >= r.first AND l."offset" < r."end"`,
        [partition, at, by, ranges.map(([from]) => from), ranges.map(([, to]) => to)],
      );
    }
  });

/** Forgets what the topic no longer holds. @returns Rows deleted */
export async function forgetLetters(pool: Pool, partition: number, before: number): Promise<number> {
  return (await pool.query('DELETE FROM goshawk.dead_letter WHERE partition = $1 AND "offset" < $2', [partition, before])).rowCount ?? 0;
}

async function inTransaction(pool: Pool, { topic, partition, from, to }: Advance, work: (client: PoolClient) => Promise<void>): Promise<boolean> {
  const client = await pool.connect().catch((error: unknown) => {
    throw asPipelineError(error);
  });
  let isOver = false;
  try {
    await client.query('BEGIN');
    const { rowCount } = await client.query(
      `INSERT INTO goshawk.dead_letter_position AS p (topic, partition, next_offset) VALUES ($1, $2, $4)
       ON CONFLICT (topic, partition) DO UPDATE SET next_offset = excluded.next_offset WHERE p.next_offset = $3`,
      [topic, partition, from, to],
    );
    if (rowCount === 1) await work(client);
    await client.query(rowCount === 1 ? 'COMMIT' : 'ROLLBACK');
    isOver = true;
    return rowCount === 1;
  } catch (error) {
    throw asPipelineError(error);
  } finally {
    client.release(!isOver); // a connection in an open transaction is not used again
  }
}

const MAX_INT = 2_147_483_647;
const int = (value: number): number => Math.min(value, MAX_INT);
/** Text that a column takes, and no longer than anybody reads. */
const text = (value: string, max = 1_000): string => value.replaceAll('\0', '\ufffd').slice(0, max).toWellFormed();
const micros = (ms: number): number => (ms < 8.64e15 ? ms * 1000 : 0);

async function insert(client: PoolClient, letters: readonly NotedLetter[]): Promise<void> {
  if (letters.length === 0) return;
  const column = <T>(value: (letter: NotedLetter) => T): T[] => letters.map(value);
  await client.query(
    `INSERT INTO goshawk.dead_letter (partition, "offset", organization, at, stage, code, version, message, topic, topic_partition, topic_offset,
       raw_topic, raw_partition, raw_offset, attempt, first_failed_at, schema_id, bytes, without, sensor)
     SELECT partition, "offset", organization, api.from_micros(at), stage, code, version, message, topic, topic_partition, topic_offset,
       raw_topic, raw_partition, raw_offset, attempt, api.from_micros(first_failed), schema_id, bytes, without, sensor
     FROM unnest($1::int[], $2::bigint[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::int[], $11::bigint[],
       $12::text[], $13::int[], $14::bigint[], $15::int[], $16::bigint[], $17::int[], $18::int[], $19::text[], $20::text[])
     AS t (partition, "offset", organization, at, stage, code, version, message, topic, topic_partition, topic_offset,
       raw_topic, raw_partition, raw_offset, attempt, first_failed, schema_id, bytes, without, sensor)
     ON CONFLICT DO NOTHING`,
    [
      column(({ partition }) => partition),
      column(({ offset }) => offset),
      column(({ organization }) => text(organization, 100)),
      column(({ at }) => at),
      column(({ stage }) => text(stage, 100)),
      column(({ code }) => text(code, 100)),
      column(({ version }) => text(version, 100)),
      column(({ message }) => text(message)),
      column(({ position }) => text(position.topic, 249)),
      column(({ position }) => int(position.partition)),
      column(({ position }) => position.offset),
      column(({ source }) => (source === null ? null : text(source.topic, 249))),
      column(({ source }) => (source === null ? null : int(source.partition))),
      column(({ source }) => source?.offset ?? null),
      column(({ attempt }) => int(attempt)),
      column(({ firstFailureMs }) => micros(firstFailureMs)),
      column(({ schemaId }) => int(schemaId)),
      column(({ bytes }) => bytes),
      column(({ without }) => text(without)),
      column(({ sensor }) => (sensor === null ? null : text(sensor, 249))),
    ],
  );
}

export interface RequestedRedrive {
  readonly id: string;
  readonly organization: string;
  /** As `api.request_redrive` was given it. */
  readonly filter: Readonly<Record<string, unknown>>;
  readonly ends: Readonly<Record<string, number>>;
  readonly requestedBy: string;
}
/** The oldest that is not finished, of which one may have been begun by a process that died. */
export async function nextRedrive(pool: Pool): Promise<RequestedRedrive | undefined> {
  const { rows } = await pool.query<RequestedRedrive>(
    `SELECT id, organization, filter, ends, requested_by AS "requestedBy" FROM goshawk.redrive WHERE state IN ('waiting', 'running') ORDER BY requested_at, id LIMIT 1`,
  );
  return rows[0];
}
export interface RedriveNote {
  readonly matched: number;
  readonly redriven: number;
  readonly already: number;
  readonly obstacles: Readonly<Record<string, number>>;
}
/** What was sent by an earlier process counts as sent before: `already`. */
export async function noteRedrive(
  pool: Pool,
  id: string,
  state: 'running' | 'done' | 'failed',
  sums: RedriveNote | null,
  failure: string | null = null,
): Promise<void> {
  await pool.query(
    `UPDATE goshawk.redrive SET state = $2, matched = coalesce($3, matched), redriven = coalesce($4, redriven), already = coalesce($5, already),
       obstacles = coalesce($6, obstacles), failure = $7, changed_at = now() WHERE id = $1`,
    [id, state, sums?.matched ?? null, sums?.redriven ?? null, sums?.already ?? null, sums === null ? null : JSON.stringify(sums.obstacles), failure],
  );
}
