// A stage with state grows from one process to four and shrinks again, on a real broker, while records flow.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterAll, describe, expect, it } from 'vitest';
import { Codec } from '../../schemas/avro/codec.ts';
import { fixedIds } from '../../schemas/avro/registry.ts';
import { settingsOf } from '../core/topic-settings.ts';
import { topics } from '../../topologies/topics.ts';
import { kafkaBroker } from './kafka/index.ts';
import { partitionFor } from './partition.ts';
import { tpKey } from './port.ts';
import { runTopology } from './run.ts';
import type { Running } from './run.ts';
import { complaints, counting } from './test/counting.ts';
import type { Counted } from './test/counting.ts';
import { platform } from './test/example.ts';

const address = process.env['GOSHAWK_TEST_KAFKA'] ?? '';
const TASKS = 12;
const KEYS = 60;

describe.skipIf(address === '')('a stage with state', () => {
  const app = `t${randomUUID().slice(0, 8)}`;
  const { topology, from, to } = counting(app);
  const log = pino({ level: process.env['LOG_LEVEL'] ?? 'silent' });
  const broker = kafkaBroker({ brokers: [address], clientId: app, log });
  const admin = broker.admin();
  const members: { readonly running: Running; readonly registry: Registry; readonly close: () => Promise<void> }[] = [];
  afterAll(async () => {
    await Promise.all(members.map(({ close }) => close()));
    await admin.deleteTopics([...(await admin.topics()).keys()].filter((name) => name.startsWith(app)));
    await broker.close();
  });

  const join = async (): Promise<void> => {
    const registry = new Registry();
    const own = kafkaBroker({ brokers: [address], clientId: `${app}-${members.length}`, log });
    const running = await runTopology({
      topology,
      broker: own,
      codec: new Codec(fixedIds()),
      app,
      instanceId: String(members.length),
      platform,
      topicName: (name) => (name.startsWith(app) ? name : `${app}.${name}`),
      log,
      registry,
    });
    const close = async () => {
      await running.stop();
      await own.close();
    };
    members.push({ running, registry, close });
  };

  it('scales from one process to four and back: each record once, each key in order, only the moved tasks are restored', { timeout: 180_000 }, async () => {
    const plain = [from.name, to.name, `${app}.${platform.deadLetters.name}`, `${app}.${platform.ledger.name}`];
    await admin.createTopics(
      plain.map((name) => settingsOf(topics.deadLetters, TASKS, name)),
      1,
    );
    const written: { key: string; text: string }[] = [];
    const flow = new AbortController();
    const producer = broker.producer();
    const flowing = (async () => {
      while (!flow.signal.aborted) {
        const records = Array.from({ length: 100 }, (_, i) => ({ key: `key-${(written.length + i) % KEYS}`, text: String(written.length + i) }));
        await producer.send(
          records.map(({ key, text }) => ({
            topic: from.name,
            partition: partitionFor(Buffer.from(key), TASKS),
            key: Buffer.from(key),
            value: Buffer.from(text),
          })),
        );
        written.push(...records);
        await sleep(20);
      }
    })();
    /** All tasks are with these members, evenly, and have their state. */
    const settled = async (count: number): Promise<void> => {
      const isSettled = () =>
        members.every(({ running }) => running.status().every(({ state, tasks }) => state === 'running' && tasks.length === TASKS / count));
      while (!isSettled()) await sleep(20);
      const before = written.length;
      while (written.length < before + 300) await sleep(20);
    };
    const restores = async () => {
      const values = await Promise.all(
        members.map(async ({ registry }) => (await registry.getSingleMetric('stage_restores_total')!.get()).values[0]?.value ?? 0),
      );
      return values.join(' ');
    };
    const seen: string[] = [];
    for (let count = 1; count <= 4; count++) {
      await join();
      await settled(count);
      seen.push(await restores());
    }
    for (let count = 3; count >= 1; count--) {
      await members.shift()!.close();
      await settled(count);
      seen.push(await restores());
    }
    // Up: 6 of 12 move, then 4, then 3. Down: the 3, 4 and 6 of those that left.
    expect(seen).toEqual(['12', '12 6', '12 6 4', '12 6 4 3', '7 5 4', '7 6', '12']);
    flow.abort();
    await flowing;
    const found = await untilAll(written.length);
    expect(complaints(written, found)).toEqual([]);
    await producer.close();
  });

  async function untilAll(count: number): Promise<Counted[]> {
    const reader = broker.reader();
    const found: Counted[] = [];
    for (let partition = 0, at = new Map<number, number>(); found.length < count; partition = (partition + 1) % TASKS) {
      const tp = { topic: to.name, partition };
      const end = (await admin.offsets([tp], 'stable')).get(tpKey(tp))!;
      const begin = at.get(partition) ?? 0;
      for await (const { records } of reader.read(tp, begin, end, new AbortController().signal))
        found.push(...records.map(({ value }) => JSON.parse(value!.toString()) as Counted));
      at.set(partition, end);
    }
    await reader.close();
    return found;
  }
});
