import { describe, expect, it } from 'vitest';
import { parseCondition } from './condition.ts';
import { Refusal } from './problem.ts';

const NAMES = ['a', 'b', 'c', 'sel_1', 'sel_2', 'sel_2x', '_hidden', '_hid_1', 'not_x', 'original', 'andx', 'all', '1', 'filter-main'];
const join = (sign: string) => (of: readonly string[]) => (of.length === 1 ? of[0]! : `(${of.join(sign)})`);
const read = (text: string) =>
  parseCondition<string>(text, { names: NAMES, operand: (name) => name, all: join(' & '), any: join(' | '), not: (of) => `!${of}` });

describe('parseCondition', () => {
  it.each<[name: string, text: string, tree: string]>([
    ['binds and before or', 'a or b and c', '(a | (b & c))'],
    ['binds not before and', 'not a and b', '(!a & b)'],
    ['takes parentheses', '(a or b) and not (b or c)', '((a | b) & !(b | c))'],
    ['takes parentheses without blanks', 'a and(not(b))', '(a & !b)'],
    ['reads words whole', 'original and not andx', '(original & !andx)'],
    ['reads 1 of a pattern', '1 of sel_*', '(sel_1 | sel_2 | sel_2x)'],
    ['reads any of as 1 of', 'any of sel_2*', '(sel_2 | sel_2x)'],
    ['reads all of', 'all of sel_*', '(sel_1 & sel_2 & sel_2x)'],
    ['takes a star anywhere', '1 of *_2*', '(sel_2 | sel_2x)'],
    ['takes a name without star after of', '1 of a', 'a'],
    ['leaves hidden names out of them', 'all of them', '(a & b & c & sel_1 & sel_2 & sel_2x & not_x & original & andx & all & 1 & filter-main)'],
    ['reaches hidden names by their underscore', '1 of _hid*', '(_hidden | _hid_1)'],
    ['puts x of above not', 'not 1 of sel_2*', '!(sel_2 | sel_2x)'],
    ['takes identifiers that look like words of the grammar', 'all and 1', '(all & 1)'],
    ['takes hyphens', 'a and not filter-main', '(a & !filter-main)'],
    ['takes line breaks', 'a\n  and b\n', '(a & b)'],
    ['takes a double negation', 'not not a', '!!a'],
  ])('%s', (_name, text, tree) => {
    expect(read(text)).toBe(tree);
  });

  it.each<[name: string, text: string]>([
    ['an unknown identifier', 'a and d'],
    ['a pattern that meets nothing', '1 of x_*'],
    ['upper-case words', 'a AND b'],
    ['a missing operand', 'a and'],
    ['two operands in a row', 'a b'],
    ['an open parenthesis', '(a or b'],
    ['a stray parenthesis', 'a)'],
    ['an unknown number', '2 of sel_*'],
    ['of without a name', 'all of'],
    ['an aggregation of Sigma 1', 'a | count() by b > 5'],
    ['other characters', 'a & b'],
    ['nothing', ' '],
    ['bottomless nesting', `${'('.repeat(70)}a${')'.repeat(70)}`],
  ])('refuses %s', (_name, text) => {
    expect(() => read(text)).toThrow(Refusal);
  });
});
