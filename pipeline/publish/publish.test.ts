// From raw records to documents on the broker in memory: which topics they are on, and that a replay writes the same bytes.
import { describe, expect, it } from 'vitest';
import { refTables, topics } from '../../topologies/topics.ts';
import { recordsOf, sampleFiles } from '../ingest/test/records.ts';
import type { RefSubscription } from '../../schemas/avro/types.gen.ts';
import { tpKey } from '../runtime/port.ts';
import type { RawRecord } from '../runtime/port.ts';
import type { TopologyDriver } from '../runtime/topology-driver.ts';
import { runOnMemory } from '../runtime/topology-driver.ts';
import type { PublishConfig } from './index.ts';
import { RAW, topologyOf } from './test/topology.ts';
import { openValidator } from './ocsf/test/validator.ts';

const platform = { deadLetters: topics.deadLetters, ledger: topics.ledger };
const subscription = (organization: string, name: string, fields: Partial<RefSubscription>): RefSubscription => ({
  id: `${organization} ${name}`,
  organization,
  validFrom: 0,
  writtenAt: 0,
  version: 1,
  name,
  format: 'ecs',
  kinds: ['event', 'finding', 'alert'],
  minSeverity: 'informational',
  datasets: [],
  query: '',
  enabled: true,
  ...fields,
});
const SUBSCRIPTIONS = {
  subscriptions: [
    subscription('acme', 'windows', { kinds: ['event'], query: 'event.dataset:windows*' }),
    subscription('acme', 'lake', { format: 'ocsf', kinds: ['event', 'alert'] }),
    subscription('other', 'broken', { query: '(' }),
  ],
};
const common = { platform, topics: RAW, partitions: 2, referenceTables: Object.values(refTables) };

const SENT = sampleFiles().flatMap((file) => recordsOf(file).slice(0, 20));

async function run(options: Partial<PublishConfig>, reference: Readonly<Record<string, readonly RefSubscription[]>> = {}): Promise<TopologyDriver> {
  const driver = await runOnMemory(await topologyOf(options), { ...common, reference });
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
const headerOf = ({ headers: all }: Pick<RawRecord, 'headers'>, name: string) => all.find(([header]) => header === `goshawk.${name}`)?.[1].toString();
/** `<id> <kind> <dataset> <subscriptions>` of each. */
const headers = async (driver: TopologyDriver, organization: string, format: string, topicName = (name: string) => name) =>
  (await driver.raw(topicName(`sink.${organization}.${format}.v1`)))
    .map((record) => ['id', 'kind', 'dataset', 'subscriptions'].map((name) => headerOf(record, name)).join(' '))
    .sort();
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
    const driver = await run({ formats: ['ocsf'] }, SUBSCRIPTIONS);
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
      const ofEvents = (lines: readonly string[]) => lines.filter((line) => line.includes(' event '));
      expect(ofEvents(await headers(again, organization, 'ocsf', topicName))).toEqual(ofEvents(await headers(again, organization, 'ocsf')));
    }
    const windows = await headers(again, 'acme', 'ecs', topicName);
    expect(windows).toEqual(await headers(again, 'acme', 'ecs'));
    expect(windows.length).toBeGreaterThan(5);
  });

  it('say who asked for them', async () => {
    const driver = await run({ formats: ['ecs'], eventDatasets: ['zeek.conn'] }, SUBSCRIPTIONS);
    const asked = async (organization: string, format: string) =>
      [...new Set((await headers(driver, organization, format)).map((line) => line.slice(line.indexOf(' ') + 1)))].sort();
    const usual = ['alert goshawk.alert default', 'event zeek.conn default', 'finding goshawk.finding default'];
    const windows = ['other', 'security', 'sysmon'].map((dataset) => `event windows.${dataset} windows`);
    expect(await asked('acme', 'ecs')).toEqual([...usual, ...windows].sort());
    expect(await asked('other', 'ecs')).toEqual(usual);
    const ocsf = await asked('acme', 'ocsf');
    expect(ocsf.length).toBeGreaterThan(8);
    expect(ocsf.filter((line) => !/^(event|alert) \S+ lake$/.test(line))).toEqual([]);
    for (const format of ['ecs', 'ocsf'])
      for (const record of await driver.raw(`sink.acme.${format}.v1`)) {
        const document = JSON.parse(Buffer.from(record.value!).toString()) as {
          readonly event?: { readonly id: string };
          readonly metadata?: { readonly uid: string };
        };
        expect(headerOf(record, 'id')).toBe(document.event?.id ?? document.metadata!.uid);
      }
    await driver.stop();
  });

  it('are none where no format is asked for', async () => {
    const driver = await run({ formats: [] });
    expect([await documents(driver, 'acme', 'ecs'), await documents(driver, 'acme', 'ocsf')]).toEqual([[], []]);
    await driver.stop();
  });
});
