// One stage between topics of a real broker, exactly once, as the runtime runs it.
import { Registry } from 'prom-client';
import { defineTopology } from '../pipeline/core/topology.ts';
import type { Wire } from '../pipeline/core/topology.ts';
import { settingsOf } from '../pipeline/core/topic-settings.ts';
import type { Broker } from '../pipeline/runtime/port.ts';
import { runTopology } from '../pipeline/runtime/run.ts';
import type { RunOptions } from '../pipeline/runtime/run.ts';
import type { Codec } from '../schemas/avro/codec.ts';
import { topics } from '../topologies/topics.ts';
import type { Bench } from './figure.ts';
import { cpuMicros } from './figure.ts';

/** Of all topics here. */
export const PARTITIONS = 4;
const AT_ONCE = 2000;

export type Pace = Pick<RunOptions, 'limits' | 'commitEveryMs'>;
export interface Counts {
  readonly records: number;
  /** Of these so many before it counts. */
  readonly warm: number;
}
export interface Speed {
  /** CPU of this process. */
  readonly microsPerRecord: number;
  readonly perSecond: number;
  readonly perCommit: number;
}

/**
 * CPU of this process from when the stage has warmed up to when it has read everything.
 * @param wire What it reads is filled; what it writes to, dead letters and ledger are there.
 * @param pace As the product has it unless given. Reference tables are topics that are there.
 * @throws what ends the stage
 */
export async function measuredStage(
  broker: Broker,
  codec: Codec,
  wire: Wire,
  bench: Bench,
  { records, warm }: Counts,
  { referenceTables = [], ...pace }: Pace & Pick<RunOptions, 'referenceTables'> = {},
): Promise<Speed> {
  const registry = new Registry();
  const running = await runTopology({
    topology: defineTopology('bench', [wire]),
    broker,
    codec,
    instanceId: `bench-${wire.name}`,
    platform: { deadLetters: topics.deadLetters, ledger: topics.ledger },
    log: bench.log,
    registry,
    referenceTables,
    ...pace,
  });
  const read = () => running.status().reduce((sum, { in: count }) => sum + count, 0);
  const commits = async () => {
    const histogram = (await registry.getMetricsAsJSON()).find(({ name }) => name === 'stage_commit_seconds') as
      { values: { metricName: string; value: number }[] } | undefined;
    return histogram?.values.find(({ metricName }) => metricName.endsWith('_count'))?.value ?? 0;
  };
  const failed = running.failed.then((error) => {
    throw error;
  });
  await Promise.race([reached(read, warm), failed]);
  const [cpu, at, before, committed] = [process.cpuUsage(), performance.now(), read(), await commits()];
  await Promise.race([reached(read, records), failed]);
  const [spent, seconds, count, rounds] = [cpuMicros(cpu), (performance.now() - at) / 1000, read() - before, (await commits()) - committed];
  await running.stop();
  return { microsPerRecord: spent / count, perSecond: Math.round(count / seconds), perCommit: rounds > 0 ? Math.round(count / rounds) : Math.round(count) };
}

const reached = async (read: () => number, wanted: number) => {
  while (read() < wanted)
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
};

/** A topic with so many records over its partitions, repeating `values`. @returns Its name. */
export async function filledTopic(broker: Broker, topic: string, values: Iterable<Buffer>, { records }: Pick<Counts, 'records'>): Promise<string> {
  await broker.admin().createTopics([settingsOf({ ...topics.deadLetters, name: topic }, PARTITIONS)], 1);
  const producer = broker.producer();
  const all = [...values];
  for (let sent = 0; sent < records; sent += AT_ONCE) {
    await producer.send(
      Array.from({ length: AT_ONCE }, (_unused, index) => ({
        topic,
        partition: (sent / AT_ONCE + index) % PARTITIONS,
        key: Buffer.from(String(index)),
        value: all[(sent + index) % all.length]!,
      })),
    );
  }
  await producer.close();
  return topic;
}
