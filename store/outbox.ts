// What waits in the database to be published, and that it was.
import type { Pool } from './connect.ts';

export interface OutboxRow {
  readonly id: number;
  readonly topic: string;
  readonly key: string;
  /** The record by its Avro field names; null = tombstone. */ readonly payload: Readonly<Record<string, unknown>> | null;
}

/** Oldest first; a row whose transaction committed late comes when it is seen. */
export async function unsentReferences(pool: Pool, limit: number): Promise<readonly OutboxRow[]> {
  return (await pool.query<OutboxRow>('SELECT id, topic, key, payload FROM goshawk.outbox WHERE sent_at IS NULL ORDER BY id LIMIT $1', [limit])).rows;
}
/** What lies under these keys is to go; one that waits already does not wait twice. */
export async function sendTombstones(pool: Pool, topic: string, keys: readonly string[]): Promise<void> {
  await pool.query(
    `INSERT INTO goshawk.outbox (topic, key) SELECT $1, k FROM unnest($2::text[]) AS k
    WHERE NOT EXISTS (SELECT FROM goshawk.outbox o WHERE o.sent_at IS NULL AND o.topic = $1 AND o.key = k AND o.payload IS NULL)`,
    [topic, keys],
  );
}
export async function markReferencesSent(pool: Pool, ids: readonly number[]): Promise<void> {
  await pool.query('UPDATE goshawk.outbox SET sent_at = now() WHERE id = ANY($1::bigint[])', [ids]);
}
/** Sets a row aside that can never be sent, so that the others go on. */
export async function markReferenceFailed(pool: Pool, id: number, failure: string): Promise<void> {
  await pool.query('UPDATE goshawk.outbox SET sent_at = now(), failure = $2 WHERE id = $1', [id, failure]);
}

export interface DeadLetterRow {
  readonly id: number;
  readonly stage: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: Buffer | null;
  /** Null when the bytes are to be read at the position. */
  readonly value: Buffer | null;
  /** Name and base64 of the value, in the order of the record. */
  readonly headers: readonly (readonly [name: string, value: string])[] | null;
  readonly code: string;
  readonly message: string;
  readonly failedAt: number; // wall-clock time, microseconds
}

export async function unsentDeadLetters(pool: Pool, limit: number): Promise<readonly DeadLetterRow[]> {
  return (
    await pool.query<DeadLetterRow>(
      'SELECT id, stage, topic, partition, "offset", key, value, headers, code, message, failed_at AS "failedAt" FROM goshawk.dead_letter_outbox WHERE sent_at IS NULL ORDER BY id LIMIT $1',
      [limit],
    )
  ).rows;
}
export async function markDeadLettersSent(pool: Pool, ids: readonly number[]): Promise<void> {
  await pool.query('UPDATE goshawk.dead_letter_outbox SET sent_at = now() WHERE id = ANY($1::bigint[])', [ids]);
}
