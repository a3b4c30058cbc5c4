// The search language: text to a tree. What a tree means in SQL is in store/queries/search, for an event in memory in api/live/match.ts; one
// table of cases (cases.ts) holds both to the same answers.
import { SearchError } from './error.ts';
import { readRegex, RegexError } from './regex.ts';
import { Scanner } from './tokens.ts';
import type { Operator, Pieces, Place, Token, ValueToken } from './tokens.ts';
import { rangeTest, scalarOf } from './values.ts';
import type { Scalar } from './values.ts';

export { SearchError } from './error.ts';
export type { Pieces } from './tokens.ts';

export type Comparison = '<' | '<=' | '>' | '>=';
export interface Bound {
  readonly op: Comparison;
  /** Of a time, microseconds; of a level, its place in LEVELS. */
  readonly value: number;
}
export type FieldTest =
  | { readonly op: 'is'; readonly pieces: Pieces }
  | { readonly op: 'exists' }
  /** One value within all bounds: one or two of them. */
  | { readonly op: 'within'; readonly of: Scalar['of']; readonly bounds: readonly [Bound, Bound?] }
  /** Somewhere in the value, case aside. `source` is as it was written, `pattern` what engines read. */
  | { readonly op: 'matches'; readonly source: string; readonly pattern: string };

export type Search =
  | { readonly kind: 'all' }
  | { readonly kind: 'and' | 'or'; readonly of: readonly Search[] }
  | { readonly kind: 'not'; readonly of: Search }
  /** Somewhere in the native document. */
  | { readonly kind: 'text'; readonly pieces: Pieces }
  /** `at` and `length` are where the term stands, for those who find later that field and test do not go together. */
  | { readonly kind: 'field'; readonly field: string; readonly test: FieldTest; readonly at: number; readonly length: number };

export type FieldTerm = Search & { readonly kind: 'field' };

export const SEARCH_LIMITS = { characters: 2_000, terms: 50, depth: 20 } as const;

/**
 * Reads the search language.
 *
 * - `word`, `"two words"`, `pass*word`: somewhere in the native document, case aside.
 * - `field:value`, `field:"a value"`, `field:a*`, `field:*"two words"*`: an ECS field, else a field of the native document. `field:*`: it has a value.
 * - `field>=100`, also `field:>=100`, and `<`, `<=`, `>`: numbers, times, severities. `field:[1 to 5]`: both ends counted in, `*` leaves one open.
 * - `source.ip:10.0.0.0/8`: a network. `field=~"^a.*z$"`: a regular expression.
 * - `field:(a or b)`: the same field for each.
 * - Terms beside each other must all hold; `or`, `and`, `not`, `-term` and parentheses as usual.
 * - A backslash is a character like any other, so that `C:\Windows\*.exe` needs no care. In quotation marks nothing is special but
 *   `\"`, a quotation mark, and `\\`, a backslash (one that stands alone is itself); there `*` is a character.
 *
 * An empty text is `{ kind: 'all' }`.
 * @throws SearchError with the position of what is wrong.
 */
export function parseSearch(text: string): Search {
  return parserOf(text).parse();
}

/** A search as far as it can be read: for those who look at it while it is written. */
export interface Reading {
  /** In order, without the end; after a mistake, what was read before it and the token that it is about. */
  readonly tokens: readonly Token[];
  readonly search: Search | null;
  readonly fault: SearchError | null;
}

/** As `parseSearch`, by the same parser, which says what it read and where it stopped instead of throwing. */
export function readSearch(text: string): Reading {
  const tokens: Token[] = [];
  try {
    return { tokens, search: parserOf(text, (token) => token.type !== 'end' && tokens.push(token)).parse(), fault: null };
  } catch (error) {
    if (!(error instanceof SearchError)) throw error;
    return { tokens, search: null, fault: error };
  }
}

function parserOf(text: string, onToken: (token: Token) => void = () => {}): Parser {
  if (text.length > SEARCH_LIMITS.characters) {
    throw new SearchError(
      `A search has at most ${SEARCH_LIMITS.characters} characters; this one has ${text.length}.`,
      SEARCH_LIMITS.characters,
      text.length - SEARCH_LIMITS.characters,
    );
  }
  return new Parser(text, onToken);
}

class Parser {
  readonly #scanner: Scanner;
  readonly #onToken: (token: Token) => void;
  #token: Token;
  #terms = 0;

