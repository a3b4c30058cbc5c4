import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { LedgerEntry } from '../../schemas/avro/types.gen.ts';
import { balance, Book } from './index.ts';
import type { Break } from './index.ts';

const entry = (fields: Partial<LedgerEntry>): LedgerEntry => ({
  app: 'goshawk',
  stage: 'ingest',
  topic: 'raw.default.test',
  partition: 0,
  from: 0,
  to: 10,
  in: 10,
  passed: 10,
  dropped: [],
  rejected: [],
  emitted: 0,
  out: [],
  watermark: null,
  watermarks: [],
  throttledMs: 0,
  begins: false,
  wallFrom: 0,
  wallTo: 0,
  ...fields,
});
const parsed = (count: number, first: number) => [{ topic: 'events.parsed.v1', partition: 0, count, first, last: first + count - 1 }];
const ingest = (from: number, count = 10) => entry({ from, to: from + count, in: count, passed: count, out: parsed(count, from) });
const validate = (fields: Partial<LedgerEntry>) => entry({ stage: 'validate', topic: 'events.parsed.v1', ...fields });

it.each<[name: string, entries: LedgerEntry[], breaks: [kind: string, from: number, to: number, count: number][]]>([
  ['balances a finished flow', [ingest(0), ingest(10), validate({ to: 20, in: 20, passed: 20 })], []],
  ['takes entries in any order, and twice', [ingest(10), validate({ to: 20, in: 20, passed: 20 }), ingest(0), ingest(0)], []],
  [
    'counts drops and rejections as outcomes',
    [ingest(0), validate({ passed: 7, dropped: [{ reason: 'duplicate', count: 2 }], rejected: [{ reason: 'FUTURE_TIMESTAMP', count: 1 }] })],
    [],
  ],
  ['lets ranges cover markers and holes', [ingest(0), validate({ to: 14, in: 10 })], []],
  ['finds a record that no outcome tells of', [ingest(0), validate({ passed: 9 })], [['outcomes', 0, 10, 1]]],
  ['finds offsets that nobody accounts for', [ingest(0), ingest(11), validate({ to: 21, in: 20, passed: 20 })], [['unaccounted', 10, 11, 1]]],
  ['finds offsets that two entries claim', [ingest(0), ingest(8, 12), validate({ to: 22, in: 22, passed: 22 })], [['counted-twice', 8, 10, 2]]],
  [
    'names the range in which a record went missing',
    [ingest(0), ingest(10), ingest(20), validate({ to: 10 }), validate({ from: 10, to: 20, in: 9, passed: 9 }), validate({ from: 20, to: 30 })],
    [['missing', 10, 20, 1]],
  ],
  ['finds records that nobody says to have written', [ingest(0), validate({ to: 12, in: 12, passed: 12 })], [['surplus', 0, 12, 2]]],
  [
    'finds counts that no run can have made',
    [ingest(0), validate({ in: 12, passed: 12 })],
    [
      ['impossible', 0, 10, 0],
      ['surplus', 0, 10, 2],
    ],
  ],
])('%s', (_name, entries, breaks) => {
  const found = balance(entries);
  expect(found.breaks.map(({ kind, from, to, count }) => [kind, from, to, count])).toEqual(breaks);
  expect(found.isBalanced).toBe(breaks.length === 0);
});

it('does not call what is on its way missing', () => {
  const entries = [ingest(0), ingest(10), validate({ to: 10 })];
  expect(balance(entries).isBalanced).toBe(false);
  expect(balance(entries, { unread: new Map([['validate|events.parsed.v1/0', 10]]), pending: new Set() }).isBalanced).toBe(true);
});

it('allows for a producer whose entry is still to come, and for nothing else', () => {
  const entries = [ingest(0), validate({ to: 15, in: 15, passed: 15 })];
  expect(balance(entries, { unread: new Map(), pending: new Set(['ingest|raw.default.test/0']) }).isBalanced).toBe(true);
  expect(balance(entries, { unread: new Map(), pending: new Set(['validate|events.parsed.v1/0']) }).breaks[0]?.kind).toBe('surplus');
});

it('finds any one record taken out of any flow', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 20 }), fc.nat(), (sizes, pick) => {
      const starts = sizes.map((_size, index) => sizes.slice(0, index).reduce((a, b) => a + b, 0));
      const victim = pick % sizes.length;
      const reads = sizes.map((size, index) =>
        validate({ from: starts[index]!, to: starts[index]! + size, in: size - (index === victim ? 1 : 0), passed: size - (index === victim ? 1 : 0) }),
      );
      const found = balance([...sizes.map((size, index) => ingest(starts[index]!, size)), ...reads]);
      expect(found.breaks).toMatchObject([{ kind: 'missing', count: 1, from: starts[victim], to: starts[victim]! + sizes[victim]! }]);
    }),
  );
});

it('lets a person set the position of a connector back or ahead, and compares from there on', () => {
  const sink = (from: number, to: number, fields: Partial<LedgerEntry> = {}) =>
    entry({ app: 'connect', stage: 'connect-siem', topic: 'events.parsed.v1', from, to, in: to - from, passed: to - from, ...fields });
  const book = new Book();
  const breaks: Break[] = [];
  const close = (end: number) => {
    const closing = book.close({ open: [], unread: new Map([['connect-siem|events.parsed.v1/0', { count: 0, end }]]) });
    breaks.push(...closing.breaks);
    closing.settle();
  };
  const post = (...entries: readonly LedgerEntry[]) => breaks.push(...entries.flatMap((one) => book.post(one)));
  post(ingest(0, 20), sink(0, 20, { begins: true }));
  close(20);
  post(sink(5, 20, { begins: true })); // set back to 5
  close(20);
  post(ingest(20), sink(20, 30));
  close(30);
  post(ingest(30), ingest(40), sink(45, 50, { begins: true })); // set ahead
  close(50);
  expect(breaks).toEqual([]);
  post(ingest(50), sink(50, 60, { in: 9, passed: 9 }));
  close(60);
  expect(breaks).toMatchObject([{ kind: 'missing', count: 1, from: 50, to: 60 }]);
  expect(Book.of(book.stored()).accounts[0]).toEqual(book.accounts[0]);
});
