// Plain Sigma strings: wildcards, escapes, placeholders.

/** Any run of characters, none and line breaks included. */
export const ANY = 0;
/** Exactly one character. */
export const ONE = 1;
/** Any of the five characters in DASHES, made by `windash`. */
export const DASH = 2;
/** What `-` and `/` in front of an option may be written as: hyphen, slash, en dash, em dash, horizontal bar. */
export const DASHES = '-/\u2013\u2014\u2015';

export type PatternPart = string | typeof ANY | typeof ONE | typeof DASH;
/** Literal text between wildcards; texts are not empty and never adjacent, nor are two ANY. An empty pattern is the empty string. */
export type Pattern = readonly PatternPart[];
/** Values by placeholder name. Values are plain Sigma strings: wildcards in them count. */
export type Placeholders = Readonly<Record<string, readonly (string | number)[]>>;

/** Literal text as a pattern; nothing in it is special. */
export const literal = (text: string): Pattern => (text === '' ? [] : [text]);

/** Puts parts after one another, joining texts and collapsing runs of ANY. */
export function concat(...patterns: readonly Pattern[]): Pattern {
  const parts: PatternPart[] = [];
  for (const part of patterns.flat()) {
    const last = parts.at(-1);
    if (part === '' || (part === ANY && last === ANY)) continue;
    if (typeof part === 'string' && typeof last === 'string') parts[parts.length - 1] = last + part;
    else parts.push(part);
  }
  return parts;
}

/** The text when the pattern holds no wildcard, else undefined. */
export function plainText(pattern: Pattern): string | undefined {
  if (pattern.length === 0) return '';
  return pattern.length === 1 && typeof pattern[0] === 'string' ? pattern[0] : undefined;
}

type Piece = PatternPart | { readonly placeholder: string };

/**
 * Reads a plain Sigma string. A backslash escapes `*`, `?` and itself, before anything else it is itself: `C:\Users\*\x`
 * holds a literal star, which is how the specification reads this frequent mistake.
 */
export const parsePattern = (text: string): Pattern => concat(pieces(text, false) as Pattern);

/**
 * As `parsePattern`, with `%name%` replaced by its values: one pattern for each combination.
 * `\%` is a percent sign. @returns the name of the first placeholder without values instead, as `{ missing }`.
 */
export function expandPattern(text: string, placeholders: Placeholders): readonly Pattern[] | { readonly missing: string } {
  let patterns: readonly Pattern[] = [[]];
  for (const piece of pieces(text, true)) {
    if (typeof piece !== 'object') {
      patterns = patterns.map((pattern) => concat(pattern, [piece]));
      continue;
    }
    const values = Object.hasOwn(placeholders, piece.placeholder) ? placeholders[piece.placeholder]! : [];
    if (values.length === 0) return { missing: piece.placeholder };
    const choices = values.map((value) => parsePattern(String(value)));
    patterns = patterns.flatMap((pattern) => choices.map((choice) => concat(pattern, choice)));
  }
  return patterns;
}

function pieces(text: string, hasPlaceholders: boolean): Piece[] {
  const found: Piece[] = [];
  let plain = '';
  const flush = () => {
    if (plain !== '') found.push(plain);
    plain = '';
  };
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i]!;
    const next = text[i + 1];
    if (char === '\\' && (next === '\\' || next === '*' || next === '?' || (hasPlaceholders && next === '%'))) {
      plain += next;
      i += 1;
    } else if (char === '*' || char === '?') {
      flush();
      found.push(char === '*' ? ANY : ONE);
    } else if (hasPlaceholders && char === '%') {
      const name = /^%([^%\s\\*?]+)%/.exec(text.slice(i))?.[1];
      if (name === undefined) plain += char;
      else {
        flush();
        found.push({ placeholder: name });
        i += name.length + 1;
      }
    } else plain += char;
  }
  flush();
  return found;
}

/** A hyphen or slash in front of a word: what starts an option. */
const OPTION_START = /(?<![\p{L}\p{N}_])[-/](?=[\p{L}\p{N}_])/u;

/** Each `-` or `/` that starts a word may be any of DASHES, each by itself. */
export function withDashes(pattern: Pattern): Pattern {
  return concat(pattern.flatMap((part): Pattern => (typeof part === 'string' ? dashed(part) : [part])));
}
function dashed(text: string): Pattern {
  const pieces = text.split(new RegExp(OPTION_START, 'u'));
  return concat(pieces.flatMap((piece, index): Pattern => (index === 0 ? [piece] : [DASH, piece])));
}

/** How the pattern would be written in a rule. For messages. */
export const writePattern = (pattern: Pattern): string =>
  pattern.map((part) => (part === ANY ? '*' : part === ONE ? '?' : part === DASH ? '-' : part.replaceAll(/[\\*?]/g, (char) => `\\${char}`))).join('');
