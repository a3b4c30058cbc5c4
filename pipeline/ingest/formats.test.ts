// What every format promises, asked of each folder there is: nothing here names one.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { Codec } from '../../schemas/avro/codec.ts';
import { eventToEcs } from '../../schemas/avro/ecs.ts';
import { fixedIds } from '../../schemas/avro/registry.ts';
import type { Event } from '../../schemas/avro/types.gen.ts';
import { schemas } from '../../schemas/avro/types.gen.ts';
import { RecordError } from '../core/errors.ts';
import { load } from '../core/load.ts';
import type { Ingestor } from './index.ts';
import { formats } from './index.ts';
import type { Decoder } from './kit.ts';
import { SURE } from './kit.ts';
import { documentsIn } from './test/confidence.ts';
import { problems } from './test/ecs-check.ts';
import { eventsOf, expectedText, fixturesOf, topicOf } from './test/fixtures.ts';
import { decoded, openTestIngestor } from './test/records.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const NAMES = formats();
/** Who sends ECS pairs its own categories and types. */
const IS_PAIRING = /^event\.(?:type|category) \S+ (?:does not go|has no type)/;
/** Over all formats together. */
const MUTATIONS = 10_000;

let ingestor: Ingestor;
let decoders: ReadonlyMap<string, Decoder>;
beforeAll(async () => {
  ingestor = await openTestIngestor();
  const all = await Promise.all(NAMES.map((name) => load<Decoder>(new URL('./', import.meta.url), name)));
  decoders = new Map(all.map((decoder) => [decoder.name, decoder]));
});

const isWithin = (dataset: string, datasets: readonly string[]): boolean =>
  datasets.some((name) => name === dataset || name === '*' || (name.endsWith('.*') && dataset.startsWith(name.slice(0, -1))));

/** Every text and number in a JSON value. */
function leavesOf(value: unknown): readonly string[] {
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(leavesOf);
  return value === null || value === '' || typeof value === 'boolean' ? [] : [`${value as string | number}`];
}

/** The sensor's record is in the native document: as its bytes, as a part of it, as text under `raw`, or value by value. */
function isLossless({ native }: Event, record: string): boolean {
  const text = Buffer.from(native).toString('utf8');
  if (record.includes(text)) return true;
  const document = JSON.parse(text) as Readonly<Record<string, unknown>>;
  if (typeof document.raw === 'string' && record.includes(document.raw)) return true;
  const kept = new Set(leavesOf(document));
  return leavesOf(JSON.parse(record)).every((leaf) => kept.has(leaf));
}

describe.each(NAMES)('%s', (name) => {
  const fixtures = fixturesOf(name);

  it('has fixtures, and says what it reads', () => {
    const { reads, recognisedBy, datasets } = decoders.get(name)!;
    expect(fixtures.filter(({ isOfFormat }) => isOfFormat).length).toBeGreaterThan(0);
    expect([reads, recognisedBy, ...datasets].filter((text) => text.trim() === '')).toEqual([]);
    expect(fixtures.every(({ records }) => records.length > 0)).toBe(true);
  });

  it.each(fixtures.map((fixture) => [fixture.name, fixture] as const))('%s: becomes what is expected (./goshawk gen prints it)', (_name, fixture) => {
    const file = join(ROOT, fixture.expectedPath);
    expect(existsSync(file)).toBe(true);
    expect(expectedText(eventsOf(ingestor, fixture), fixture)).toBe(readFileSync(file, 'utf8'));
  });

  it.each(fixtures.map((fixture) => [fixture.name, fixture] as const))(
    '%s: is of the format or not, within its datasets and ECS, lossless',
    (_name, fixture) => {
      const events = eventsOf(ingestor, fixture);
      const decoder = decoders.get(name)!;
      expect(new Set(events.map(({ provenance }) => provenance.parser === name))).toEqual(new Set([fixture.isOfFormat]));
      for (const event of events) {
        expect(problems(eventToEcs(event))).toEqual([]);
        if (fixture.isOfFormat) expect([event.dataset, isWithin(event.dataset, decoder.datasets)]).toEqual([event.dataset, true]);
        if (decoder.needsOrder === undefined || decoder.partsOf !== undefined)
          expect([event.message, isLossless(event, fixture.records[event.provenance.offset]!.toString('utf8').replace(/^\uFEFF/, ''))]).toEqual([
            event.message,
            true,
          ]);
      }
    },
  );

  it.each(fixtures.map((fixture) => [fixture.name, fixture] as const))('%s: gives the same events and ids when read again', (_name, fixture) => {
    const told = (events: readonly Event[]) => events.map(({ id, time, contentHash, message }) => [id, time, contentHash, message]);
    const once = told(eventsOf(ingestor, fixture));
    expect(told(eventsOf(ingestor, fixture))).toEqual(once);
    expect(new Set(once.map(([id]) => id)).size).toBe(once.length);
  });

  it('leaves no other format as sure of its records', () => {
    const others = [...decoders.values()].filter((decoder) => decoder.name !== name);
    for (const document of fixtures.flatMap(documentsIn)) {
      if (decoders.get(name)!.recognise(document) < SURE) continue;
      expect(others.filter((decoder) => decoder.recognise(document) >= SURE).map((decoder) => [decoder.name, document.text])).toEqual([]);
    }
  });
});

