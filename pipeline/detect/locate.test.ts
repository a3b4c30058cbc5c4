import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRuleSet } from '../../domains/sigma/index.ts';
import type { Expression } from '../../domains/sigma/index.ts';
import { Engine } from './match/engine.ts';
import { locateIn } from './locate.ts';

const ruleOf = (entry: string) => {
  const set = parseRuleSet([{ file: 'r.yml', text: `title: R\nlogsource: {product: p}\ndetection: {s: ${entry}, condition: s}\n` }]);
  expect(set.refusals).toEqual([]);
  return set.rules[0]!;
};
const expressionOf = (entry: string): Expression => ruleOf(entry).expression;
const nothing = () => [];

it.each<[name: string, entry: string, text: string, part: string | undefined]>([
  ['a whole value, in any case', '{f: ABC}', 'abc', 'abc'],
  ['what a value contains', '{f|contains: MIMI}', 'x mimikatz', 'mimi'],
  ['how it begins', '{f|startswith: x}', 'X mimikatz', 'X'],
  ['how it ends', "{f|endswith: '\\cmd.exe'}", 'C:\\Windows\\cmd.exe', '\\cmd.exe'],
  ['from the first to the last of a pattern with stars', "{f: '*net*user*'}", 'a net.exe user b', 'net.exe user'],
  ['with a question mark', "{f|contains: 'a?c'}", 'xxabcxx', 'abc'],
  ['with case', '{f|contains|cased: Abc}', 'abc Abc', 'Abc'],
  ['an option with any dash', "{f|contains|windash: ' -enc'}", 'ps –enc /enc', ' –enc'],
  ['a regular expression', "{f|re: 'b+'}", 'a😀abbc', 'bb'],
  ['a regular expression without case', "{f|re|i: 'B+'}", 'abbc', 'bb'],
  ['a text in base64 at any offset', '{f|base64offset|contains: foobar}', `x${Buffer.from('?foobar?').toString('base64')}`, 'Zvb2Jhc'],
  ['a text in wide base64', '{f|wide|base64offset|contains: foo}', Buffer.from('foo', 'utf16le').toString('base64'), 'ZgBvAG8A'],
  ['an address in a network', '{f|cidr: 10.0.0.0/8}', '10.1.2.3', '10.1.2.3'],
  ['a number', '{f|gt: 5}', '7', '7'],
  ['part of a time', '{f|hour: 3}', '2026-01-01T03:04:05Z', '2026-01-01T03:04:05Z'],
  ['behind a letter that folds to two', '{f|contains: abc}', 'İİabcİ', 'abc'],
  ['such a letter itself', "{f|contains: 'i̇'}", 'xİy', 'İ'],
  ['the first of several values', '{f|contains: [zz, b, a]}', 'ab', 'b'],
  ['nothing where none does', '{f|contains: [x, y]}', 'ab', undefined],
  ['nothing of a number that is too small', '{f|gt: 5}', '3', undefined],
])('finds %s', (_name, entry, text, part) => {
  const range = locateIn(expressionOf(entry), nothing)!(text);
  expect(range && text.slice(...range)).toBe(part);
});

it.each([['{f: null}'], ['{f|exists: true}'], ['{f|exists: false}']])('finds no text for %s', (entry) => {
  expect(locateIn(expressionOf(entry), nothing)).toBeUndefined();
});

it.each<[entry: string, text: string, part: string | undefined]>([
  ['{f|fieldref: g}', 'OTHER', 'OTHER'],
  ['{f|fieldref|endswith: g}', 'an other', 'other'],
  ['{f|fieldref|contains: g}', 'an otherone', 'other'],
  ['{f|fieldref|startswith: g}', 'other one', 'other'],
  ['{f|fieldref|cased|contains: g}', 'an OTHER', undefined],
])('finds what another field has: %s in %s', (entry, text, part) => {
  const range = locateIn(expressionOf(entry), (field) => (field === 'g' ? ['?', 'other'] : []))!(text);
  expect(range && text.slice(...range)).toBe(part);
});

describe('beside the engine', () => {
  const value = fc.array(fc.constantFrom('a', 'B', '*', '?', 'İ', 'ς', '-', 'ſ'), { minLength: 1, maxLength: 5 }).map((list) => list.join(''));
  const text = fc.array(fc.constantFrom('a', 'b', 'A', 'i', 'İ', 'σ', 'Σ', '-', '/', 's', '\u0307'), { maxLength: 8 }).map((list) => list.join(''));
  const modifiers = fc.constantFrom('', '|contains', '|startswith', '|endswith', '|contains|cased', '|windash|contains');

  it('finds a place exactly where the engine says that the value meets', () => {
    fc.assert(
      fc.property(modifiers, value, text, (modifier, wanted, given) => {
        const rule = ruleOf(JSON.stringify({ [`f${modifier}`]: wanted }));
        const holds = new Engine([rule], { isGated: false }).match({ product: [], category: [], service: [] }, { f: given }).length > 0;
        const range = locateIn(rule.expression, nothing)!(given);
        expect(range !== undefined).toBe(holds);
        if (range !== undefined) expect(given.slice(...range).length).toBe(range[1] - range[0]);
      }),
      { numRuns: 1500 },
    );
  });
});
