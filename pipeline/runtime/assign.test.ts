import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stickyByNumber } from './assign.ts';
import type { Claim } from './port.ts';
import { tpKey } from './port.ts';

interface Member {
  readonly memberId: string;
  readonly topics: readonly string[];
  readonly claim: Claim | null;
}
const member = (memberId: string, topics: string, claim: string | null = null): Member => ({
  memberId,
  topics: topics.split(' '),
  claim: claim === null ? null : claimOf(claim),
});
/** `7: 0 2` is numbers 0 and 2 in generation 7. */
const claimOf = (text: string): Claim => {
  const [generation = '', numbers = ''] = text.split(':');
  return { generationId: Number(generation), numbers: numbers.split(' ').filter(Boolean).map(Number) };
};
const assign = (members: readonly Member[], counts: Readonly<Record<string, number>>) => stickyByNumber.assign(members, new Map(Object.entries(counts)));
const told = (members: readonly Member[], counts: Readonly<Record<string, number>>) =>
  Object.fromEntries([...assign(members, counts)].map(([id, owned]) => [id, owned.map(tpKey).join(' ')]));
const numbersOf = (members: readonly Member[], counts: Readonly<Record<string, number>>): ReadonlyMap<string, ReadonlySet<number>> =>
  new Map([...assign(members, counts)].map(([id, owned]) => [id, new Set(owned.map(({ partition }) => partition))]));

