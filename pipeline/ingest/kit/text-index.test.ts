import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Pattern } from './text-index.ts';
import { TextIndex } from './text-index.ts';

const holds = (text: string, mark: number): Pattern => ({ text, isBeginning: false, mark });
const begins = (text: string, mark: number): Pattern => ({ text, isBeginning: true, mark });
const marked = (patterns: readonly Pattern[], text: string): readonly number[] => {
  const marks = new Uint8Array(8);
  new TextIndex(patterns).find(text, marks);
  return [...marks].flatMap((mark, index) => (mark === 1 ? [index] : []));
};

describe('TextIndex', () => {
  it.each<[name: string, patterns: readonly Pattern[], text: string, marks: readonly number[]]>([
    ['finds a text within another', [holds('she', 0), holds('he', 1), holds('hers', 2)], 'ushers', [0, 1, 2]],
    ['goes on with an ending of what it has read', [holds('aab', 0)], 'aaaab', [0]],
    ['finds at the beginning what counts only there', [begins('ab', 0), holds('ab', 1)], 'abc', [0, 1]],
    ['passes over it elsewhere', [begins('ab', 0), holds('ab', 1)], 'cab', [1]],
    ['reads units that no pattern has', [holds('x=', 0)], 'ä😀x=', [0]],
    ['finds nothing in an empty text', [holds('x', 0)], '', []],
  ])('%s', (_name, patterns, text, marks) => {
    expect(marked(patterns, text)).toEqual(marks);
  });
  it('finds what a search for one after the other finds', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 4 });
    const patterns = fc.array(fc.record({ text: word, isBeginning: fc.boolean(), mark: fc.nat(7) }), { maxLength: 12 });
    fc.assert(
      fc.property(patterns, fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd'), maxLength: 30 }), (all, text) => {
        const plain = all.filter((one) => (one.isBeginning ? text.startsWith(one.text) : text.includes(one.text))).map(({ mark }) => mark);
        expect(marked(all, text)).toEqual([...new Set(plain)].sort((a, b) => a - b));
      }),
    );
  });
  it('refuses an empty text', () => {
    expect(() => new TextIndex([holds('', 0)])).toThrow(RangeError);
  });
});
