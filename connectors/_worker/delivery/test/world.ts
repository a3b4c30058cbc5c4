// A topic in memory, tasks that read it, and a far side that does as it is told.
import pino from 'pino';
import { memoryBroker } from '../../../../pipeline/runtime/memory/index.ts';
import type { MemoryBroker } from '../../../../pipeline/runtime/memory/index.ts';
import { settingsOf } from '../../../../pipeline/core/topic-settings.ts';
import { tpKey } from '../../../../pipeline/runtime/port.ts';
import type { RawRecord } from '../../../../pipeline/runtime/port.ts';
import { Codec } from '../../../../schemas/avro/codec.ts';
import { fixedIds } from '../../../../schemas/avro/registry.ts';
import { schemas } from '../../../../schemas/avro/types.gen.ts';
import type { LedgerEntry } from '../../../../schemas/avro/types.gen.ts';
import { topics } from '../../../../topologies/topics.ts';
import { DELIVERED } from '../../../_sink/index.ts';
import type { BatchLimits, Outcome, Sink, SinkRecord } from '../../../_sink/index.ts';
import { groupOf } from '../../group.ts';
import { SinkTask } from '../sink-task.ts';
import { systemClock } from '../../../../pipeline/core/wall-clock.ts';
import type { SinkTaskOptions } from '../sink-task.ts';

export const TOPIC = 'sink.alpha.ecs.v1';
export const PARTITIONS = 3;
export const CONNECTOR = 'siem';

export const LIMITS: BatchLimits = { maxRecords: 10, maxBytes: 100_000, lingerMs: 0, maxInFlight: 3 };

/** What it took, in order, by id; and how it was called. */
export class FarSide {
  readonly taken: string[] = [];
  readonly calls: (readonly SinkRecord[])[] = [];
  opened = 0;
  closed = 0;
  limits: BatchLimits = LIMITS;
  isTakenBack = false;
  /** Outcome of each record; it takes those that come out as delivered. Throws for the whole call. */
  act: (record: SinkRecord, call: number) => Outcome = () => DELIVERED;
  /** Awaited before each answer. */
  gate: Promise<void> | null = null;

  readonly open = async (): Promise<Sink> => {
    this.opened++;
    return {
      limits: this.limits,
      isTakenBack: this.isTakenBack,
      send: async (records) => {
        this.calls.push(records);
        const call = this.calls.length;
        if (this.gate !== null) await this.gate;
        return records.map((record) => {
          const outcome = this.act(record, call);
          if (outcome.kind === 'delivered') this.taken.push(record.id);
          return outcome;
        });
      },
      close: async () => {
        this.closed++;
      },
    };
  };
}

export interface World {
  readonly broker: MemoryBroker;
  readonly codec: Codec;
  /** Documents `d0`, `d1` ... one after the other over the partitions, unless a partition is given. */
  readonly write: (count: number, more?: { readonly partition?: number; readonly key?: (n: number) => string; readonly bytes?: number }) => Promise<void>;
  readonly start: (far: FarSide, more?: Partial<SinkTaskOptions>) => SinkTask;
  readonly committed: () => Promise<ReadonlyMap<string, number>>;
  readonly records: (topic: string) => Promise<readonly RawRecord[]>;
  readonly ledger: () => Promise<readonly LedgerEntry[]>;
}

export async function world({ maxBatchRecords = 20 }: { readonly maxBatchRecords?: number } = {}): Promise<World> {
  const own = memoryBroker({ maxBatchRecords });
  const broker = own.connect(); // of the first task: tests crash it
  const admin = own.admin();
  await admin.createTopics([{ name: TOPIC, partitions: PARTITIONS, config: {} }, settingsOf(topics.ledger, 1), settingsOf(topics.connectDeadLetters, 2)], 1);
  const codec = new Codec(fixedIds());
  const producer = own.producer();
  let written = 0;
  const records = async (topic: string) => {
    const reader = own.reader();
    const found: RawRecord[] = [];
    for (let partition = 0; partition < ((await admin.topics()).get(topic) ?? 0); partition++) {
      const tp = { topic, partition };
      const end = (await admin.offsets([tp], 'stable')).get(tpKey(tp))!;
      for await (const batch of reader.read(tp, 0, end, new AbortController().signal)) found.push(...batch.records);
    }
    await reader.close();
    return found;
  };
  return {
    broker,
    codec,
    records,
    async write(count, { partition, key = (n: number) => `k${n}`, bytes = 0 } = {}) {
      const all = Array.from({ length: count }, (_none, n) => written + n);
      written += count;
      await producer.send(
        all.map((n) => ({
          topic: TOPIC,
          partition: partition ?? n % PARTITIONS,
          key: Buffer.from(key(n)),
          value: Buffer.from(JSON.stringify({ n, filling: 'x'.repeat(bytes) })),
          headers: [['goshawk.id', Buffer.from(`d${n}`)]],
        })),
      );
    },
    start(far, more = {}) {
      const task = new SinkTask({
        connector: CONNECTOR,
        task: 0,
        className: 'far-side',
        topics: async () => [TOPIC],
        broker,
        openSink: far.open,
        transform: (record) => record,
        tolerance: 'all',
        deadLetters: { topic: topics.connectDeadLetters.name, replication: 1, hasHeaders: true },
        logs: { refusals: false, positions: false },
        mask: (text) => text,
        encodeEntry: (entry) => codec.encode(schemas.ledgerEntry, entry),
        maxOwedBytes: 1_000_000,
        commitEveryMs: 5,
        drainMs: 1_000,
        retry: { initialMs: 1, maxMs: 5 },
        isPaused: false,
        clock: systemClock, // the broker's stands still
        random: () => 0.5,
        log: pino({ level: 'silent' }),
        ...more,
      });
      task.start();
      return task;
    },
    committed: () =>
      admin.committed(
        groupOf(CONNECTOR),
        Array.from({ length: PARTITIONS }, (_none, partition) => ({ topic: TOPIC, partition })),
      ),
    ledger: async () => (await records(topics.ledger.name)).map(({ value }) => codec.decode(schemas.ledgerEntry, value!)),
  };
}

export const ids = (count: number, from = 0): readonly string[] => Array.from({ length: count }, (_none, n) => `d${from + n}`);
export const sorted = (of: readonly string[]): readonly string[] => of.toSorted((a, b) => Number(a.slice(1)) - Number(b.slice(1)));
