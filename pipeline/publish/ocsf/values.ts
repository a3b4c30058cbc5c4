// Values in the forms that the types of OCSF ask for. What is not of the form is `undefined`, so the field stays among the unmapped.
import { isIP } from 'node:net';

/** Of the schema: `email_t`, `mac_t`. */
const EMAIL = /^[a-zA-Z0-9!#$%&'*+-/=?^_`{|}~.]+@[a-zA-Z0-9-]+\.[a-zA-Z0-9-.]+$/;
const MAC = /^([0-9A-Fa-f]{2}[:-]){5}([0-9A-Fa-f]{2})$/;
const MAX_IP_LENGTH = 40;
const METHODS = new Set(['OPTIONS', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'TRACE', 'CONNECT', 'PATCH']);

const first = (value: unknown): unknown => (Array.isArray(value) ? (value as readonly unknown[])[0] : value);

function text(value: unknown): string | undefined {
  const one = first(value);
  if (typeof one === 'string') return one === '' ? undefined : one;
  return typeof one === 'number' || typeof one === 'boolean' ? String(one) : undefined;
}
function integer(value: unknown): number | undefined {
  const one = first(value);
  const number = typeof one === 'string' && /^-?\d{1,16}$/.test(one) ? Number(one) : one;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined;
}
const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value : [value]).flatMap((one) => text(one) ?? []);
const filled = <T>(values: readonly T[]): readonly T[] | undefined => (values.length === 0 ? undefined : values);
const matching = (value: unknown, pattern: RegExp): string | undefined => {
  const found = text(value);
  return found !== undefined && pattern.test(found) ? found : undefined;
};

/** Milliseconds since 1970 of microseconds (the form in which our own times travel) or of an ISO 8601 text. */
function millis(value: unknown): number | undefined {
  const one = first(value);
  const time = typeof one === 'number' ? Math.floor(one / 1000) : typeof one === 'string' ? Date.parse(one) : Number.NaN;
  return Number.isSafeInteger(time) ? time : undefined;
}

/** The description beside each is for the printed page. */
export const CONVERTERS = {
  /** The first value as text. */
  text,
  /** All values as text. */
  texts: (value: unknown) => filled(texts(value)),
  /** Whole number that JSON carries exactly. */
  integer,
  port: (value: unknown): number | undefined => {
    const port = integer(value);
    return port !== undefined && port >= 0 && port <= 65_535 ? port : undefined;
  },
  boolean: (value: unknown): boolean | undefined => {
    const found = text(value)?.toLowerCase();
    return found === 'true' ? true : found === 'false' ? false : undefined;
  },
  /** The first value, when it is an address. */
  ip: (value: unknown): string | undefined => {
    const found = text(value);
    return found !== undefined && found.length <= MAX_IP_LENGTH && isIP(found) !== 0 ? found : undefined;
  },
  /** Some sensors have names where others have addresses. */
  otherThanIp: (value: unknown): string | undefined => {
    const found = text(value);
    return found !== undefined && (found.length > MAX_IP_LENGTH || isIP(found) === 0) ? found : undefined;
  },
  mac: (value: unknown) => matching(value, MAC),
  email: (value: unknown) => matching(value, EMAIL),
  emails: (value: unknown) => filled(texts(value).filter((found) => EMAIL.test(found))),
  millis,
  /** ECS durations are nanoseconds. */
  durationMillis: (value: unknown): number | undefined => {
    const nanos = first(value);
    return typeof nanos === 'number' && nanos >= 0 && Number.isFinite(nanos) ? Math.round(nanos / 1e6) : undefined;
  },
  /** The last part of a path, Windows or other. */
  lastPart: (value: unknown): string | undefined =>
    text(
      text(value)
        ?.split(/[\\/]/)
        .findLast((part) => part !== ''),
    ),
  /** Windows writes privileges of one logon as lines. */
  words: (value: unknown) => filled(texts(value).flatMap((found) => found.split(/\s+/).filter((word) => word !== '' && word !== '-'))),
  /** One of the methods that the schema lists, in capitals. */
  httpMethod: (value: unknown): string | undefined => {
    const method = text(value)?.toUpperCase();
    return method !== undefined && METHODS.has(method) ? method : undefined;
  },
  answers: (value: unknown) => filled(texts(value).map((rdata) => ({ rdata }))),
} as const satisfies Readonly<Record<string, (value: unknown) => unknown>>;
export type Converter = keyof typeof CONVERTERS;
