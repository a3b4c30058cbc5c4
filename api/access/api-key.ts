// What an API key looks like: `gsk_`, 43 characters of randomness, 6 of a checksum. Scanners for leaked secrets can tell one from any other
// text, and a key that was cut or mistyped is refused without a look into the database.
import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

export const KEY_PREFIX = 'gsk_';
const SECRET_BYTES = 32;
const SECRET_DIGITS = 43;
const CHECKSUM_DIGITS = 6;
const HINT_CHARACTERS = 4;
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const KEY = /^gsk_[0-9A-Za-z]{49}$/;

/** Big-endian, with zeros in front: 62^43 is above 2^256, 62^6 above 2^32. */
function base62(value: bigint, digits: number): string {
  let text = '';
  for (let rest = value; text.length < digits; rest /= 62n) text = ALPHABET[Number(rest % 62n)]! + text;
  return text;
}
const checksumOf = (body: string): string => base62(BigInt(crc32(body)), CHECKSUM_DIGITS);

/** @param secret 32 bytes; random unless a test says otherwise. */
export function makeKey(secret: Buffer = randomBytes(SECRET_BYTES)): string {
  const body = KEY_PREFIX + base62(BigInt(`0x${secret.toString('hex')}`), SECRET_DIGITS);
  return body + checksumOf(body);
}

export const isWhole = (key: string): boolean => KEY.test(key) && key.endsWith(checksumOf(key.slice(0, -CHECKSUM_DIGITS)));

/** What is kept of it: 256 random bits need no slow hash. */
export const hashOfKey = (key: string): Buffer => createHash('sha256').update(key).digest();
/** By which its holder knows it again in a list. */
export const hintOf = (key: string): string => key.slice(-HINT_CHARACTERS);
