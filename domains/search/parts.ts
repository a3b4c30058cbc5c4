// A search cut into parts that cover it wholly, for those who show it while it is written. The parser says what each is.
import { SearchError } from './error.ts';
import { readSearch } from './syntax.ts';
import { Scanner } from './tokens.ts';
import type { Token } from './tokens.ts';

export type PartKind =
  | 'field'
  | 'operator'
  /** and, or, not. */
  | 'word'
  /** A parenthesis, or the minus in front of a term. */
  | 'mark'
  | 'value'
  | 'quoted'
  /** Stands for anything. */
  | 'star'
  /** What is compared by order: behind `>=` and in ranges. */
  | 'scalar'
  | 'regex'
  | 'space';
export interface Part {
  readonly kind: PartKind;
  /** Half open, in UTF-16 units. */
  readonly from: number;
  readonly to: number;
}
export interface Parts {
  readonly parts: readonly Part[];
  /** What is wrong, as far as the text alone says it. */
  readonly fault: SearchError | null;
}

/** Never throws: behind a mistake it goes on as well as it can. */
export function partsOf(text: string): Parts {
  const { tokens: all, fault } = tokensOf(text);
  const parts: Part[] = [];
  let at = 0;
  let before: Token | undefined;
  for (const token of all) {
    if (token.at > at) parts.push({ kind: 'space', from: at, to: token.at });
    parts.push(...partsOfToken(text, token, before));
    at = endOf(token);
    before = token;
  }
  if (at < text.length) parts.push(/\S/.test(text.slice(at)) ? rest(text, at) : { kind: 'space', from: at, to: text.length });
  return { parts, fault };
}

/** The tokens of the parser, and behind a mistake those that stand there. */
export function tokensOf(text: string): { readonly tokens: readonly Token[]; readonly fault: SearchError | null } {
  const { tokens, fault } = readSearch(text);
  return { tokens: fault === null ? tokens : [...tokens, ...tokensBehind(text, tokens.at(-1))], fault };
}

export const endOf = (token: Token | undefined): number => (token === undefined ? 0 : token.at + token.length);
/** What no scanner reads: a quotation mark that is not closed. */
const rest = (text: string, from: number): Part => ({ kind: text.slice(from).includes('"') ? 'quoted' : 'value', from, to: text.length });

const placeBehind = (token: Token | undefined) => (token?.type === 'field' ? 'value' : 'term');

function tokensBehind(text: string, last: Token | undefined): Token[] {
  const found: Token[] = [];
  try {
    const scanner = new Scanner(text, endOf(last));
    for (let token = scanner.next(placeBehind(last)); token.type !== 'end'; token = scanner.next(placeBehind(token))) found.push(token);
  } catch (error) {
    if (!(error instanceof SearchError)) throw error;
  }
  return found;
}

function partsOfToken(text: string, token: Token, before: Token | undefined): Part[] {
  const { at: from } = token;
  const to = endOf(token);
  switch (token.type) {
    case '(':
    case ')':
    case '-':
      return [{ kind: 'mark', from, to }];
    case 'and':
    case 'or':
    case 'not':
      return [{ kind: 'word', from, to }];
    case 'field':
      return [
        { kind: 'field', from, to: from + token.name.length },
        { kind: 'operator', from: from + token.name.length, to },
      ];
    case 'range':
      return [{ kind: 'scalar', from, to }];
    case 'value':
      return valueParts(text, token, before);
    case 'end':
      return [];
  }
}

function valueParts(text: string, token: Token, before: Token | undefined): Part[] {
  const { at: from } = token;
  const to = endOf(token);
  const operator = before?.type === 'field' && before.at + before.length === from ? before.operator : null;
  if (operator === '=~') return [{ kind: 'regex', from, to }];
  if (operator !== null && operator !== ':') return [{ kind: 'scalar', from, to }];
  const written = text.slice(from, to);
  const compared = operator === ':' ? /^(?:<=|>=|<|>)/.exec(written) : null;
  if (compared !== null) {
    const start = from + compared[0].length;
    return [{ kind: 'operator', from, to: start }, ...(start < to ? [{ kind: 'scalar' as const, from: start, to }] : [])];
  }
  return [...written.matchAll(/"(?:\\["\\]|[^"])*"|\*+|[^"*]+/g)].map(({ index, 0: piece }) => ({
    kind: piece.startsWith('"') ? 'quoted' : piece.startsWith('*') ? 'star' : 'value',
    from: from + index,
    to: from + index + piece.length,
  }));
}
