import { beforeAll, describe, expect, it } from 'vitest';
import type { Event } from '../../../schemas/avro/types.gen.ts';
import type { Ingestor } from '../index.ts';
import { decoded, nativeOf, openTestIngestor } from '../test/records.ts';
import { actionOf } from './meaning.ts';

let ingestor: Ingestor;
beforeAll(async () => {
  ingestor = await openTestIngestor();
});
const CALL = {
  eventVersion: '1.08',
  eventID: '875240ac',
  eventTime: '2023-07-10T11:42:18Z',
  eventSource: 'ec2.amazonaws.com',
  eventName: 'RunInstances',
  awsRegion: 'us-east-1',
  sourceIPAddress: '203.0.113.50',
  userAgent: 'Boto3',
  recipientAccountId: '1234',
  userIdentity: { type: 'IAMUser', principalId: 'AIDA', arn: 'arn:aws:iam::1234:user/anna', accountId: '1234', userName: 'anna' },
};
const all = (text: string): readonly Event[] => decoded(ingestor, [text]);
const call = (over: object = {}): Event => all(JSON.stringify({ ...CALL, ...over }))[0]!;

describe('a call', () => {
  it('names who, where from, what and where', () => {
    expect(call()).toMatchObject({
      dataset: 'aws.cloudtrail',
      product: 'aws',
      logsource: { category: [], service: ['cloudtrail'] },
      time: Date.parse(CALL.eventTime) * 1000,
      idSource: 'sensor',
      action: 'RunInstances',
      provider: 'ec2.amazonaws.com',
      category: ['api'],
      type: ['creation'],
      outcome: 'success',
      user: { name: 'anna', id: 'AIDA' },
      source: { ip: '203.0.113.50' },
      http: { userAgent: 'Boto3' },
      cloud: { provider: 'aws', accountId: '1234', region: 'us-east-1', service: 'ec2' },
      message: 'RunInstances on ec2 by anna',
    });
  });
  it.each<[name: string, over: object, expected: object]>([
    [
      'that failed',
      { errorCode: 'Client.UnauthorizedOperation', errorMessage: 'no' },
      {
        outcome: 'failure',
        type: ['creation', 'denied'],
        ecs: { 'error.code': 'Client.UnauthorizedOperation', 'error.message': 'no' },
        message: 'RunInstances on ec2 by anna failed: Client.UnauthorizedOperation',
      },
    ],
    [
      'by an assumed role',
      {
        userIdentity: {
          type: 'AssumedRole',
          principalId: 'AROA:s',
          arn: 'arn:aws:sts::1:assumed-role/r/s',
          sessionContext: { sessionIssuer: { userName: 'r' } },
        },
      },
      { user: { name: 'r', id: 'AROA:s' } },
    ],
    ['by root', { userIdentity: { type: 'Root', principalId: '1234', arn: 'arn:aws:iam::1234:root' } }, { user: { name: 'root' } }],
    [
      'by a service, from its name',
      { sourceIPAddress: 'cloudtrail.amazonaws.com', userIdentity: { type: 'AWSService', invokedBy: 'cloudtrail.amazonaws.com' } },
      { user: { name: 'cloudtrail.amazonaws.com' }, source: { ip: null, domain: 'cloudtrail.amazonaws.com' } },
    ],
    [
      'about another user',
      { eventSource: 'iam.amazonaws.com', eventName: 'CreateAccessKey', requestParameters: { userName: 'bob' } },
      { targetUser: { name: 'bob' }, category: ['api', 'iam'], type: ['creation', 'user'] },
    ],
    [
      'to the console that was refused',
      { eventSource: 'signin.amazonaws.com', eventName: 'ConsoleLogin', responseElements: { ConsoleLogin: 'Failure' } },
      { outcome: 'failure', category: ['authentication'], type: ['start'] },
    ],
    [
      'over TLS',
      { tlsDetails: { tlsVersion: 'TLSv1.3', cipherSuite: 'C', clientProvidedHostHeader: 'h' } },
      { tls: { version: '1.3', serverName: 'h' }, ecs: { 'tls.cipher': 'C' } },
    ],
    ['by somebody who is not named', { userIdentity: undefined }, { user: null, message: 'RunInstances on ec2' }],
  ])('%s', (_name, over, expected) => {
    expect(call(over)).toMatchObject(expected);
  });
  it.each([
    ['s3.amazonaws.com', 'GetObject', ['api'], ['access']],
    ['s3.amazonaws.com', 'DeleteBucket', ['api'], ['deletion']],
    ['s3.amazonaws.com', 'PutBucketPolicy', ['api'], ['change']],
    ['ec2.amazonaws.com', 'StopInstances', ['api'], ['end']],
    ['iam.amazonaws.com', 'ListUsers', ['api', 'iam'], ['info', 'user']],
    ['iam.amazonaws.com', 'AttachRolePolicy', ['api', 'iam'], ['change', 'admin']],
    ['sts.amazonaws.com', 'AssumeRole', ['authentication', 'api'], ['start']],
    ['x', '', ['api'], ['change']],
  ])('%s %s is %s %s', (source, name, category, type) => {
    expect(actionOf(source, name)).toEqual({ category, type });
  });
});

