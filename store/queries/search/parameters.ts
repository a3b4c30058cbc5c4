// What every condition is made of: parameters, and patterns of LIKE.
import type { Pieces } from '../../../domains/search/tokens.ts';

/** Gathers parameters of a statement: `$1`, `$2` and so on in the order of asking. */
export class Parameters {
  readonly values: unknown[] = [];

  /** The placeholder that stands for `value`. */
  add(value: unknown): string {
    return `$${this.values.push(value)}`;
  }
}

/** The text as it stands inside a JSON string, without the quotation marks. */
export const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);
export const escapeLike = (text: string): string => text.replaceAll(/[\\%_]/g, '\\$&');
export const likePattern = (pieces: Pieces): string => pieces.map(escapeLike).join('%');

// eslint-disable-next-line no-control-regex
export const isAscii = (text: string): boolean => /^[\u0000-\u007f]*$/.test(text);

/**
 * Whether the text `value` is what the pieces say, case aside. What is looked for in ASCII is looked for byte by byte: a third of the work, and the case
 * of letters beyond ASCII does not matter to it.
 */
export function textCondition(value: string, pieces: readonly string[], parameters: Parameters): string {
  const text = pieces.every(isAscii) ? `${value} COLLATE "C"` : value;
  if (pieces.length === 1) return `lower(${text}) = lower(${parameters.add(pieces[0])})`;
  return `${text} ILIKE ${parameters.add(pieces.map(escapeLike).join('%'))}`;
}
