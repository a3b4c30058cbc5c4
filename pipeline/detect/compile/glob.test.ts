import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ANY, DASH, ONE } from '../../../domains/sigma/index.ts';
import type { Pattern } from '../../../domains/sigma/index.ts';
import { compileGlob, locateGlob } from './glob.ts';

const asRegExp = (pattern: Pattern) =>
  new RegExp(`^${pattern.map((part) => (part === ANY ? '.*' : part === ONE ? '.' : part === DASH ? '[-/–—―]' : part)).join('')}$`, 'su');
const chars = fc.array(fc.constantFrom('a', 'b', '-', '–', '\n', '😀'), { maxLength: 8 }).map((list) => list.join(''));

it('agrees with the regular expression of the same meaning', () => {
  const part = fc.constantFrom<Pattern[number]>(ANY, ONE, DASH, 'a', 'b', 'ab', 'ba', '-', '😀');
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), chars, (pattern, text) => {
      expect(compileGlob(pattern)(text)).toBe(asRegExp(pattern).test(text));
    }),
    { numRuns: 3000 },
  );
});

it('is located where it meets, and what is located begins and ends as the pattern does', () => {
  const part = fc.constantFrom<Pattern[number]>(ANY, ONE, DASH, 'a', 'b', 'ab', 'ba', '-', '😀');
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), chars, (pattern, text) => {
      const range = locateGlob(pattern)(text);
      expect(range !== undefined).toBe(compileGlob(pattern)(text));
      if (range === undefined) return;
      const named = pattern
        .slice(pattern.findIndex((one) => one !== ANY))
        .slice(0, pattern.findLastIndex((one) => one !== ANY) - pattern.findIndex((one) => one !== ANY) + 1);
      if (pattern.some((one) => one !== ANY)) expect(text.slice(...range)).toMatch(asRegExp(named));
      else expect(range).toEqual([0, text.length]);
      if (pattern[0] !== ANY) expect(range[0]).toBe(0);
      if (pattern.at(-1) !== ANY) expect(range[1]).toBe(text.length);
    }),
    { numRuns: 3000 },
  );
});

it.each<[Pattern, string, boolean]>([
  [['prog', ANY, '.exe'], 'program files.exe', true],
  [['prog', ANY, '.exe'], 'prog.exe', true],
  [['ab', ANY, 'ba'], 'aba', false],
  [['a', ONE], 'a😀', true],
  [[ANY, 'x', ONE, 'y', ANY], 'axxy', true],
  [[], '', true],
  [[], 'a', false],
])('%j on %j: %s', (pattern, text, isMatch) => {
  expect(compileGlob(pattern)(text)).toBe(isMatch);
});

it('takes no more than a pass for each star', () => {
  const pattern: Pattern = Array.from({ length: 60 }, (_, index) => (index % 2 === 0 ? ANY : 'a'));
  expect(compileGlob([...pattern, 'b'])('a'.repeat(100_000))).toBe(false);
});
