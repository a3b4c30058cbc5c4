import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffLines, hunks } from './diff.ts';

const SIGNS = { same: ' ', gone: '-', new: '+' };
const told = (before: string, after: string) => diffLines(before, after).map(({ kind, text }) => `${SIGNS[kind]}${text}`);

describe('what changed between two texts', () => {
  it.each<[name: string, before: string, after: string, lines: string[]]>([
    ['nothing', 'a\nb\n', 'a\nb\n', [' a', ' b']],
    ['a line in the middle', 'a\nb\nc\n', 'a\nx\nc\n', [' a', '-b', '+x', ' c']],
    ['a line more', 'a\nc', 'a\nb\nc', [' a', '+b', ' c']],
    ['a line less', 'a\nb\nc', 'a\nc', [' a', '-b', ' c']],
    ['all', 'a', 'b', ['-a', '+b']],
    ['from nothing', '', 'a\n', ['+a']],
    ['the ends of lines only', 'a\r\nb\r\n', 'a\nb\n', [' a', ' b']],
    ['a line that moved', 'a\nb\nc\nd', 'b\nc\na\nd', ['-a', ' b', ' c', '+a', ' d']],
  ])('is %s', (_name, before, after, lines) => {
    expect(told(before, after)).toEqual(lines);
  });

  it('gives both texts back, with their line numbers', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', ' '), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(text, text, (before, after) => {
        const lines = diffLines(before.join('\n'), after.join('\n'));
        expect(lines.filter(({ kind }) => kind !== 'new').map((line) => line.text)).toEqual(before);
        expect(lines.filter(({ kind }) => kind !== 'gone').map((line) => line.text)).toEqual(after);
        for (const line of lines) {
          if (line.before !== null) expect(before[line.before - 1]).toBe(line.text);
          if (line.after !== null) expect(after[line.after - 1]).toBe(line.text);
        }
      }),
    );
  });

  it('does not compare what is too long line by line', () => {
    const long = (sign: string) => Array.from({ length: 2_100 }, (_, n) => `${sign}${n}`).join('\n');
    const lines = diffLines(`same\n${long('a')}`, `same\n${long('b')}`);
    expect([lines[0]?.kind, lines[1]?.kind, lines.at(-1)?.kind, lines.length]).toEqual(['same', 'gone', 'new', 4_201]);
  });
});

it('shows what is around changes, and a gap for the rest', () => {
  const lines = diffLines('1\n2\n3\n4\n5\n6\n7\n8\n9', '1\n2\n3\n4\nx\n6\n7\n8\n9');
  expect(hunks(lines, 1).map((line) => line?.text ?? null)).toEqual([null, '4', '5', 'x', '6', null]);
});
