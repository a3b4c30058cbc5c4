import { expect, it } from 'vitest';
import { Codec } from '../../schemas/avro/codec.ts';
import { fixedIds } from '../../schemas/avro/registry.ts';
import type { LedgerEntry } from '../../schemas/avro/types.gen.ts';
import { LedgerView } from './ledger-view.ts';

const SECOND = 1_000_000;
const NOW = 1_000 * SECOND;
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
  wallFrom: NOW - 10 * SECOND,
  wallTo: NOW,
  ...fields,
});
const viewOf = (...entries: readonly LedgerEntry[]) => {
  const view = new LedgerView(new Codec(fixedIds()), 'goshawk');
  for (const each of entries) view.take(each);
  return view.sums('ingest', NOW);
};

it('knows nothing of a stage without entries', () => {
  expect(viewOf()).toBeUndefined();
});

it('adds up what became of records, over partitions', () => {
  const sums = viewOf(
    entry({
      in: 10,
      passed: 7,
      dropped: [{ reason: 'duplicate', count: 2 }],
      rejected: [{ reason: 'DECODE_FAILED', count: 1 }],
      out: [{ topic: 'events.parsed.v1', partition: 0, count: 7, first: 0, last: 6 }],
    }),
    entry({
      partition: 1,
      in: 5,
      passed: 4,
      dropped: [{ reason: 'duplicate', count: 1 }],
      out: [
        { topic: 'events.parsed.v1', partition: 0, count: 3, first: 7, last: 9 },
        { topic: 'events.parsed.v1', partition: 1, count: 1, first: 0, last: 0 },
      ],
    }),
  );
  expect(sums).toMatchObject({ in: 15, passed: 11, out: 11 });
  expect([...(sums?.dropped ?? [])]).toEqual([['duplicate', 3]]);
  expect([...(sums?.rejected ?? [])]).toEqual([['DECODE_FAILED', 1]]);
});

it('counts an entry once that is read again', () => {
  expect(viewOf(entry({}), entry({}), entry({ from: 10, to: 20 }))?.in).toBe(20);
});

it('leaves other applications alone: a lane has a ledger of its own', () => {
  expect(viewOf(entry({ app: 'goshawk-lane-x' }))).toBeUndefined();
});

it.each<[name: string, watermarks: readonly (number | null)[], watermark: number | null]>([
  ['is the lowest of the tasks', [30, 20], 20],
  ['does not wait for a task that has none', [30, null], 30],
  ['is unknown before the first', [null, null], null],
])('a watermark %s', (_name, watermarks, watermark) => {
  expect(viewOf(...watermarks.map((each, partition) => entry({ partition, watermark: each })))?.watermark).toBe(watermark);
});

it('keeps the last watermark when an entry tells none', () => {
  expect(viewOf(entry({ watermark: 20 }), entry({ from: 10, to: 20, watermark: null }))?.watermark).toBe(20);
});

it.each<[name: string, entries: readonly Partial<LedgerEntry>[], perSecond: number]>([
  ['is taken over a minute', [{ in: 600 }, { partition: 1, in: 600 }], 20],
  [
    'leaves out what is older',
    [
      { in: 600, wallTo: NOW - 61 * SECOND },
      { partition: 1, in: 60 },
    ],
    1,
  ],
  [
    'is taken up to the newest entry, since the next is still growing',
    [
      { in: 600, wallTo: NOW - 9 * SECOND },
      { partition: 1, in: 600, wallTo: NOW - 60 * SECOND },
    ],
    20,
  ],
  ['sinks when entries stop coming', [{ in: 600, wallTo: NOW - 59 * SECOND }], 10],
  ['is nothing long after the last', [{ in: 600, wallTo: NOW - 120 * SECOND }], 0],
])('the rate %s', (_name, entries, perSecond) => {
  expect(viewOf(...entries.map(entry))?.inPerSecond).toBe(perSecond);
});

it.each<[name: string, tasks: readonly (readonly [dataset: string, at: number][])[], watermark: number | null, watermarks: readonly string[]]>([
  [
    'is that of the furthest dataset',
    [
      [
        ['slow', 10],
        ['fast', 90],
      ],
    ],
    90,
    ['slow 10', 'fast 90'],
  ],
  [
    'is of each dataset the lowest of the tasks',
    [
      [
        ['slow', 10],
        ['fast', 90],
      ],
      [['fast', 80]],
    ],
    80,
    ['slow 10', 'fast 80'],
  ],
  ['is the lowest over all where none is named', [[]], 5, []],
])('a watermark by dataset %s', (_name, tasks, watermark, watermarks) => {
  const sums = viewOf(...tasks.map((told, partition) => entry({ partition, watermark: 5, watermarks: told.map(([dataset, at]) => ({ dataset, at })) })));
  expect(sums?.watermark).toBe(watermark);
  expect(sums?.watermarks.map((mark) => `${mark.dataset} ${mark.watermark}`)).toEqual(watermarks);
});

it('names topics that were left alone within the last minute', () => {
  const view = new LedgerView(new Codec(fixedIds()), 'goshawk');
  view.take(entry({ topic: 'raw.a.b', throttledMs: 2000 }));
  view.take(entry({ topic: 'raw.a.c' }));
  view.take(entry({ topic: 'raw.a.d', throttledMs: 1, wallTo: NOW - 61 * SECOND }));
  expect(view.throttled(NOW)).toEqual(['raw.a.b']);
});

it('leaves out the watermark of a partition that has had nothing to read for long', () => {
  const silent = entry({ partition: 1, watermark: 10, wallTo: NOW - 60 * SECOND });
  expect(viewOf(silent, entry({ watermark: 500 }))?.watermark).toBe(500);
  expect(viewOf(silent)?.watermark).toBe(10);
});
