// A range of a topic, committed records only, its partitions merged by append time.
import { ConfigError, RecordError } from '../../pipeline/core/errors.ts';
import type { Micros } from '../../pipeline/core/index.ts';
import { KeyValueStore } from '../../pipeline/core/stores.ts';
import { config as ingestConfig, Groups, openIngestor } from '../../pipeline/ingest/index.ts';
import type { Memory } from '../../pipeline/ingest/kit.ts';
import { sourceOf } from '../../pipeline/ingest/source.ts';
import { appendedAtOf } from '../../pipeline/runtime/input.ts';
import { tpKey } from '../../pipeline/runtime/port.ts';
import type { Broker, RawBatch, RawRecord, TopicPartition } from '../../pipeline/runtime/port.ts';
import { CodecError, schemaIdOf } from '../../schemas/avro/codec.ts';
import type { Codec } from '../../schemas/avro/codec.ts';
import { schemas } from '../../schemas/avro/types.gen.ts';
import type { Event } from '../../schemas/avro/types.gen.ts';
import { topics } from '../../topologies/topics.ts';
import type { Backtest } from './backtest.ts';

export interface TopicRange {
  readonly topic: string;
  /** Append time, inclusive; absent = from the first record that is kept. */
  readonly from?: Micros;
  /** Append time, exclusive; absent = what is committed now. */
  readonly to?: Micros;
}
export interface TopicSources {
  readonly broker: Broker;
  readonly codec: Codec;
}
interface Arrived {
  readonly tp: TopicPartition;
  readonly record: RawRecord;
}
interface Read {
  (arrived: Arrived): readonly Event[];
  /** Events whose last record did not come. */
  readonly end?: () => readonly Event[];
}

/**
 * Reads nothing but the range, joins no group and commits nothing.
 * @throws ConfigError INVALID_USAGE for a topic that is not there or holds no events
 */
export async function testTopic(backtest: Backtest, range: TopicRange, { broker, codec }: TopicSources, signal: AbortSignal): Promise<void> {
  const read = await readerFor(range.topic, codec);
  const isRaw = range.topic.startsWith('raw.');
  backtest.begin();
  const unreadable = (records: number): void => {
    for (let at = 0; at < records; at++) {
      backtest.countRecord();
      backtest.refuse('BATCH_UNREADABLE');
    }
  };
  for await (const arrived of merged(await spansOf(broker, range), broker, signal, unreadable)) {
    const { record } = arrived;
    if (!isRaw && isWatermark(record, codec)) continue;
    backtest.countRecord();
    try {
      for (const event of read(arrived)) backtest.event(event, appendedAtOf(record, !isRaw));
    } catch (error) {
      if (!(error instanceof RecordError || error instanceof CodecError)) throw error;
      backtest.refuse(error instanceof RecordError ? error.code : 'DECODE_FAILED');
    }
  }
  for (const event of read.end?.() ?? []) backtest.event(event, event.provenance.appendedAt);
}

const isWatermark = ({ value }: RawRecord, codec: Codec): boolean =>
  value !== null && value.length >= 5 && value[0] === 0 && schemaIdOf(value) === codec.idOf(schemas.watermark);

/** By what the topic holds: a lane's is named like the live one, with a prefix. */
async function readerFor(topic: string, codec: Codec): Promise<Read> {
  if (topic.startsWith('raw.')) return rawReader(topic);
  const present = (value: Buffer | null): Buffer => {
    if (value === null) throw new RecordError('DECODE_FAILED', 'Record is empty');
    return value;
  };
  if (topic.endsWith(topics.enriched.name)) return ({ record }) => [(codec.decode(schemas.enriched, present(record.value)) as { readonly event: Event }).event];
  if (topic.endsWith(topics.parsed.name) || topic.endsWith(topics.valid.name)) return ({ record }) => [codec.decode(schemas.event, present(record.value))];
  throw new ConfigError(
    'INVALID_USAGE',
    `${topic} holds no events: give raw.<organization>.<source>, or ${[topics.parsed, topics.valid, topics.enriched].map(({ name }) => name).join(', ')}.`,
  );
}

