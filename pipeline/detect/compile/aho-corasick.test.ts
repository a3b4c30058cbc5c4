import fc from 'fast-check';
import AhoCorasickReferee from 'modern-ahocorasick';
import { expect, it } from 'vitest';
import { AhoCorasick } from './aho-corasick.ts';
import { compilePatterns } from './text-test.ts';

const texts = fc.array(fc.constantFrom('a', 'b', 'c', 'é', '😀'), { minLength: 1, maxLength: 6 }).map((chars) => chars.join(''));

it('finds what an independent automaton finds', () => {
  fc.assert(
    fc.property(
      fc.array(texts, { minLength: 1, maxLength: 12 }),
      fc.array(fc.constantFrom('a', 'b', 'c', 'é', '😀', 'x'), { maxLength: 30 }),
      (literals, chars) => {
        const text = chars.join('');
        expect(new AhoCorasick(literals).test(text)).toBe(new AhoCorasickReferee(literals).search(text).length > 0);
      },
    ),
    { numRuns: 2000 },
  );
});

it('searches many literals of one item together, with the same answer', () => {
  const literals = Array.from({ length: 200 }, (_, index) => `lit-${index * 7}-x`);
  const { test } = compilePatterns(literals.map((literal) => [0, literal, 0]));
  expect([test('..lit-7-x..'), test('..lit-8-x..'), test('lit-1393-x'), test('')]).toEqual([true, false, true, false]);
});