describe('changed records', () => {
  const codec = new Codec(fixedIds());
  const NASTY = [
    '\0',
    '"',
    '\\',
    '{',
    '[',
    '=',
    '%',
    '<',
    '\n',
    '\t',
    '|',
    '__proto__',
    'constructor',
    '99999999999999999999',
    '1e999',
    '-1',
    '\ud800',
    '￿',
    '😀',
    '::1',
    '[]',
    '{}',
  ];
  /** What is done to the bytes: overwritten, cut, doubled, stuffed, joined with another. */
  const edit = fc.oneof(
    fc.tuple(fc.constant('byte'), fc.nat(), fc.nat(255)),
    fc.tuple(fc.constant('cut'), fc.nat(), fc.nat(40)),
    fc.tuple(fc.constant('end'), fc.nat(), fc.constant(0)),
    fc.tuple(fc.constant('nasty'), fc.nat(), fc.nat(NASTY.length - 1)),
    fc.tuple(fc.constant('double'), fc.nat(), fc.nat(60)),
  ) as fc.Arbitrary<[string, number, number]>;

  function changed(record: Buffer, edits: readonly (readonly [string, number, number])[]): Buffer {
    let bytes = Buffer.from(record);
    for (const [what, where, how] of edits) {
      const at = bytes.length === 0 ? 0 : where % bytes.length;
      const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at)];
      if (what === 'byte') bytes[at] = how;
      else if (what === 'cut') bytes = Buffer.concat([head, tail.subarray(how)]);
      else if (what === 'end') bytes = Buffer.from(head);
      else if (what === 'nasty') bytes = Buffer.concat([head, Buffer.from(NASTY[how]!), tail]);
      else bytes = Buffer.concat([head, tail.subarray(0, how), tail]);
    }
    return bytes;
  }

  it.each(NAMES)('of %s become events of right types or are rejected by rule, never otherwise', (name) => {
    const fixtures = fixturesOf(name);
    const records = fixtures.flatMap((fixture) => fixture.records);
    const decoder = decoders.get(name)!;
    const ordered = fixtures.map((fixture) => fixture.records);
    fc.assert(
      fc.property(fc.constantFrom(...records), fc.array(edit, { minLength: 1, maxLength: 4 }), fc.nat(ordered.length - 1), (record, edits, index) => {
        const bytes = changed(record, edits);
        const before = decoder.needsOrder === undefined ? [] : ordered[index]!;
        for (const format of [undefined, name]) {
          let events: readonly Event[] = [];
          try {
            events = decoded(ingestor, [...before, bytes], { format, topic: topicOf({ format: name }) });
          } catch (error) {
            if (!(error instanceof RecordError)) throw error;
            expect(error.code).toBe('DECODE_FAILED');
            expect(bytes.toString('utf8').trim()).toBe('');
          }
          for (const event of events) {
            const back = codec.decode<Event>(schemas.event, codec.encode(schemas.event, event));
            JSON.parse(Buffer.from(back.native).toString('utf8'));
            const found = problems(eventToEcs(event));
            expect(decoders.get(event.provenance.parser)?.datasets.includes('*') === true ? found.filter((text) => !IS_PAIRING.test(text)) : found).toEqual([]);
          }
          if (decoder.needsOrder === undefined && bytes.toString('utf8').trim() !== '') expect(events.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: Math.ceil(MUTATIONS / NAMES.length / 2) },
    );
  });
});
