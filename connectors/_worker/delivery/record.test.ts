import { expect, it } from 'vitest';
import type { RawRecord } from '../../../pipeline/runtime/port.ts';
import { sinkRecordOf } from './record.ts';
import type { Transform } from './record.ts';

const PUBLISHED: RawRecord['headers'] = [
  ['goshawk.id', Buffer.from('1-a')],
  ['goshawk.kind', Buffer.from('event')],
];

it.each<[name: string, headers: RawRecord['headers'], transform: Transform, isAsPublished: boolean]>([
  ['a document of publish, as it is', PUBLISHED, (record) => record, true],
  ['one that a transform gave another topic', PUBLISHED, (record) => ({ ...record, topic: 'other' }), true],
  ['one that a transform wrote anew', PUBLISHED, (record) => ({ ...record, value: Buffer.from('{}') }), false],
  ['a document that somebody else wrote', [], (record) => record, false],
])('%s', (_name, headers, transform, isAsPublished) => {
  const raw: RawRecord = { offset: 7, key: null, value: Buffer.from('{}'), headers, timestampMs: 1 };
  expect(sinkRecordOf(raw, { topic: 'sink.acme.ecs.v1', partition: 0 }, transform)).toMatchObject({ value: raw.value, isAsPublished });
});
