// Two partitions of a real broker, one ten minutes behind and one that falls silent: nobody waits for ever, nothing is lost.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { Codec } from '../../schemas/avro/codec.ts';
import { fixedIds } from '../../schemas/avro/registry.ts';
import { schemas } from '../../schemas/avro/types.gen.ts';
import type { Topic } from '../../pipeline/core/index.ts';
import type { DeclaredTopic } from '../../pipeline/core/topic-settings.ts';
import { settingsOf } from '../../pipeline/core/topic-settings.ts';
import { frameId } from '../../pipeline/runtime/input.ts';
import { kafkaBroker } from '../../pipeline/runtime/kafka/index.ts';
import { tpKey } from '../../pipeline/runtime/port.ts';
import { runTopology } from '../../pipeline/runtime/run.ts';
import { systemClock } from '../../pipeline/runtime/wall-clock.ts';
import { refTables, topics } from '../topics.ts';
import { MINUTE, platform, rawOf, standing, topologyOf } from './test/history.ts';

const address = process.env['GOSHAWK_TEST_KAFKA'] ?? '';
const TRIES = 500;
const tables = [refTables.assets, refTables.zones];

describe.skipIf(address === '')('two partitions on a broker, one ten minutes behind and one that falls silent', () => {
  it('tell of the correlations of both, and hold each other back only while they speak', { timeout: 300_000 }, async () => {
    const app = `t${randomUUID().slice(0, 8)}`;
    const raw = `raw.${app}.ecs`;
    const topicName = (topic: string) => (topic === topics.raw.name ? `raw.${app}.*` : topic.startsWith('raw.') ? topic : `${app}.${topic}`);
    const log = pino({ level: process.env['LOG_LEVEL'] ?? 'silent' });
    const broker = kafkaBroker({ brokers: [address], clientId: app, log });
    const admin = broker.admin();
    const codec = new Codec(fixedIds());
    const { parsed, valid, enriched, matches, findings, alerts, late, partials, features, deadLetters, ledger } = topics;
    const declared = [parsed, valid, enriched, matches, findings, alerts, late, partials, features, deadLetters, ledger, ...tables.map(({ topic }) => topic)];
    const settings = declared.map((topic) => settingsOf(topic as Topic<unknown> & DeclaredTopic, 2, topicName(topic.name)));
    await admin.createTopics([{ name: raw, partitions: 2, config: { 'message.timestamp.type': 'LogAppendTime' } }, ...settings], 1);
    const producer = broker.producer();
    const reader = broker.reader();
    let lastOfBob = 0; // event time
    /** Ada on partition 0 in time, Bob on partition 1 ten minutes behind. */
    const say = async (user: 'ada' | 'bob') => {
      const at = Date.now() * 1000 - (user === 'bob' ? 10 * MINUTE : 0);
      await producer.send([{ topic: raw, headers: [], ...rawOf({ at, product: 'windows', user, partition: user === 'bob' ? 1 : 0 }) }]);
      if (user === 'bob') lastOfBob = at;
    };
    const read = async <V>(topic: Topic<V>): Promise<V[]> => {
      const tps = [0, 1].map((partition) => ({ topic: topicName(topic.name), partition }));
      const ends = await admin.offsets(tps, 'stable');
      const found: V[] = [];
      for (const tp of tps) {
        const end = ends.get(tpKey(tp))!;
        if (end === 0) continue;
        for await (const { records } of reader.read(tp, 0, end, new AbortController().signal))
          for (const { value } of records)
            if (value !== null && frameId(value) !== codec.idOf(schemas.watermark)) found.push(codec.decode(topic.schema as never, value) as V);
      }
      return found;
    };

    for (let n = 0; n < 3; n++) for (const user of ['ada', 'bob'] as const) await say(user); // before anybody could take a partition for silent
    let aheadMs = 0;
    const running = await runTopology({
      topology: await topologyOf(false),
      broker,
      codec,
      app,
      instanceId: 'one',
      platform,
      referenceTables: tables,
      topicName,
      log,
      registry: new Registry(),
      limits: { idleAfterMs: (10 * MINUTE) / 1000 }, // nobody is idle because the machine is busy
      clock: { ...systemClock, nowMs: () => systemClock.nowMs() + aheadMs },
    });
    let failed: Error | undefined;
    void running.failed.then((error) => {
      failed = error;
    });
    const until = async (isDone: () => boolean | Promise<boolean>, meanwhile: () => Promise<void>) => {
      for (let tries = 0; !(await isDone()); tries++) {
        if (failed !== undefined) throw failed;
        if (tries > TRIES) throw new Error(`It never comes to that: ${JSON.stringify(running.status())}`);
        await meanwhile();
        await sleep(200);
      }
    };
    const watermark = () => running.status().find(({ name }) => name === 'correlate')?.watermark ?? 0;
    try {
      await running.ready;
      const seen = new Set<number>();
      await until(
        () => seen.size >= 3,
        async () => {
          await say('ada');
          await say('bob');
          if (watermark() > 0) seen.add(watermark());
          expect(watermark(), 'while both speak, it is that of the one behind').toBeLessThan(lastOfBob);
        },
      );
      aheadMs = (11 * MINUTE) / 1000; // so long both were silent; one of them speaks again
      await until(
        () => watermark() > lastOfBob + 9 * MINUTE,
        () => say('ada'),
      );
      await until(
        async () => (await read(topics.late)).length > 0,
        () => say('bob'),
      );
      const lacking = new Set((await read(topics.late)).map(({ correlationId, groupValues }) => [correlationId, ...groupValues].join('|')));
      expect([...lacking], 'what came too late names its rule').toEqual(['thrice|bob']);
      const told = new Set(standing(await read(topics.findings)).map((line) => line.split(' ')[0]));
      expect([...told].sort()).toEqual(['thrice|ada', 'thrice|bob']);
      expect(await read(topics.deadLetters as unknown as Topic<unknown>).then((letters) => letters.length)).toBe(0);
    } finally {
      await running.stop();
      await producer.close();
      await reader.close();
      await admin.deleteTopics([...(await admin.topics()).keys()].filter((name) => name.startsWith(app) || name === raw));
      await broker.close();
    }
  });
});
