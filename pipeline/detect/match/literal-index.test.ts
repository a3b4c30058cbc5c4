import fc from 'fast-check';
import AhoCorasickReferee from 'modern-ahocorasick';
import { describe, expect, it } from 'vitest';
import { writeCodes } from '../compile/fold.ts';
import { Awake, LiteralIndex } from './literal-index.ts';

interface Given {
  readonly field: number;
  readonly text: string;
  readonly isStart: boolean;
  readonly isEnd: boolean;
}
function found(literals: readonly Given[], field: number, text: string): readonly number[] {
  const awake = new Awake(literals.length);
  const index = new LiteralIndex(awake);
  for (const [number, literal] of literals.entries()) index.add(literal.field, literal, number);
  index.build();
  awake.reset();
  const codes = new Uint8Array(text.length + 2);
  const end = writeCodes(text, codes, 1);
  index.scan([field], codes, 1, end);
  return [...awake.list.subarray(0, awake.count)].sort((a, b) => a - b);
}
const anywhere = (text: string): Given => ({ field: 1, text, isStart: false, isEnd: false });
const chars = (min: number, max: number) =>
  fc.array(fc.constantFrom('a', 'b', 'c', '\\', 'é'), { minLength: min, maxLength: max }).map((list) => list.join(''));

describe('LiteralIndex', () => {
  it('finds what an independent automaton finds', () => {
    fc.assert(
      fc.property(fc.uniqueArray(chars(3, 8), { minLength: 1, maxLength: 20 }), chars(0, 40), (literals, text) => {
        const expected = new Set(new AhoCorasickReferee(literals).search(text).map(({ pattern }) => pattern));
        expect(found(literals.map(anywhere), 1, text).map((number) => literals[number])).toEqual(literals.filter((literal) => expected.has(literal)));
      }),
      { numRuns: 1000 },
    );
  });

  it('keeps to the ends of the text and to the field', () => {
    const literal = fc
      .record({ field: fc.constantFrom(1, 2), text: chars(1, 5), isStart: fc.boolean(), isEnd: fc.boolean() })
      .filter(({ text, isStart, isEnd }) => isStart || text.length + (isEnd ? 1 : 0) >= 3);
    fc.assert(
      fc.property(fc.array(literal, { maxLength: 12 }), chars(0, 8), (literals, text) => {
        const holds = ({ field, text: part, isStart, isEnd }: Given) =>
          field === 1 && (isStart ? (isEnd ? text === part : text.startsWith(part)) : isEnd ? text.endsWith(part) : text.includes(part));
        expect(found(literals, 1, text)).toEqual([...literals.keys()].filter((number) => holds(literals[number]!)));
      }),
      { numRuns: 2000 },
    );
  });

  it('knows the empty text', () => {
    expect([found([{ field: 1, text: '', isStart: true, isEnd: true }], 1, ''), found([{ field: 1, text: '', isStart: true, isEnd: true }], 1, 'a')]).toEqual([
      [0],
      [],
    ]);
  });

  it('wakes for what is too short to be searched as soon as the field is there', () => {
    const awake = new Awake(3);
    const index = new LiteralIndex(awake);
    index.add(1, anywhere('ab'), 0);
    index.add(1, anywhere('—'), 1);
    index.add(1, { text: '', isStart: true, isEnd: false }, 2);
    index.build();
    awake.reset();
    index.present(1);
    expect([...awake.list.subarray(0, awake.count)]).toEqual([0, 2]);
    index.beyondAscii(1);
    index.beyondAscii(1);
    index.present(7);
    expect(awake.count).toBe(3);
  });
});
