import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileRegex } from '../../../domains/sigma/index.ts';
import { fold } from './fold.ts';
import { requiredLiterals } from './regex-literals.ts';

describe('requiredLiterals', () => {
  it.each<[source: string, literals: readonly string[] | undefined]>([
    ['powershell', ['powershell']],
    ['(?i)PowerShell.*-enc', ['powershell']],
    ['abc[0-9]+defgh', ['defgh']],
    ['a(bcd|efg)h', ['abcdh', 'aefgh']],
    ['(?:foo|bar)\\s+x', ['foo', 'bar']],
    ['(?P<name>abc)d', ['abcd']],
    ['[cC][mM][dD]\\.exe', ['cmd.exe']],
    ['abc+d', ['abc']],
    ['(abc)+', ['abc']],
    ['(abc)*def', ['def']],
    ['x(abc)?yz', ['xyz', 'xabcyz']],
    ['ab{2}c', undefined],
    ['a.b.c', undefined],
    ['foo|b', undefined],
    ['\\x41bcd', undefined],
    ['[^a]bcd$', ['bcd']],
    ['^\\bword\\b', ['word']],
    ['a{abc', ['a{abc']],
    ['é+abc', ['abc']],
    ['', undefined],
  ])('%s', (source, literals) => {
    expect(requiredLiterals(source)).toEqual(literals);
  });

  it('never asks for more than a match has', () => {
    const atom = fc.constantFrom('a', 'b', 'abc', 'bca', '.', '\\w', '[ab]', '[^a]', '[a-c]', '\\.', '^', '$', '(?i)', 'ſ', 'K', 's', 'k');
    const regex: fc.Arbitrary<string> = fc.letrec<{ run: string; any: string; unit: string }>((tie) => ({
      unit: fc
        .oneof({ weight: 5, arbitrary: atom }, { weight: 1, arbitrary: tie('any').map((inner) => `(${inner})`) })
        .chain((unit) =>
          fc
            .constantFrom('', '', '', '*', '+', '?', '{2}', '{1,2}')
            .map((times) =>
              /^[\^$]|^\(\?i\)$/.test(unit) ? unit : unit.length > 1 && !/^[[(\\]/.test(unit) && times !== '' ? `(?:${unit})${times}` : unit + times,
            ),
        ),
      run: fc.array(tie('unit'), { minLength: 1, maxLength: 4 }).map((units) => units.join('')),
      any: fc.array(tie('run'), { minLength: 1, maxLength: 3 }).map((runs) => runs.join('|')),
    })).any;
    const text = fc.array(fc.constantFrom('a', 'b', 'c', 'A', 'B', '.', 'ſ', 'K', 's', 'k', 'K'), { maxLength: 10 }).map((chars) => chars.join(''));
    fc.assert(
      fc.property(regex, fc.boolean(), text, (source, ignoreCase, one) => {
        const literals = requiredLiterals(source);
        if (literals === undefined || !compileRegex(source, { ignoreCase, multiline: false, dotAll: false }).test(one)) return;
        expect(literals.some((literal) => fold(one).includes(literal))).toBe(true);
      }),
      { numRuns: 5000 },
    );
  });
});
