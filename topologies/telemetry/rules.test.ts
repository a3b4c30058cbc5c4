// Rules that change while events flow, through the real stages: without a restart, at the same append time in all tasks, and the same in a replay.
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
import type { Finding, RefRule, RefSuppression } from '../../schemas/avro/types.gen.ts';
import { refTables, topics } from '../topics.ts';
import { flow } from './flow.ts';
import { platform } from './test/history.ts';

const RAW = 'raw.default.windows';
const tables = Object.values(refTables);

async function topologyOf(isLane: boolean) {
  const files = parseRuleSet([]);
  const lateness = openLateness();
  return defineTopology(
    'rules',
    [
      stage(await ingest(ingestConfig.parse({}), { installation: 'one' }), flow.ingest),
      stage(validate(validateConfig.parse({})), flow.validate),
      stage(await enrich(enrichConfig.parse({})), flow.enrich),
      stage(detect(detectConfig.parse({}), { set: files, engine: openEngine(files), isOwn: () => true }), flow.detect),
      stage(correlate(correlateConfig.parse({}), files, { lateness, isLane }), flow.correlate),
      stage(alert(alertConfig.parse({}), { isLane }), flow.alert),
    ],
    { latenessOf: lateness.of, maxFuture: 300_000_000 },
  );
}

const rule = (name: string) =>
  `title: ${name}\nname: ${name}\nlogsource: {product: windows, service: security}\ndetection: {s: {EventID: 4625}, condition: s}\n`;
const THRICE =
  'title: thrice\nname: thrice\nlevel: high\ncorrelation: {type: event_count, rules: [counted], group-by: [TargetUserName], timespan: 10m, condition: {gte: 3}}\n';
const rowsOf = (set: number, documents: Readonly<Record<string, string | null>>): readonly RefRule[] =>
  [...Object.entries(documents), ['@set', null] as const].map(([ruleId, text]) => ({
    id: ruleId === '@set' ? ruleId : `default/${ruleId}`,
    organization: ruleId === '@set' ? '' : 'default',
    validFrom: set,
    writtenAt: 0,
    version: set,
    ruleId,
    state: text === null && ruleId !== '@set' ? 'retired' : 'production',
    text,
    file: null,
    writtenBy: 'test',
  }));

/** A failed logon of bob in each partition, and what it led to so far. */
async function fail(driver: TopologyDriver, user = 'bob'): Promise<void> {
  const at = new Date(driver.clock.nowMs()).toISOString();
  const value = (partition: number) =>
    Buffer.from(
      JSON.stringify({
        EventID: 4625,
        Channel: 'Security',
        Provider_Name: 'Microsoft-Windows-Security-Auditing',
        Computer: `dc${partition}`,
        TargetUserName: user,
        '@timestamp': at,
        EventTime: at,
      }),
    );
  await driver.write(RAW, [0, 1].map((partition) => ({ key: null, partition, value: value(partition) }))); // prettier-ignore
  await driver.settle();
}
const told = async (driver: TopologyDriver, name?: string) =>
  (await driver.records<Finding>(topics.findings, name))
    .map(({ value: { ruleId, ruleSet, eventCount, suppressedBy } }) => `${ruleId} of ${ruleSet}, ${eventCount}, ${suppressedBy ?? '-'}`)
    .sort();

describe('rules that change while events flow', { timeout: 120_000 }, () => {
  it('run from the same append time in all tasks, keep what is half open, and run so again in a replay', async () => {
    const driver = await runOnMemory(await topologyOf(false), { platform, topics: [RAW], partitions: 2, referenceTables: tables });
    const wait = () => driver.advance(11_000, 1000);
    await fail(driver); // no rules yet
    await driver.reference(refTables.rules, rowsOf(1, { a: rule('a'), counted: rule('counted'), thrice: THRICE }));
    await fail(driver); // written, not yet in force
    await wait();
    await fail(driver); // two of three
    await driver.reference(refTables.rules, rowsOf(2, { a: null, b: rule('b') }));
    await wait();
    const exception: RefSuppression = {
      id: 'x',
      organization: 'default',
      validFrom: 0,
      validTo: null,
      writtenAt: 0,
      version: 1,
      ruleIds: ['b'],
      conditions: '{"TargetUserName":"eve"}',
      owner: 'ada',
      reason: 'r',
    };
    await driver.reference(refTables.suppressions, [exception]);
    await wait();
    await fail(driver); // two more, across the change
    await fail(driver, 'eve');
    await driver.advance(60_000, 5000);

    expect(await told(driver)).toEqual(['a of 1, 1, -', 'a of 1, 1, -', 'b of 2, 1, -', 'b of 2, 1, -', 'b of 2, 1, x', 'b of 2, 1, x', 'thrice of 2, 3, -']);
    const alerts = await driver.records(topics.alerts);
    expect(new Set(alerts.map(({ value }) => value.title))).toEqual(new Set(['a', 'b', 'thrice']));

    const tps = [0, 1].map((partition) => ({ topic: RAW, partition }));
    const ends = await driver.broker.admin().offsets(tps, 'stable');
    const lane = await runOnMemory(await topologyOf(true), {
      platform,
      topics: [RAW],
      partitions: 2,
      referenceTables: tables,
      broker: driver.broker.connect(),
      app: 'again',
      instanceId: 'again-0',
      topicName: (topic) => (topic.startsWith('raw.') || topic.startsWith('ref.') ? topic : `again.${topic}`),
      until: new Map(tps.map((tp) => [tpKey(tp), ends.get(tpKey(tp))!])),
    });
    await lane.advance(6000, 1000);
    await lane.stop();
    expect(await told(lane, `again.${topics.findings.name}`)).toEqual(await told(driver));
    await driver.stop();
  });
});
