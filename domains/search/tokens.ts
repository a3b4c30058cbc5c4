// Cuts the text of a search into tokens. The grammar over them is in syntax.ts.
import { SearchError } from './error.ts';

/**
 * What a value is compared with, case aside: pieces that must follow each other, `*` between them.
 * `['a', 'b']` is `a*b`; one piece is a plain value; `['', '']` is any value at all.
 */
export type Pieces = readonly [string, ...string[]];
export type Operator = ':' | '<' | '<=' | '>' | '>=' | '=~';

export interface ValueToken {
  readonly type: 'value';
  readonly at: number;
  readonly length: number;
  readonly pieces: Pieces;
  /** Some of it stands in quotation marks, so none of it is a word of the language. */
  readonly quoted: boolean;
}
export type Token =
  | { readonly type: '(' | ')' | '-' | 'and' | 'or' | 'not' | 'end'; readonly at: number; readonly length: number }
  | ValueToken
  /** A name and its operator. What it is tested for follows. */
  | { readonly type: 'field'; readonly at: number; readonly length: number; readonly name: string; readonly operator: Operator }
  /** `[a to b]`, both ends counted in; `*` leaves one open. */
  | { readonly type: 'range'; readonly at: number; readonly length: number; readonly from: string; readonly to: string };

/** Where the next token stands: in a `group` and as a `value` an operator is only a character, and a `value` is never a word of the language. */
export type Place = 'term' | 'group' | 'value';

const FIELD = /([A-Za-z_@](?:[\w.@-]*\w)?)(:|=~|<=|>=|<|>)/y;
const RANGE = /\[\s*([^\s\]"()]+)\s+to\s+([^\s\]"()]+)\s*\]/iy;
const WORDS: ReadonlyMap<string, 'and' | 'or' | 'not'> = new Map([
  ['and', 'and'],
  ['or', 'or'],
  ['not', 'not'],
]);
const isSpace = (char: string) => char === ' ' || char === '\t' || char === '\n' || char === '\r';

export class Scanner {
  readonly text: string;
  #position: number;

  constructor(text: string, position = 0) {
    this.text = text;
    this.#position = position;
    const nul = text.indexOf('\0');
    if (nul >= 0) throw new SearchError('A search cannot hold the character NUL.', nul);
  }

  /** @throws SearchError for a quotation mark that is not closed */
  next(place: Place): Token {
    const { text } = this;
    while (this.#position < text.length && isSpace(text[this.#position] as string)) this.#position += 1;
    const at = this.#position;
    const char = text[at];
    if (char === undefined) return { type: 'end', at, length: 0 };
    if (char === '(' || char === ')') {
      this.#position += 1;
      return { type: char, at, length: 1 };
    }
    const after = text[at + 1];
    if (char === '-' && place !== 'value' && after !== undefined && !isSpace(after)) {
      this.#position += 1;
      return { type: '-', at, length: 1 };
    }
    if (place === 'term') {
      const field = this.#fieldAt(at);
      if (field !== null) return field;
    } else if (char === '[') {
      const range = this.#rangeAt(at);
      if (range !== null) return range;
    }
    return this.#value(at, place);
  }

  /** A name and an operator; but `C:\x` is a path and `fe80::1` an address. */
  #fieldAt(at: number): Token | null {
    FIELD.lastIndex = at;
    const match = FIELD.exec(this.text);
    if (match === null) return null;
    const [all, name, operator] = match as unknown as readonly [string, string, Operator];
    const after = this.text[at + all.length];
    if (operator === ':' && (after === ':' || (name.length === 1 && (after === '\\' || after === '/')))) return null;
    this.#position = at + all.length;
    return { type: 'field', at, length: all.length, name, operator };
  }

  #rangeAt(at: number): Token | null {
    RANGE.lastIndex = at;
    const match = RANGE.exec(this.text);
    if (match === null) return null;
    const [all, from, to] = match as unknown as readonly [string, string, string];
    this.#position = at + all.length;
    return { type: 'range', at, length: all.length, from, to };
  }

  /** Bare and quoted parts without a space between them are one value: `*"Program Files"*`. */
  #value(at: number, place: Place): Token {
    const { text } = this;
    const pieces: [string, ...string[]] = [''];
    let quoted = false;
    let i = at;
    for (; i < text.length; i += 1) {
      const char = text[i] as string;
      if (isSpace(char) || char === '(' || char === ')') break;
      if (char === '"') {
        const end = this.#quotedTo(i, (part) => (pieces[pieces.length - 1] += part));
        quoted = true;
        i = end;
      } else if (char !== '*') pieces[pieces.length - 1] += char;
      else if (pieces.length === 1 || pieces.at(-1) !== '') pieces.push('');
    }
    this.#position = i;
    const length = i - at;
    const word = quoted || place === 'value' ? undefined : WORDS.get(text.slice(at, i).toLowerCase());
    return word === undefined ? { type: 'value', at, length, pieces, quoted } : { type: word, at, length };
  }

  /** @returns Where the closing quotation mark stands. */
  #quotedTo(open: number, add: (part: string) => void): number {
    const { text } = this;
    for (let i = open + 1; i < text.length; i += 1) {
      const char = text[i] as string;
      if (char === '"') return i;
      if (char === '\\' && (text[i + 1] === '"' || text[i + 1] === '\\')) i += 1;
      add(text[i] as string);
    }
    throw new SearchError('This quotation mark is not closed. Inside of quotation marks, write `\\"` for one and `\\\\` for a backslash before it.', open);
  }
}
