import { expect, it } from 'vitest';
import { CODED_TEXT, fold, hasCode, OTHER, writeCodes } from './fold.ts';

it('folds every character the same wherever it stands', () => {
  const texts = Array.from({ length: 0x3000 }, (_, unit) => String.fromCharCode(unit)).filter(
    (char) => char.toLowerCase() !== char || char.toUpperCase() !== char,
  );
  for (const char of texts) expect(fold(`a${char}b${char}`)).toBe(`a${fold(char)}b${fold(char)}`);
});

it('gives ASCII letters to whatever a case-insensitive expression takes for them', () => {
  for (let unit = 0x80; unit < 0xffff; unit += 1) {
    const char = String.fromCharCode(unit);
    const letter = /[a-z]/iu.test(char) ? Array.from('abcdefghijklmnopqrstuvwxyz').find((one) => new RegExp(one, 'iu').test(char)) : undefined;
    if (letter !== undefined) expect(fold(char)).toBe(letter);
  }
});

it('writes one code for each unit, OTHER for those without one', () => {
  const codes = new Uint8Array(9).fill(0xee);
  expect(writeCodes('aé\n\u0001😀ÿ', codes, 1)).toBe(8);
  expect([...codes]).toEqual([0xee, 0x61, 0xe9, 0x0a, OTHER, OTHER, OTHER, 0xff, 0xee]);
  for (let unit = 0; unit < 0x200; unit += 1) expect(CODED_TEXT.test(String.fromCharCode(unit))).toBe(hasCode(unit));
});