describe('the sticky assignor', () => {
  it.each<[name: string, members: Member[], counts: Record<string, number>, given: Record<string, string>]>([
    ['keeps one number of all topics together', [member('b', 't u'), member('a', 't u')], { u: 3, t: 3 }, { a: 't/0 u/0 t/2 u/2', b: 't/1 u/1' }],
    ['leaves members without work when there are more of them than numbers', [member('a', 't'), member('b', 't')], { t: 1 }, { a: 't/0', b: '' }],
    ['leaves tasks where they are', [member('a', 't', '3: 1'), member('b', 't', '3: 0')], { t: 2 }, { a: 't/1', b: 't/0' }],
    [
      'moves one of three to a member that is new',
      [member('a', 't', '3: 0 1'), member('b', 't', '3: 2'), member('c', 't')],
      { t: 3 },
      { a: 't/0', b: 't/2', c: 't/1' },
    ],
    [
      'moves nothing for a new member when all have one',
      [member('a', 't', '3: 0'), member('b', 't'), member('c', 't', '3: 1')],
      { t: 2 },
      { a: 't/0', b: '', c: 't/1' },
    ],
    [
      'gives what a member left behind to the others',
      [member('a', 't', '3: 0 1'), member('b', 't', '3: 4 5')],
      { t: 6 },
      { a: 't/0 t/1 t/2', b: 't/3 t/4 t/5' },
    ],
    ['believes the later generation', [member('a', 't', '3: 0 1'), member('b', 't', '4: 0 1')], { t: 2 }, { a: 't/1', b: 't/0' }],
    [
      'takes the lower id when two claim a task for the same generation',
      [member('b', 't', '3: 0'), member('a', 't', '3: 0 1')],
      { t: 3 },
      { a: 't/0 t/1', b: 't/2' },
    ],
    ['forgets claims on numbers that are gone', [member('a', 't', '3: 7'), member('b', 't', '3: 0')], { t: 2 }, { a: 't/1', b: 't/0' }],
    [
      'lets a new topic wait for the owner of its task',
      [member('a', 't', '3: 0'), member('b', 't new', '3: 1')],
      { t: 2, new: 2 },
      { a: 't/0', b: 'new/1 t/1' },
    ],
    ['gives free tasks to members that subscribe to more of them', [member('a', 't'), member('b', 't new')], { t: 1, new: 1 }, { a: '', b: 'new/0 t/0' }],
    ['gives a topic to its only subscriber', [member('a', 't', '3: 0 1'), member('b', 'u')], { t: 2, u: 4 }, { a: 't/0 t/1', b: 'u/2 u/3' }],
  ])('%s', (_name, members, counts, given) => {
    expect(told(members, counts)).toEqual(given);
  });

  const TASKS = 12;
  const claim = fc.option(fc.record({ generationId: fc.integer({ min: 1, max: 3 }), numbers: fc.uniqueArray(fc.integer({ min: 0, max: TASKS })) }), {
    nil: null,
  });
  const group = (topics: fc.Arbitrary<string[]>) =>
    fc.uniqueArray(fc.record({ memberId: fc.string({ minLength: 1 }), topics, claim }), { selector: ({ memberId }) => memberId, minLength: 1, maxLength: 6 });
  const sameTopics = group(fc.constant(['t', 'u']));
  const ownTopics = group(fc.subarray(['t', 'u', 'v'], { minLength: 1 }));
  const counts = fc.record({ t: fc.integer({ min: 0, max: TASKS }), u: fc.integer({ min: 0, max: TASKS }) });

  it('gives the same answer for any order of members and topics', () => {
    fc.assert(
      fc.property(
        ownTopics.chain((members) => fc.tuple(fc.constant(members), fc.shuffledSubarray(members, { minLength: members.length }))),
        counts,
        ([members, shuffled], each) => {
          const turned = Object.fromEntries(Object.entries(each).reverse());
          expect(
            told(
              shuffled.map((one) => ({ ...one, topics: [...one.topics].reverse() })),
              turned,
            ),
          ).toEqual(told(members, each));
        },
      ),
    );
  });

  it('gives everything to exactly one member, balanced to within one task, when all subscribe alike', () => {
    fc.assert(
      fc.property(sameTopics, counts, (members, each) => {
        const given = assign(members, each);
        const all = Object.entries(each).flatMap(([topic, count]) => Array.from({ length: count }, (_, partition) => tpKey({ topic, partition })));
        expect([...given.values()].flat().map(tpKey).sort()).toEqual(all.sort());
        const loads = [...numbersOf(members, each).values()].map(({ size }) => size);
        expect(loads.reduce((sum, size) => sum + size, 0)).toBe(Math.max(each.t, each.u)); // no task in two places
        expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('moves as few tasks as any balanced division would', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.record({ memberId: fc.string({ minLength: 1 }), topics: fc.constant(['t']), claim }), {
          selector: ({ memberId }) => memberId,
          minLength: 1,
          maxLength: 3,
        }),
        fc.integer({ min: 0, max: 6 }),
        (members, t) => {
          const given = numbersOf(members, { t });
          const owner = Array.from({ length: t }, (_, number) => trueOwner(members, number));
          const moved = owner.filter((id, number) => id !== undefined && !given.get(id)!.has(number)).length;
          expect(moved).toBe(fewestMoves(members, owner));
        },
      ),
    );
  });

  it('never tears a task, leaves no topic of it out that its owner reads, and could not be better balanced by one move', () => {
    fc.assert(
      fc.property(ownTopics, counts, fc.integer({ min: 0, max: TASKS }), (members, each, v) => {
        const all = { ...each, v };
        const given = assign(members, all);
        const owners = numbersOf(members, all);
        const topicsOf = (number: number) => Object.entries(all).flatMap(([topic, count]) => (number < count ? [topic] : []));
        const covers = ({ topics }: Member, number: number) => topicsOf(number).filter((topic) => topics.includes(topic));
        for (let number = 0; number < Math.max(...Object.values(all)); number++) {
          const owning = members.filter(({ memberId }) => owners.get(memberId)!.has(number));
          expect(owning.length).toBe(members.some((one) => covers(one, number).length > 0) ? 1 : 0);
          for (const one of owning) {
            const own = given.get(one.memberId)!.filter(({ partition }) => partition === number);
            expect(own.map(({ topic }) => topic).sort()).toEqual(covers(one, number).sort());
            for (const other of members) {
              if (covers(other, number).length > 0) expect(owners.get(one.memberId)!.size - owners.get(other.memberId)!.size).toBeLessThanOrEqual(1);
            }
          }
        }
      }),
    );
  });
});

/** Whose state of the task is the latest: the claim of the last generation, the lowest id where two have it. */
function trueOwner(members: readonly Member[], number: number): string | undefined {
  const claiming = members.filter(({ claim }) => claim?.numbers.includes(number));
  const latest = Math.max(...claiming.map(({ claim }) => claim!.generationId));
  return claiming
    .filter(({ claim }) => claim!.generationId === latest)
    .map(({ memberId }) => memberId)
    .sort()[0];
}

/** By trying every balanced division. */
function fewestMoves(members: readonly Member[], owner: readonly (string | undefined)[]): number {
  let fewest = Infinity;
  const loads = new Map(members.map(({ memberId }) => [memberId, 0]));
  const place = (number: number, moves: number): void => {
    if (number === owner.length) {
      const sizes = [...loads.values()];
      if (Math.max(...sizes) - Math.min(...sizes) <= 1) fewest = Math.min(fewest, moves);
      return;
    }
    for (const [id, load] of loads) {
      loads.set(id, load + 1);
      place(number + 1, moves + (owner[number] === undefined || owner[number] === id ? 0 : 1));
      loads.set(id, load);
    }
  };
  place(0, 0);
  return fewest;
}
