import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tpKey } from '../port.ts';
import type { Appended, OutRecord } from '../port.ts';
import { shareOut } from './producer.ts';
import { cut, nextSequence } from './sender.ts';

const record = (partition: number, bytes: number): OutRecord => ({ topic: 't', partition, key: null, value: Buffer.alloc(bytes) });

describe('cut', () => {
  it.each<[name: string, records: OutRecord[], counts: number[][]]>([
    ['nothing into nothing', [], []],
    ['2,000 records into one request', Array.from({ length: 2_000 }, (_, i) => record(i % 2, 10)), [[1_000, 1_000]]],
    ['what is more into the next', Array.from({ length: 2_001 }, () => record(0, 10)), [[2_000], [1]]],
    ['at 900 kB of one partition', [record(0, 500_000), record(1, 500_000), record(0, 500_000)], [[1, 1], [1]]],
    ['a record above the limit alone', [record(0, 10), record(0, 2_000_000), record(0, 10)], [[1], [1], [1]]],
    [
      'at 16 MiB of all partitions together',
      Array.from({ length: 6 }, (_, i) => record(i, 4_000_000)),
      [
        [1, 1, 1, 1],
        [1, 1],
      ],
    ],
  ])('cuts %s', (_name, records, counts) => {
    expect([...cut(records)].map((groups) => groups.map((group) => group.records.length))).toEqual(counts);
  });

  it('keeps all records, each partition in order', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.constantFrom(1, 1_000, 400_000, 1_000_000)), { maxLength: 60 }), (shapes) => {
        const records = shapes.map(([partition, bytes]) => record(partition, bytes));
        const sent = [...cut(records)].flat();
        for (const partition of [0, 1, 2, 3, 4, 5]) {
          expect(sent.filter(({ tp }) => tp.partition === partition).flatMap((group) => group.records)).toEqual(
            records.filter((one) => one.partition === partition),
          );
        }
      }),
    );
  });
});

it('counts sequences round the end of 31 bits', () => {
  expect(nextSequence(2 ** 31 - 3, 2)).toBe(2 ** 31 - 1);
  expect(nextSequence(2 ** 31 - 3, 3)).toBe(0);
  expect(nextSequence(2 ** 31 - 3, 5)).toBe(2);
});

it('shares out the offsets of a joint send, in order, also where it was cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 8 }), { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 9 }),
      (requests, step) => {
        const records = requests.map((partitions) => partitions.map((partition) => record(partition, 1)));
        // As a broker would: consecutive offsets by partition, in pieces with gaps between them.
        const next = new Map<string, number>();
        const appended: Appended[] = [];
        const offsetOf = new Map<OutRecord, number>();
        const all = records.flat();
        for (let i = 0; i < all.length; i += step) {
          for (const [key, group] of Map.groupBy(all.slice(i, i + step), tpKey)) {
            const first = next.get(key) ?? 0;
            group.forEach((one, j) => offsetOf.set(one, first + j));
            appended.push({ tp: { topic: 't', partition: group[0]!.partition }, first, count: group.length });
            next.set(key, first + group.length + 1);
          }
        }
        shareOut(appended, records).forEach((shares, i) => {
          for (const partition of [0, 1, 2]) {
            const offsets = shares
              .filter(({ tp }) => tp.partition === partition)
              .flatMap(({ first, count }) => Array.from({ length: count }, (_, j) => first + j));
            expect(offsets).toEqual(records[i]!.filter((one) => one.partition === partition).map((one) => offsetOf.get(one)));
          }
        });
      },
    ),
  );
});
