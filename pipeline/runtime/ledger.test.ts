import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { added, assignOffsets, Counts, emptyTally, entryOf, fromMetadata, toMetadata } from './ledger.ts';
import type { Appended, OutRecord } from './port.ts';

const record = (topic: string, partition: number): OutRecord => ({ topic, partition, key: null, value: null });

describe('assignOffsets', () => {
  it('finds each record where the broker put it, also when a send was cut and others wrote in between', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ topic: fc.constantFrom('a', 'b'), partition: fc.integer({ min: 0, max: 2 }), owner: fc.integer({ min: -1, max: 2 }) }), {
          maxLength: 60,
        }),
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 0, max: 3 }),
        (wanted, cut, gap) => {
          const owners = [new Counts(), new Counts(), new Counts()];
          const records = wanted.map(({ topic, partition }) => record(topic, partition));
          const places = new Map<OutRecord, number>();
          const appended: Appended[] = [];
          for (const own of Map.groupBy(records, ({ topic, partition }) => `${topic}/${partition}`).values()) {
            let offset = 100;
            for (let from = 0; from < own.length; from += cut) {
              const chunk = own.slice(from, from + cut);
              appended.push({ tp: { topic: own[0]!.topic, partition: own[0]!.partition }, first: offset, count: chunk.length });
              for (const one of chunk) places.set(one, offset++);
              offset += gap;
            }
          }
          const ends = assignOffsets(
            records,
            wanted.map(({ owner }) => owners[owner] ?? null),
            appended,
          );
          for (const [n, owner] of owners.entries()) {
            const own = records.filter((_, i) => wanted[i]!.owner === n);
            const expected: Record<string, Record<number, [number, number, number]>> = {};
            for (const [, group] of Map.groupBy(own, ({ topic, partition }) => `${topic}/${partition}`)) {
              const offsets = group.map((one) => places.get(one)!);
              (expected[group[0]!.topic] ??= {})[group[0]!.partition] = [group.length, Math.min(...offsets), Math.max(...offsets)];
            }
            expect(owner.out).toEqual(expected);
          }
          for (const [tp, end] of ends)
            expect(end).toBe(Math.max(...records.filter(({ topic, partition }) => `${topic}/${partition}` === tp).map((one) => places.get(one)! + 1)));
        },
      ),
    );
  });
});

describe('tallies', () => {
  const counts = (fill: (counts: Counts) => void) => {
    const made = new Counts();
    fill(made);
    return made;
  };
  const first = counts((c) => {
    c.in = 3;
    c.passed = 1;
    c.dropped['duplicate'] = 1;
    c.rejected['DECODE_FAILED'] = 1;
    c.out['t'] = { 1: [1, 7, 7] };
  });
  const second = counts((c) => {
    c.in = 2;
    c.passed = 1;
    c.dropped['duplicate'] = 1;
    c.emitted = 4;
    c.out['t'] = { 0: [2, 3, 4], 1: [1, 9, 9] };
  });
  const tally = added(added(emptyTally(10), first, 1000), second, 2000);

  it('add up, and remember when they began', () => {
    expect(entryOf(tally, 20, { app: 'goshawk', stage: 's', topic: 'in', partition: 1, watermark: null })).toEqual({
      app: 'goshawk',
      stage: 's',
      topic: 'in',
      partition: 1,
      from: 10,
      to: 20,
      in: 5,
      passed: 2,
      dropped: [{ reason: 'duplicate', count: 2 }],
      rejected: [{ reason: 'DECODE_FAILED', count: 1 }],
      emitted: 4,
      out: [
        { topic: 't', partition: 0, count: 2, first: 3, last: 4 },
        { topic: 't', partition: 1, count: 2, first: 7, last: 9 },
      ],
      watermark: null,
      watermarks: [],
      throttledMs: 0,
      begins: false,
      wallFrom: 1_000_000,
      wallTo: 2_000_000,
    });
  });

  it('come back from the metadata of an offset; what is not ours is no tally', () => {
    const beside = { n: 7, tally, changelogs: { counts: 12 }, marks: { seen: [[3, 40, 5]] as const } };
    expect(fromMetadata(toMetadata(beside))).toEqual(beside);
    for (const other of ['', 'by hand', '{}', '[2]', '[1]', 'null']) expect(fromMetadata(other)).toBeUndefined();
  });
});
