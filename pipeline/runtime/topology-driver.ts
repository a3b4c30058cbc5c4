// Runs a topology on the in-memory broker for tests: records in, records out, time moved by hand.
import { setImmediate as turn } from 'node:timers/promises';
import { pino } from 'pino';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import type { Micros, RefTable, Topic } from '../core/index.ts';
import type { Topology } from '../core/topology.ts';
import { Codec } from '../../schemas/avro/codec.ts';
import { fixedIds } from '../../schemas/avro/registry.ts';
import { schemas } from '../../schemas/avro/types.gen.ts';
import { appendedAtOf, frameId } from './input.ts';
import { topologyWithFrozenStores } from './frozen-stores.ts';
import { memoryBroker } from './memory/index.ts';
import type { MemoryBroker } from './memory/index.ts';
import type { ManualClock } from './memory/clock.ts';
import { partitionFor } from './partition.ts';
import type { Headers, RawRecord } from './port.ts';
import { tpKey } from './port.ts';
import { runTopology } from './run.ts';
import type { RunOptions, Running } from './run.ts';
import type { PlatformTopics } from './stage-plan.ts';
import { isPattern } from './stage-plan.ts';
import type { WallClock } from '../core/wall-clock.ts';
import type { ReferenceRow } from './reference.ts';

/** The broker's manual clock as wall-clock time. What is due runs when the clock is advanced. */
export function manualWall(clock: ManualClock): WallClock {
  let waiting: { readonly atMs: number; readonly run: () => void }[] = [];
  clock.onAdvance(() => {
    const due = waiting.filter(({ atMs }) => atMs <= clock.nowMs()).sort((a, b) => a.atMs - b.atMs);
    waiting = waiting.filter((one) => !due.includes(one));
    for (const { run } of due) run();
  });
  return {
    nowMs: () => clock.nowMs(),
    after(ms, run) {
      if (ms <= 0) {
        const immediate = setImmediate(run);
        return () => clearImmediate(immediate);
      }
      const one = { atMs: clock.nowMs() + ms, run };
      waiting.push(one);
      return () => {
        waiting = waiting.filter((other) => other !== one);
      };
    },
  };
}

export interface OnMemoryOptions extends Partial<Omit<RunOptions, 'topology' | 'broker' | 'codec'>> {
  readonly platform: PlatformTopics;
  /** Of every topic; 2. */
  readonly partitions?: number;
  /** An existing cluster, for a second process or after a crash; its topics are kept. */
  readonly broker?: MemoryBroker;
  /** Further topics, for raw ones also those that a pattern stands for. */
  readonly topics?: readonly string[];
  /** Rows by the name of their table, in effect from the beginning. */
  readonly reference?: Readonly<Record<string, readonly { readonly id: string }[]>>;
}
export interface DrivenRecord<V> {
  readonly key: string | null;
  readonly value: V;
  readonly headers: ReadonlyMap<string, Uint8Array>;
  readonly partition: number;
  readonly offset: number;
  readonly appendedAt: Micros;
}
const TURNS = 100_000;

/** A process that runs the topology on a cluster in memory. Commits are not spaced. `stop` it, or `crash` it. */
export async function runOnMemory(topology: Topology, options: OnMemoryOptions): Promise<TopologyDriver> {
  const { platform, partitions = 2, topics = [], reference = {}, referenceTables = [] } = options;
  const broker = options.broker ?? memoryBroker();
  const codec = new Codec(fixedIds());
  const admin = broker.admin();
  const wired = topology.wires.flatMap((wire) => (wire.kind === 'stage' ? [wire.from, ...wire.to] : [wire.from])).filter(({ name }) => !isPattern(name));
  const declared = [...wired, platform.deadLetters, platform.ledger, ...referenceTables.map(({ topic }) => topic)];
  const names = new Set([...declared.map(({ name }) => (options.topicName ?? ((same: string) => same))(name)), ...topics]);
  const known = await admin.topics();
  await admin.createTopics(
    [...names].filter((name) => !known.has(name)).map((name) => ({ name, partitions, config: { 'max.message.bytes': '8388608' } })),
    1,
  );
  const driver = new TopologyDriver(topology, broker, codec, options);
  for (const [table, rows] of Object.entries(reference))
    await driver.reference(
      referenceTables.find(({ name }) => name === table)!,
      rows,
    );
  if (Object.keys(reference).length > 0) driver.clock.advance(60_000); // beyond the delay after which they take effect
  await driver.start();
  return driver;
}

export class TopologyDriver {
  readonly broker: MemoryBroker;
  readonly codec: Codec;
  readonly clock: ManualClock;
  readonly registry = new Registry();
  running!: Running;
  readonly #topology: Topology;
  readonly #options: OnMemoryOptions;

  constructor(topology: Topology, broker: MemoryBroker, codec: Codec, options: OnMemoryOptions) {
    this.#topology = topology;
    this.broker = broker;
    this.codec = codec;
    this.clock = broker.clock;
    this.#options = options;
  }

