// Follows the topics of reference data, so that every process has all of it in memory.
import type { Logger } from 'pino';
import { RetryableError } from '../core/errors.ts';
import type { RefTable } from '../core/index.ts';
import type { Codec } from '../../schemas/avro/codec.ts';
import type { RuntimeMetrics } from './metrics.ts';
import type { Broker, RawBatch, TopicPartition } from './port.ts';
import { tpKey } from './port.ts';
import { ReferenceData } from './reference.ts';
import { backoffMs, sleep } from '../core/wall-clock.ts';
import type { WallClock } from '../core/wall-clock.ts';

export interface ReferenceReader {
  readonly data: ReferenceData;
  /** How long ago it was last known that everything has been read. Above the activation delay no record may be processed. */
  readonly lagMs: () => number;
  readonly close: () => Promise<void>;
}
export interface ReferenceOptions {
  readonly broker: Broker;
  readonly codec: Codec;
  readonly tables: readonly RefTable<unknown>[];
  /** Name of a topic on the broker. */
  readonly topicName: (name: string) => string;
  readonly clock: WallClock;
  readonly log: Logger;
  readonly metrics: RuntimeMetrics;
}
const CHECK_EVERY_MS = 2000;

/**
 * Reads the tables whole, to the stable end, before it resolves; goes on in the background until closed.
 * A record that cannot be decoded is skipped with an error in the log: the relay alone writes these topics.
 */
export async function openReferenceReader(options: ReferenceOptions): Promise<ReferenceReader> {
  const { broker, tables, topicName, clock, log, metrics } = options;
  const data = new ReferenceData(tables.map(({ name }) => name));
  if (tables.length === 0) return { data, lagMs: () => 0, close: async () => {} };
  const admin = broker.admin();
  const reader = broker.reader();
  const closing = new AbortController();
  const { signal } = closing;
  const counts = await admin.topics();
  const partitions = tables.flatMap((table) =>
    Array.from({ length: counts.get(topicName(table.topic.name)) ?? 0 }, (_, partition) => ({ table, tp: { topic: topicName(table.topic.name), partition } })),
  );
  for (const { name, topic } of tables) {
    if (!counts.has(topicName(topic.name)))
      throw new RetryableError(
        'TOPIC_MISSING',
        `The topic ${topicName(topic.name)} of reference table ${name} does not exist. Create it with \`./goshawk topics --create\`.`,
      );
  }
  const positions = new Map<string, number>();
  const tps: readonly TopicPartition[] = partitions.map(({ tp }) => tp);
  let freshMs = clock.nowMs();

  const take = async (table: RefTable<unknown>, batch: RawBatch): Promise<void> => {
    if (batch.unreadable !== undefined)
      log.error(
        { code: 'BATCH_UNREADABLE', table: table.name, ...batch.tp, from: batch.from, to: batch.nextOffset, reason: batch.unreadable.reason },
        'A batch of reference data cannot be read and is skipped: publish its rows again.',
      );
    for (const record of batch.records) {
      try {
        const missing = record.value === null ? undefined : options.codec.missingWriter(record.value);
        if (missing !== undefined) await options.codec.load(missing);
        const row = record.value === null || table.topic.schema === 'bytes' ? null : options.codec.decode(table.topic.schema, record.value);
        data.put(table.name, record.key?.toString() ?? '', row, record.timestampMs * 1000);
      } catch (error) {
        log.error(
          { err: error, table: table.name, topic: batch.tp.topic, partition: batch.tp.partition, offset: record.offset },
          'A reference record cannot be read and is skipped.',
        );
      }
    }
    metrics.referenceRecords.inc({ table: table.name }, batch.records.length);
    metrics.referenceRows.set({ table: table.name }, data.size(table.name));
    positions.set(tpKey(batch.tp), batch.nextOffset);
  };

  const [earliest, stable] = await Promise.all([admin.offsets(tps, 'earliest'), admin.offsets(tps, 'stable')]);
  for (const { table, tp } of partitions) {
    const from = earliest.get(tpKey(tp)) ?? 0;
    const end = stable.get(tpKey(tp)) ?? 0;
    positions.set(tpKey(tp), Math.max(from, end));
    if (from < end) for await (const batch of reader.read(tp, from, end, signal)) await take(table, batch);
  }
  freshMs = clock.nowMs();

  const following = partitions.map(async ({ table, tp }) => {
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        for await (const batch of reader.read(tp, positions.get(tpKey(tp))!, 'follow', signal)) {
          await take(table, batch);
          failures = 0;
        }
      } catch (error) {
        if (!signal.aborted) log.warn({ err: error, topic: tp.topic }, 'Reference data cannot be read for now.');
      }
      await sleep(clock, backoffMs(failures), signal);
    }
  });
  const checking = (async () => {
    for (;;) {
      await sleep(clock, CHECK_EVERY_MS, signal);
      if (signal.aborted) return;
      const askedMs = clock.nowMs();
      const ends = await admin.offsets(tps, 'stable').catch(() => undefined); // the lag tells
      if (ends !== undefined && tps.every((tp) => positions.get(tpKey(tp))! >= (ends.get(tpKey(tp)) ?? 0))) freshMs = askedMs;
      metrics.referenceLag.set((clock.nowMs() - freshMs) / 1000);
    }
  })();

  return {
    data,
    lagMs: () => clock.nowMs() - freshMs,
    async close() {
      closing.abort();
      await reader.close();
      await Promise.all([...following, checking]);
      await admin.close();
    },
  };
}
