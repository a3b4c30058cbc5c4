import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isoOf, parseTime } from './time.ts';

it.each<[name: string, text: string, micros: number | null]>([
  ['microseconds', '2026-11-25T12:46:45.123456Z', 1_795_610_805_123_456],
  ['no fraction', '2026-11-25T12:46:45Z', 1_795_610_805_000_000],
  ['no seconds', '2026-11-25T12:46Z', 1_795_610_760_000_000],
  ['nanoseconds are cut off', '2026-11-25T12:46:45.123456999Z', 1_795_610_805_123_456],
  ['an offset', '2026-11-25T14:46:45+02:00', 1_795_610_805_000_000],
  ['an offset without colon', '2026-11-25T07:16:45-0530', 1_795_610_805_000_000],
  ['before 1970', '1969-12-31T23:59:59.999999Z', -1],
  ['no zone', '2026-11-25T12:46:45', null],
  ['a date only', '2026-11-25', null],
  ['no such day', '2026-02-30T00:00:00Z', null],
  ['no such hour', '2026-02-20T24:00:00Z', null],
  ['words', 'yesterday', null],
])('%s', (_name, text, micros) => {
  expect(parseTime(text)).toBe(micros);
});

it.each<[name: string, micros: number, text: string]>([
  ['a time', 1_795_610_805_123_456, '2026-11-25T12:46:45.123456Z'],
  ['the next of the same hour', 1_795_611_599_000_001, '2026-11-25T12:59:59.000001Z'],
  ['the next hour', 1_795_611_600_000_000, '2026-11-25T13:00:00.000000Z'],
  ['before 1970', -1, '1969-12-31T23:59:59.999999Z'],
  ['the last that is exact', 9_007_199_254_740_991, '2255-06-05T23:47:34.740991Z'],
  ['a year of more digits', 253_402_300_800_000_000, '+010000-01-01T00:00:00.000000Z'],
])('writes %s', (_name, micros, text) => {
  expect(isoOf(micros)).toBe(text);
});

it('reads what it writes', () => {
  fc.assert(
    fc.property(fc.integer({ min: -2_000_000_000_000_000, max: 7_000_000_000_000_000 }), (micros) => {
      expect(parseTime(isoOf(micros))).toBe(micros);
    }),
  );
});
