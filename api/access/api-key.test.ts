import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { expect, it } from 'vitest';
import fc from 'fast-check';
import { hashOfKey, hintOf, isWhole, makeKey } from './api-key.ts';

const secret = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes));

it.each<[name: string, secret: Buffer, body: string]>([
  ['nothing but zeros', Buffer.alloc(32), '0'.repeat(43)],
  ['one', Buffer.from('1'.padStart(64, '0'), 'hex'), `${'0'.repeat(42)}1`],
  ['the last digit', Buffer.from('3d'.padStart(64, '0'), 'hex'), `${'0'.repeat(42)}z`],
  ['the largest', Buffer.alloc(32, 0xff), 'yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp1'],
])('writes %s in digits and small and capital letters', (_name, bytes, body) => {
  const key = makeKey(bytes);
  expect(key).toHaveLength(53);
  expect(key.slice(4, 47)).toBe(body);
  expect(key).toMatch(/^gsk_[0-9A-Za-z]{49}$/);
});

it('ends with a checksum that anybody can compute: CRC-32 of what is before it, in base 62', () => {
  const key = makeKey();
  const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  const value = Array.from(key.slice(-6)).reduce((sum, digit) => sum * 62 + digits.indexOf(digit), 0);
  expect(value).toBe(crc32(key.slice(0, -6)));
});

it('is whole as it was made, and not when a character is another one', () => {
  fc.assert(
    fc.property(secret, fc.integer({ min: 4, max: 52 }), fc.constantFrom('0', '9', 'A', 'Z', 'a', 'z'), (bytes, at, character) => {
      const key = makeKey(bytes);
      const other = key.slice(0, at) + character + key.slice(at + 1);
      return isWhole(key) && isWhole(other) === (other === key);
    }),
  );
});

it.each(['', 'gsk_', makeKey().slice(0, -1), `${makeKey()}0`, makeKey().toUpperCase(), ` ${makeKey()}`])('is not whole: "%s"', (key) => {
  expect(isWhole(key)).toBe(false);
});

it('differs for different secrets, is kept as SHA-256 and shown by its end', () => {
  fc.assert(fc.property(secret, secret, (one, other) => one.equals(other) === (makeKey(one) === makeKey(other))));
  const key = makeKey();
  expect(hashOfKey(key)).toEqual(createHash('sha256').update(key).digest());
  expect(hintOf(key)).toBe(key.slice(-4));
});
