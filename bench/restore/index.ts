import { loadavg } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Registry } from 'prom-client';
import { defineStage, drop } from '../../pipeline/core/index.ts';
import type { Topic } from '../../pipeline/core/index.ts';
import { keyValue } from '../../pipeline/core/stores.ts';
import { settingsOf } from '../../pipeline/core/topic-settings.ts';
import { defineTopology, stage } from '../../pipeline/core/topology.ts';
import { changelogSettings } from '../../pipeline/runtime/changelog-settings.ts';
import { changelogTopic } from '../../pipeline/runtime/changelog.ts';
import { kafkaBroker } from '../../pipeline/runtime/kafka/index.ts';
import type { Broker } from '../../pipeline/runtime/port.ts';
import { tpKey } from '../../pipeline/runtime/port.ts';
import { runTopology } from '../../pipeline/runtime/run.ts';
import { Codec } from '../../schemas/avro/codec.ts';
import { fixedIds } from '../../schemas/avro/registry.ts';
import { topics } from '../../topologies/topics.ts';
import type { Bench, Benchmark, Figure } from '../figure.ts';
import { cpuMicros } from '../figure.ts';

const TASKS = 4;
const KEYS = 5_000_000;
const APP = 'bench';
const SEND_RECORDS = 8000;
const LIMIT_SECONDS = 30;

interface Count {
  readonly count: number;
  readonly first: number;
  readonly last: number;
}
const input: Topic<Uint8Array> = { name: 'bench.restore.in', schema: 'bytes' };
const counting = defineStage<Uint8Array>()({ name: 'restore', reads: 'bytes', stores: { counts: keyValue<Count>() }, process: () => drop('filtered') });

export default {
  name: 'restore',
  description: `A stage comes back: ${KEYS / 1e6} million keys from the changelog, ${TASKS} tasks in one process`,
  async run(bench: Bench): Promise<readonly Figure[]> {
    const { kafkaBrokers } = await bench.services();
    const broker = kafkaBroker({ brokers: kafkaBrokers.split(','), clientId: 'bench', log: bench.log });
    try {
      const changelog = changelogTopic(APP, counting.name, 'counts');
      await broker
        .admin()
        .createTopics(
          [
            changelogSettings(changelog, TASKS),
            settingsOf({ ...topics.deadLetters, name: input.name }, TASKS),
            ...[topics.deadLetters, topics.ledger].map((topic) => settingsOf(topic, TASKS)),
          ],
          1,
        );
      bench.say(`restore: writing ${KEYS / 1e6} million keys`);
      await fill(broker, changelog);
      const reading = await readOnly(broker, changelog);
      const restored = await restore(broker, bench);
      const perSecond = Math.round(KEYS / restored.seconds);
      return [
        {
          measure: 'entries restored',
          value: perSecond,
          unit: 'entries/s',
          baseline: { what: 'reading the changelog and keeping nothing', value: Math.round(KEYS / reading.seconds) },
          goal: { value: 500_000, isAtMost: false },
          note: `on the clock, at a load of ${loadavg()[0]!.toFixed(1)}; JSON values of about 60 bytes, keys of 24`,
        },
        {
          measure: 'entries restored per CPU second',
          value: Math.round(1e6 / restored.micros),
          unit: 'entries/s',
          baseline: { what: 'reading the changelog and keeping nothing', value: Math.round(1e6 / reading.micros) },
          goal: { value: 500_000, isAtMost: false },
          note: 'client only, garbage collection included',
        },
        {
          measure: `restore of ${KEYS / 1e6} million keys`,
          value: Number(restored.seconds.toFixed(1)),
          unit: 's',
          baseline: null,
          goal: { value: LIMIT_SECONDS, isAtMost: true },
          note: `longest turn of the event loop ${Math.round(restored.longestTurnMs)} ms`,
        },
        {
          measure: 'memory afterwards, this process',
          value: Math.round(restored.bytesPerKey),
          unit: 'bytes/key',
          baseline: null,
          goal: null,
          note: `${Math.round(restored.peakBytes / 1e6)} MB resident at most while restoring`,
        },
      ];
    } finally {
      await broker.close();
    }
  },
} satisfies Benchmark;

async function fill(broker: Broker, topic: string): Promise<void> {
  const producer = broker.producer();
  for (let from = 0; from < KEYS; from += SEND_RECORDS) {
    await producer.send(
      Array.from({ length: SEND_RECORDS }, (_, i) => {
        const n = from + i;
        const value: Count = { count: n % 1000, first: 1_767_225_600_000_000 + n, last: 1_767_225_600_000_000 + n * 7 };
        return { topic, partition: n % TASKS, key: Buffer.from(`default|host-${String(n).padStart(11, '0')}`), value: Buffer.from(JSON.stringify(value)) };
      }),
    );
  }
  await producer.close();
}

/** What any restore must do at least, with the same reader. */
async function readOnly(broker: Broker, topic: string): Promise<{ readonly seconds: number; readonly micros: number }> {
  const tps = Array.from({ length: TASKS }, (_, partition) => ({ topic, partition }));
  const ends = await broker.admin().offsets(tps, 'stable');
  const reader = broker.reader();
  const [cpu, at] = [process.cpuUsage(), performance.now()];
  let count = 0;
  await Promise.all(
    tps.map(async (tp) => {
      for await (const { records } of reader.read(tp, 0, ends.get(tpKey(tp))!, new AbortController().signal)) count += records.length;
    }),
  );
  const seconds = (performance.now() - at) / 1000;
  await reader.close();
  return { seconds, micros: cpuMicros(cpu) / count };
}

async function restore(broker: Broker, bench: Bench) {
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  let peakBytes = before;
  const watch = setInterval(() => {
    peakBytes = Math.max(peakBytes, process.memoryUsage().rss);
  }, 100);
  const turns = monitorEventLoopDelay({ resolution: 10 });
  turns.enable();
  const [cpu, at] = [process.cpuUsage(), performance.now()];
  const running = await runTopology({
    topology: defineTopology('bench', [stage(counting, { from: input, to: [] })]),
    broker,
    codec: new Codec(fixedIds()),
    app: APP,
    instanceId: 'bench',
    platform: { deadLetters: topics.deadLetters, ledger: topics.ledger },
    log: bench.log,
    registry: new Registry(),
  });
  await running.ready;
  const seconds = (performance.now() - at) / 1000;
  const micros = cpuMicros(cpu) / KEYS;
  turns.disable();
  clearInterval(watch);
  const bytesPerKey = (process.memoryUsage().rss - before) / KEYS;
  await running.stop();
  return { seconds, micros, peakBytes, bytesPerKey, longestTurnMs: turns.max / 1e6 };
}
