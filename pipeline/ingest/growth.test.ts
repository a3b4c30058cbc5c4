import { beforeAll, describe, expect, it } from 'vitest';
import type { Event } from '../../schemas/avro/types.gen.ts';
import type { Stage } from '../core/index.ts';
import { StageDriver } from '../runtime/driver.ts';
import { config, ingest } from './index.ts';

let stage: Stage<Uint8Array>;
beforeAll(async () => {
  stage = (await ingest(config.parse({}), { installation: 'one' })) as unknown as Stage<Uint8Array>;
});

const MANY = 9_000;
const BESIDE = 'x'.repeat(500_000);
const many = (one: unknown) => Array.from({ length: MANY }, () => one);
const attributes = (value: string) => [{ key: 'host.name', value: { stringValue: value } }];
const call = JSON.stringify({ eventVersion: '1', eventSource: 's3.amazonaws.com', eventName: 'G' });

/** What stands beside the parts, and the parts. Together within the limits of a record and of its fields. */
const DOCUMENTS: readonly [name: string, document: (beside: string, parts: number) => object][] = [
  ['OTLP', (beside, parts) => ({ resourceLogs: [{ resource: { attributes: attributes(beside) }, scopeLogs: [{ logRecords: many({}).slice(0, parts) }] }] })],
  [
    'OTLP with lines of files',
    (beside, parts) => {
      const [line, ...others] = many({}).slice(0, parts);
      const logRecords = [{ ...(line as object), attributes: [{ key: 'log.file.name', value: {} }] }, ...others];
      return { resourceLogs: [{ resource: { attributes: attributes(beside) }, scopeLogs: [{ logRecords }] }] };
    },
  ],
  ['CloudWatch', (beside, parts) => ({ messageType: 'DATA_MESSAGE', logGroup: beside, logEvents: many(1).slice(0, parts) })],
  ['CloudTrail', (beside, parts) => ({ messageType: 'DATA_MESSAGE', logGroup: beside, logEvents: many({ message: call }).slice(0, parts) })],
  ['osquery', (beside, parts) => ({ name: beside, hostIdentifier: 'h', action: 'snapshot', snapshot: many({}).slice(0, parts), unixTime: 1 })],
  [
    'osquery in batches',
    (beside, parts) => ({ name: beside, hostIdentifier: 'h', unixTime: 1, diffResults: { added: many({}).slice(0, parts), removed: [] } }),
  ],
  ['Google Workspace', (beside, parts) => ({ kind: 'admin#reports#activity', id: { applicationName: beside }, events: many({ name: 'a' }).slice(0, parts) })],
  ['Google Workspace, in lists', (beside, parts) => ({ items: [{ id: { applicationName: beside }, events: many({ name: 'a' }).slice(0, parts) }] })],
];

describe('a document whose parts are events, each with what stands beside them', () => {
  const eventsOf = (document: object) => {
    const result = new StageDriver(stage).send(Buffer.from(JSON.stringify(document)));
    return result.outputs.map(({ value }) => value as Event);
  };

  it.each(DOCUMENTS)('is kept whole where that would be too much: %s', (_name, document) => {
    const parts = _name === 'CloudTrail' ? 4_000 : MANY;
    const events = eventsOf(document(BESIDE, parts));
    expect(events.map(({ dataset, labels }) => [dataset, labels.reason])).toEqual([
      ['unparsed', 'what stands beside its parts would have to be kept too often'],
    ]);
    expect(Buffer.from(events[0]!.native).includes(BESIDE.slice(0, 1_000))).toBe(true);
  });

  it.each(DOCUMENTS)('is read where it is not: %s', (_name, document) => {
    const events = eventsOf(document('b', 200));
    expect([events.length, events.some(({ dataset }) => dataset === 'unparsed')]).toEqual([200, false]);
  });
});
