// The search language: text to a tree. What a tree means in SQL is in sql.ts, for an event in memory in api/live/match.ts; one
// table of cases (cases.ts) holds both to the same answers.

/**
 * What a value is compared with, case aside: pieces that must follow each other, `*` between them.
 * `['a', 'b']` is `a*b`; one piece is a plain value; `['', '']` is any value at all.
 */
export type Pieces = readonly [string, ...string[]];

export type FieldTest =
  { readonly op: 'is'; readonly pieces: Pieces } | { readonly op: 'exists' } | { readonly op: '<' | '<=' | '>' | '>='; readonly value: number };

export type Search =
  | { readonly kind: 'all' }
  | { readonly kind: 'and' | 'or'; readonly of: readonly Search[] }
  | { readonly kind: 'not'; readonly of: Search }
  /** Somewhere in the native document. */
  | { readonly kind: 'text'; readonly pieces: Pieces }
  /** `at` and `length` are where the term stands, for those who find later that field and test do not go together. */
  | { readonly kind: 'field'; readonly field: string; readonly test: FieldTest; readonly at: number; readonly length: number };

/** The text cannot be read as a search. `at` counts characters from 0; `length` is how many of them are meant. */
export class SearchError extends Error {
  readonly code = 'INVALID_SEARCH';
  readonly at: number;
  readonly length: number;

  constructor(message: string, at: number, length = 1) {
    super(message);
    this.name = 'SearchError';
    this.at = at;
    this.length = length;
  }
}

export const SEARCH_LIMITS = { characters: 2_000, terms: 50, depth: 20 } as const;

/**
 * Reads the search language.
 *
 * - `word`, `"two words"`, `pass*word`: somewhere in the native document, case aside.
 * - `field:value`, `field:"a value"`, `field:a*`: an ECS field, else a field of the native document. `field:*`: it has a value.
 * - `field:>=100` and `<`, `<=`, `>`: numbers. `source.ip:10.0.0.0/8`: a network.
 * - `field:(a or b)`: the same field for each.
 * - Terms beside each other must all hold; `or`, `and`, `not`, `-term` and parentheses as usual.
 * - A backslash is a character like any other, so that `C:\Windows\*.exe` needs no care. In quotation marks nothing is special but
 *   `\"`, a quotation mark, and `\\`, a backslash (one that stands alone is itself); there `*` is a character.
 *
 * An empty text is `{ kind: 'all' }`.
 * @throws SearchError with the position of what is wrong.
 */
export function parseSearch(text: string): Search {
  if (text.length > SEARCH_LIMITS.characters) {
    throw new SearchError(
      `A search has at most ${SEARCH_LIMITS.characters} characters; this one has ${text.length}.`,
      SEARCH_LIMITS.characters,
      text.length - SEARCH_LIMITS.characters,
    );
  }
  return new Parser(text).parse();
}

type Token =
  | { readonly type: '(' | ')' | '-' | 'and' | 'or' | 'not' | 'end'; readonly at: number; readonly length: number }
  | { readonly type: 'value'; readonly at: number; readonly length: number; readonly pieces: Pieces; readonly quoted: boolean }
  /** A name and its colon. What it is tested for follows. */
  | { readonly type: 'field'; readonly at: number; readonly length: number; readonly name: string };

/** Where the next token stands: in a `group` and as a `value` a colon is only a character, and a `value` is never a word of the language. */
type Place = 'term' | 'group' | 'value';

const FIELD = /[A-Za-z_@][\w.@-]*:/y;
const WORDS: ReadonlyMap<string, 'and' | 'or' | 'not'> = new Map([
  ['and', 'and'],
  ['or', 'or'],
  ['not', 'not'],
]);
const isSpace = (char: string) => char === ' ' || char === '\t' || char === '\n' || char === '\r';

class Parser {
  readonly #text: string;
  #position = 0;
  #token: Token;
  #terms = 0;

  constructor(text: string) {
    this.#text = text;
    const nul = text.indexOf('\0');
    if (nul >= 0) throw new SearchError('A search cannot hold the character NUL.', nul);
    this.#token = this.#scan('term');
  }

