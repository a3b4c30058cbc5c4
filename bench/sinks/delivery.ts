// One task of a sink connector, as the worker runs it, from the topic to the far side.
import { setTimeout as delay } from 'node:timers/promises';
import { SinkTask } from '../../connectors/_worker/delivery/sink-task.ts';
import type { SinkConnector } from '../../connectors/_sink/index.ts';
import { allowListOf } from '../../outbound/allow-list.ts';
import { openOutbound } from '../../outbound/client.ts';
import { config as outboundConfig } from '../../outbound/config.ts';
import { systemClock } from '../../pipeline/core/wall-clock.ts';
import type { Broker } from '../../pipeline/runtime/port.ts';
import { Codec } from '../../schemas/avro/codec.ts';
import { fixedIds } from '../../schemas/avro/registry.ts';
import { schemas } from '../../schemas/avro/types.gen.ts';
import { topics } from '../../topologies/topics.ts';
import type { Bench } from '../figure.ts';
import { cpuMicros } from '../figure.ts';
import { TOPIC } from './documents.ts';

export interface Started {
  readonly task: SinkTask;
  /** Resolves when so many are settled since the task began. @throws what ends the task */
  readonly settled: (count: number) => Promise<void>;
  readonly stop: () => Promise<void>;
}

export function startDelivery(
  broker: Broker,
  bench: Bench,
  name: string,
  sink: SinkConnector,
  options: object,
  allow: readonly string[],
  maxOwedBytes = 67_108_864,
): Started {
  const outbound = openOutbound(outboundConfig.parse({ allow }), { resolve: async () => ['127.0.0.1'] });
  const codec = new Codec(fixedIds());
  const config = sink.config.parse(options);
  const task = new SinkTask({
    connector: name,
    task: 0,
    className: sink.name,
    topics: async () => [TOPIC.name],
    broker,
    openSink: (given) =>
      sink.sink(config, {
        ...given,
        log: bench.log,
        outbound,
        allow: allowListOf([], 'outboundHosts'),
        connector: name,
        task: 0,
        organization: 'bench',
        now: systemClock.nowMs,
      }),
    transform: (record) => record,
    tolerance: 'all',
    deadLetters: { topic: topics.connectDeadLetters.name, replication: 1, hasHeaders: true },
    encodeEntry: (entry) => codec.encode(schemas.ledgerEntry, entry),
    maxOwedBytes,
    commitEveryMs: 5_000,
    drainMs: 5_000,
    retry: { initialMs: 300, maxMs: 5_000 },
    logs: { refusals: false, positions: false },
    mask: (text) => text,
    isPaused: false,
    clock: systemClock,
    random: Math.random,
    log: bench.log,
  });
  task.start();
  let failure: Error | null = null;
  void task.failed.then((error) => (failure = error));
  return {
    task,
    async settled(count) {
      for (;;) {
        const { delivered, present, rejected, filtered } = task.progress();
        if (delivered + present + rejected + filtered >= count) return;
        if (failure !== null) throw failure;
        if (bench.signal.aborted) throw new Error('Interrupted.');
        await delay(20);
      }
    },
    async stop() {
      await task.stop();
      outbound.close();
    },
  };
}

/** CPU of this process per document, once it has warmed up. */
export async function measuredDelivery(started: Started, count: number, warm: number): Promise<{ readonly micros: number; readonly perSecond: number }> {
  await started.settled(warm);
  const before = process.cpuUsage();
  const beganMs = performance.now();
  const { delivered: from } = started.task.progress();
  await started.settled(count);
  const documents = started.task.progress().delivered - from;
  const measured = { micros: cpuMicros(before) / documents, perSecond: Math.round((documents * 1_000) / (performance.now() - beganMs)) };
  await started.stop();
  return measured;
}
