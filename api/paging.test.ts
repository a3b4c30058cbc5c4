import { expect, it } from 'vitest';
import { cursorOf, pageSize, parseCursor, toConnection } from './paging.ts';

it.each([
  [undefined, 50],
  [null, 50],
  [1, 1],
  [200, 200],
  [5_000, 200],
])('a page asked for with %j has %j rows', (first, size) => {
  expect(pageSize(first)).toBe(size);
});

it.each([0, -1])('a page of %j rows is refused', (first) => {
  expect(() => pageSize(first)).toThrow(expect.objectContaining({ code: 'INVALID_REQUEST', errors: [{ pointer: '/first', detail: 'At least 1.' }] }));
});

it('reads its own cursors', () => {
  expect(parseCursor(cursorOf({ at: 1_772_366_400_000_000, id: 'ab'.repeat(16) }))).toEqual({ at: 1_772_366_400_000_000, id: 'ab'.repeat(16) });
  expect(parseCursor('')).toBeNull();
});

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
it.each([
  ['text', 'x'],
  ['another document', encoded({})],
  ['a time that is none', encoded(['a', 'b'])],
  ['a fraction', encoded([1.5, 'b'])],
  ['too large a number', encoded([2 ** 60, 'b'])],
  ['an id with quotes', encoded([1, `'; DROP`])],
  ['half a byte', encoded([1, 'a'])],
  ['the cursor of another list', encoded([1, '0:1'])],
  ['one part too many', encoded([1, 'b', 2])],
])('refuses %s as a cursor', (_name, cursor) => {
  expect(() => parseCursor(cursor)).toThrow(expect.objectContaining({ code: 'INVALID_CURSOR' }));
});

const hash = (n: number) => n.toString(16).padStart(32, '0');
it.each<[name: string, rows: number[], first: number, ids: number[], hasNextPage: boolean]>([
  ['a last page', [3, 2], 2, [3, 2], false],
  ['a page with more behind it', [3, 2, 1], 2, [3, 2], true],
  ['an empty page', [], 2, [], false],
])('%s', (_name, rows, first, ids, hasNextPage) => {
  const { edges, pageInfo } = toConnection(
    rows.map((n) => ({ at: n, id: hash(n) })),
    first,
    (row) => row,
  );
  expect([edges.map(({ node }) => node.id), pageInfo.hasNextPage, pageInfo.endCursor === null ? null : parseCursor(pageInfo.endCursor)?.id]).toEqual([
    ids.map(hash),
    hasNextPage,
    ids.length === 0 ? null : hash(ids.at(-1) ?? 0),
  ]);
});
