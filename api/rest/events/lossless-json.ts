// Events pass through as they were sent: a 64-bit number must not lose its last digits on the way.

/** `JSON.rawJSON` and the third argument of a reviver are in Node 21 and later, and not yet in TypeScript's library. */
interface SourceAwareJson {
  parse(text: string, reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown): unknown;
  rawJSON(text: string): unknown;
  isRawJSON(value: unknown): boolean;
}
const json = JSON as unknown as SourceAwareJson;

/** What a number may not survive: many digits, or an exponent. */
const RISKY = /\d{16}|\d[.\d]*[eE][+-]?\d|\.\d{15}/;

/**
 * As JSON.parse; but numbers that a JavaScript number does not hold exactly come back as raw JSON, which JSON.stringify writes as it was.
 * Keys named `__proto__` are plain properties. Throws SyntaxError.
 */
export function parseLossless(text: string): unknown {
  if (!RISKY.test(text)) return JSON.parse(text) as unknown;
  return json.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && String(value) !== source ? json.rawJSON(source) : value,
  );
}

/** A number that is kept as its text. */
export const isRaw = (value: unknown): boolean => json.isRawJSON(value);

/** Null for what is nested some thousand levels deep: it can be read, but not written. */
export function writtenDocument(event: unknown): string | null {
  try {
    return JSON.stringify(event);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
