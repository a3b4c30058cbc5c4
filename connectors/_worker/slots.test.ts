import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Assignor } from '../../pipeline/runtime/port.ts';
import { bySlotWeight, chooseSlots, hasTooMuch, weigh } from './slots.ts';

type Members = Parameters<Assignor['assign']>[0];
const TOPIC = 'slots';
const COUNT = 16;
const member = (memberId: string, numbers: readonly number[] | null, generationId = 1): Members[number] => ({
  memberId,
  topics: [TOPIC],
  claim: numbers === null ? null : { generationId, numbers },
});
const divide = (members: Members, weights: ReadonlyMap<number, number>) => {
  const shares = bySlotWeight(() => weights).assign(members, new Map([[TOPIC, COUNT]]));
  return new Map([...shares].map(([id, partitions]) => [id, partitions.map(({ partition }) => partition)]));
};
const tasksIn = (slots: readonly number[], weights: ReadonlyMap<number, number>) => slots.reduce((sum, slot) => sum + (weights.get(slot) ?? 0), 0);

const someWeights = fc.uniqueArray(fc.record({ slot: fc.nat(COUNT - 1), tasks: fc.integer({ min: 1, max: 3 }) }), {
  selector: ({ slot }) => slot,
  maxLength: COUNT,
});
const someMembers = fc
  .uniqueArray(fc.record({ id: fc.string({ minLength: 1, maxLength: 4 }), numbers: fc.option(fc.uniqueArray(fc.nat(COUNT - 1))), generation: fc.nat(3) }), {
    selector: ({ id }) => id,
    minLength: 1,
    maxLength: 5,
  })
  .map((rows) => rows.map(({ id, numbers, generation }) => member(id, numbers, generation)));

describe('slots are divided so that', () => {
  it('each has one owner, whatever is claimed, and the order of members does not matter', () => {
    fc.assert(
      fc.property(someMembers, someWeights, (members, rows) => {
        const weights = new Map(rows.map(({ slot, tasks }) => [slot, tasks]));
        const shares = divide(members, weights);
        expect([...shares.values()].flat().sort((a, b) => a - b)).toEqual(Array.from({ length: COUNT }, (_, slot) => slot));
        expect(divide([...members].reverse(), weights)).toEqual(shares);
      }),
    );
  });

  it('no share has more tasks than another and one of its slots together', () => {
    fc.assert(
      fc.property(someMembers, someWeights, (members, rows) => {
        const weights = new Map(rows.map(({ slot, tasks }) => [slot, tasks]));
        const shares = [...divide(members, weights).values()];
        const least = Math.min(...shares.map((slots) => tasksIn(slots, weights)));
        for (const slots of shares) {
          const lightest = Math.min(...slots.filter((slot) => weights.has(slot)).map((slot) => weights.get(slot)!));
          expect(tasksIn(slots, weights) - least).toBeLessThanOrEqual(lightest === Infinity ? 0 : lightest);
        }
      }),
    );
  });

  it('what was divided stays as it is when nothing has changed', () => {
    fc.assert(
      fc.property(someMembers, someWeights, (members, rows) => {
        const weights = new Map(rows.map(({ slot, tasks }) => [slot, tasks]));
        const before = divide(members, weights);
        const again = members.map(({ memberId }) => member(memberId, before.get(memberId)!, 9));
        expect(divide(again, weights)).toEqual(before);
      }),
    );
  });

  it('a claim of a later generation holds', () => {
    const shares = divide([member('a', [0], 4), member('b', [0], 5)], new Map([[0, 1]]));
    expect(shares.get('b')).toContain(0);
  });
});

describe('a worker has too much', () => {
  it.each<[name: string, mine: readonly number[], theirs: readonly number[], weights: readonly (readonly [number, number])[], expected: boolean]>([
    ['when another has two tasks less', [0, 1], [2], [[0, 1], [1, 1]], true], // prettier-ignore
    ['not when it has one more', [0, 1, 2], [3], [[0, 1], [1, 1], [3, 1]], false], // prettier-ignore
    ['not when all of it lies in one slot', [0], [1], [[0, 5]], false],
    ['not when the other has more', [0], [1, 2], [[1, 1], [2, 1]], false], // prettier-ignore
    ['not when it has nothing', [], [1], [[1, 1]], false],
  ])('%s', (_name, mine, theirs, weights, expected) => {
    const workers = [
      { worker_id: 'me', slots: mine },
      { worker_id: 'other', slots: theirs },
    ];
    expect(hasTooMuch('me', workers, new Map(weights))).toBe(expected);
  });

  it('not while it is not among them', () => {
    expect(hasTooMuch('me', [{ worker_id: 'other', slots: [0] }], new Map([[0, 9]]))).toBe(false);
  });
});

describe('new tasks', () => {
  const workers = [{ slots: [0, 1, 2, 3] }, { slots: [4, 5, 6, 7] }];

  it.each<[name: string, tasks: number, weights: readonly (readonly [number, number])[], expected: readonly number[]]>([
    ['go to one worker and another in turn', 4, [], [0, 4, 1, 5]],
    ['go to the worker with fewer', 2, [[0, 1], [1, 1]], [4, 5]], // prettier-ignore
    ['share a slot only when all are taken', 1, Array.from({ length: 8 }, (_, slot) => [slot, 1] as const), [0]],
    ['share the slot with the fewest', 1, Array.from({ length: 8 }, (_, slot) => [slot, slot === 6 ? 1 : 2] as const), [6]],
  ])('%s', (_name, tasks, weights, expected) => {
    expect(chooseSlots(tasks, { count: 8, weights: new Map(weights), workers })).toEqual(expected);
  });

  it('get slots of their own also while nobody is known', () => {
    expect(chooseSlots(3, { count: 8, weights: weigh([{ slots: [0, 2] }]), workers: [] })).toEqual([1, 3, 4]);
  });
});
