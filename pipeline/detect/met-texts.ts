// The texts of an event that made a value of a rule hold, each cut around the part that did.
import type { Expression, MetText } from '../../domains/sigma/index.ts';
import type { Range } from './compile/glob.ts';
import { locateIn } from './locate.ts';

/** A text of the event; `path` says where it lies, null where that is said elsewhere. */
export interface NamedText {
  readonly path: string | null;
  readonly text: string;
}

const MOST_TEXTS = 3;
const MOST_CHARS = 500;
/** Before and behind what met. */
const AROUND = 120;

/**
 * @param expression Of one value, which the engine says holds. @param textsOf Of another field that it names.
 * @returns Empty for what asks for no text: null, exists, and what holds because nothing is there.
 */
export function metTexts(expression: Expression, texts: () => readonly NamedText[], textsOf: (field: string) => readonly string[]): readonly MetText[] {
  const locate = locateIn(expression, textsOf);
  if (locate === undefined) return [];
  const met: MetText[] = [];
  for (const { path, text } of texts()) {
    const range = locate(text);
    if (range !== undefined) met.push({ path, ...cutAround(text, range) });
    if (met.length === MOST_TEXTS) break;
  }
  return met;
}

/** Cut at the end, where it is long. */
export const shortened = (text: string): string => (text.length > MOST_CHARS ? `${text.slice(0, boundary(text, MOST_CHARS))}…` : text);

function cutAround(text: string, [from, to]: Range): Omit<MetText, 'path'> {
  const start = from <= AROUND ? 0 : boundary(text, from - AROUND);
  const end = text.length - to <= AROUND ? text.length : boundary(text, to + AROUND);
  return {
    before: `${start > 0 ? '…' : ''}${text.slice(start, from)}`,
    part: shortened(text.slice(from, to)),
    after: `${text.slice(to, end)}${end < text.length ? '…' : ''}`,
  };
}

/** No place within a pair of surrogates. */
const boundary = (text: string, at: number): number => ((text.charCodeAt(at) & 0xfc00) === 0xdc00 ? at - 1 : at);
