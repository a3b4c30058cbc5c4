// A topic of real documents in memory, and a sink that reads it, for the contract's tests.
import pino from 'pino';
import { openOutbound } from '../../outbound/client.ts';
import { config as outboundConfig } from '../../outbound/config.ts';
import { settingsOf } from '../../pipeline/core/topic-settings.ts';
import { systemClock } from '../../pipeline/core/wall-clock.ts';
import { findingDocument } from '../../pipeline/publish/ecs/index.ts';
import { memoryBroker } from '../../pipeline/runtime/memory/index.ts';
import { tpKey } from '../../pipeline/runtime/port.ts';
import { Codec } from '../../schemas/avro/codec.ts';
import { fixedIds } from '../../schemas/avro/registry.ts';
import { schemas } from '../../schemas/avro/types.gen.ts';
import { topics } from '../../topologies/topics.ts';
import type { BatchLimits, Sink, SinkConnector, SinkDeps, SinkRecord } from '../_sink/index.ts';
import { groupOf } from '../_worker/group.ts';
import { sinkRecordOf } from '../_worker/delivery/record.ts';
import { SinkTask } from '../_worker/delivery/sink-task.ts';
import { readSettings } from './settings.ts';
import type { StandIn } from './stand-in.ts';

const TOPIC = 'sink.alpha.ecs.v1';
const PARTITIONS = 3;
const CONNECTOR = 'tried';
const MICROS = Date.UTC(2026, 2, 1) * 1_000;

/** The finding number `n`, as publish writes it. */
export function documentOf(n: number): { readonly id: string; readonly value: Buffer } {
  const document = findingDocument({
    id: `f${String(n).padStart(31, '0')}`,
    organization: 'alpha',
    time: MICROS + n * 1_000_000,
    lastTime: MICROS + n * 1_000_000,
    kind: 'match',
    ruleId: '3b6ab547-8ec2-4991-b9d2-2b06702a48d7',
    ruleVersion: 1,
    title: `PowerShell Download Pattern | number=${n}`,
    description: 'Detects a download by PowerShell.\nSecond line.',
    author: 'A. Author',
    license: 'DRL 1.1',
    reference: null,
    severity: 'high',
    status: 'production',
    tags: ['attack.execution', 'attack.t1059.001'],
    entities: [
      { type: 'host', value: `host-${n % 7}` },
      { type: 'user', value: 'ada' },
      { type: 'address', value: '203.0.113.9' },
    ],
    events: [{ id: `e${n}`, time: MICROS, topic: 'raw.alpha.windows', partition: 0, offset: n }],
    eventCount: 1,
    supersedes: null,
    revisable: null,
  } as unknown as Parameters<typeof findingDocument>[0]);
  const { id } = (document as { readonly event: { readonly id: string } }).event;
  return { id, value: Buffer.from(JSON.stringify(document)) };
}

export interface SinkWorld {
  readonly config: object;
  readonly write: (count: number) => Promise<void>;
  /** Values that publish would not write. Each has an id, `odd-0` and so on. */
  readonly writeRaw: (values: readonly string[]) => Promise<void>;
  readonly open: (more?: Partial<SinkDeps>) => Promise<Sink>;
  /** `another`: in a process of its own, which `kill` leaves alone. */
  readonly start: (more: { readonly limits?: Partial<BatchLimits>; readonly task?: number; readonly another?: boolean }) => SinkTask;
  /** As kill -9 of the process of all tasks, and the time until the broker has noticed. */
  readonly kill: () => Promise<void>;
  /** Sum of committed offsets. */
  readonly committed: () => Promise<number>;
  readonly committedIds: () => Promise<readonly string[]>;
  /** Ids of the dead letters. */
  readonly letters: () => Promise<readonly string[]>;
  readonly sinkRecords: (count: number) => Promise<readonly SinkRecord[]>;
  readonly close: () => Promise<void>;
}

