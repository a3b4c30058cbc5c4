// Copies of what alerts rest on: the stored event, and the sensor's own bytes.
import type { Pool } from './connect.ts';

export interface EvidenceCopied {
  readonly copied: number;
  readonly waiting: number;
  readonly givenUp: number;
}

/**
 * Copies events that alerts ask for and that are stored by now. One that is not is looked for again after 1 s, 2 s, 4 s ... an hour,
 * and given up after `giveUpDays`: it was rejected, or retention was quicker.
 */
export async function copyEvidence(pool: Pool, limit: number, giveUpDays: number): Promise<EvidenceCopied> {
  const { rows } = await pool.query<EvidenceCopied>({
    name: 'copy-evidence',
    text: `
      WITH due AS (
        SELECT * FROM goshawk.evidence_due WHERE due_at <= now() ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED
      ), found AS (
        SELECT d.alert_id, d.event_time, d.event_id, d.organization, d.raw_topic, d.raw_partition, d.raw_offset, to_jsonb(e) - 'native' AS event, e.native
        FROM due d JOIN goshawk.event e ON e.event_time = d.event_time AND e.id = d.event_id AND e.organization = d.organization
      ), kept AS (
        INSERT INTO goshawk.evidence (alert_id, event_time, event_id, organization, raw_topic, raw_partition, raw_offset, event, native, event_hash)
        SELECT f.*, sha256(convert_to(f.event::text || f.native, 'UTF8')) FROM found f ON CONFLICT DO NOTHING
      ), gone AS (
        DELETE FROM goshawk.evidence_due x USING due d
        WHERE x.alert_id = d.alert_id AND x.event_time = d.event_time AND x.event_id = d.event_id
          AND (d.asked_at < now() - make_interval(days => $2) OR EXISTS (SELECT FROM found f WHERE f.alert_id = d.alert_id AND f.event_time = d.event_time AND f.event_id = d.event_id))
        RETURNING 1
      ), later AS (
        UPDATE goshawk.evidence_due x SET tries = x.tries + 1, due_at = now() + least(interval '1 second' * 2 ^ least(x.tries, 12), interval '1 hour')
        FROM due d
        WHERE x.alert_id = d.alert_id AND x.event_time = d.event_time AND x.event_id = d.event_id AND d.asked_at >= now() - make_interval(days => $2)
          AND NOT EXISTS (SELECT FROM found f WHERE f.alert_id = d.alert_id AND f.event_time = d.event_time AND f.event_id = d.event_id)
        RETURNING 1
      )
      SELECT (SELECT count(*) FROM found) AS copied, (SELECT count(*) FROM later) AS waiting, (SELECT count(*) FROM gone) - (SELECT count(*) FROM found) AS "givenUp"`,
    values: [limit, giveUpDays],
  });
  return rows[0] as EvidenceCopied;
}

/** A raw record that evidence still lacks; several alerts may rest on it. */
export interface RawDue {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

export async function rawDue(pool: Pool, limit: number): Promise<readonly RawDue[]> {
  return (
    await pool.query<RawDue>(
      `
    SELECT raw_topic AS topic, raw_partition AS partition, raw_offset AS "offset" FROM goshawk.evidence WHERE raw_state = 'due'
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3 LIMIT $1`,
      [limit],
    )
  ).rows;
}

/** @param raw The record's bytes; null when the topic no longer has it. */
export async function keepRaw(pool: Pool, { topic, partition, offset }: RawDue, raw: Uint8Array | null): Promise<void> {
  const bytes = raw === null ? null : Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  await pool.query(
    `
    UPDATE goshawk.evidence SET raw = $4, raw_hash = sha256($4), raw_state = CASE WHEN $4::bytea IS NULL THEN 'gone' ELSE 'kept' END
    WHERE raw_state = 'due' AND raw_topic = $1 AND raw_partition = $2 AND raw_offset = $3`,
    [topic, partition, offset, bytes],
  );
}
