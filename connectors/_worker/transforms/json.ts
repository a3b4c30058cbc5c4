// JSON as transforms see it: numbers keep the digits that JavaScript's would lose, and objects have no keys that are not theirs.
import { isUtf8 } from 'node:buffer';

/** A number by its text: 1.0, which is no integer to whoever reads it, or one of more digits than a double holds. */
export interface ExactNumber {
  readonly rawJSON: string;
}
export type Json = null | boolean | number | string | ExactNumber | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** Of ES2026; the library that types are checked with does not have them yet. */
const { rawJSON, isRawJSON } = JSON as unknown as { rawJSON: (text: string) => ExactNumber; isRawJSON: (value: unknown) => value is ExactNumber };
export const exactNumber = rawJSON;
export const isExactNumber = isRawJSON;

/** Finds, in JSON text, numbers that would come out otherwise than they went in; and a few strings that look like them. */
const INEXACT = /[[:,\s](?:-?(?:\d{16}|[\d.]{17}|(?:\d+\.\d*0|\d[\d.]*[eE][+-]?\d+)(?=[\s,\]}])|0\.0{6})|-0(?![\d.]))/;
const INEXACT_ALONE = /^\s*-?\d/;

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;
const keepDigits: Reviver = (_key, value, { source }) =>
  typeof value === 'number' && (String(value) !== source || (Number.isInteger(value) && /\D/.test(source.slice(1)))) ? rawJSON(source!) : value;

/** @throws SyntaxError for bytes that are no JSON in UTF-8. */
export function parseJson(bytes: Buffer): Json {
  if (!isUtf8(bytes)) throw new SyntaxError('not UTF-8');
  const text = bytes.toString('utf8');
  return (INEXACT.test(text) || INEXACT_ALONE.test(text) ? JSON.parse(text, keepDigits as (key: string, value: unknown) => unknown) : JSON.parse(text)) as Json;
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value) && !isRawJSON(value);

/** undefined when absent; never what JavaScript puts into every object. */
export const get = (object: JsonObject, key: string): Json | undefined => (Object.hasOwn(object, key) ? object[key] : undefined);

/** An object under construction. `__proto__` is a key as any other. */
export function put(target: Record<string, Json>, key: string, value: Json): void {
  if (key === '__proto__') Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  else target[key] = value;
}
export const copyOf = (object: JsonObject): Record<string, Json> => ({ ...object });
