import { expect, it } from 'vitest';
import { fileTimeMicros, readTime } from './times.ts';

const APPENDED = Date.UTC(2026, 0, 1) * 1000;
const utc = (...parts: [number, number, number, number?, number?, number?, number?]) => Date.UTC(...(parts as [number, number, number])) * 1000;

it.each<[text: unknown, micros: number, hasZone: boolean]>([
  ['2026-01-02T03:04:05.000006Z', utc(2026, 0, 2, 3, 4, 5) + 6, true],
  ['2026-01-02 03:04:05', utc(2026, 0, 2, 3, 4, 5), false],
  ['1767225600', APPENDED, true],
  ['1767225600.5', APPENDED + 500_000, true],
  ['1767225600123', APPENDED + 123_000, true],
  ['1767225600123456', APPENDED + 123_456, true],
  ['1767225600123456789', APPENDED + 123_456, true],
  [1_767_225_600, APPENDED, true],
  ['10/Oct/2000:13:55:36 -0700', utc(2000, 9, 10, 20, 55, 36), true],
  ['Jan 02 2026 03:04:05', utc(2026, 0, 2, 3, 4, 5), false],
  ['Feb 09 2015 12:28:26 UTC', utc(2015, 1, 9, 12, 28, 26), true],
  ['Fri, 02 Jan 2026 03:04:05 GMT', utc(2026, 0, 2, 3, 4, 5), true],
  ['Fri Jan  2 03:04:05 2026', utc(2026, 0, 2, 3, 4, 5), false],
  ['2026/01/02 03:04:05', utc(2026, 0, 2, 3, 4, 5), false],
  ['2026-1-2 3:04:05', utc(2026, 0, 2, 3, 4, 5), false],
  ['01/02/2026 03:04:05 PM', utc(2026, 0, 2, 15, 4, 5), false],
  ['2026/01/02 03:04:05 +0200', utc(2026, 0, 2, 1, 4, 5), true],
  ['31.01.2026 03:04', utc(2026, 0, 31, 3, 4), false],
])('%s', (text, micros, hasZone) => {
  expect(readTime(text, APPENDED)).toMatchObject({ micros, hasZone });
});
it('takes the year of the append time where none is written, or the one before', () => {
  expect(readTime('Jan  2 03:04:05', APPENDED)).toMatchObject({ micros: utc(2026, 0, 2, 3, 4, 5), hasYear: false });
  expect(readTime('Dec 31 03:04:05', APPENDED)).toMatchObject({ micros: utc(2025, 11, 31, 3, 4, 5), hasYear: false });
});
it.each(['', 'nonsense', '2026-13-01 00:00:00', '99/99/9999 00:00:00', '::1', undefined, null, {}])('%s is no time', (text) => {
  expect(readTime(text, APPENDED).micros).toBeNaN();
});
it('counts FILETIME from 1601', () => {
  expect(fileTimeMicros('134116992000000000')).toBe(APPENDED);
  expect(fileTimeMicros('x')).toBeNaN();
});