  constructor(text: string, onToken: (token: Token) => void) {
    this.#scanner = new Scanner(text);
    this.#onToken = onToken;
    this.#token = this.#scanner.next('term');
    onToken(this.#token);
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
      return this.#test(token, depth);
    }
    if (token.type === 'value' || token.type === 'range') return this.#value(field, ':', token, field === null ? 'term' : 'group');
    throw this.#unexpected();
  }

  /** What stands behind a name and its operator. */
  #test(name: Token & { readonly type: 'field' }, depth: number): Search {
    const { type } = this.#token;
    if (type === '(' && name.operator === ':') return this.#group(name.name, depth);
    if (type === 'value' || (type === 'range' && name.operator === ':')) return this.#value(name.name, name.operator, this.#token, 'term');
    throw new SearchError(
      `A value is missing after \`${name.name}${name.operator}\`. To ask whether the field has any, write \`${name.name}:*\`.`,
      name.at,
      name.length,
    );
  }

  #group(field: string, depth: number): Search {
    const open = this.#token;
    this.#advance('group');
    const search = this.#or(field, depth + 1);
    if (this.#token.type !== ')') throw new SearchError('This parenthesis is not closed.', open.at);
    this.#advance('term');
    return search;
  }

  #value(field: string | null, operator: Operator, token: Token & { readonly type: 'value' | 'range' }, next: Place): Search {
    this.#terms += 1;
    if (this.#terms > SEARCH_LIMITS.terms) throw new SearchError(`A search has at most ${SEARCH_LIMITS.terms} terms.`, token.at, token.length);
    this.#advance(next);
    const { at, length } = token;
    if (token.type === 'range') return { kind: 'field', field: field ?? '', test: rangeTest(token), at, length };
    if (field !== null)
      return { kind: 'field', field, test: operator === '=~' ? regexTest(token, this.#scanner.text) : fieldTest(operator, token), at, length };
    const { pieces } = token;
    if (pieces.every((piece) => piece === '')) {
      if (pieces.length > 1) return { kind: 'all' };
      throw new SearchError('Nothing stands between these quotation marks.', at, length);
    }
    return { kind: 'text', pieces };
  }

  #unexpected(): SearchError {
    const { type, at, length } = this.#token;
    if (type === 'end') return new SearchError('The search ends where a term was expected.', Math.max(0, at - 1));
    if (type === ')') return new SearchError('This parenthesis closes nothing.', at);
    return new SearchError(`A term was expected before \`${this.#scanner.text.slice(at, at + length)}\`.`, at, length);
  }

  #advance(place: Place): void {
    this.#token = this.#scanner.next(place);
    this.#onToken(this.#token);
  }
}

const joined = (kind: 'and' | 'or', of: readonly Search[]): Search => (of.length === 1 ? (of[0] as Search) : { kind, of });

const COMPARISON = /^(<=|>=|<|>)(.*)$/s;

function fieldTest(operator: Exclude<Operator, '=~'>, token: ValueToken): FieldTest {
  const { pieces, quoted } = token;
  if (operator !== ':') return compared(operator, token, pieces.join('*'));
  if (!quoted && pieces.length > 1 && pieces.every((piece) => piece === '')) return { op: 'exists' };
  const comparison = quoted || pieces.length > 1 ? null : COMPARISON.exec(pieces[0]);
  return comparison === null ? { op: 'is', pieces } : compared(comparison[1] as Comparison, token, comparison[2] as string);
}

function compared(op: Comparison, { at, length }: ValueToken, text: string): FieldTest {
  const scalar = scalarOf(text);
  if (scalar === null) {
    throw new SearchError(
      `A number, a time such as 2026-11-25T12:00Z or a severity such as high is expected after \`${op}\`. To look for the character itself, put it in quotation marks.`,
      at,
      length,
    );
  }
  return { op: 'within', of: scalar.of, bounds: [{ op, value: scalar.value }] };
}

/** Inside of quotation marks an expression stands as it is, backslashes too; only `\"` is a quotation mark. */
function regexTest({ pieces, at, length }: ValueToken, text: string): FieldTest {
  const written = text.slice(at, at + length);
  const isQuoted = written.length > 1 && written.startsWith('"') && written.endsWith('"');
  const source = isQuoted ? written.slice(1, -1).replaceAll('\\"', '"') : pieces.join('*');
  if (!isQuoted && written.includes('"')) throw new SearchError('Put all of a regular expression between quotation marks.', at, length);
  try {
    return { op: 'matches', source, pattern: readRegex(source) };
  } catch (error) {
    if (!(error instanceof RegexError)) throw error;
    throw new SearchError(error.message, Math.min(at + (isQuoted ? 1 : 0) + error.at, at + length - 1), 1);
  }
}
