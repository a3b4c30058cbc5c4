// What waits behind the consumers of a flow that rests: for tests that count by themselves. `./goshawk ledger` goes by the books (api/ledger).
import type { LedgerEntry } from '../schemas/avro/types.gen.ts';
import { schemas } from '../schemas/avro/types.gen.ts';
import { schemaIdOf } from '../schemas/avro/codec.ts';
import type { Codec } from '../schemas/avro/codec.ts';
import { groupOf } from '../domains/ledger/index.ts';
import type { Surroundings } from '../domains/ledger/index.ts';
import type { Broker, PartitionReader, TopicPartition } from '../pipeline/runtime/port.ts';
import { tpKey } from '../pipeline/runtime/port.ts';

/**
 * What waits behind each consumer, and who has committed more than its entries tell. Ends are read before committed positions, so that
 * whatever a tail shows has a producer that is seen to be ahead of its entries.
 */
export async function surroundingsOf(entries: readonly LedgerEntry[], broker: Broker, codec: Codec): Promise<Surroundings> {
  const admin = broker.admin();
  const ends = new Map<string, { readonly entry: LedgerEntry; readonly to: number }>();
  for (const entry of entries) {
    const key = `${entry.stage}|${entry.topic}/${entry.partition}`;
    if (entry.to > (ends.get(key)?.to ?? -1)) ends.set(key, { entry, to: entry.to });
  }
  const existing = await admin.topics();
  const consumers = [...ends].filter(([, { entry }]) => existing.has(entry.topic));
  const partitions = [...new Map(consumers.map(([, { entry }]) => [tpKey(entry), { topic: entry.topic, partition: entry.partition }])).values()];
  const stable = await admin.offsets(partitions, 'stable');
  const unread = new Map<string, number>();
  const watermarkId = codec.idOf(schemas.watermark);
  const reader = broker.reader();
  try {
    for (const [key, { entry, to }] of consumers) {
      const end = stable.get(tpKey(entry)) ?? to;
      if (end <= to) continue;
      let count = 0;
      for await (const value of values(reader, entry, to, end))
        count += value.length >= 5 && value[0] === 0 && !entry.topic.startsWith('raw.') && schemaIdOf(value) === watermarkId ? 0 : 1;
      unread.set(key, count);
    }
  } finally {
    await reader.close();
  }
  const pending = new Set<string>();
  const byGroup = Map.groupBy(consumers, ([, { entry }]) => groupOf(entry));
  for (const [group, members] of byGroup) {
    const committed = await admin.committed(
      group,
      members.map(([, { entry }]) => ({ topic: entry.topic, partition: entry.partition })),
    );
    for (const [key, { entry, to }] of members) if ((committed.get(tpKey(entry)) ?? 0) > to) pending.add(key);
  }
  return { unread, pending };
}

async function* values(reader: PartitionReader, { topic, partition }: TopicPartition, from: number, to: number): AsyncIterable<Buffer> {
  for await (const batch of reader.read({ topic, partition }, from, to, new AbortController().signal)) {
    for (const record of batch.records) if (record.offset < to && record.value !== null) yield record.value;
  }
}
