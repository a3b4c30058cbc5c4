import type { Draft } from './draft.ts';

/** Longest text of a field, in characters: what search engines index of one value. The native document keeps the whole. */
export const LONGEST_TEXT = 32_766;

/** Cuts long texts and replaces NUL, which no database stores as text, in every field but the native document. */
export function scrub(event: Draft): void {
  for (const [name, value] of Object.entries(event)) {
    if (name !== 'native') (event as Record<string, unknown>)[name] = clean(value);
  }
}

function clean(value: unknown): unknown {
  if (typeof value === 'string') return (value.length > LONGEST_TEXT ? value.slice(0, LONGEST_TEXT) : value).replaceAll('\0', '�');
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, clean(inner)]));
}
