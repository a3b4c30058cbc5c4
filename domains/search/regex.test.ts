import fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { readRegex, REGEX_LIMITS, RegexError } from './regex.ts';

it.each<[source: string, pattern: string]>([
  ['^cmd\\.exe$', '^cmd\\.exe$'],
  ['a|(b|c)d', 'a|(?:b|c)d'],
  ['(?:x)+', '(?:x)+'],
  ['\\d\\D\\w\\s', '[0-9][^0-9][A-Za-z0-9_][ \\t\\n\\r\\f\\v]'],
  ['[\\d.-]', '[0-9.\\-]'],
  ['[^a-f]{2,5}', '[^a-f]{2,5}'],
  ['a{3}b{2,}', 'a{3}b{2,}'],
  ['x]y}', 'x\\]y\\}'],
  ['é.*', 'é.*'],
])('reads %s as %s', (source, pattern) => {
  expect(readRegex(source)).toBe(pattern);
});

describe('refuses', () => {
  it.each<[name: string, source: string, at: number]>([
    ['nothing', '', 0],
    ['an empty alternative', 'a|', 2],
    ['a group that is not closed', 'a(b', 1],
    ['a group that was not opened', 'a)b', 1],
    ['look-ahead', 'a(?=b)', 1],
    ['look-behind', '(?<=b)a', 0],
    ['flags', '(?i)a', 0],
    ['a reference back', '(a)\\1', 3],
    ['the edge of a word, which PostgreSQL writes otherwise', '\\bcmd', 0],
    ['a star of nothing', '*a', 0],
    ['a star of a star', 'a**', 2],
    ['a lazy star', 'a*?', 2],
    ['an anchor many times', '^*', 1],
    ['a set that is not closed', '[ab', 0],
    ['a set of nothing', 'x[]', 1],
    ['a range backwards', '[z-a]', 2],
    ['a bracket in a set', '[[a]', 1],
    ['a brace that is no repetition', 'a{x}', 1],
    ['many repetitions', 'a{101}', 1],
    ['repetitions backwards', 'a{5,2}', 1],
    ['repetitions in repetitions', '(a{100}){100}', 0],
    ['deep groups', `${'('.repeat(REGEX_LIMITS.depth + 2)}a${')'.repeat(REGEX_LIMITS.depth + 2)}`, REGEX_LIMITS.depth + 1],
    ['a long text', 'a'.repeat(REGEX_LIMITS.characters + 1), REGEX_LIMITS.characters],
    ['a backslash at the end', 'a\\', 1],
  ])('%s', (_name, source, at) => {
    const refused = (() => {
      try {
        return readRegex(source);
      } catch (error) {
        return error;
      }
    })();
    expect(refused).toBeInstanceOf(RegexError);
    expect((refused as RegexError).at).toBe(at);
  });
});

it('makes of any text what RE2 takes, or refuses it at a place inside of it', () => {
  const piece = fc.constantFrom(
    'a',
    'b',
    '.',
    '*',
    '+',
    '?',
    '{2}',
    '{1,3}',
    '(',
    ')',
    '(?:',
    '[',
    ']',
    '^',
    '$',
    '|',
    '\\',
    '\\d',
    '\\.',
    '-',
    'z',
    '😀',
    'é',
    '{',
    '}',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(piece, { maxLength: 14 }).map((all) => all.join('')),
        fc.string({ maxLength: 30 }),
      ),
      (source) => {
        try {
          RE2JS.compile(readRegex(source), RE2JS.CASE_INSENSITIVE | RE2JS.DOTALL);
        } catch (error) {
          if (!(error instanceof RegexError)) throw error;
          expect(error.at).toBeLessThanOrEqual(source.length);
        }
      },
    ),
    { numRuns: 3_000 },
  );
});
