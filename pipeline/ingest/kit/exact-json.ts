// Numbers that JSON.parse would round.
import type { RawDocument } from './document.ts';
import type { JsonObject } from './values.ts';

const isUnsafe = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value);

/** Whether a number of the document lost digits when it was parsed. */
function losesDigits(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return isUnsafe(value);
  for (const name in value) if (losesDigits((value as JsonObject)[name])) return true;
  return false;
}

/** Every such number that is written out, and what looks like one in a text. Most long runs of digits stand in quotes. */
const MAY_LOSE = /[:[,]\s{0,64}-?\d{16}/;
/** The same, and numbers with an exponent, whole. */
const LONG_NUMBERS = /[:[,]\s*(-?(?:\d{16}[\d.eE+-]*|\d[\d.]*[eE][\d+-]+))/g;

/** The JSON object of the document, whole numbers beyond 2^53 as text, which keeps their digits. Must have one. */
export function exactJson({ json, text }: Pick<RawDocument, 'json' | 'text'>): JsonObject {
  if (!MAY_LOSE.test(text) || !losesDigits(json)) return json!;
  return (withDigits(json, writtenNumbers(text)) ?? revived(text)) as JsonObject;
}

/** By what they are rounded to, how long numbers are written, or what looks like one in a text; null where it is written in several ways. */
function writtenNumbers(text: string): ReadonlyMap<number, string | null> {
  const written = new Map<number, string | null>();
  for (const [, token = ''] of text.matchAll(LONG_NUMBERS)) {
    const known = written.get(Number(token));
    written.set(Number(token), known === undefined || known === token ? token : null);
  }
  return written;
}

/** A copy as far as it differs. @returns undefined where two numbers that differ are rounded to one: then it takes the text to tell them apart. */
function withDigits(value: unknown, written: ReadonlyMap<number, string | null>): unknown {
  if (typeof value !== 'object' || value === null) return isUnsafe(value) ? (written.get(value) ?? undefined) : value;
  let copy: Record<string, unknown> | undefined;
  for (const name in value) {
    const before = (value as JsonObject)[name];
    const after = withDigits(before, written);
    if (after === undefined) return undefined;
    if (after !== before) (copy ??= (Array.isArray(value) ? [...(value as unknown[])] : { ...value }) as Record<string, unknown>)[name] = after;
  }
  return copy ?? value;
}

/** Several times slower than to parse it. */
function revived(text: string): unknown {
  const reviver = (_name: string, value: unknown, context: { readonly source?: string }): unknown =>
    isUnsafe(value) && context.source !== undefined ? context.source : value;
  return JSON.parse(text, reviver as (this: unknown, key: string, value: unknown) => unknown);
}
