import { expect, it } from 'vitest';
import { quote } from './search-language.ts';

it.each<[value: string, quoted: string]>([
  ['web01', 'web01'],
  ['10.0.0.1', '10.0.0.1'],
  ['fe80::1', 'fe80::1'],
  ['-1', '"-1"'],
  ['or', '"or"'],
  ['C:\\Windows', '"C:\\\\Windows"'],
  ['say "hi"', '"say \\"hi\\""'],
  ['two words', '"two words"'],
  ['a*b', '"a*b"'],
  ['>5', '">5"'],
])('writes %s as %s', (value, quoted) => {
  expect(quote(value)).toBe(quoted);
});
