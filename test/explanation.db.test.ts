// From a record on a raw topic to why it was found, as a person asks it: all stages, the database, the API and the thread that asks rules.
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApi } from '../api/test/api.ts';
import type { Loose, TestApi } from '../api/test/api.ts';
import { openTestDatabase, serverUrl } from '../api/test/database.ts';
import type { TestDatabase } from '../api/test/database.ts';
import { openDetection } from '../local/detection.ts';
import type { RunningDetection } from '../local/detection.ts';
import { publishRuleFiles } from '../local/rule-files.ts';
import { config } from '../pipeline/detect/index.ts';
import type { Chain } from './chain-in-memory.ts';
import { openChain } from './chain-in-memory.ts';

const RAW = 'raw.default.records';
const CREATED = {
  TimeCreated: '',
  CommandLine: 'esentutl.exe  /y /vss C:\\windows/system32/config/SAM /d C:\\ProgramData\\SAM',
  NewProcessName: 'C:\\Windows\\System32\\esentutl.exe',
  EventID: 4688,
  Channel: 'Security',
  Hostname: 'WORKSTATION5',
  SourceName: 'Microsoft-Windows-Security-Auditing',
};
const called = (eventName: string, eventTime: string, eventID: string) => ({
  eventVersion: '1.08',
  eventTime,
  eventSource: 's3.amazonaws.com',
  eventName,
  awsRegion: 'eu-west-1',
  sourceIPAddress: '192.0.2.10',
  userAgent: 'aws-cli/2.15.0',
  userIdentity: { type: 'AssumedRole', arn: 'arn:aws:sts::1:assumed-role/web/i-1', accountId: '111122223333', sessionContext: { ec2RoleDelivery: '1.0' } },
  requestParameters: null,
  eventID,
  eventType: 'AwsApiCall',
  recipientAccountId: '111122223333',
});

describe.skipIf(serverUrl === '')('why an alert was made', { timeout: 120_000 }, () => {
  let database: TestDatabase;
  let chain: Chain;
  let api: TestApi;
  let detection: RunningDetection;
  beforeAll(async () => {
    database = await openTestDatabase();
    chain = await openChain(database.url);
    detection = openDetection(config.parse({}));
    await publishRuleFiles(config.parse({}), { pool: chain.stages, log: pino({ level: 'silent' }) });
    await chain.driver.broker.admin().createTopics([{ name: RAW, partitions: 2, config: {} }], 1);
    api = await openTestApi(database, { deps: { detection, wallMicros: () => Date.now() * 1_000 } });
  }, 120_000);
  afterAll(async () => {
    await api?.close();
    await detection?.close();
    await chain?.close();
    await database?.drop();
  });

  const ago = (minutes: number) => new Date(chain.driver.clock.nowMs() - minutes * 60_000);
  const write = async (records: readonly object[]) => {
    await chain.driver.write(
      RAW,
      records.map((record) => ({ key: null, value: Buffer.from(JSON.stringify(record)) })),
    );
    await chain.driver.advance(10_000, 1_000);
  };
  const findingTitled = async (title: string): Promise<Loose> => {
    const { data, errors } = await api.graphql(`{ findings(first: 5) { edges { node { rule { title } events { id } explanation {
      missing
      rule { matches parts { kind text use holds values { value holds met { before part after } } foundAs } }
      correlation { type measured isExact bounds { operator number } groups { name value } steps { title matches { event { id } } } }
    } } } } }`);
    expect(errors).toBeUndefined();
    return data.findings.edges.map(({ node }: Loose) => node).find(({ rule }: Loose) => rule.title === title);
  };

  it('is told by the parts of the rule, with what met in the values of the record', async () => {
    await write([{ ...CREATED, TimeCreated: ago(1).toISOString().replace('T', ' ').slice(0, 23) }]);
    const { rule, missing } = (await findingTitled('Registry Hive or Directory Database Copied With esentutl')).explanation;
    expect([missing, rule.matches]).toEqual([null, true]);
    const met = rule.parts
      .filter(({ kind, holds }: Loose) => kind === 'entry' && holds)
      .map(({ text, use, foundAs, values }: Loose) => [text, use, foundAs, values.find(({ holds }: Loose) => holds).met[0]]);
    const [before, after] = ['esentutl.exe  /y /vss C:\\windows/system32/', ' /d C:\\ProgramData\\SAM'];
    expect(met).toEqual([
      ['Image|endswith', 'wanted', 'NewProcessName', { before: 'C:\\Windows\\System32', part: '\\esentutl.exe', after: '' }],
      ['CommandLine|contains|windash', 'wanted', null, { before: 'esentutl.exe ', part: ' /y ', after: `/vss C:\\windows/system32/config/SAM${after}` }],
      ['CommandLine|contains', 'wanted', null, { before, part: 'config/SAM', after }],
    ]);
  });

  it('is told by the steps of a correlation, with the events of each', async () => {
    const times = [ago(5), ago(4)].map((time) => `${time.toISOString().slice(0, 19)}Z`);
    await write([called('ListBuckets', times[0]!, 'a'), called('GetObject', times[1]!, 'b')]);
    const { explanation, events } = await findingTitled('Buckets Listed, Then Objects Read, With the Role of an Instance');
    expect(explanation.correlation).toMatchObject({
      type: 'temporal_ordered',
      measured: 2,
      isExact: true,
      bounds: [{ operator: 'gte', number: 2 }],
      groups: [{ name: 'userIdentity.arn', value: 'arn:aws:sts::1:assumed-role/web/i-1' }],
      steps: [
        { title: 'Buckets Listed by the Role of an Instance', matches: [{ event: { id: events[0].id } }] },
        { title: 'Object Read by the Role of an Instance', matches: [{ event: { id: events[1].id } }] },
      ],
    });
  });
});
