import { expect, it } from 'vitest';
import type { Document } from './document.ts';
import { readerOf, rootOf } from './path.ts';

const DOCUMENT: Document = {
  a: { b: { c: { d: 1 } }, list: [{ x: 1 }, { x: [2, 3] }, 'y', null, {}] },
  'd.e': { f: 2 },
  typed: [{ type: 1, value: 'host' }, { type: 4, value: 'ada' }, { type: 1, value: 'other' }, null],
  text: 'abc',
  none: null,
};

it.each<[path: string, value: unknown]>([
  ['a.b.c.d', 1],
  ['a.b.c', { d: 1 }],
  ['a.x', undefined],
  ['x.y.z', undefined],
  ['a.list.x', [1, 2, 3]],
  ['a.list.z', undefined],
  ['[d.e].f', 2],
  ['d.e.f', undefined],
  ['typed.[type=1].value', ['host', 'other']],
  ['typed.[type=9].value', undefined],
  ['a.[type=1].value', undefined],
  ['text', 'abc'],
  ['text.length', undefined],
  ['text.length.x', undefined],
  ['none.x', undefined],
  ['a.b.constructor', undefined],
  ['__proto__', undefined],
  ['a.toString.name', undefined],
])('%s', (path, value) => {
  expect(readerOf(path)(DOCUMENT)).toEqual(value);
});

it('reads what a document has under a name that all objects seem to have', () => {
  expect(readerOf('a.constructor')({ a: { constructor: 1 } })).toBe(1);
});
it('knows the name at the top', () => {
  expect(['a.b', '[d.e].f', 'text'].map(rootOf)).toEqual(['a', 'd.e', 'text']);
});
