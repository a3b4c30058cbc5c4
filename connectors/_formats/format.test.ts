import fc from 'fast-check';
import { parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { isOcsf, kindOf, parseDocument } from './document.ts';
import type { Document } from './document.ts';
import { linesOf } from './format.ts';
import { avro, cef, csv, leef, parquet, rfc3164Header, rfc5424Header } from './index.ts';
import { ndjsonOf } from './ndjson/index.ts';
import { OWN } from './test/own.ts';

describe('a document', () => {
  it('is a JSON object', () => {
    expect(parseDocument(Buffer.from('{"a":"\u{1F980}"}'))).toEqual({ a: '\u{1F980}' });
  });
  it.each(['', 'x', '{', '[]', '"a"', '1', 'null', '{"a":1}{"a":2}'])('is none: %s', (text) => {
    expect(() => parseDocument(Buffer.from(text))).toThrow(expect.objectContaining({ code: 'FORMAT_REFUSED' }));
  });
  it('says nothing of what it holds when it is none', () => {
    expect(() => parseDocument(Buffer.from('password: hunter2'))).toThrow(/^Document is not valid JSON \(17 bytes\)$/);
  });

  it.each<[document: Document, kind: string]>([
    [OWN.ecs[0], 'ecs-finding'],
    [OWN.ecs[1], 'ecs-finding'],
    [OWN.ocsf[0], 'ocsf-finding'],
    [OWN.ocsf[1], 'ocsf-finding'],
    [{ event: { kind: 'alert', dataset: 'suricata.alert' } }, 'ecs-event'],
    [{ '@timestamp': '2026-01-01T00:00:00Z' }, 'ecs-event'],
    [{ class_uid: 2004, metadata: { log_name: 'suricata.alert' } }, 'ocsf-event'],
    [{ class_uid: 0 }, 'ocsf-event'],
  ])('%j is of the kind %s', (document, kind) => {
    expect(kindOf(document)).toBe(kind);
    expect(isOcsf(kindOf(document))).toBe(kind.startsWith('ocsf'));
  });
});

describe('lines', () => {
  it('of JSON are the bytes of the values', () => {
    expect(ndjsonOf([Buffer.from('{"n":12345678901234567890}'), Buffer.from('{}')]).toString()).toBe('{"n":12345678901234567890}\n{}\n');
    expect(ndjsonOf([]).length).toBe(0);
  });
  it('of a format are ended by line breaks, and a file is added to in the same way', () => {
    const file = linesOf({ name: 'ids', mediaType: 'text/plain', encode: ({ id }) => Buffer.from(String(id)) }, 'log');
    expect([file.encode([{ id: 1 }, { id: 2 }]).toString(), file.append!([{ id: 3 }]).toString(), file.extension]).toEqual(['1\n2\n', '3\n', 'log']);
  });
});

/** Values of no sense under names of sense. */
const names =
  `@timestamp event dataset severity category type id host name ip mac source port process executable related hosts goshawk alert rules rule message native time
metadata log_name original_time severity_id observables value type_id finding_info analytic uid unmapped activity_id __proto__ constructor length`.split(/\s+/);
const scalar = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    9e15,
    -9e15,
    1e300,
    2 ** 53 - 1,
    '',
    'x',
    '2026-01-01T00:00:00Z',
    '+275761-01-01T00:00:00Z',
    '10.0.0.1',
    'goshawk.alert',
    [],
    {},
  ),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...names), tie('value'), { maxKeys: 8, noNullPrototype: true }),
  ),
}));
const nonsense = fc
  .tuple(
    fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 12, noNullPrototype: true }),
    fc.option(fc.constantFrom(0, 2004, 3002, 4001, 999_999), { nil: undefined }),
  )
  .map(([document, class_uid]) => parseDocument(Buffer.from(JSON.stringify({ event: {}, ...document, ...(class_uid !== undefined && { class_uid }) }))));

describe('documents of no sense', () => {
  const isKnown = (document: Document) => {
    try {
      return kindOf(document) !== undefined;
    } catch {
      return false;
    }
  };
  const known = nonsense.filter(isKnown);
  it.each([
    ['CEF', cef().encode],
    ['CEF 1 in few bytes', cef({ version: 1, maxBytes: 200 }).encode],
    ['LEEF', leef({ delimiter: '^' }).encode],
    ['RFC 5424', (document: Document) => Buffer.from(rfc5424Header()(document))],
    ['RFC 3164', (document: Document) => Buffer.from(rfc3164Header()(document))],
  ])('are a line each in %s', (_name, encode) => {
    fc.assert(
      fc.property(known, (document) => {
        const line = encode(document).toString('utf8');
        expect(line.length).toBeGreaterThan(10);
        expect(line).not.toMatch(/[\r\n\0]/);
      }),
      { numRuns: 300 },
    );
  });
  it('are a row each in CSV, Avro and Parquet', async () => {
    await fc.assert(
      fc.asyncProperty(known, async (document) => {
        expect(csv().encode([document]).toString('utf8').split('\r\n').length).toBeGreaterThanOrEqual(3);
        expect(avro.encode([document]).length).toBeGreaterThan(100);
        const content = parquet({ compression: 'snappy' }).encode([document]);
        expect((await parquetReadObjects({ file: new Uint8Array(content).buffer })).length).toBe(1);
      }),
      { numRuns: 100 },
    );
  });
});
