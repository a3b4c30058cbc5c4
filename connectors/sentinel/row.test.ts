import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecordError } from '../../pipeline/core/errors.ts';
import { sinkRecord } from '../_contract/test-sink.ts';
import { FIELD_BYTES, rowOf } from './row.ts';
import type { RowOptions } from './row.ts';

const SPREAD: RowOptions = { columns: 'spread', longFields: 'truncate' };
const WHOLE: RowOptions = { columns: 'whole', longFields: 'truncate' };
const row = (document: unknown, options = SPREAD, text = JSON.stringify(document)) =>
  JSON.parse(rowOf(sinkRecord('i', { kind: 'alert', value: Buffer.from(text) }), options).toString()) as Record<string, unknown>;
const OWN = { TimeGenerated: '2026-11-21T23:00:00.000Z', GoshawkId: 'i', GoshawkKind: 'alert' };

describe('a row', () => {
  it.each<[name: string, document: object, options: RowOptions, expected: object]>([
    [
      'has the keys of an ECS document as columns, and its time',
      { '@timestamp': '2026-11-20T01:02:03.456789Z', message: 'm' },
      SPREAD,
      { ...OWN, TimeGenerated: '2026-11-20T01:02:03.456789Z', '@timestamp': '2026-11-20T01:02:03.456789Z', message: 'm' },
    ],
    [
      'has the time of an OCSF document',
      { time: 1_763_679_723_456, class_uid: 2_004 },
      SPREAD,
      { ...OWN, TimeGenerated: '2025-11-20T23:02:03.456Z', time: 1_763_679_723_456, class_uid: 2_004 },
    ],
    ['has the append time where the document has none', { message: 'm' }, SPREAD, { ...OWN, message: 'm' }],
    ['takes no text for a time that is none', { '@timestamp': 'yesterday' }, SPREAD, { ...OWN, '@timestamp': 'yesterday' }],
    [
      'keeps a column that the document names itself',
      { TimeGenerated: 'own', GoshawkId: 'x', GoshawkKind: 'y' },
      SPREAD,
      { TimeGenerated: 'own', GoshawkId: 'x', GoshawkKind: 'y' },
    ],
    ['may be of an empty document', {}, SPREAD, OWN],
    ['has the whole document in one column', { a: { b: [1] } }, WHOLE, { ...OWN, Document: { a: { b: [1] } } }],
  ])('%s', (_name, document, options, expected) => {
    expect(row(document, options)).toEqual(expected);
  });

  it('is read from any spelling of the object', () => {
    expect(row(null, SPREAD, ' \n {  "a" : "}{" , "TimeGenerated" : 1 } \n')).toEqual({ ...OWN, a: '}{', TimeGenerated: 1 });
  });

  it('is the document and three columns, whatever the document', () => {
    const key = fc.oneof(fc.string(), fc.constantFrom('TimeGenerated', 'GoshawkId', '__proto__', 'constructor', '@timestamp', 'time'));
    fc.assert(
      fc.property(fc.dictionary(key, fc.jsonValue(), { noNullPrototype: true }), (document) => {
        const given = JSON.parse(JSON.stringify(document)) as Record<string, unknown>;
        const made = row(given);
        expect(made).toEqual({ ...OWN, TimeGenerated: made.TimeGenerated, ...given });
      }),
    );
  });

  it.each(['[]', 'null', '"x"', '{"a":', ''])('is not made of %j', (text) => {
    expect(() => row(null, SPREAD, text)).toThrow(expect.objectContaining({ code: 'FORMAT_REFUSED' }));
  });

  it('has no column above 64 KB, whatever the document, or none is made', () => {
    const text = fc
      .tuple(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 40_000 }))
      .map(([part, times]) => part.repeat(times));
    const document = fc.record({ message: text, event: fc.record({ original: text, list: fc.array(text, { maxLength: 3 }), n: fc.integer() }) });
    fc.assert(
      fc.property(document, fc.constantFrom(SPREAD, WHOLE), (given, options) => {
        const made = row(given, options);
        for (const value of Object.values(made))
          expect(Buffer.byteLength(typeof value === 'string' ? value : JSON.stringify(value))).toBeLessThanOrEqual(FIELD_BYTES);
        const kept = (options === WHOLE ? made.Document : made) as typeof given;
        expect(kept.event.n).toBe(given.event.n);
        expect(JSON.stringify(made)).not.toMatch(/\\ud[89a-f]/i);
        if (made.GoshawkTruncated === undefined) expect(kept).toMatchObject(given);
      }),
      { numRuns: 40 },
    );
  });

  it('keeps as much of a text as a column holds, and names the column', () => {
    const { message, GoshawkTruncated: named } = row({ message: `${'x'.repeat(FIELD_BYTES - 5)}é€€` });
    expect(message).toBe(`${'x'.repeat(FIELD_BYTES - 5)}é…`);
    expect(named).toEqual(['message']);
  });

  it.each<[name: string, options: RowOptions, document: object, sentence: RegExp]>([
    [
      'when long columns are rejected',
      { columns: 'spread', longFields: 'reject' },
      { message: 'x'.repeat(FIELD_BYTES + 1), b: 1 },
      /^message: above 65536 bytes/,
    ],
    ['when the document is', { columns: 'whole', longFields: 'reject' }, { a: 'x'.repeat(FIELD_BYTES) }, /^Document: /],
    ['when its many parts cannot be shortened', SPREAD, { list: Array.from({ length: 20_000 }, (_, n) => n) }, /^list: /],
  ])('is refused %s', (_name, options, document, sentence) => {
    expect(() => row(document, options)).toThrow(
      expect.objectContaining({ constructor: RecordError, code: 'RECORD_TOO_LARGE', message: expect.stringMatching(sentence) as string }),
    );
  });
});