/** As ingest reads it: a memory for each partition. */
async function rawReader(topic: string): Promise<Read> {
  const ingestor = await openIngestor(ingestConfig.parse({}), { installation: 'backtest' });
  const groups = new Groups(new KeyValueStore<unknown>());
  const kept = new Map<number, unknown>();
  const read = ({ tp: { partition }, record: { value, key, offset, headers, timestampMs } }: Arrived): readonly Event[] => {
    if (value === null) throw new RecordError('DECODE_FAILED', 'Record is empty');
    const memory: Memory = { get: () => kept.get(partition), put: (one) => void kept.set(partition, one) };
    const raw = { value, position: { topic, partition, offset }, appendedAt: timestampMs * 1_000, key: key?.toString() ?? null };
    return ingestor.events(raw, sourceOf(topic, new Map(headers)), memory, undefined, groups);
  };
  return Object.assign(read, { end: () => groups.closeAll().flatMap((group) => ingestor.closed(group)) });
}

interface Span {
  readonly tp: TopicPartition;
  readonly from: number;
  readonly to: number;
}
async function spansOf(broker: Broker, { topic, from, to }: TopicRange): Promise<readonly Span[]> {
  const admin = broker.admin();
  try {
    const count = (await admin.topics()).get(topic);
    if (count === undefined) throw new ConfigError('INVALID_USAGE', `There is no topic ${topic}. \`./goshawk topics\` prints those there are.`);
    const tps = Array.from({ length: count }, (_unused, partition) => ({ topic, partition }));
    const at = (time: Micros | undefined) => (time === undefined ? undefined : admin.offsets(tps, { timestampMs: Math.ceil(time / 1_000) }));
    const [first, last, begin, end] = await Promise.all([admin.offsets(tps, 'earliest'), admin.offsets(tps, 'stable'), at(from), at(to)]);
    return tps
      .map((tp) => {
        const key = tpKey(tp);
        const stable = last.get(key) ?? 0;
        return { tp, from: Math.max(first.get(key) ?? 0, begin?.get(key) ?? 0), to: Math.min(stable, end?.get(key) ?? stable) };
      })
      .filter((span) => span.from < span.to);
  } finally {
    await admin.close();
  }
}

/** One batch of each partition in memory; the earliest append time first, then the lower partition. */
async function* merged(spans: readonly Span[], broker: Broker, signal: AbortSignal, unreadable: (records: number) => void): AsyncGenerator<Arrived> {
  const readers = spans.map(() => broker.reader());
  try {
    const heads = await Promise.all(
      spans.map(async (span, at) => {
        const records = recordsOf(readers[at]!.read(span.tp, span.from, span.to, signal), span, unreadable);
        return { tp: span.tp, records, next: await records.next() };
      }),
    );
    for (;;) {
      let first: (typeof heads)[number] | undefined;
      for (const head of heads)
        if (head.next.done !== true && (first?.next.done !== false || head.next.value.timestampMs < first.next.value.timestampMs)) first = head;
      if (first === undefined || first.next.done === true || signal.aborted) return;
      yield { tp: first.tp, record: first.next.value };
      first.next = await first.records.next();
    }
  } finally {
    await Promise.all(readers.map((reader) => reader.close()));
  }
}
async function* recordsOf(batches: AsyncIterable<RawBatch>, { from, to }: Span, unreadable: (records: number) => void): AsyncGenerator<RawRecord, undefined> {
  for await (const batch of batches) {
    if (batch.unreadable !== undefined) unreadable(batch.unreadable.records);
    for (const record of batch.records) if (record.offset >= from && record.offset < to) yield record;
  }
  return undefined;
}
