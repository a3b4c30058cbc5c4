// Bytes of a field to the value that the native document has.
import { canonicalIp } from '../kit.ts';
import type { ElementType } from './elements.ts';

const NTP_EPOCH_SECONDS = 2_208_988_800; // 1900 to 1970

/** Numbers beyond 2^53 keep their digits as text. Times are microseconds since 1970; what has no value of its type is hex. */
export function valueOf(bytes: Buffer, type: ElementType): unknown {
  const { length } = bytes;
  switch (type) {
    case 'unsigned':
      return length >= 1 && length <= 8 ? unsigned(bytes) : bytes.toString('hex');
    case 'signed':
      return length >= 1 && length <= 6 ? bytes.readIntBE(0, length) : bytes.toString('hex');
    case 'float':
      return length === 4 ? finite(bytes.readFloatBE()) : length === 8 ? finite(bytes.readDoubleBE()) : bytes.toString('hex');
    case 'boolean':
      return length === 1 && (bytes[0] === 1 || bytes[0] === 2) ? bytes[0] === 1 : bytes.toString('hex');
    case 'ip':
      return addressOf(bytes) ?? bytes.toString('hex');
    case 'mac':
      return length === 6 ? bytes.toString('hex').replaceAll(/(..)(?!$)/g, '$1:') : bytes.toString('hex');
    case 'text':
      return textOf(bytes);
    case 'bytes':
      return bytes.toString('hex');
    default:
      return timeOf(bytes, type) ?? bytes.toString('hex');
  }
}

function unsigned(bytes: Buffer): number | string {
  if (bytes.length <= 6) return bytes.readUIntBE(0, bytes.length);
  const value = BigInt(`0x${bytes.toString('hex')}`);
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value.toString();
}
const finite = (value: number): number | string => (Number.isFinite(value) ? value : String(value));

function addressOf(bytes: Buffer): string | null {
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.length !== 16) return null;
  const groups: string[] = [];
  for (let at = 0; at < 16; at += 2) groups.push(bytes.readUInt16BE(at).toString(16));
  return canonicalIp(groups.join(':'));
}

/** Exporters pad with NUL. */
function textOf(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end).trimEnd();
}

function timeOf(bytes: Buffer, type: ElementType): number | null {
  if (type === 'seconds') return bytes.length === 4 ? bytes.readUInt32BE() * 1_000_000 : null;
  if (bytes.length !== 8) return null;
  if (type === 'milliseconds') {
    const millis = bytes.readBigUInt64BE();
    return millis < 8_640_000_000_000n ? Number(millis) * 1000 : null;
  }
  const seconds = bytes.readUInt32BE() - NTP_EPOCH_SECONDS;
  const micros = Math.floor((bytes.readUInt32BE(4) * 1_000_000) / 2 ** 32);
  return seconds < 0 ? null : seconds * 1_000_000 + micros;
}
