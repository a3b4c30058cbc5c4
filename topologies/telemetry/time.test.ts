// Event time through the real stages, from raw records to alerts: what depends on the order of things, and what must not.
import { describe, expect, it } from 'vitest';
import type { Topic } from '../../pipeline/core/index.ts';
import type { MemoryBroker } from '../../pipeline/runtime/memory/index.ts';
import { tpKey } from '../../pipeline/runtime/port.ts';
import type { TopologyDriver } from '../../pipeline/runtime/topology-driver.ts';
import { runOnMemory } from '../../pipeline/runtime/topology-driver.ts';
import type { Alert, Feature } from '../../schemas/avro/types.gen.ts';
import { refTables, topics } from '../topics.ts';
import { EVENTS, history, MINUTE, platform, rawOf, standing, STEP, topologyOf } from './test/history.ts';
import type { Told } from './test/history.ts';
import { withoutBehind } from './test/without-behind.ts';

const RAW = 'raw.default.ecs';
const common = { platform, topics: [RAW], partitions: 2, referenceTables: Object.values(refTables) };

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

interface Way {
  /** Stages by process; each process runs to its end before the next begins. */
  readonly parts?: readonly (readonly string[])[];
  readonly limits?: { readonly turnRecords?: number; readonly commitRecords?: number };
  /** Most records that are read at once. */
  readonly batch?: number;
  readonly broker?: (client: MemoryBroker) => MemoryBroker;
}
const ALL = ['ingest', 'validate', 'enrich', 'detect', 'correlate', 'alert', 'partials', 'features'];
const WRITTEN = { findings: topics.findings, alerts: topics.alerts, late: topics.late, features: topics.features };

/** The same raw records again, in topics of its own. @returns A line for each record written. */
async function lane(
  driver: TopologyDriver,
  name: string,
  { parts = [ALL], limits = {}, batch = 500, broker = (client) => client }: Way = {},
): Promise<readonly string[]> {
  const tps = [0, 1].map((partition) => ({ topic: RAW, partition }));
  const ends = await driver.broker.admin().offsets(tps, 'stable');
  const topicName = (topic: string) => (topic.startsWith('raw.') || topic.startsWith('ref.') ? topic : `${name}.${topic}`);
  for (const [index, stages] of parts.entries()) {
    const process = await runOnMemory(await topologyOf(true), {
      ...common,
      broker: broker(driver.broker.connect({ maxBatchRecords: batch })),
      app: name,
      instanceId: `${name}-${index}`,
      stages,
      topicName,
      until: new Map(tps.map((tp) => [tpKey(tp), ends.get(tpKey(tp))!])),
      limits,
    });
    await process.advance(6000, 1000);
    await process.stop();
  }
  const all = await Promise.all(
    Object.entries(WRITTEN).map(async ([kind, topic]) => [kind, await driver.records<unknown>(topic as never, topicName(topic.name))] as const),
  );
  return all.flatMap(([kind, records]) => records.map(({ key, value }) => `${kind} ${key} ${JSON.stringify(value)}`)).sort();
}
const AT_ONCE: Way = { limits: { turnRecords: 1000 } };
const ONE_BY_ONE: Way = { limits: { turnRecords: 1, commitRecords: 2 }, batch: 2 };
const STAGE_BY_STAGE: Way = { limits: { turnRecords: 7 }, parts: ALL.map((name) => [name]) };

/** A broker that holds ten minutes of raw records that nobody has read. */
async function recorded(seed: number, hasSlow: boolean): Promise<TopologyDriver> {
  const driver = await live([]);
  await driver.write(RAW, history(driver.clock.nowMs() - (EVENTS * STEP) / 1000, seed, hasSlow).map(rawOf));
  await driver.stop();
  return driver;
}

describe('two lanes over one range', { timeout: 120_000 }, () => {
  it.each([
    [2, true],
    [3, true],
    [4, false],
  ])('say the same to the byte, however their stages and tasks are interleaved (history %i, with a slow dataset: %s)', async (seed, hasSlow) => {
    const driver = await recorded(seed, hasSlow);
    const one = await lane(driver, 'one', AT_ONCE);
    const count = (kind: string) => one.filter((line) => line.startsWith(kind)).length;
    expect(count('findings')).toBeGreaterThan(4);
    expect(count('alerts')).toBeGreaterThan(2);
    expect(count('features')).toBeGreaterThan(50);
    expect(
      one.some((line) => line.includes('"code":"')),
      'some come late',
    ).toBe(true);
    expect(await lane(driver, 'two', ONE_BY_ONE)).toEqual(one);
    expect(await lane(driver, 'three', STAGE_BY_STAGE)).toEqual(one);
  });

  it('say the same only because records carry how far their source had come', async () => {
    const driver = await recorded(4, false);
    const one = await lane(driver, 'one', { ...AT_ONCE, broker: withoutBehind });
    const two = await lane(driver, 'two', { ...ONE_BY_ONE, broker: withoutBehind });
    for (const kind of ['findings', 'alerts', 'features']) {
      const of = (lines: readonly string[]) => lines.filter((line) => line.startsWith(kind));
      expect(of(two), kind).not.toEqual(of(one));
    }
  });
});

/**
 * Findings that stand in the last revisions of alerts, by group. Alerts without any are left out, and so are ids and revisions of alerts: they
 * depend on which finding came first.
 */
function alerted(alerts: readonly Alert[]): readonly string[] {
  const last = new Map(alerts.map((one) => [one.id, one])); // later ones win
  const groups = Map.groupBy(last.values(), ({ groupKey }) => groupKey);
  return [...groups]
    .map(
      ([groupKey, all]) =>
        `${groupKey} ${all
          .flatMap(({ findings }) => findings.map(({ id }) => id))
          .sort()
          .join()} ${all.reduce((sum, { eventCount }) => sum + eventCount, 0)}`,
    )
    .filter((line) => !line.includes('  '))
    .sort();
}

