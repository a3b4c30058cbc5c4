// JSON pointers (RFC 6901).

export const isPointer = (text: string): boolean => /^(\/([^~/]|~[01])*)*$/.test(text);
/** @param pointer Fulfils `isPointer`. */
export const segmentsOf = (pointer: string): readonly string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));

/** Undefined where there is nothing. */
export function valueAt(document: unknown, segments: readonly string[]): unknown {
  let value = document;
  for (const segment of segments) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, segment)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[segment];
  }
  return value;
}

/** Numbers that JavaScript cannot hold come as the text that they are. */
export const parseExactly = (text: string): unknown =>
  (JSON.parse as (text: string, reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown) => unknown)(
    text,
    (_key, value, { source }) => (typeof value === 'number' && source !== undefined && !Number.isSafeInteger(value) && /^-?\d+$/.test(source) ? source : value),
  );
