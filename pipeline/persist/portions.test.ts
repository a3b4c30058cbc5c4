import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Batch } from '../core/index.ts';
import { portionsOf } from './portions.ts';
import { recordOf } from './test/record.ts';

/** Records of the given sizes at every second offset, as if transaction markers lay between. */
const batchOf = (partition: number, from: number, sizes: readonly number[]): Batch<number> => ({
  topic: 't',
  partition,
  from,
  next: from + 2 * sizes.length,
  records: sizes.map((size, index) => recordOf('t', partition, from + 2 * index, size)),
});
const show = (batches: readonly (readonly Batch<number>[])[]) =>
  batches.map((portion) => portion.map(({ partition, from, next, records }) => `${partition}[${from},${next})=${records.map(({ value }) => value).join('+')}`));

it.each<[name: string, batches: readonly Batch<number>[], portions: readonly (readonly string[])[]]>([
  ['keeps a small load whole', [batchOf(0, 5, [1, 2]), batchOf(1, 0, [3])], [['0[5,9)=1+2', '1[0,2)=3']]],
  ['cuts between records, holes included', [batchOf(0, 0, [6, 6, 6])], [['0[0,2)=6'], ['0[2,4)=6'], ['0[4,6)=6']]],
  ['goes on with the next partition where the last one ended', [batchOf(0, 0, [4, 4]), batchOf(1, 0, [4, 1])], [['0[0,4)=4+4'], ['1[0,4)=4+1']]],
  ['leaves a record above the limit alone', [batchOf(0, 0, [1, 50, 1])], [['0[0,2)=1'], ['0[2,4)=50'], ['0[4,6)=1']]],
  [
    'keeps a range without records',
    [batchOf(0, 0, [6, 6]), { topic: 't', partition: 1, from: 2, next: 9, records: [] }],
    [['0[0,2)=6'], ['0[2,4)=6', '1[2,9)=']],
  ],
])('%s', (_name, batches, portions) => {
  expect(show(portionsOf(batches, (size) => size, 10))).toEqual(portions);
});

it('puts what was refused where its offset lies', () => {
  const refused = [{ position: { topic: 't', partition: 0, offset: 3 }, key: null, value: null, headers: [], code: 'c', message: 'm' }];
  const portions = portionsOf([{ ...batchOf(0, 0, [6, 6, 6]), refused }], (size) => size, 10);
  expect(portions.map(([batch]) => batch?.refused?.length ?? 0)).toEqual([0, 1, 0]);
});

it('loses nothing and keeps every limit', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 8 }), { maxLength: 4 }), (loads) => {
      const batches = loads.map((sizes, partition) => batchOf(partition, 0, sizes));
      const portions = portionsOf(batches, (size) => size, 10);
      for (const portion of portions) {
        const sizes = portion.flatMap(({ records }) => records.map(({ value }) => value));
        if (sizes.length > 1) expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(10);
      }
      for (const batch of batches) {
        const parts = portions.flat().filter(({ partition }) => partition === batch.partition);
        expect(parts.flatMap(({ records }) => records)).toEqual(batch.records);
        expect(parts.reduce((next, part) => (part.from === next ? part.next : Number.NaN), batch.from)).toBe(batch.next);
      }
    }),
  );
});
