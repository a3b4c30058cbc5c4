import { expect, it } from 'vitest';
import { newTotpSecret, stepOf, STEP_SECONDS, totpCode, totpUri } from './totp.ts';

/** `12345678901234567890`, as RFC 6238 has it, in base32. */
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const NOW = 1_111_111_109;
const step = Math.floor(NOW / STEP_SECONDS);

// RFC 6238, appendix B, the rows of SHA-1.
it.each([
  [59, '94287082'],
  [1_111_111_109, '07081804'],
  [1_111_111_111, '14050471'],
  [1_234_567_890, '89005924'],
  [2_000_000_000, '69279037'],
  [20_000_000_000, '65353130'],
])('at %i the code is that of the RFC', (seconds, code) => {
  expect(totpCode(SECRET, Math.floor(seconds / STEP_SECONDS), 8)).toBe(code);
  expect(totpCode(SECRET, Math.floor(seconds / STEP_SECONDS))).toBe(code.slice(2));
});

it.each<[name: string, code: string, lastStep: number, expected: number | null]>([
  ['takes the code of now', totpCode(SECRET, step), 0, step],
  ['takes one of a clock that is behind', totpCode(SECRET, step - 1), 0, step - 1],
  ['takes one of a clock that is ahead', totpCode(SECRET, step + 1), 0, step + 1],
  ['takes none of two steps ago', totpCode(SECRET, step - 2), 0, null],
  ['takes none of two steps ahead', totpCode(SECRET, step + 2), 0, null],
  ['takes none that was used', totpCode(SECRET, step), step, null],
  ['takes none from before the last that was used', totpCode(SECRET, step - 1), step, null],
  ['takes the next after one that was used', totpCode(SECRET, step + 1), step, step + 1],
  ['takes none that is too short', totpCode(SECRET, step).slice(1), 0, null],
  ['takes none that is too long', `${totpCode(SECRET, step)}0`, 0, null],
  ['takes no text', 'abcdef', 0, null],
  ['takes nothing', '', 0, null],
])('%s', (_name, code, lastStep, expected) => {
  expect(stepOf(code, SECRET, NOW, lastStep)).toBe(expected);
});

it('makes secrets of 160 bits, another each time', () => {
  expect(newTotpSecret()).toMatch(/^[A-Z2-7]{32}$/);
  expect(newTotpSecret()).not.toBe(newTotpSecret());
});

it('writes the address that applications read, whatever the names hold', () => {
  const uri = new URL(totpUri(SECRET, { issuer: 'Goshawk', account: 'ada lovelace/x@default' }));
  expect([uri.protocol, uri.host, decodeURIComponent(uri.pathname)]).toEqual(['otpauth:', 'totp', '/Goshawk:ada lovelace/x@default']);
  expect(Object.fromEntries(uri.searchParams)).toEqual({ secret: SECRET, issuer: 'Goshawk', algorithm: 'SHA1', digits: '6', period: '30' });
});
