// Where ledger entries come from: the stages' own on ledger.v1, persist's beside its rows in the database.
import type { Pool } from 'pg';
import type { LedgerEntry } from '../schemas/avro/types.gen.ts';
import { schemas } from '../schemas/avro/types.gen.ts';
import { schemaIdOf } from '../schemas/avro/codec.ts';
import type { Codec } from '../schemas/avro/codec.ts';
import type { Surroundings } from '../domains/ledger/index.ts';
import type { Broker, PartitionReader, TopicPartition } from '../pipeline/runtime/port.ts';
import { tpKey } from '../pipeline/runtime/port.ts';
import { topics } from '../topologies/topics.ts';

/** Every entry of ledger.v1, in its order. */
export async function* topicEntries(broker: Broker, codec: Codec): AsyncIterable<LedgerEntry> {
  const tp = { topic: topics.ledger.name, partition: 0 };
  const admin = broker.admin();
  const from = (await admin.offsets([tp], 'earliest')).get(tpKey(tp)) ?? 0;
  const to = (await admin.offsets([tp], 'stable')).get(tpKey(tp)) ?? 0;
  for await (const value of values(broker.reader(), tp, from, to)) {
    const missing = codec.missingWriter(value);
    if (missing !== undefined) await codec.load(missing);
    if (schemaIdOf(value) === codec.idOf(schemas.ledgerEntry)) yield codec.decode(schemas.ledgerEntry, value);
  }
}

interface Row {
  readonly app: string;
  readonly stage: string;
  readonly topic: string;
  readonly partition: number;
  readonly from_offset: number;
  readonly to_offset: number;
  readonly records: number;
  readonly passed: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly rejected: Readonly<Record<string, number>>;
  readonly wall_from: number;
  readonly wall_to: number;
}
/** Persist's entries. The pool signs in as the API's role. */
export async function storeEntries(pool: Pool): Promise<readonly LedgerEntry[]> {
  const { rows } = await pool.query<Row>(
    'SELECT app, stage, topic, partition, from_offset, to_offset, records, passed, dropped, rejected, wall_from, wall_to FROM api.stage_ledger ORDER BY stage, topic, partition, from_offset',
  );
  const counts = (byReason: Readonly<Record<string, number>>) => Object.entries(byReason).map(([reason, count]) => ({ reason, count }));
  return rows.map((row): LedgerEntry => ({
    app: row.app,
    stage: row.stage,
    topic: row.topic,
    partition: row.partition,
    from: row.from_offset,
    to: row.to_offset,
    in: row.records,
    passed: row.passed,
    dropped: counts(row.dropped),
    rejected: counts(row.rejected),
    emitted: 0,
    out: [],
    watermark: null,
    wallFrom: row.wall_from,
    wallTo: row.wall_to,
  }));
}

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
  const byGroup = Map.groupBy(consumers, ([, { entry }]) => `${entry.app}.${entry.stage}`);
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
