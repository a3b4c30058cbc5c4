import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Column } from '../../../domains/tables/index.ts';
import type { Document } from '../document.ts';
import { anyDocument, OWN, realDocuments } from '../test/documents.ts';
import { ECS_FIELDS } from '../../../schemas/avro/ecs-fields.ts';
import { ECS_TABLE } from './ecs.ts';
import { filler, microsOf } from './fill.ts';
import { OCSF_CLASSES, ocsfColumns } from './ocsf.ts';
import { tabulator } from './table.ts';

const tableOf = tabulator((value) => value);

describe('a row', () => {
  const COLUMNS: readonly Column[] = [
    { name: 'a', type: 'text' },
    { name: 'n', type: 'integer' },
    { name: 'at', type: 'micros' },
    { name: 'list', type: 'text', isList: true },
    { name: 'inner', columns: [{ name: 'b', type: 'boolean' }] },
    { name: 'many', columns: [{ name: 'x', type: 'number' }], isList: true },
    { name: 'any', type: 'json' },
  ];
  const EMPTY = { a: null, n: null, at: null, list: null, inner: null, many: null, any: null };
  it.each<[name: string, document: Document, row: object, rest: object | undefined]>([
    ['of nothing is empty', {}, {}, undefined],
    ['takes what fits', { a: 'x', n: 1, inner: { b: true } }, { a: 'x', n: 1, inner: { b: true } }, undefined],
    ['turns plain values into text', { a: 1 }, { a: '1' }, undefined],
    ['gives back what has no column', { a: 'x', z: 1 }, { a: 'x' }, { z: 1 }],
    ['gives back what does not fit', { n: 'x', a: { b: 1 } }, {}, { n: 'x', a: { b: 1 } }],
    ['gives back a number that would lose digits', { n: 2 ** 60 }, {}, { n: 2 ** 60 }],
    ['has times in microseconds', { at: '2026-01-01T00:00:00.000001Z' }, { at: 1_767_225_600_000_001 }, undefined],
    ['gives back a time that is none', { at: 'yesterday' }, {}, { at: 'yesterday' }],
    ['takes a single value for a list of one', { list: 'x' }, { list: ['x'] }, undefined],
    ['keeps what is null in a list', { list: ['x', null] }, { list: ['x', null] }, undefined],
    ['gives back a list whole when one of it does not fit', { list: ['x', {}] }, {}, { list: ['x', {}] }],
    ['gives back what is left of an object', { inner: { b: true, c: 1 } }, { inner: { b: true } }, { inner: { c: 1 } }],
    [
      'gives back what is left of the objects of a list, at their places',
      { many: [{ x: 1 }, { x: 2, y: 3 }] },
      { many: [{ x: 1 }, { x: 2 }] },
      { many: [null, { y: 3 }] },
    ],
    ['gives back a list of what is no object', { many: [1] }, {}, { many: [1] }],
    ['takes anything where JSON belongs', { any: { a: [1] } }, { any: '{"a":[1]}' }, undefined],
    ['has nothing for null', { a: null, z: null }, {}, undefined],
  ])('%s', (_name, document, row, rest) => {
    expect(filler(COLUMNS, (value) => value)(document)).toEqual([{ ...EMPTY, ...row }, rest]);
  });
});

