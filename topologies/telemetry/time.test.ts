// Event time through the real stages, from raw records to alerts: what depends on the order of things, and what must not.
import { describe, expect, it } from 'vitest';
import { openLateness } from '../../pipeline/core/lateness.ts';
import { defineTopology, stage } from '../../pipeline/core/topology.ts';
import { alert, config as alertConfig } from '../../pipeline/alert/index.ts';
import { config as correlateConfig, correlate } from '../../pipeline/correlate/index.ts';
import { config as detectConfig, detect } from '../../pipeline/detect/index.ts';
import { openEngine } from '../../pipeline/detect/open-rules.ts';
import { config as enrichConfig, enrich } from '../../pipeline/enrich/index.ts';
import { config as ingestConfig, ingest } from '../../pipeline/ingest/index.ts';
import { tpKey } from '../../pipeline/runtime/port.ts';
import type { TopologyDriver } from '../../pipeline/runtime/topology-driver.ts';
import { runOnMemory } from '../../pipeline/runtime/topology-driver.ts';
import { config as validateConfig, validate } from '../../pipeline/validate/index.ts';
import { parseRuleSet } from '../../domains/sigma/index.ts';
import type { Alert, Finding } from '../../schemas/avro/types.gen.ts';
import { refTables, topics } from '../topics.ts';
import { flow } from './flow.ts';

const RAW = 'raw.default.ecs';
const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const RULES = parseRuleSet([
  {
    file: 'time.yml',
    text: ['windows', 'aws']
      .map((product) => `title: ${product}\nname: ${product}\nlogsource: {product: ${product}}\ndetection: {s: {message: ${product}}, condition: s}\n---\n`)
      .concat(
        'title: Thrice\nname: thrice\nstatus: stable\nlevel: high\ncorrelation: {type: event_count, rules: [windows], group-by: [user.name], timespan: 60s, condition: {gte: 3}}\n---\n',
        'title: Both\nname: both\nstatus: stable\nlevel: low\ncorrelation: {type: temporal_ordered, rules: [windows, aws], group-by: [user.name], timespan: 120s}\n',
      )
      .join(''),
  },
]);

async function topologyOf(isLane: boolean) {
  const lateness = openLateness();
  return defineTopology(
    'time',
    [
      stage(await ingest(ingestConfig.parse({}), { installation: 'one' }), flow.ingest),
      stage(validate(validateConfig.parse({ maxPastDays: 10_000 })), flow.validate),
      stage(await enrich(enrichConfig.parse({})), flow.enrich),
      stage(detect(detectConfig.parse({}), { set: RULES, engine: openEngine(RULES, { isGated: false }), isOwn: () => true }), flow.detect),
      stage(correlate(correlateConfig.parse({}), RULES, { lateness, isLane }), flow.correlate),
      stage(alert(alertConfig.parse({ revisionsPerMinute: 1000 }), { isLane }), flow.alert),
    ],
    { latenessOf: lateness.of, maxFuture: 5 * MINUTE },
  );
}
const platform = { deadLetters: topics.deadLetters, ledger: topics.ledger };
const common = { platform, topics: [RAW], partitions: 2, referenceTables: [refTables.assets, refTables.zones] };

interface Told {
  readonly at: number; // microseconds
  readonly product: 'windows' | 'aws';
  readonly user: string;
  readonly partition: number;
}
const rawOf = ({ at, product, user, partition }: Told) => ({
  key: null,
  partition,
  value: Buffer.from(
    JSON.stringify({
      '@timestamp': new Date(Math.floor(at / 1000)).toISOString(),
      event: { dataset: product === 'aws' ? 'aws.cloudtrail' : 'windows.sysmon', kind: 'event' },
      host: { name: `host-${user}` },
      user: { name: user },
      message: product,
    }),
  ),
});

/** Numbers that look random and are the same in every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const STEP = 4 * SECOND;
const EVENTS = 160;
/** Ten minutes of three users, with what comes late, and a little that comes far too late. */
function history(startMs: number, seed: number): readonly Told[] {
  const next = numbers(seed);
  return Array.from({ length: EVENTS }, (_unused, n): Told => {
    const product = next(4) === 0 ? 'aws' : 'windows';
    const user = ['ada', 'bob', 'eve'][next(3)]!;
    const late = next(10) === 0 ? next(300) * SECOND : user === 'eve' && next(8) === 0 ? 2000 * SECOND : next(20) * SECOND;
    return { at: startMs * 1000 + n * STEP - late, product, user, partition: product === 'aws' ? 0 : next(2) };
  });
}

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

/** Correlations as they stand in the end, by what they rest on. */
function standing(findings: readonly Finding[]): readonly string[] {
  const last = new Map<string, Finding>();
  const replaced = new Set<string>();
  for (const finding of findings.filter(({ kind }) => kind === 'correlation')) {
    const before = last.get(finding.id);
    if (before !== undefined && before.revisable!.revision >= finding.revisable!.revision) continue;
    last.set(finding.id, finding);
    replaced.delete(finding.id);
    if (finding.supersedes !== null) replaced.add(finding.supersedes);
  }
  return [...last.values()]
    .filter(({ id, revisable }) => !replaced.has(id) && !revisable!.isWithdrawn)
    .map(({ id, groupKey, time, lastTime, eventCount }) => `${groupKey} ${id} ${time} ${lastTime} ${eventCount}`)
    .sort();
}

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