export async function sinkWorld(connector: SinkConnector, standIn: StandIn): Promise<SinkWorld> {
  const own = memoryBroker({ maxBatchRecords: 10 });
  let process = own.connect();
  const admin = own.admin();
  await admin.createTopics([{ name: TOPIC, partitions: PARTITIONS, config: {} }, settingsOf(topics.ledger, 1), settingsOf(topics.connectDeadLetters, 1)], 1);
  const codec = new Codec(fixedIds());
  const config = readSettings(connector, standIn.settings);
  const outbound = openOutbound(outboundConfig.parse({ allow: standIn.outboundAllow }));
  const ids: string[][] = Array.from({ length: PARTITIONS }, () => []);
  const partitions = Array.from({ length: PARTITIONS }, (_none, partition) => ({ topic: TOPIC, partition }));
  const log = pino({ level: 'silent' });

  const open: SinkWorld['open'] = (more = {}) =>
    connector.sink(config, {
      log,
      outbound,
      allow: { opens: () => false },
      connector: CONNECTOR,
      task: 0,
      organization: 'alpha',
      signal: new AbortController().signal,
      now: () => Date.now(),
      slowDown: () => {},
      ...standIn.deps,
      ...more,
    });

  return {
    config,
    open,
    async write(count) {
      const all = Array.from({ length: count }, (_none, n) => documentOf(n));
      await own.producer().send(
        all.map(({ id, value }, n) => {
          ids[n % PARTITIONS]!.push(id);
          return {
            topic: TOPIC,
            partition: n % PARTITIONS,
            key: Buffer.from(id),
            value,
            headers: [
              ['goshawk.id', Buffer.from(id)],
              ['goshawk.kind', Buffer.from('finding')],
            ],
          };
        }),
      );
    },
    async writeRaw(values) {
      await own.producer().send(
        values.map((value, n) => {
          const id = Buffer.from(`odd-${n}`);
          return { topic: TOPIC, partition: n % PARTITIONS, key: id, value: Buffer.from(value), headers: [['goshawk.id', id]] as const };
        }),
      );
    },
    start({ limits = {}, task = 0, another = false }) {
      const started = new SinkTask({
        connector: CONNECTOR,
        task,
        className: connector.name,
        topics: async () => [TOPIC],
        broker: another ? own.connect() : process,
        openSink: async (given) => {
          const sink = await open({ ...given, task });
          return {
            ...sink,
            limits: { ...sink.limits, lingerMs: Math.min(sink.limits.lingerMs, 20), ...limits },
            send: sink.send.bind(sink),
            close: sink.close.bind(sink),
          };
        },
        transform: (record) => record,
        tolerance: 'all',
        deadLetters: { topic: topics.connectDeadLetters.name, replication: 1, hasHeaders: true },
        logs: { refusals: false, positions: false },
        mask: (text) => text,
        encodeEntry: (entry) => codec.encode(schemas.ledgerEntry, entry),
        maxOwedBytes: 10_000_000,
        commitEveryMs: 10,
        drainMs: 5_000,
        retry: { initialMs: 10, maxMs: 50 },
        isPaused: false,
        clock: systemClock,
        random: () => 0.5,
        log,
      });
      started.start();
      return started;
    },
    async kill() {
      const next = process.connect();
      process.crash();
      process = next;
      own.clock.advance(60_000);
    },
    committed: async () => [...(await admin.committed(groupOf(CONNECTOR), partitions)).values()].reduce((sum, offset) => sum + offset, 0),
    async committedIds() {
      const committed = await admin.committed(groupOf(CONNECTOR), partitions);
      return partitions.flatMap((tp) => ids[tp.partition]!.slice(0, committed.get(tpKey(tp)) ?? 0));
    },
    async letters() {
      const tp = { topic: topics.connectDeadLetters.name, partition: 0 };
      const end = (await admin.offsets([tp], 'stable')).get(tpKey(tp))!;
      const found: string[] = [];
      for await (const batch of own.reader().read(tp, 0, end, new AbortController().signal)) found.push(...batch.records.map(({ key }) => String(key)));
      return found;
    },
    sinkRecords: async (count) =>
      Array.from({ length: count }, (_none, n) => {
        const { id, value } = documentOf(n);
        const headers = [['goshawk.id', Buffer.from(id)] as const, ['goshawk.kind', Buffer.from('finding')] as const];
        return sinkRecordOf(
          { offset: n, key: Buffer.from(id), value, headers, timestampMs: Date.now() },
          { topic: TOPIC, partition: 0 },
          (record) => record,
        ) as SinkRecord;
      }),
    async close() {
      outbound.close();
      await own.close();
    },
  };
}
