// Event time through the real stages, from raw records to alerts: what depends on the order of things, and what must not.
import { describe, expect, it } from 'vitest';
import { tpKey } from '../../pipeline/runtime/port.ts';
import type { TopologyDriver } from '../../pipeline/runtime/topology-driver.ts';
import { runOnMemory } from '../../pipeline/runtime/topology-driver.ts';
import type { Alert } from '../../schemas/avro/types.gen.ts';
import { refTables, topics } from '../topics.ts';
import { EVENTS, history, MINUTE, platform, rawOf, standing, STEP, topologyOf } from './test/history.ts';
import type { Told } from './test/history.ts';

const RAW = 'raw.default.ecs';
const common = { platform, topics: [RAW], partitions: 2, referenceTables: [refTables.assets, refTables.zones] };

/** A live process reads what comes, bit by bit, while the clocks go on. */
async function live(told: readonly Told[]): Promise<TopologyDriver> {
  const driver = await runOnMemory(await topologyOf(false), common);
  for (let at = 0; at < told.length; at += 8) {
    await driver.write(RAW, told.slice(at, at + 8).map(rawOf));
    await driver.settle();
    await driver.advance((8 * STEP) / 1000, 4000);
  }
  await driver.advance(60_000, 5000);
  return driver;
}

/** The same raw records again, in topics of its own. @param parts Stages by process; each process runs to its end before the next begins. */
async function lane(driver: TopologyDriver, name: string, turnRecords: number, parts: readonly (readonly string[])[]): Promise<readonly string[]> {
  const tps = [0, 1].map((partition) => ({ topic: RAW, partition }));
  const ends = await driver.broker.admin().offsets(tps, 'stable');
  const topicName = (topic: string) => (topic.startsWith('raw.') || topic.startsWith('ref.') ? topic : `${name}.${topic}`);
  for (const [index, stages] of parts.entries()) {
    const process = await runOnMemory(await topologyOf(true), {
      ...common,
      broker: driver.broker.connect(),
      app: name,
      instanceId: `${name}-${index}`,
      stages,
      topicName,
      until: new Map(tps.map((tp) => [tpKey(tp), ends.get(tpKey(tp))!])),
      limits: { turnRecords },
    });
    await process.advance(6000, 1000);
    await process.stop();
  }
  const all = await Promise.all([topics.findings, topics.alerts, topics.late].map((topic) => driver.records<unknown>(topic as never, topicName(topic.name))));
  return all.flatMap((records, index) => records.map(({ key, value }) => `${index} ${key} ${JSON.stringify(value)}`)).sort();
}
const ALL = ['ingest', 'validate', 'enrich', 'detect', 'correlate', 'alert'];
const ALONE = ALL.map((name) => [name]);

describe('two lanes over one range', { timeout: 120_000 }, () => {
  it.each([2, 3])('say the same to the byte, however their stages and tasks are interleaved (history %i)', async (seed) => {
    const driver = await live([]);
    await driver.write(RAW, history(driver.clock.nowMs() - (EVENTS * STEP) / 1000, seed).map(rawOf));
    await driver.stop();
    const one = await lane(driver, 'one', 1000, [ALL]);
    expect(one.filter((line) => line.startsWith('0')).length).toBeGreaterThan(10);
    expect(one.filter((line) => line.startsWith('1')).length).toBeGreaterThan(3);
    expect(
      one.some((line) => line.includes('"code":"')),
      'some come late',
    ).toBe(true);
    expect(await lane(driver, 'two', 1, [ALL])).toEqual(one);
    expect(await lane(driver, 'three', 7, ALONE)).toEqual(one);
  });
});

describe('live and a lane', { timeout: 120_000 }, () => {
  it.each([4])('end with the same correlations, but for those that lack what is on the late topic (history %i)', async (seed) => {
    const driver = await live(history(Date.UTC(2026, 0, 1), seed));
    const ofLive = (await driver.records(topics.findings)).map(({ value }) => value);
    const late = await driver.records(topics.late);
    const alerts = (await driver.records(topics.alerts)).map(({ value }) => value);
    await driver.stop();
    await lane(driver, 'again', 100, [ALL]);
    const ofLane = (await driver.records(topics.findings, `again.${topics.findings.name}`)).map(({ value }) => value);
    const lacking = new Set(late.map(({ value }) => [value.correlationId, ...value.groupValues].join('|')));
    const whole = (lines: readonly string[]) => lines.filter((line) => !lacking.has(line.split(' ')[0]!));
    expect(whole(standing(ofLive)).length).toBeGreaterThan(0);
    expect(whole(standing(ofLive))).toEqual(whole(standing(ofLane)));
    expect(late.length).toBeGreaterThan(0);
    expect(standing(ofLive)).not.toEqual(standing(ofLane));
    expectRevisions(alerts);
  });
});

/** No alert skips a revision, and every finding is in one alert only. */
function expectRevisions(alerts: readonly Alert[]): void {
  const last = new Map<string, Alert>();
  for (const one of alerts) {
    expect(one.revision).toBe((last.get(one.id)?.revision ?? 0) + 1);
    last.set(one.id, one);
  }
  const findings = [...last.values()].flatMap((one) => one.findings.map(({ id }) => id));
  expect(new Set(findings).size).toBe(findings.length);
}

describe('two partitions, one ten minutes behind and one that falls silent', { timeout: 60_000 }, () => {
  it('hold each other back only while they speak', async () => {
    const driver = await runOnMemory(await topologyOf(false), common);
    const now = () => driver.clock.nowMs() * 1000;
    const say = (partition: number, behind: number, user: string) => driver.write(RAW, [rawOf({ at: now() - behind, product: 'windows', user, partition })]);
    const watermark = () => driver.running.status().find(({ name }) => name === 'correlate')!.watermark;
    for (let n = 0; n < 30; n++) {
      await say(0, 0, 'ada');
      await say(1, 10 * MINUTE, 'bob');
      await driver.advance(1000, 1000);
    }
    expect(watermark()).toBeLessThan(now() - 10 * MINUTE); // that of the partition behind
    expect(standing((await driver.records(topics.findings)).map(({ value }) => value))).toHaveLength(2); // and yet both are told of, in two seconds
    const silentSince = now();
    for (let n = 0; n < 45; n++) {
      await say(0, 0, 'ada');
      await driver.advance(1000, 1000);
    }
    expect(watermark()).toBeGreaterThan(silentSince - MINUTE); // the silent one holds nobody back
    await say(1, 10 * MINUTE, 'bob');
    await driver.advance(5000, 1000);
    expect((await driver.records(topics.late)).map(({ value }) => [value.correlationId, ...value.groupValues])).toEqual([['thrice', 'bob']]);
    await driver.stop();
  });
});