describe('what it comes in', () => {
  it('a file of records: each with its own bytes and id', () => {
    const events = all(
      `{"Records": [ ${JSON.stringify(CALL)} , {"eventVersion":"1","eventID":"b","eventSource":"a","eventName":"B","n":12345678901234567890} ]}`,
    );
    expect(events.map(({ action, provenance }) => [action, provenance.index])).toEqual([
      ['RunInstances', 0],
      ['B', 1],
    ]);
    expect(Buffer.from(events[1]!.native).toString()).toBe('{"eventVersion":"1","eventID":"b","eventSource":"a","eventName":"B","n":12345678901234567890}');
  });
  it('an answer of LookupEvents: the event inside, what is beside it kept', () => {
    const inside = JSON.stringify(CALL);
    const [event] = all(JSON.stringify({ EventId: 'x', EventTime: '2022-02-08 09:23:37+11:00', Username: 'u', CloudTrailEvent: inside }));
    expect(event).toMatchObject({ action: 'RunInstances', user: { name: 'anna' }, id: call().id });
    expect(nativeOf(event!)).toEqual({ ...CALL, lookup: { EventId: 'x', EventTime: '2022-02-08 09:23:37+11:00', Username: 'u' } });
  });
  it('an answer of LookupEvents whose text is broken: what stands beside it', () => {
    expect(
      all(JSON.stringify({ EventId: 'x', EventName: 'N', EventSource: 's', EventTime: '2022-02-08 09:23:37+11:00', CloudTrailEvent: '{' }))[0],
    ).toMatchObject({ action: 'N', time: Date.parse('2022-02-07T22:23:37Z') * 1000 });
  });
  it('a page of LookupEvents', () => {
    expect(all(JSON.stringify({ Events: [{ CloudTrailEvent: JSON.stringify(CALL) }, { CloudTrailEvent: JSON.stringify(CALL) }] })).length).toBe(2);
  });
  it('an EventBridge event', () => {
    expect(Buffer.from(all(`{"source":"aws.ec2","detail-type":"AWS API Call via CloudTrail","detail": ${JSON.stringify(CALL)} }`)[0]!.native).toString()).toBe(
      JSON.stringify(CALL),
    );
  });
  it('a batch of CloudWatch Logs: the events inside, what the batch says of each kept', () => {
    const batch = {
      messageType: 'DATA_MESSAGE',
      owner: '1234',
      logGroup: 'trail',
      logStream: 's',
      logEvents: [1, 2].map((id) => ({ id: String(id), timestamp: 1_700_000_000_000 + id, message: JSON.stringify({ ...CALL, eventID: `e${id}` }) })),
    };
    const events = all(JSON.stringify(batch));
    expect(events.map(({ dataset, action }) => [dataset, action])).toEqual([
      ['aws.cloudtrail', 'RunInstances'],
      ['aws.cloudtrail', 'RunInstances'],
    ]);
    expect(nativeOf(events[1]!)).toEqual({
      ...CALL,
      eventID: 'e2',
      subscription: { messageType: 'DATA_MESSAGE', owner: '1234', logGroup: 'trail', logStream: 's', id: '2', timestamp: 1_700_000_000_002 },
    });
  });
  it.each<[name: string, change: object, dataset: string]>([
    ['without a time, by the name of its service', { eventTime: undefined, eventVersion: undefined }, 'aws.cloudtrail'],
    ['without a source, by its region and identity', { eventSource: undefined }, 'aws.cloudtrail'],
    ['of another cloud with the same names, not at all', { eventSource: 'ecs.aliyuncs.com' }, 'aliyun.actiontrail'],
  ])('a record %s', (_name, change, dataset) => {
    expect(all(JSON.stringify({ ...CALL, ...change })).map((event) => event.dataset)).toEqual([dataset]);
  });
  it('a file with something else in it is kept whole, and says so', () => {
    const [event] = all(`{"Records":[${JSON.stringify(CALL)},1]}`);
    expect(event).toMatchObject({ dataset: 'unparsed', labels: { reason: 'a record of the file is no CloudTrail event' } });
  });
});
