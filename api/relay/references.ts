import type { Logger } from 'pino';
import type { Codec } from '../../schemas/avro/codec.ts';
import { CodecError } from '../../schemas/avro/codec.ts';
import type { Admin, OutRecord, Producer } from '../../pipeline/runtime/port.ts';
import { OWN_SOURCE } from '../../pipeline/core/sensor.ts';
import { refTables, topics } from '../../topologies/topics.ts';
import type { Pool } from '../../store/connect.ts';
import type { OutboxRow } from '../../store/outbox.ts';
import { markReferenceFailed, markReferencesSent, unsentReferences } from '../../store/outbox.ts';

export interface ReferencesDeps {
  readonly pool: Pool;
  readonly producer: Producer;
  readonly admin: Admin;
  readonly codec: Codec;
  readonly partitionFor: (key: Uint8Array | string, count: number) => number;
  readonly log: Logger;
}

const SCHEMAS = new Map(
  [topics.auditHeads, topics.eventChanges, ...Object.values(refTables).map(({ topic }) => topic)].map(({ name, schema }) => [name, schema]),
);

/**
 * Publishes the oldest rows, in order, keyed `<entity>|<valid from>`.
 * @returns Rows dealt with; 0 = nothing waits.
 * @throws RetryableError when broker or database are away: nothing is lost, rows may be sent again.
 */
export async function relayReferences(deps: ReferencesDeps, limit: number): Promise<number> {
  const rows = await unsentReferences(deps.pool, limit);
  if (rows.length === 0) return 0;
  const counts = await deps.admin.topics();
  const records: OutRecord[] = [];
  const ids: number[] = [];
  for (const row of rows) {
    const record = await encode(row, counts, deps);
    if (record === undefined) continue;
    records.push(record);
    ids.push(row.id);
  }
  if (records.length > 0) {
    await deps.producer.send(records);
    await markReferencesSent(deps.pool, ids);
  }
  return rows.length;
}

/** What the platform tells of itself goes the way of any sensor's records, as JSON. */
const isOwn = (topic: string): boolean => topic.startsWith('raw.') && topic.endsWith(`.${OWN_SOURCE}`);
const raw = ({ topic, key, payload }: OutboxRow, partition: number): OutRecord => ({
  topic,
  partition,
  key: Buffer.from(key),
  value: Buffer.from(JSON.stringify(payload)),
  headers: [['format', Buffer.from('goshawk')]],
});

/** A row that no topic takes is a bug of ours; it must not hold up the others. */
async function encode(row: OutboxRow, counts: ReadonlyMap<string, number>, { codec, partitionFor, pool, log }: ReferencesDeps): Promise<OutRecord | undefined> {
  const schema = SCHEMAS.get(row.topic);
  const count = counts.get(row.topic);
  if (isOwn(row.topic) && count !== undefined) return raw(row, partitionFor(row.key, count));
  let failure = `There is no topic ${row.topic}`;
  if (schema !== undefined && schema !== 'bytes' && count !== undefined) {
    try {
      const key = Buffer.from(row.key);
      return {
        topic: row.topic,
        partition: partitionFor(key, count),
        key,
        value: row.payload === null ? null : codec.encode(schema as { readonly fullName: string }, row.payload),
      };
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      failure = error.message;
    }
  }
  log.error({ id: row.id, topic: row.topic, reason: failure }, 'A reference record cannot be published; it is set aside in the outbox.');
  await markReferenceFailed(pool, row.id, failure);
  return undefined;
}
