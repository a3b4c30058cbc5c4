import { expect, it } from 'vitest';
import { hexDump } from './hex.ts';

it.each([
  ['nothing', '', ''],
  ['bytes that are no text', btoa('\xff\x00a'), '000000  ff 00 61                                         ..a'],
  [
    'a second line after sixteen',
    btoa('0123456789abcdefg'),
    '000000  30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66  0123456789abcdef\n000010  67                                               g',
  ],
])('shows %s', (_name, base64, expected) => {
  expect(hexDump(base64)).toBe(expected);
});
