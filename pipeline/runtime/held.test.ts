// What a source reads and holds back: timers that wait for the append time of one input.
import { describe, expect, it } from 'vitest';
import { appendClockOf, defineStage, drop, forward, pass, send } from '../core/index.ts';
import { keyValue } from '../core/stores.ts';
import { defineTopology, stage } from '../core/topology.ts';
import { plainEvent } from '../../schemas/avro/plain.ts';
import type { Event } from '../../schemas/avro/types.gen.ts';
import { topics } from '../../topologies/topics.ts';
import { platform, SECOND } from './test/example.ts';
import { tpKey } from './port.ts';
import { runOnMemory } from './topology-driver.ts';
import type { OnMemoryOptions, TopologyDriver } from './topology-driver.ts';

interface Kept {
  readonly topic: string;
  readonly partition: number;
  readonly text: string;
  readonly until: number;
}
const eventOf = ({ text }: Pick<Kept, 'text'>, time: number): Event =>
  plainEvent({ id: Buffer.from(text.padEnd(16, '.').slice(0, 16)).toString('hex'), time, dataset: 'test.a', labels: { text } });

/** Holds each record for two seconds of its input's append time; `now ..` it passes at once. */
const hold = defineStage<Uint8Array>()({
  name: 'hold',
  reads: 'bytes',
  stores: { kept: keyValue<Kept>() },
  process({ value, position: { topic, partition, offset }, appendedAt }, { stores, schedule }) {
    const text = Buffer.from(value).toString();
    if (text.startsWith('now ')) return pass(send(topics.parsed, 'k', eventOf({ text }, appendedAt)));
    const key = `${topic}/${partition}/${offset}`;
    stores.kept.put(key, { topic, partition, text, until: appendedAt + 2 * SECOND });
    schedule(key, appendedAt + 2 * SECOND, appendClockOf({ topic, partition }));
    return drop('merged');
  },
  onTimer(key, { stores }) {
    const kept = stores.kept.get(key)!;
    stores.kept.delete(key);
    const { topic, partition, until } = kept;
    return [{ ...send(topics.parsed, 'k', eventOf(kept, until - 2 * SECOND)), held: { topic, partition, appendedAt: until } }];
  },
});
const check = defineStage<Event>()({ name: 'check', reads: { id: true }, process: () => pass(forward(topics.valid)) });
const topology = defineTopology('held', [stage(hold, { from: topics.raw, to: [topics.parsed] }), stage(check, { from: topics.parsed, to: [topics.valid] })]);

const [A, B] = ['raw.default.a', 'raw.default.b'];
const start = (more: Partial<OnMemoryOptions> = {}) => runOnMemory(topology, { platform, topics: [A, B], partitions: 1, latenessOf: () => 0, ...more });
const write = (driver: TopologyDriver, topic: string, ...texts: string[]) =>
  driver.write(
    topic,
    texts.map((text) => ({ key: null, value: Buffer.from(text), partition: 0 })),
  );
const told = async (driver: TopologyDriver) => (await driver.records(topics.parsed)).map(({ value }) => value.labels.text!);

describe('what is held back', () => {
  it('comes before the first record that was appended when its time had come, with that time, and is counted as emitted', async () => {
    const driver = await start();
    const appendedAt = driver.clock.nowMs() * 1000;
    await write(driver, A, 'one', 'two');
    await driver.settle();
    expect(await told(driver)).toEqual([]);
    driver.clock.advance(2000);
    await write(driver, A, 'now three');
    await driver.settle();
    expect((await driver.records(topics.parsed)).map((record) => [record.value.labels.text, record.appendedAt - appendedAt])).toEqual([
      ['one', 2 * SECOND],
      ['two', 2 * SECOND],
      ['now three', 2 * SECOND],
    ]);
    await driver.advance(12_000);
    const entries = (await driver.records(topics.ledger)).map(({ value }) => value).filter((entry) => entry.stage === 'hold');
    const sum = (of: 'in' | 'passed' | 'emitted') => entries.reduce((all, entry) => all + entry[of], 0);
    expect([sum('in'), sum('passed'), sum('emitted'), entries.flatMap(({ dropped }) => dropped)]).toEqual([3, 1, 2, [{ reason: 'merged', count: 2 }]]);
    await driver.stop();
  });

  it('waits for its own input, whatever comes from another one', async () => {
    const driver = await start();
    await write(driver, A, 'one');
    await driver.settle();
    driver.clock.advance(900);
    await write(driver, B, 'now two');
    await driver.settle();
    expect(await told(driver)).toEqual(['now two']);
    await driver.stop();
  });

  it.each([
    ['where nothing more comes at all', []],
    ['where others go on', [B]],
  ])('comes %s, and moves the watermark', async (_name, others) => {
    const driver = await start();
    await write(driver, A, 'one');
    await driver.settle();
    for (let step = 0; step < 16; step++) {
      driver.clock.advance(250);
      for (const topic of others) await write(driver, topic, `now ${step}`);
      await driver.settle();
    }
    expect(await told(driver)).toContain('one');
    await driver.advance(2000);
    expect(driver.running.status().find(({ name }) => name === 'hold')!.watermark).not.toBeNull();
    await driver.stop();
  });

  it('comes at the end of a lane', async () => {
    const live = await start();
    await live.stop();
    await write(live, A, 'one', 'now two', 'three');
    const tps = [A, B].map((topic) => ({ topic, partition: 0 }));
    const ends = await live.broker.admin().offsets(tps, 'stable');
    const lane = await start({ broker: live.broker.connect(), app: 'lane', until: new Map(tps.map((tp) => [tpKey(tp), ends.get(tpKey(tp))!])) });
    await lane.advance(6000, 1000);
    expect((await told(lane)).toSorted()).toEqual(['now two', 'one', 'three']);
    await lane.stop();
  });

  it('is the same after a crash at any record', { timeout: 60_000 }, async () => {
    const texts = Array.from({ length: 12 }, (_, n) => (n % 3 === 2 ? `now ${n}` : `held ${n}`));
    const run = async (crashAfter: number) => {
      let driver = await start();
      for (const [n, text] of texts.entries()) {
        driver.clock.advance(500);
        await write(driver, A, text);
        await driver.settle();
        if (n !== crashAfter) continue;
        driver.broker.crash();
        const next = driver.broker.connect();
        const starting = start({ broker: next });
        for (let i = 0; i < 30; i++) {
          await new Promise((resolve) => {
            setImmediate(resolve);
          });
          next.clock.advance(500); // the dead member's session ends
        }
        driver = await starting;
        await driver.settle();
      }
      await driver.advance(5000);
      const found = await told(driver);
      await driver.stop();
      return found.toSorted();
    };
    for (const crashAfter of [0, 1, 5, 7, 11]) expect(await run(crashAfter)).toEqual(texts.toSorted());
  });
});
