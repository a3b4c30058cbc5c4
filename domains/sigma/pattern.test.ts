import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ANY, concat, DASH, expandPattern, literal, ONE, parsePattern, plainText, withDashes, writePattern } from './pattern.ts';
import type { Pattern } from './pattern.ts';

describe('parsePattern', () => {
  it.each<[name: string, written: string, pattern: Pattern]>([
    ['keeps plain text', 'abc', ['abc']],
    ['reads the empty string', '', []],
    ['reads wildcards', 'a*b?c', ['a', ANY, 'b', ONE, 'c']],
    ['collapses stars', 'a**', ['a', ANY]],
    ['keeps a backslash before an ordinary character', 'C:\\Windows', ['C:\\Windows']],
    ['reads two backslashes as one', '\\\\srv', ['\\srv']],
    ['reads an escaped star and question mark', 'a\\*b\\?', ['a*b?']],
    ['reads two backslashes and a star as a backslash and a wildcard', 'a\\\\*', ['a\\', ANY]],
    ['reads three backslashes and a star as a backslash and a literal star', 'a\\\\\\*', ['a\\*']],
    ['reads three backslashes and a letter as two backslashes', '\\\\\\x', ['\\\\x']],
    ['reads four backslashes and a letter as two backslashes', '\\\\\\\\x', ['\\\\x']],
    ['keeps a trailing backslash', 'C:\\Temp\\', ['C:\\Temp\\']],
    ['takes the frequent mistake as written: an escaped star', 'C:\\Users\\*\\AppData', ['C:\\Users*\\AppData']],
    ['takes a percent sign as text', '%TEMP%', ['%TEMP%']],
  ])('%s', (_name, written, pattern) => {
    expect(parsePattern(written)).toEqual(pattern);
  });

  it('reads back what writePattern wrote', () => {
    const part = fc.oneof(
      fc.constantFrom<Pattern[number]>(ANY, ONE),
      fc.string({ minLength: 1 }).map((text) => text.replaceAll('\\', '/')),
    );
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const pattern = concat(parts);
        expect(parsePattern(writePattern(pattern))).toEqual(pattern);
      }),
    );
  });
});

describe('expandPattern', () => {
  const placeholders = { admins: ['root', 'adm*'], hosts: ['a', 'b'], port: [22] };
  it.each<[name: string, written: string, result: readonly Pattern[] | { missing: string }]>([
    ['gives one pattern per value, wildcards included', '%admins%', [['root'], ['adm', ANY]]],
    ['keeps the text around it', 'x\\%hosts%', [['x%hosts%']]],
    ['combines placeholders', '%hosts%-%hosts%', [['a-a'], ['a-b'], ['b-a'], ['b-b']]],
    ['takes numbers as text', ':%port%', [[':22']]],
    ['takes a lone percent sign as text', '100 %', [['100 %']]],
    ['names a placeholder without values', '%admins%%nobody%', { missing: 'nobody' }],
    ['does not look into prototypes', '%constructor%', { missing: 'constructor' }],
  ])('%s', (_name, written, result) => {
    expect(expandPattern(written, placeholders)).toEqual(result);
  });
});

describe('withDashes', () => {
  it.each<[name: string, before: Pattern, after: Pattern]>([
    ['varies a hyphen that starts a word', [' -f '], [' ', DASH, 'f ']],
    ['varies a slash that starts a word', ['/c'], [DASH, 'c']],
    ['varies each occurrence', [' -a -b'], [' ', DASH, 'a ', DASH, 'b']],
    ['leaves a hyphen inside a word alone', ['a-b'], ['a-b']],
    ['leaves a hyphen before a blank alone', ['a - b'], ['a - b']],
    ['varies the second of two', ['--x'], ['-', DASH, 'x']],
    ['takes a wildcard as the edge of the text', [ANY, '-x', ANY], [ANY, DASH, 'x', ANY]],
    ['counts letters of any script as a word', ['é-a -é'], ['é-a ', DASH, 'é']],
  ])('%s', (_name, before, after) => {
    expect(withDashes(before)).toEqual(after);
  });
});

it('tells plain text from patterns', () => {
  expect([plainText([]), plainText(literal('a*')), plainText([ANY])]).toEqual(['', 'a*', undefined]);
});
