import { beforeEach, describe, expect, it } from 'vitest';
import type { RawRecord } from '../../pipeline/runtime/port.ts';
import { Codec } from '../../schemas/avro/codec.ts';
import { plainContext, plainEvent } from '../../schemas/avro/plain.ts';
import { fixedIds } from '../../schemas/avro/registry.ts';
import { schemas } from '../../schemas/avro/types.gen.ts';
import { topics } from '../../topologies/topics.ts';
import { DeadLetterIndex, parseLetterId } from './dead-letters.ts';

const codec = new Codec(fixedIds());
interface Letter {
  readonly topic?: string;
  readonly at?: number;
  readonly code?: string;
  readonly organization?: string;
  readonly partition?: number;
  readonly sourceOffset?: number;
  readonly value?: Buffer | null;
}
const letter = (
  offset: number,
  {
    topic = 'raw.default.test',
    at = offset,
    code = 'DECODE_FAILED',
    organization = 'default',
    partition = 0,
    sourceOffset = offset,
    value = Buffer.from('x'),
  }: Letter = {},
): RawRecord => ({
  key: null,
  value,
  offset,
  timestampMs: at,
  headers: Object.entries({
    '__streams.errors.topic': topic,
    '__streams.errors.partition': String(partition),
    '__streams.errors.offset': String(sourceOffset),
    '__streams.errors.message': 'No.',
    '__goshawk.errors.stage': 'ingest',
    '__goshawk.errors.code': code,
    '__goshawk.errors.organization': organization,
  }).map(([name, text]) => [name, Buffer.from(text)] as const),
});

describe('the index of dead letters', () => {
  let index: DeadLetterIndex;
  const take = (partition: number, ...records: readonly RawRecord[]) =>
    index.takeBatch({ tp: { topic: topics.deadLetters.name, partition }, records, from: 0, nextOffset: 0, highWatermark: 0, lastStableOffset: 0 });
  const ids = (organization: string, code: string | null = null, limit = 10) => index.page(organization, code, null, limit).map(({ id }) => id);
  beforeEach(() => {
    index = new DeadLetterIndex(codec);
  });

  it('lists one organization, newest first, a page at a time', async () => {
    await take(0, letter(0, { at: 10 }), letter(1, { at: 30, organization: 'other' }), letter(2, { at: 40 }));
    await take(1, letter(0, { at: 20 }));
    expect(ids('default')).toEqual(['0:2', '1:0', '0:0']);
    expect(ids('other')).toEqual(['0:1']);
    expect(ids('nobody')).toEqual([]);
    const [first] = index.page('default', null, null, 1);
    expect(index.page('default', null, { at: first?.at ?? 0, id: first?.id ?? '' }, 10).map(({ id }) => id)).toEqual(['1:0', '0:0']);
  });

  it('counts by code, also what the list leaves out', async () => {
    await take(0, letter(0), letter(1, { code: 'INVALID_EVENT' }), letter(2), letter(3, { organization: 'other' }));
    expect(index.counts('default')).toEqual([
      { name: 'DECODE_FAILED', count: 2 },
      { name: 'INVALID_EVENT', count: 1 },
    ]);
    expect(ids('default', 'INVALID_EVENT')).toEqual(['0:1']);
  });

  it('forgets what the topic no longer holds', async () => {
    await take(0, letter(0), letter(1), letter(2));
    index.dropBefore(0, 2);
    expect([ids('default'), index.counts('default')]).toEqual([['0:2'], [{ name: 'DECODE_FAILED', count: 1 }]]);
    expect(index.bySource({ topic: 'raw.default.test', partition: 0, offset: 0 })).toBeUndefined();
  });

  it.each<[name: string, topic: string, value: () => Buffer]>([
    ['as a raw record', 'raw.default.test', () => Buffer.from('x')],
    [
      'as an event',
      topics.parsed.name,
      () =>
        codec.encode(
          schemas.event,
          plainEvent({ provenance: { topic: 'raw.default.test', partition: 0, offset: 7, index: 0, appendedAt: 0, parser: 'p', parserVersion: 1 } }),
        ),
    ],
    [
      'as an enriched event',
      topics.enriched.name,
      () =>
        codec.encode(schemas.enriched, {
          event: plainEvent({ provenance: { topic: 'raw.default.test', partition: 0, offset: 7, index: 0, appendedAt: 0, parser: 'p', parserVersion: 1 } }),
          context: plainContext(),
        }),
    ],
  ])('finds what became of a sensor record that was refused %s', async (_name, topic, value) => {
    await take(0, letter(3, { topic, value: value(), sourceOffset: topic.startsWith('raw.') ? 7 : 99 }));
    expect(index.bySource({ topic: 'raw.default.test', partition: 0, offset: 7 })).toMatchObject({ id: '0:3', code: 'DECODE_FAILED' });
  });

  it('takes letters whose bytes and headers tell nothing', async () => {
    await take(
      0,
      { key: null, value: Buffer.from([0, 0, 0]), headers: [], offset: 0, timestampMs: 1 },
      letter(1, { topic: topics.parsed.name, value: Buffer.from([0, 0, 0, 0, 1, 255]) }),
      letter(2, { topic: topics.parsed.name, value: null }),
    );
    expect(ids('default')).toEqual(['0:2', '0:1']);
    expect(index.counts('')).toEqual([{ name: 'UNEXPECTED', count: 1 }]);
  });
});

it.each<[id: string, parsed: readonly number[] | null]>([
  ['3:42', [3, 42]],
  ['3', null],
  ['a:b', null],
  ['1:-2', null],
  ['1:2:3', null],
])('reads the id %s', (id, parsed) => {
  expect(parseLetterId(id)).toEqual(parsed);
});
