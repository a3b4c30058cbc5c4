// What a JSON value of a sensor says, in the type that a field of the event has; null when it says nothing of the kind.

export type JsonObject = Readonly<Record<string, unknown>>;
export const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);
/** The object, or one without fields, so that its fields can be asked for. */
export const objectOf = (value: unknown): JsonObject => (isObject(value) ? value : EMPTY);
const EMPTY: JsonObject = {};

/** A table that input may be looked up in: what an object inherits is not in it. */
export const table = <V>(entries: Readonly<Record<string, V>>): ReadonlyMap<string, V> => new Map(Object.entries(entries));

/** Text, also of a number or boolean. Empty and `-` say nothing. */
export function text(value: unknown): string | null {
  if (typeof value === 'string') return value === '' || value === '-' ? null : value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}
/** Texts of an array, or of a single value. */
export function texts(value: unknown): readonly string[] {
  if (!Array.isArray(value)) {
    const single = text(value);
    return single === null ? [] : [single];
  }
  return value.map(text).filter((one) => one !== null);
}

/** A whole number at least 0 and below 2^53, from a number, decimal text or `0x` text. */
export function count(value: unknown): number | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? value : null;
  if (typeof value !== 'string' || value.length === 0 || value.length > 18) return null;
  const isHex = value.charCodeAt(0) === 48 && (value.charCodeAt(1) | 32) === 120;
  for (let at = isHex ? 2 : 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (!(code >= 48 && code <= 57) && !(isHex && (code | 32) >= 97 && (code | 32) <= 102)) return null;
  }
  const number = isHex && value.length === 2 ? Number.NaN : Number(value);
  return Number.isSafeInteger(number) ? number : null;
}
/** 0 to 65535. */
export function port(value: unknown): number | null {
  const number = count(value);
  return number !== null && number <= 65_535 ? number : null;
}
/** Any finite number, also from text. */
export function number(value: unknown): number | null {
  const found = typeof value === 'number' ? value : typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
  return Number.isFinite(found) ? found : null;
}
/** A hardware address, upper case with hyphens. */
export function mac(value: unknown): string | null {
  return typeof value === 'string' && /^[0-9a-fA-F]{2}([:-][0-9a-fA-F]{2}){5}$/.test(value) ? value.replaceAll(':', '-').toUpperCase() : null;
}
/** A hash in lower-case hex without colons. */
export function hexHash(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value.replaceAll(':', '').toLowerCase() : null;
}
export const sum = (a: number | null, b: number | null): number | null => (a === null && b === null ? null : (a ?? 0) + (b ?? 0));
/** `text` up to its first line break, shortened to 512 characters. */
export function firstLine(value: string): string {
  let end = value.search(/[\r\n]/);
  if (end < 0) end = value.length;
  return end > 512 ? `${value.slice(0, 511)}…` : value.slice(0, end).trimEnd();
}

/** What people read of a text: without blanks around it, at most 8,192 characters. The native document has all of it. */
export function messageText(value: string): string {
  const text = value.length > 16_384 ? value.slice(0, 16_384).trim() : value.trim();
  return text.length > 8192 ? `${text.slice(0, 8191)}…` : text;
}

const TRANSPORTS: ReadonlyMap<string, string> = new Map([
  ['1', 'icmp'],
  ['2', 'igmp'],
  ['6', 'tcp'],
  ['17', 'udp'],
  ['47', 'gre'],
  ['50', 'esp'],
  ['58', 'ipv6-icmp'],
  ['89', 'ospf'],
  ['132', 'sctp'],
]);
/** The keyword of an IANA protocol number; a keyword stays; null for nothing and for numbers without a frequent name. */
export function transportOf(value: unknown): string | null {
  const written = text(value)?.toLowerCase() ?? null;
  return written === null ? null : (TRANSPORTS.get(written) ?? (/^\d+$/.test(written) ? null : written));
}