describe('columns', () => {
  it('of OCSF have a place for everything that publish writes', () => {
    const documents = realDocuments().filter((document) => 'class_uid' in document);
    expect(new Set(documents.map((document) => document.class_uid)).size).toBeGreaterThan(20);
    const left = documents.flatMap((document) => {
      const [, rest] = filler(ocsfColumns(document.class_uid as number), (value) => value)(document);
      return rest === undefined ? [] : [JSON.stringify([document.class_uid, rest])];
    });
    expect([...new Set(left)]).toEqual([]);
  });
  it('of OCSF have a place for what no sensor would send', () => {
    fc.assert(
      fc.property(
        anyDocument.filter((document) => 'class_uid' in document),
        (document) => {
          expect(filler(ocsfColumns(document.class_uid as number), (value) => value)(document)[1]).toBeUndefined();
        },
      ),
      { numRuns: 200 },
    );
  });
  it('of OCSF differ by class, and another class has those that all have', () => {
    expect(OCSF_CLASSES.length).toBeGreaterThan(25);
    expect(ocsfColumns(999_999)).toEqual(ocsfColumns(0));
    expect(ocsfColumns(4001).map(({ name }) => name)).toContain('src_endpoint');
  });
  it('of ECS are fields that ECS has', () => {
    expect([...ECS_TABLE].filter(([name, { type }]) => type !== 'json' && !ECS_FIELDS.has(name)).map(([name]) => name)).toEqual([]);
  });
  it('of ECS hold nearly all: of ten events, at most one leaves something over', () => {
    const rows = realDocuments()
      .filter((document) => !('class_uid' in document))
      .map((document) => tableOf([document]).rows[0]!);
    expect(rows.filter((row) => row.other !== null).length / rows.length).toBeLessThan(0.1);
  });
  it('of ECS have their types', () => {
    expect(ECS_TABLE.get('source.ip')).toEqual({ type: 'text', isList: false });
    expect(ECS_TABLE.get('host.ip')).toEqual({ type: 'text', isList: true });
    expect(ECS_TABLE.get('@timestamp')).toEqual({ type: 'micros', isList: false });
    expect(ECS_TABLE.get('source.port')).toEqual({ type: 'integer', isList: false });
  });
});

describe('a table', () => {
  it('has rows by time to the microsecond, equal ones as they came, those without time first', () => {
    const at = (id: string, time?: string): Document => ({ event: { id }, ...(time !== undefined && { '@timestamp': time }) });
    const documents = [at('c', '2026-01-01T00:00:00.000002Z'), at('b', '2026-01-01T00:00:00.000001Z'), at('d', '2026-01-01T00:00:00.000002Z'), at('a')];
    expect(tableOf(documents).rows.map((row) => (row.event as Document).id)).toEqual(['a', 'b', 'c', 'd']);
  });
  it.each<[name: string, documents: readonly Document[], index: number]>([
    ['of ECS takes no OCSF', [OWN.ecs[0], OWN.ocsf[0]], 1],
    ['of one class takes no other', [OWN.ocsf[0], OWN.ocsf[1], { class_uid: 4001, time: 1 }], 2],
    ['takes nothing that is neither', [{ a: 1 }], 0],
    ['takes nothing later that is neither', [OWN.ecs[0], { a: 1 }], 1],
  ])('%s', (_name, documents, index) => {
    expect(() => tableOf(documents)).toThrow(expect.objectContaining({ code: 'FORMAT_REFUSED', details: expect.objectContaining({ index }) as object }));
  });
  it('keeps what has no column: in ECS as `other`, in OCSF in `unmapped`', () => {
    expect(tableOf([{ event: { id: '1', strange: 1 }, x: [1] }]).rows[0]!.other).toBe('{"event":{"strange":1},"x":[1]}');
    expect(tableOf([{ class_uid: 0, time: 1, unmapped: { a: 1 }, x: { y: 1 } }]).rows[0]!.unmapped).toBe('{"a":1,"other":{"x":{"y":1}}}');
  });
});

it.each<[text: unknown, micros: number | undefined]>([
  ['1970-01-01T00:00:00.000001Z', 1],
  ['1969-12-31T23:59:59.999999Z', -1],
  ['2026-01-01T00:00:00Z', 1_767_225_600_000_000],
  ['2026-01-01T00:00:00.1Z', 1_767_225_600_100_000],
  ['+010000-01-01T00:00:00.000000Z', undefined],
  ['x', undefined],
  [1, undefined],
])('%j is %s microseconds', (text, micros) => {
  expect(microsOf(text)).toBe(micros);
});