  async start(): Promise<void> {
    this.running = await runTopology({
      instanceId: 'one',
      log: silent,
      registry: this.registry,
      commitEveryMs: 0,
      loadEveryMs: 0,
      clock: manualWall(this.clock),
      ...this.#options,
      topology: topologyWithFrozenStores(this.#topology),
      broker: this.broker,
      codec: this.codec,
    });
  }

  /** A record as another process would write it, through the codec where the topic has a schema. */
  async send<V>(
    topic: Topic<V>,
    value: V,
    {
      key = null,
      partition,
      headers = [],
      name = topic.name,
    }: { readonly key?: string | null; readonly partition?: number; readonly headers?: Headers; readonly name?: string } = {},
  ): Promise<void> {
    const bytes = topic.schema === 'bytes' ? Buffer.from(value as Uint8Array) : this.codec.encode(topic.schema, value);
    await this.write(name, [{ key: key === null ? null : Buffer.from(key), value: bytes, headers, ...(partition === undefined ? {} : { partition }) }]);
  }

  /** Bytes as they are, many at once. Without key and partition they go to partition 0. */
  async write(
    topic: string,
    records: readonly { readonly key: Buffer | null; readonly value: Buffer | null; readonly headers?: Headers; readonly partition?: number }[],
  ): Promise<void> {
    const count = (await this.broker.admin().topics()).get(topic) ?? 1;
    await this.broker
      .producer()
      .send(
        records.map(({ key, value, headers = [], partition }) => ({
          topic,
          key,
          value,
          headers,
          partition: partition ?? (key === null ? 0 : partitionFor(key, count)),
        })),
      );
  }

  /** Rows of reference data, as the relay writes them. */
  async reference(table: RefTable<unknown>, rows: readonly ReferenceRow[]): Promise<void> {
    for (const row of rows) await this.send(table.topic, row, { key: `${row.id}|${row.validFrom ?? ''}`, partition: 0 });
  }

  /**
   * Until all that was written has been read and what became of it has committed.
   * @param tickMs Moves time by this much every few turns, for what waits to be tried again; 0 = time stands still.
   * @throws the error of a stage that failed; Error when it never ends
   */
  async settle(tickMs = 0): Promise<void> {
    const admin = this.broker.admin();
    let failed: Error | undefined;
    void this.running.failed.then((error) => {
      failed = error;
    });
    for (let turns = 0, quiet = 0; quiet < 5; turns++) {
      if (failed !== undefined) throw failed;
      if (turns > TURNS) throw new Error(`The topology does not settle: ${JSON.stringify(this.running.status())}`);
      await turn();
      if (tickMs > 0 && turns % 20 === 19) this.clock.advance(tickMs);
      const tasks = this.running.status().flatMap((stage) => stage.tasks);
      const ends = await admin.offsets(tasks, 'stable');
      const isDone = this.running.isQuiet() && tasks.every((task) => task.position >= ends.get(tpKey(task))!);
      quiet = isDone ? quiet + 1 : 0;
    }
  }

  /** Moves wall-clock and broker time in steps, and settles after each. */
  async advance(ms: number, stepMs = 250): Promise<void> {
    for (let left = ms; left > 0; left -= stepMs) {
      this.clock.advance(Math.min(stepMs, left));
      await this.settle();
    }
  }

  /** All committed records of a topic, decoded, watermarks left out, by partition and offset. */
  async records<V>(topic: Topic<V>, name = topic.name): Promise<readonly DrivenRecord<V>[]> {
    const isAvro = topic.schema !== 'bytes';
    const watermark = this.codec.idOf(schemas.watermark);
    return (await this.raw(name))
      .filter(({ value }) => !isAvro || value === null || frameId(value) !== watermark)
      .map((record) => ({
        key: record.key === null ? null : record.key.toString(),
        headers: new Map(record.headers),
        partition: record.partition,
        offset: record.offset,
        appendedAt: appendedAtOf(record, true),
        value: (topic.schema === 'bytes' ? record.value : this.codec.decode(topic.schema, record.value!)) as V,
      }));
  }

  async raw(topic: string): Promise<readonly (RawRecord & { readonly partition: number })[]> {
    const admin = this.broker.admin();
    const count = (await admin.topics()).get(topic) ?? 0;
    const tps = Array.from({ length: count }, (_, partition) => ({ topic, partition }));
    const [earliest, stable] = [await admin.offsets(tps, 'earliest'), await admin.offsets(tps, 'stable')];
    const reader = this.broker.reader();
    const found: (RawRecord & { partition: number })[] = [];
    for (const tp of tps) {
      const [from, to] = [earliest.get(tpKey(tp))!, stable.get(tpKey(tp))!];
      if (from < to)
        for await (const batch of reader.read(tp, from, to, new AbortController().signal))
          found.push(...batch.records.map((record) => ({ ...record, partition: tp.partition })));
    }
    await reader.close();
    return found;
  }

  async stop(): Promise<void> {
    await this.running.stop();
  }
}

const silent: Logger = pino({ level: 'silent' });