describe('live and a lane', { timeout: 120_000 }, () => {
  it.each([4, 5, 6, 7])('end with the same correlations and alerts, but for those that lack what is on the late topic (history %i)', async (seed) => {
    const driver = await live(history(Date.UTC(2026, 0, 1), seed));
    await driver.stop();
    await lane(driver, 'again', { limits: { turnRecords: 100 } });
    const valuesOf = async <V>(topic: Topic<V>, prefix = '') => (await driver.records(topic, `${prefix}${topic.name}`)).map(({ value }) => value);
    const [late, alerts, findings] = [await valuesOf(topics.late), await valuesOf(topics.alerts), await valuesOf(topics.findings)];
    const [alertsOfLane, findingsOfLane] = [await valuesOf(topics.alerts, 'again.'), await valuesOf(topics.findings, 'again.')];
    const lacking = new Set(late.map(({ correlationId, groupValues }) => [correlationId, ...groupValues].join('|')));
    const whole = (lines: readonly string[]) => lines.filter((line) => !lacking.has(line.split(' ')[0]!));
    expect(whole(standing(findings)).length).toBeGreaterThan(0);
    expect(whole(standing(findings))).toEqual(whole(standing(findingsOfLane)));
    expect(whole(alerted(alerts)).length).toBeGreaterThan(0);
    expect(whole(alerted(alerts))).toEqual(whole(alerted(alertsOfLane)));
    expect(late.length).toBeGreaterThan(0);
    expect(standing(findings)).not.toEqual(standing(findingsOfLane));
    expectRevisions(alerts);
    expectRevisions(alertsOfLane);
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

/** The last feature told of each window within a range. */
function lastFeatures(all: readonly Feature[], from: number, to: number): readonly Feature[] {
  const within = all.filter(({ windowStart, windowMicros }) => windowStart >= from && windowStart + windowMicros < to);
  const last = new Map(within.map((one) => [[one.entityType, one.entity, one.windowStart, one.windowMicros].join(' '), one])); // later ones win
  return [...last].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, feature]) => feature);
}
/** The stages start again two hours later and everybody speaks, so that all windows before are over. @returns A time between. */
async function twoHoursLater(driver: TopologyDriver): Promise<number> {
  await driver.stop();
  driver.clock.advance((120 * MINUTE) / 1000);
  const again = await runOnMemory(await topologyOf(false), { ...common, broker: driver.broker.connect() });
  const at = driver.clock.nowMs() * 1000;
  const all = [0, 1].flatMap((partition) => (['windows', 'aws'] as const).map((product) => ({ at, product, user: 'last', partition })));
  await again.write(RAW, all.map(rawOf));
  await again.advance(10_000, 1000);
  await again.stop();
  return at - 60 * MINUTE;
}

describe('features', { timeout: 120_000 }, () => {
  const featuresOf = async (driver: TopologyDriver, prefix = '') =>
    (await driver.records(topics.features, `${prefix}${topics.features.name}`)).map(({ value }) => value);

  it('are the same in live and in a lane once nothing more comes of their windows', async () => {
    const startMs = Date.UTC(2026, 0, 1);
    const from = startMs * 1000 - 10 * MINUTE; // what is older is beyond the retention of windows, and by whose clock depends on who waits
    const driver = await live(history(startMs, 4));
    const end = await twoHoursLater(driver);
    await lane(driver, 'again', { limits: { turnRecords: 100 } });
    const told = await featuresOf(driver);
    const last = lastFeatures(told, from, end);
    expect(last.length).toBeGreaterThan(50);
    expect(told.filter(({ windowStart }) => windowStart >= from).length, 'some are revised').toBeGreaterThan(last.length);
    expect(last).toEqual(lastFeatures(await featuresOf(driver, 'again.'), from, end));
  });

  it('of a host leave within seconds of stream time though CloudTrail is twenty minutes behind, whose own come when it has come so far', async () => {
    const driver = await runOnMemory(await topologyOf(false), common);
    const now = () => driver.clock.nowMs() * 1000;
    const start = Math.ceil(now() / (5 * MINUTE)) * 5 * MINUTE;
    await driver.advance((start - now()) / 1000, 20_000);
    const say = () =>
      driver.write(RAW, [
        rawOf({ at: now(), product: 'windows', user: 'ada', partition: 1 }),
        rawOf({ at: now(), product: 'aws', user: 'ada', partition: 0 }),
        rawOf({ at: now(), product: 'aws', user: 'cloud', partition: 0 }),
      ]);
    const go = async (micros: number) => {
      for (const until = now() + micros; now() < until; await driver.advance(20_000, 10_000)) await say();
    };
    const eventsOf = async (user: string, windowStart: number) =>
      (await featuresOf(driver))
        .filter((one) => one.entityType === 'user' && one.entity === user && one.windowMicros === MINUTE && one.windowStart === windowStart)
        .map(({ events }) => events);
    await go(2 * MINUTE); // Sysmon may be half a minute late
    expect(await eventsOf('ada', start)).toEqual([3]);
    expect(await eventsOf('cloud', start)).toEqual([]);
    await go(18 * MINUTE);
    expect(await eventsOf('cloud', start)).toEqual([]);
    await go(2 * MINUTE);
    expect(await eventsOf('cloud', start)).toEqual([3]);
    expect(await eventsOf('ada', start)).toEqual([3, 6]); // the second dataset in it makes it a revision
    await driver.stop();
  });
});

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
