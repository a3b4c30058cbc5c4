// Values of a document as the text of a key; undefined when it does not fit the key, which is then left out.
import { isIPv4, isIPv6 } from 'node:net';

const MAC = /^(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}$/;
const LONGEST_IP = 45;
/** `Date` goes no further: the year 275760. */
const LAST_MILLIS = 8.64e15;

const listed = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}
/** The first of a list, or the value itself, that is of the form. */
const first =
  (convert: (value: unknown) => string | undefined) =>
  (value: unknown): string | undefined => {
    if (!Array.isArray(value)) return convert(value);
    for (const one of value as readonly unknown[]) {
      const found = convert(one);
      if (found !== undefined) return found;
    }
    return undefined;
  };

const address = (fits: (text: string) => boolean) => (value: unknown) =>
  typeof value === 'string' && value.length <= LONGEST_IP && !value.includes('%') && fits(value) ? value : undefined;
function integer(least: number, most: number) {
  return (value: unknown): string | undefined => {
    const number = typeof value === 'string' && /^-?\d{1,16}$/.test(value) ? Number(value) : value;
    return typeof number === 'number' && Number.isSafeInteger(number) && number >= least && number <= most ? String(number) : undefined;
  };
}

/** Milliseconds since 1970 of ISO 8601 with a zone, or of the milliseconds of OCSF; what is below is cut off. */
export function millisOf(value: unknown): number | undefined {
  const millis = typeof value === 'number' ? value : typeof value === 'string' && /^[+-]?\d{4,6}-/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isSafeInteger(millis) && Math.abs(millis) <= LAST_MILLIS ? millis : undefined;
}
/** A point in time that has happened since 1970, as receivers read it. */
function millis(value: unknown): string | undefined {
  const found = millisOf(value);
  return found !== undefined && found >= 0 ? String(found) : undefined;
}
function mac(value: unknown): string | undefined {
  return typeof value === 'string' && MAC.test(value) ? value.replaceAll('-', ':') : undefined;
}
function lastPart(value: unknown): string | undefined {
  const text = textOf(value);
  return text === undefined ? undefined : textOf(text.slice(Math.max(text.lastIndexOf('/'), text.lastIndexOf('\\')) + 1));
}
const DIRECTIONS: ReadonlyMap<unknown, string> = new Map([
  ['ingress', '0'],
  ['inbound', '0'],
  ['Inbound', '0'],
  ['egress', '1'],
  ['outbound', '1'],
  ['Outbound', '1'],
]);

/** What each does, for the printed pages. */
export const CONVERTERS = {
  text: { convert: first(textOf), says: 'text; of a list the first' },
  list: {
    convert: (value: unknown): string | undefined =>
      Array.isArray(value)
        ? textOf(
            listed(value)
              .flatMap((one) => textOf(one) ?? [])
              .join(', '),
          )
        : textOf(value),
    says: 'text; a list with `, ` between',
  },
  ip: { convert: first(address((text) => isIPv4(text) || isIPv6(text))), says: 'the first IPv4 or IPv6 address' },
  ipv4: { convert: first(address(isIPv4)), says: 'the first IPv4 address' },
  ipv6: { convert: first(address(isIPv6)), says: 'the first IPv6 address' },
  mac: { convert: first(mac), says: 'MAC address, six pairs with colons' },
  port: { convert: first(integer(0, 65_535)), says: '0 to 65535' },
  integer: { convert: first(integer(-2_147_483_648, 2_147_483_647)), says: 'whole number of 32 bits' },
  long: { convert: first(integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)), says: 'whole number' },
  millis: { convert: first(millis), says: 'milliseconds since 1970' },
  lastPart: { convert: first(lastPart), says: 'text, the last part of a path' },
  direction: { convert: first((value) => DIRECTIONS.get(value)), says: '0 inbound, 1 outbound' },
} as const satisfies Readonly<Record<string, { readonly convert: (value: unknown) => string | undefined; readonly says: string }>>;
export type Converter = keyof typeof CONVERTERS;
