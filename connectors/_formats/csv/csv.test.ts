import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Document } from '../document.ts';
import { readerOf } from '../path.ts';
import { anyDocument, hostileText, OWN, realDocuments } from '../test/documents.ts';
import { csv } from './index.ts';

type Row = Readonly<Record<string, string>>;
const read = (content: Buffer): readonly Row[] => parse(content, { columns: true, record_delimiter: '\r\n' });

describe('a file', () => {
  it.each<[name: string, document: Document, column: string, cell: string]>([
    ['a list of plain values stands in one cell', { a: ['x', 1, true] }, 'a', 'x; 1; true'],
    ['what has parts is JSON', { a: { b: [1] } }, 'a', '{"b":[1]}'],
    ['a place inside is read', { a: { b: { c: 1 } } }, 'a.b.c', '1'],
    ['of a list of objects each has its say', { a: [{ b: 1 }, {}, { b: 2 }] }, 'a.b', '1; 2'],
    ['a name with dots stands in brackets', { a: { 'b.c': 1 } }, 'a.[b.c]', '1'],
    ['nothing is empty', {}, 'a', ''],
    ['null is empty', { a: null }, 'a', ''],
    ['what every object seems to have is not there', {}, 'constructor', ''],
    ['it is there when it is', { constructor: 'x' }, 'constructor', 'x'],
    ['no prototype is read', { a: {} }, 'a.__proto__', ''],
    ['quotes, commas and line breaks are kept', { a: 'x"y",\r\nz' }, 'a', 'x"y",\r\nz'],
    ['a formula is none', { a: '=1+1' }, 'a', "'=1+1"],
  ])('%s', (_name, document, column, cell) => {
    expect(read(csv({ columns: [column, 'end'] }).encode([document]))).toEqual([{ [column]: cell, end: '' }]);
  });

  it('has a formula as it is where that is asked for', () => {
    expect(
      csv({ columns: ['a'], guardsFormulas: false })
        .encode([{ a: '=1+1' }])
        .toString(),
    ).toBe('a\r\n=1+1\r\n');
  });

  it('is a header when there is no document, and rows without it are added to one that is there', () => {
    const format = csv({ columns: ['a'] });
    expect([format.encode([]).toString(), format.append!([{ a: 1 }]).toString()]).toEqual(['a\r\n', '1\r\n']);
  });

  it.each([[[]], [['']], [['a', 'a']]])('cannot have the columns %j', (columns) => {
    expect(() => csv({ columns })).toThrow(expect.objectContaining({ code: 'SINK_MISCONFIGURED' }));
  });

  it.each([
    ['ECS', OWN.ecs],
    ['OCSF', OWN.ocsf],
  ] as const)('of findings and alerts in %s says who, where and why, without being told the columns', (_name, documents) => {
    const text = csv().encode(documents).toString();
    const alone = csv().append!(documents).toString();
    expect(text.endsWith(alone)).toBe(true);
    const said = ['workstation5', 'ada', '10.1.2.3', 'T1003', '4bb9a18a-9b8a-4d5c-8e51-2b5c1ae7d2e1', 'Hive copied | with ""esentutl"" = bad'];
    expect(said.filter((word) => !alone.includes(word))).toEqual([]);
  });

  it.each<[name: string, documents: readonly Document[], index: number]>([
    ['OCSF among ECS', [OWN.ecs[0], OWN.ocsf[0]], 1],
    ['ECS among OCSF', [OWN.ocsf[0], OWN.ocsf[1], OWN.ecs[0]], 2],
    ['what is neither', [{ a: 1 }], 0],
  ])('refuses %s unless it is told the columns', (_name, documents, index) => {
    expect(() => csv().encode(documents)).toThrow(expect.objectContaining({ code: 'FORMAT_REFUSED', details: { index } }));
    expect(read(csv({ columns: ['message'] }).encode(documents)).length).toBe(documents.length);
  });

  it("has a row for every document there is, by another's reader", () => {
    const documents = realDocuments();
    const rows = read(csv({ columns: ['event.id', 'metadata.uid', 'message'], guardsFormulas: false }).encode(documents));
    expect(rows.length).toBe(documents.length);
    const message = readerOf('message');
    expect(rows.map((row) => row['message'])).toEqual(documents.map((document) => ((message(document) as string | undefined) ?? '').toWellFormed()));
  });

  it('is read back whatever the texts hold', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(hostileText, hostileText), { minLength: 1, maxLength: 5 }), (texts) => {
        const rows = read(csv({ columns: ['id', 'a', 'b'], guardsFormulas: false }).encode(texts.map(([a, b]) => ({ id: 1, a, b }))));
        expect(rows.map((row) => [row['a'], row['b']])).toEqual(texts.map(([a, b]) => [a.toWellFormed(), b.toWellFormed()]));
      }),
    );
  });

  it('of documents that no sensor would send has a row each', () => {
    fc.assert(
      fc.property(anyDocument, (document) => {
        expect(read(csv().encode([document])).length).toBe(1);
      }),
      { numRuns: 50 },
    );
  });
});
