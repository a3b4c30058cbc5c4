import { describe, expect, it } from 'vitest';
import { conditionLines, dayAhead, endingWords, endOfDay } from './conditions.ts';

const NOW = new Date(2026, 2, 1, 12).getTime();
const HOUR = 3_600_000;

it.each<[name: string, conditions: unknown, lines: string[]]>([
  ['a map', { Image: 'a.exe', 'User|endswith': ['bob', 'eve'] }, ['Image: a.exe', 'User|endswith: bob | eve']],
  ['a list of maps', [{ A: 1 }, { B: null }], ['A: 1', 'or', 'B: null']],
  ['keywords', ['mimikatz'], ['"mimikatz"']],
])('says %s in lines', (_name, conditions, lines) => {
  expect(conditionLines(conditions)).toEqual(lines);
});

describe('the end of an exception', () => {
  it.each<[left: number, words: string]>([
    [-1, 'expired'],
    [0, 'expired'],
    [HOUR / 2, 'in 1 hour'],
    [23.5 * HOUR, 'in 23 hours'],
    [24 * HOUR, 'in 1 day'],
    [72 * HOUR, 'in 3 days'],
  ])('is told %i ms before', (left, words) => {
    expect(endingWords(NOW + left, NOW)).toBe(words);
  });

  it('is the end of a day of the reader', () => {
    expect(dayAhead(30, NOW)).toBe('2026-03-31');
    expect(endOfDay('2026-03-01', NOW)).toBe(new Date(2026, 2, 1, 23, 59, 59).toISOString());
  });

  it.each(['2026-02-28', '2027-03-03', 'tomorrow', '', '2026-13-01'])('is not %s', (day) => {
    expect(endOfDay(day, NOW)).toBeNull();
  });
});
