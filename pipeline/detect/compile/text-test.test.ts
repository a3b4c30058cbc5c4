import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ANY, ONE } from '../../../domains/sigma/index.ts';
import type { Pattern } from '../../../domains/sigma/index.ts';
import { compileGlob } from './glob.ts';
import { compilePatterns } from './text-test.ts';

const word = fc.constantFrom('a', 'b', 'ab', '\\a', '\\ab', '\\a\\b', 'c');
const pattern: fc.Arbitrary<Pattern> = fc.oneof(
  fc.constant<Pattern>([]),
  fc.constant<Pattern>([ANY]),
  word.map((one): Pattern => [one]),
  word.map((one): Pattern => [one, ANY]),
  word.map((one): Pattern => [ANY, one]),
  word.map((one): Pattern => [ANY, one, ANY]),
  fc.tuple(word, word).map(([one, two]): Pattern => [one, ANY, two]),
  word.map((one): Pattern => [one, ONE]),
);

it('answers for many patterns what each would answer', () => {
  const text = fc.array(fc.constantFrom('a', 'b', '\\', 'c'), { maxLength: 6 }).map((chars) => chars.join(''));
  fc.assert(
    fc.property(fc.array(pattern, { minLength: 1, maxLength: 10 }), text, (patterns, one) => {
      expect(compilePatterns(patterns).test(one)).toBe(patterns.some((each) => compileGlob(each)(one)));
    }),
    { numRuns: 3000 },
  );
});
