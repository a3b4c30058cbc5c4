// Whether database and topics belong together, asked before a stage writes: afterwards older topics may have grown past the positions.
import type { Logger } from 'pino';
import { reconcile } from '../pipeline/persist/position.ts';
import type { Admin, TopicPartition } from '../pipeline/runtime/port.ts';
import { tpKey } from '../pipeline/runtime/port.ts';
import { openPool } from '../store/connect.ts';

type Extent = { readonly start: number; readonly end: number };

/** Offsets [start, end) that partitions hold. */
export async function extentsOf(admin: Admin, partitions: readonly TopicPartition[]): Promise<ReadonlyMap<string, Extent>> {
  const [earliest, latest] = await Promise.all([admin.offsets(partitions, 'earliest'), admin.offsets(partitions, 'latest')]);
  return new Map(partitions.map((tp) => [tpKey(tp), { start: earliest.get(tpKey(tp)) ?? 0, end: latest.get(tpKey(tp)) ?? 0 }]));
}

/** @throws FatalError TOPICS_BEHIND when the topics are older than the database. A gap before them is left to persist and its `onGap`. */
export async function requireSameHistory(admin: Admin, databaseUrl: string, log: Logger): Promise<void> {
  const pool = openPool({ databaseUrl, max: 1, applicationName: 'goshawk up', log });
  try {
    const { rows } = await pool.query<TopicPartition & { next: number }>(
      `SELECT DISTINCT ON (topic, partition) topic, partition, next_offset AS next FROM goshawk.stage_offset
       WHERE next_offset IS NOT NULL ORDER BY topic, partition, next_offset DESC`,
    );
    const counts = await admin.topics();
    const known = rows.filter(({ topic, partition }) => partition < (counts.get(topic) ?? 0)); // lanes go with their topics
    reconcile(known, await extentsOf(admin, known), 'skip');
  } finally {
    await pool.end();
  }
}
