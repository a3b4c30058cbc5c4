// What the page must know of the search language to colour, complete and extend a search. Whether it is right says the API alone.

export interface Token {
  /** `field` is a name with its colon; `word` one of and, or, not; `mark` a parenthesis or a minus. */
  readonly kind: 'field' | 'value' | 'quoted' | 'word' | 'mark' | 'space';
  /** Half open, in UTF-16 units. */
  readonly from: number;
  readonly to: number;
}

const TOKEN = /(?<space>\s+)|(?<field>[A-Za-z_@][\w.@-]*:(?![:\\/]))|(?<quoted>"(?:\\.|[^"\\])*"?)|(?<mark>[()]|-(?=\S))|(?<value>(?:\\.|[^\s()"])+)/gu;

/** Cuts the text into tokens that cover it wholly. Never fails: what is wrong becomes a value. */
export function tokens(text: string): Token[] {
  const found: Token[] = [];
  for (const match of text.matchAll(TOKEN)) {
    const [kind, part] = Object.entries(match.groups ?? {}).find(([, group]) => group !== undefined) ?? ['value', match[0]];
    const isWord = kind === 'value' && /^(and|or|not)$/i.test(part ?? '');
    found.push({ kind: isWord ? 'word' : (kind as Token['kind']), from: match.index, to: match.index + match[0].length });
  }
  return found;
}

/** As it is where it reads as itself, else in quotation marks. */
export function quote(value: string): string {
  if (/^[^\s"\\:()*<>-][^\s"\\:()*]*$/.test(value) && !/^(and|or|not)$/i.test(value)) return value;
  if (/^[\da-fA-F:.]+$/.test(value)) return value; // an address
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

export const fieldTerm = (field: string, value: string, isNegated = false): string => `${isNegated ? '-' : ''}${field}:${quote(value)}`;

const hasOr = (text: string): boolean => tokens(text).some((token) => token.kind === 'word' && text.slice(token.from, token.to).toLowerCase() === 'or');

/** Narrows a search by one more term. The opposite term goes, and one that is there already is not doubled. */
export function withTerm(text: string, field: string, value: string, isNegated: boolean): string {
  const term = fieldTerm(field, value);
  let rest = text.trim();
  for (const old of [`-${term}`, term]) rest = ` ${rest} `.replace(` ${old} `, ' ').trim();
  if (hasOr(rest) && !/^\([^()]*\)$/.test(rest)) rest = `(${rest})`;
  return [rest, fieldTerm(field, value, isNegated)].filter((part) => part !== '').join(' ');
}

/** What is being typed at the caret. */
export interface Typing {
  readonly kind: 'name' | 'value';
  /** The field whose value is being typed; null for a name. */
  readonly field: string | null;
  readonly typed: string;
  /** What a completion replaces. */
  readonly from: number;
  readonly to: number;
}

/** Null where nothing can be completed: inside of a plain phrase. */
export function typingAt(text: string, caret: number): Typing | null {
  const all = tokens(text);
  const index = all.findIndex((token) => token.from < caret && caret <= token.to);
  const token = all[index];
  if (token === undefined || token.kind === 'space' || token.kind === 'mark') return { kind: 'name', field: null, typed: '', from: caret, to: caret };
  const typed = text.slice(token.from, caret);
  if (token.kind === 'field') {
    if (caret === token.to)
      return { kind: 'value', field: typed.slice(0, -1), typed: '', from: caret, to: all[index + 1]?.kind === 'space' ? caret : (all[index + 1]?.to ?? caret) };
    return { kind: 'name', field: null, typed, from: token.from, to: token.to };
  }
  const before = all[index - 1];
  if (before?.kind === 'field')
    return { kind: 'value', field: text.slice(before.from, before.to - 1), typed: typed.replace(/^"/, ''), from: token.from, to: token.to };
  return token.kind === 'quoted' ? null : { kind: 'name', field: null, typed, from: token.from, to: token.to };
}