  parse(): Search {
    if (this.#isAtEnd()) return { kind: 'all' };
    const search = this.#or(null, 0);
    if (!this.#isAtEnd()) throw this.#unexpected();
    return search;
  }

  #isAtEnd(): boolean {
    return this.#token.type === 'end';
  }

  /** `field` is the one in front of the parenthesis that we are in, if any. */
  #or(field: string | null, depth: number): Search {
    if (depth > SEARCH_LIMITS.depth) throw new SearchError(`Parentheses go at most ${SEARCH_LIMITS.depth} deep.`, this.#token.at);
    const of = [this.#and(field, depth)];
    while (this.#token.type === 'or') {
      this.#advance(field === null ? 'term' : 'group');
      of.push(this.#and(field, depth));
    }
    return joined('or', of);
  }

  #and(field: string | null, depth: number): Search {
    const of = [this.#unary(field, depth)];
    for (;;) {
      if (this.#token.type === 'and') this.#advance(field === null ? 'term' : 'group');
      else if (this.#token.type === 'end' || this.#token.type === ')' || this.#token.type === 'or') return joined('and', of);
      of.push(this.#unary(field, depth));
    }
  }

  #unary(field: string | null, depth: number): Search {
    let isNegated = false;
    while (this.#token.type === '-' || this.#token.type === 'not') {
      isNegated = !isNegated;
      this.#advance(field === null ? 'term' : 'group');
    }
    const search = this.#term(field, depth);
    return isNegated ? { kind: 'not', of: search } : search;
  }

  #term(field: string | null, depth: number): Search {
    const token = this.#token;
    if (token.type === '(') {
      this.#advance(field === null ? 'term' : 'group');
      const search = this.#or(field, depth + 1);
      if (this.#token.type !== ')') throw new SearchError('This parenthesis is not closed.', token.at);
      this.#advance(field === null ? 'term' : 'group');
      return search;
    }
    if (token.type === 'field') {
      this.#advance('value');
      if (this.#token.type === '(') return this.#group(token.name, depth);
      if (this.#token.type !== 'value')
        throw new SearchError(
          `A value is missing after \`${token.name}:\`. To ask whether the field has any, write \`${token.name}:*\`.`,
          token.at,
          token.length,
        );
      return this.#value(token.name, this.#token, 'term');
    }
    if (token.type === 'value') return this.#value(field, token, field === null ? 'term' : 'group');
    throw this.#unexpected();
  }

  #group(field: string, depth: number): Search {
    const open = this.#token;
    this.#advance('group');
    const search = this.#or(field, depth + 1);
    if (this.#token.type !== ')') throw new SearchError('This parenthesis is not closed.', open.at);
    this.#advance('term');
    return search;
  }

  #value(field: string | null, token: Token & { readonly type: 'value' }, next: Place): Search {
    this.#terms += 1;
    if (this.#terms > SEARCH_LIMITS.terms) throw new SearchError(`A search has at most ${SEARCH_LIMITS.terms} terms.`, token.at, token.length);
    this.#advance(next);
    const { pieces } = token;
    if (field !== null) return { kind: 'field', field, test: fieldTest(token), at: token.at, length: token.length };
    if (pieces.every((piece) => piece === '')) {
      if (pieces.length > 1) return { kind: 'all' };
      throw new SearchError('Nothing stands between these quotation marks.', token.at, token.length);
    }
    return { kind: 'text', pieces };
  }

  #unexpected(): SearchError {
    const { type, at, length } = this.#token;
    if (type === 'end') return new SearchError('The search ends where a term was expected.', Math.max(0, at - 1));
    if (type === ')') return new SearchError('This parenthesis closes nothing.', at);
    return new SearchError(`A term was expected before \`${this.#text.slice(at, at + length)}\`.`, at, length);
  }

  #advance(place: Place): void {
    this.#token = this.#scan(place);
  }

  #scan(place: Place): Token {
    const text = this.#text;
    while (this.#position < text.length && isSpace(text[this.#position] as string)) this.#position += 1;
    const at = this.#position;
    const char = text[at];
    if (char === undefined) return { type: 'end', at, length: 0 };
    if (char === '(' || char === ')') {
      this.#position += 1;
      return { type: char, at, length: 1 };
    }
    const next = text[at + 1];
    if (char === '-' && place !== 'value' && next !== undefined && !isSpace(next)) {
      this.#position += 1;
      return { type: '-', at, length: 1 };
    }
    if (place === 'term') {
      const name = this.#fieldAt(at);
      if (name !== null) {
        this.#position = at + name.length + 1;
        return { type: 'field', at, length: name.length + 1, name };
      }
    }
    return char === '"' ? this.#quoted(at) : this.#bare(at, place);
  }

  /** A name and a colon; but `C:\x` is a path and `fe80::1` an address. */
  #fieldAt(at: number): string | null {
    FIELD.lastIndex = at;
    const match = FIELD.exec(this.#text)?.[0];
    if (match === undefined) return null;
    const after = this.#text[at + match.length];
    if (after === ':' || (match.length === 2 && (after === '\\' || after === '/'))) return null;
    return match.slice(0, -1);
  }

  #quoted(at: number): Token {
    const text = this.#text;
    let value = '';
    for (let i = at + 1; i < text.length; i += 1) {
      const char = text[i] as string;
      if (char === '"') {
        this.#position = i + 1;
        return { type: 'value', at, length: i + 1 - at, pieces: [value], quoted: true };
      }
      if (char === '\\' && (text[i + 1] === '"' || text[i + 1] === '\\')) i += 1;
      value += text[i] as string;
    }
    throw new SearchError('This quotation mark is not closed.', at);
  }

  #bare(at: number, place: Place): Token {
    const text = this.#text;
    const pieces: [string, ...string[]] = [''];
    let i = at;
    for (; i < text.length; i += 1) {
      const char = text[i] as string;
      if (isSpace(char) || char === '(' || char === ')' || char === '"') break;
      if (char === '*') {
        if (pieces.length === 1 || pieces.at(-1) !== '') pieces.push('');
        continue;
      }
      pieces[pieces.length - 1] += char;
    }
    this.#position = i;
    const length = i - at;
    const word = WORDS.get(text.slice(at, i).toLowerCase());
    if (word !== undefined && place !== 'value') return { type: word, at, length };
    return { type: 'value', at, length, pieces, quoted: false };
  }
}

const joined = (kind: 'and' | 'or', of: readonly Search[]): Search => (of.length === 1 ? (of[0] as Search) : { kind, of });

const COMPARISON = /^(<=|>=|<|>)(-?\d+(?:\.\d+)?)$/;

function fieldTest({ pieces, quoted, at, length }: Token & { readonly type: 'value' }): FieldTest {
  if (!quoted && pieces.length > 1 && pieces.every((piece) => piece === '')) return { op: 'exists' };
  if (!quoted && pieces.length === 1 && /^[<>]/.test(pieces[0])) {
    const comparison = COMPARISON.exec(pieces[0]);
    if (comparison === null)
      throw new SearchError('A number is expected after `<` or `>`. To look for the character itself, put it in quotation marks.', at, length);
    return { op: comparison[1] as '<' | '<=' | '>' | '>=', value: Number(comparison[2]) };
  }
  return { op: 'is', pieces };
}
