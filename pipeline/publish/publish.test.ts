// From raw records to documents on the broker in memory: which topics they are on, and that a replay writes the same bytes.
import { describe, expect, it } from 'vitest';
import { refTables, topics } from '../../topologies/topics.ts';
import { flow } from '../../topologies/telemetry/flow.ts';
import { parseRuleSet } from '../../domains/sigma/index.ts';
import { alert, config as alertConfig } from '../alert/index.ts';
import { defineTopology, stage } from '../core/topology.ts';
import { config as detectConfig, detect } from '../detect/index.ts';
import { openEngine } from '../detect/open-rules.ts';
import { config as enrichConfig, enrich } from '../enrich/index.ts';
import { config as ingestConfig, ingest } from '../ingest/index.ts';
import { recordsOf, sampleFiles } from '../ingest/test/records.ts';
import { tpKey } from '../runtime/port.ts';
import type { TopologyDriver } from '../runtime/topology-driver.ts';
import { runOnMemory } from '../runtime/topology-driver.ts';
import { config as validateConfig, validate } from '../validate/index.ts';
import type { PublishConfig } from './index.ts';
import { config, publishAlerts, publishEvents, publishFindings } from './index.ts';
import { openValidator } from './ocsf/test/validator.ts';

const RAW = ['raw.acme.test', 'raw.other.test'] as const;
const RULES = parseRuleSet([
  {
    file: 'own.yml',
    text: 'title: Image\nid: one\nstatus: stable\nlevel: high\ntags: [attack.t1003.002]\nlogsource: {product: windows}\ndetection: {s: {EventID: 7}, condition: s}\n',
  },
]);
const platform = { deadLetters: topics.deadLetters, ledger: topics.ledger };
const common = { platform, topics: RAW, partitions: 2, referenceTables: Object.values(refTables) };

async function topologyOf(options: Partial<PublishConfig>) {
  const publish = config.parse({ eventKinds: ['*'], ...options });
  return defineTopology('documents', [
    stage(await ingest(ingestConfig.parse({}), { installation: 'one' }), flow.ingest),
    stage(validate(validateConfig.parse({ maxPastDays: 10_000 })), flow.validate),
    stage(await enrich(enrichConfig.parse({})), flow.enrich),
    stage(detect(detectConfig.parse({}), { set: RULES, engine: openEngine(RULES, { isGated: false }), isOwn: () => true }), flow.detect),
    stage(alert(alertConfig.parse({ revisionsPerMinute: 1000 }), { isLane: false }), flow.alert),
    stage(publishEvents(publish), flow['publish-events']),
    stage(publishFindings(publish), flow['publish-findings']),
    stage(publishAlerts(publish), flow['publish-alerts']),
  ]);
}
const SENT = sampleFiles().flatMap((file) => recordsOf(file).slice(0, 20));

async function run(options: Partial<PublishConfig>): Promise<TopologyDriver> {
  const driver = await runOnMemory(await topologyOf(options), common);
  for (const topic of RAW)
    await driver.write(
      topic,
      SENT.map((value, index) => ({ key: null, value: Buffer.from(value), partition: index % 2 })),
    );
  await driver.settle();
  await driver.advance(5000);
  return driver;
}
const documents = async (driver: TopologyDriver, organization: string, format: string, topicName = (name: string) => name) =>
  (await driver.raw(topicName(`sink.${organization}.${format}.v1`))).map(({ key, value }) => `${String(key)} ${Buffer.from(value!).toString('utf8')}`).sort();
const classOf = (line: string) => (JSON.parse(line.slice(line.indexOf('{'))) as { readonly class_uid: number }).class_uid;

describe('documents', { timeout: 120_000 }, () => {
  it('are in the formats that the organization has, one for one, and valid', async () => {
    const driver = await run({ formatsOfOrganization: { acme: ['ecs', 'ocsf', 'ocsf'] } });
    const [ecs, ocsf] = [await documents(driver, 'acme', 'ecs'), await documents(driver, 'acme', 'ocsf')];
    const keys = (lines: readonly string[]) => lines.map((line) => line.slice(0, line.indexOf(' ')));
    expect(ocsf.length).toBeGreaterThan(SENT.length);
    expect(keys(ocsf)).toEqual(keys(ecs));
    expect((await documents(driver, 'other', 'ecs')).length).toBe(ecs.length);
    expect(await documents(driver, 'other', 'ocsf')).toEqual([]);
    const validate = openValidator();
    expect(ocsf.flatMap((line) => validate(JSON.parse(line.slice(line.indexOf('{'))) as Readonly<Record<string, unknown>>))).toEqual([]);
    expect(ocsf.filter((line) => line.includes('"log_name":"goshawk.finding"')).length).toBeGreaterThan(0);
    expect(ocsf.filter((line) => line.includes('"log_name":"goshawk.alert"')).length).toBeGreaterThan(0);
    expect(new Set(ocsf.map(classOf)).size).toBeGreaterThan(8);
    await driver.stop();
  });

  it('are the same bytes in a replay', async () => {
    const driver = await run({ formats: ['ocsf'] });
    await driver.stop();
    const tps = RAW.flatMap((topic) => [0, 1].map((partition) => ({ topic, partition })));
    const ends = await driver.broker.admin().offsets(tps, 'stable');
    const topicName = (name: string) => (/^(?:raw|ref)\./.test(name) ? name : `again.${name}`);
    const again = await runOnMemory(await topologyOf({ formats: ['ocsf'] }), {
      ...common,
      broker: driver.broker.connect({ maxBatchRecords: 7 }),
      app: 'again',
      instanceId: 'again',
      topicName,
      until: new Map(tps.map((tp) => [tpKey(tp), ends.get(tpKey(tp))!])),
    });
    await again.advance(6000, 1000);
    await again.stop();
    for (const organization of ['acme', 'other']) {
      const events = (lines: readonly string[]) => lines.filter((line) => !line.includes('"log_name":"goshawk.')); // what of alerts depends on arrival is theirs
      const before = events(await documents(again, organization, 'ocsf'));
      expect(before.length).toBeGreaterThan(SENT.length / 2);
      expect(events(await documents(again, organization, 'ocsf', topicName))).toEqual(before);
    }
  });

  it('are none where no format is asked for', async () => {
    const driver = await run({ formats: [] });
    expect([await documents(driver, 'acme', 'ecs'), await documents(driver, 'acme', 'ocsf')]).toEqual([[], []]);
    await driver.stop();
  });
});
