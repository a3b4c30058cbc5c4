import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byPartitionNumber } from './assign.ts';
import { tpKey } from './port.ts';

const member = (memberId: string, ...topics: string[]) => ({ memberId, topics });
const assign = (members: ReturnType<typeof member>[], counts: Record<string, number>) =>
  Object.fromEntries([...byPartitionNumber.assign(members, new Map(Object.entries(counts)))].map(([id, owned]) => [id, owned.map(tpKey)]));

describe('by partition number', () => {
  it('keeps one number of all topics together', () => {
    expect(assign([member('b', 't', 'u'), member('a', 't', 'u')], { u: 3, t: 3 })).toEqual({ a: ['t/0', 't/2', 'u/0', 'u/2'], b: ['t/1', 'u/1'] });
  });

  it('gives a topic only to members that subscribe to it', () => {
    expect(assign([member('a', 't'), member('b', 't', 'new')], { t: 2, new: 2 })).toEqual({ a: ['t/0'], b: ['new/0', 'new/1', 't/1'] });
  });

  it('leaves members without work when there are more of them than partitions', () => {
    expect(assign([member('a', 't'), member('b', 't')], { t: 1 })).toEqual({ a: ['t/0'], b: [] });
  });

  it('gives each partition to exactly one member, whatever the order of members', () => {
    const members = fc.uniqueArray(fc.tuple(fc.string({ minLength: 1 }), fc.subarray(['t', 'u', 'v'], { minLength: 1 })), {
      selector: ([id]) => id,
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(members, fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 }), (pairs, t, u) => {
        const all = pairs.map(([id, topics]) => member(id, ...topics));
        const counts = { t, u };
        const given = assign(all, counts);
        expect(assign([...all].reverse(), counts)).toEqual(given);
        const subscribed = new Set(all.flatMap(({ topics }) => topics));
        const wanted = Object.entries(counts)
          .filter(([topic]) => subscribed.has(topic))
          .flatMap(([topic, count]) => Array.from({ length: count }, (_, partition) => tpKey({ topic, partition })));
        expect(Object.values(given).flat().sort()).toEqual(wanted.sort());
      }),
    );
  });
});
