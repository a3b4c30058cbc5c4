// Numbers that JSON.parse would round.
import type { RawDocument } from './document.ts';
import type { JsonObject } from './values.ts';

const isUnsafe = (value: unknown): boolean => typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value);

/** Whether a number of the document lost digits when it was parsed. */
function losesDigits(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return isUnsafe(value);
  for (const name in value) if (losesDigits((value as JsonObject)[name])) return true;
  return false;
}

/** Every such number that is written out, and what looks like one in a text. Most long runs of digits stand in quotes. */
const MAY_LOSE = /[:[,]\s{0,64}-?\d{16}/;

/** The JSON object of the document, whole numbers beyond 2^53 as text, which keeps their digits. Must have one. */
export function exactJson({ json, text }: Pick<RawDocument, 'json' | 'text'>): JsonObject {
  if (!MAY_LOSE.test(text) || !losesDigits(json)) return json!;
  const reviver = (_name: string, value: unknown, context: { readonly source?: string }): unknown =>
    isUnsafe(value) && context.source !== undefined ? context.source : value;
  return JSON.parse(text, reviver as (this: unknown, key: string, value: unknown) => unknown) as JsonObject;
}
