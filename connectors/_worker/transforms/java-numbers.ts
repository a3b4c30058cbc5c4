// Numbers as Java narrows, reads and writes them.
import type { ExactNumber } from './json.ts';
import { exactNumber } from './json.ts';
import { DataError } from './working.ts';

/** @param exact What JSON.stringify writes of a number, or the digits themselves. */
export function toInteger(exact: number | ExactNumber, bits: 8 | 16 | 32 | 64): number | ExactNumber {
  const digits = typeof exact === 'number' ? String(exact) : exact.rawJSON;
  if (/^-?\d+$/.test(digits)) return integerOf(BigInt.asIntN(bits, BigInt(digits)));
  const value = Number(digits);
  // A double is cut to an int first (JLS 5.1.3), to a long for 64 bits; only then are bits thrown away.
  const [least, most] = bits === 64 ? [-(2n ** 63n), 2n ** 63n - 1n] : [-(2n ** 31n), 2n ** 31n - 1n];
  if (Number.isNaN(value)) return 0;
  const whole = Number.isFinite(value) ? BigInt(Math.trunc(value)) : value > 0 ? most : least;
  return integerOf(BigInt.asIntN(bits, whole < least ? least : whole > most ? most : whole));
}
const integerOf = (value: bigint): number | ExactNumber =>
  value >= -9_007_199_254_740_991n && value <= 9_007_199_254_740_991n ? Number(value) : exactNumber(value.toString());

/** `Long.parseLong` and its like. @throws DataError */
export function parseInteger(text: string, bits: 8 | 16 | 32 | 64): number | ExactNumber {
  const value = /^[+-]?\d+$/.test(text) ? BigInt(text.replace(/^\+/, '')) : null;
  if (value === null || BigInt.asIntN(bits, value) !== value) throw outOfRange(text);
  return integerOf(value);
}

/** `Double.parseDouble`, less hexadecimal. @throws DataError */
export function parseDouble(text: string): number {
  const trimmed = text.trim();
  if (!/^[+-]?(?:NaN|Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fFdD]?)$/.test(trimmed)) throw outOfRange(text);
  return /N/.test(trimmed) ? Number.NaN : Number(trimmed.replace(/[fFdD]$/, ''));
}
export const outOfRange = (value: string): DataError => new DataError(`Value (${value}) was out of range for requested data type`);

/** As JSON has it after Jackson: a double is never without a point; what is no number is text. */
export function doubleOf(value: number): number | ExactNumber | string {
  if (!Number.isFinite(value)) return javaDouble(value);
  return Number.isInteger(value) || Math.abs(value) >= 1e7 || Math.abs(value) < 1e-3 ? exactNumber(javaDouble(value)) : value;
}
export function floatOf(value: number): ExactNumber | string {
  const float = Math.fround(value);
  const written = javaDecimal(float, shortestFloat(float));
  return Number.isFinite(float) ? exactNumber(written) : written;
}

/** `Double.toString`: digits as few as JavaScript's, laid out as Java does. */
export const javaDouble = (value: number): string => javaDecimal(value, value.toExponential());

/** The fewest digits that only this float has. */
function shortestFloat(float: number): string {
  for (let digits = 0; digits < 9; digits += 1) {
    const written = float.toExponential(digits);
    if (Math.fround(Number(written)) === float) return written;
  }
  return float.toExponential(9);
}

/** @param scientific Its digits, as toExponential writes them. */
function javaDecimal(value: number, scientific: string): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  if (value === 0) return `${sign}0.0`;
  const [, digits = '', power = '0'] = /^-?([\d.]+)e([+-]\d+)$/.exec(scientific) ?? [];
  const bare = digits.replace('.', '').replace(/(?<=.)0+$/, '');
  const exponent = Number(power);
  if (exponent < -3 || exponent >= 7) return `${sign}${bare[0]}.${bare.slice(1) || '0'}E${exponent}`;
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${bare}`;
  const padded = bare.padEnd(exponent + 1, '0');
  return `${sign}${padded.slice(0, exponent + 1)}.${padded.slice(exponent + 1) || '0'}`;
}
