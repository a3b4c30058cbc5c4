// What is being typed at the caret of a search, and what it would be replaced by.
import { endOf, tokensOf } from './parts.ts';
import type { Operator, Token } from './tokens.ts';

export interface Typing {
  /** Null: a name is typed, or a word. */
  readonly field: string | null;
  /** What stands between field and value; null for a name. */
  readonly operator: Operator | null;
  /** Where the operator begins, if nothing but it stands before the caret. */
  readonly operatorAt: number | null;
  readonly typed: string;
  /** What a completion replaces: half open, in UTF-16 units. */
  readonly from: number;
  readonly to: number;
  /** A term stands before it, so that `or` may follow. */
  readonly isAfterTerm: boolean;
}

/** Null where nothing can be offered: in a phrase, in a range, behind a parenthesis, outside of the text. */
export function typingAt(text: string, caret: number): Typing | null {
  if (caret < 0 || caret > text.length) return null;
  const before = text.slice(0, caret);
  const { tokens } = tokensOf(before);
  const unread = before.slice(endOf(tokens.at(-1)));
  if (/\S/.test(unread)) return quotedAt(text, caret, unread.trimStart(), tokens);
  const last = tokens.at(-1);
  if (last === undefined || endOf(last) < caret) return begun(text, caret, tokens);
  switch (last.type) {
    case 'field':
    case '(':
    case '-':
      return begun(text, caret, tokens);
    case 'value':
    case 'and':
    case 'or':
    case 'not':
      return wordAt(text, caret, last, tokens.slice(0, -1));
    default:
      return null;
  }
}

interface Position {
  readonly field: string | null;
  readonly operator: Operator | null;
  readonly operatorAt: number | null;
  readonly isAfterTerm: boolean;
}

/** What the next token would be part of. */
function positionBehind(tokens: readonly Token[]): Position {
  const groups: (string | null)[] = [];
  let before: Token | undefined;
  for (const token of tokens) {
    if (token.type === '(') groups.push(before?.type === 'field' ? before.name : (groups.at(-1) ?? null));
    else if (token.type === ')') groups.pop();
    before = token;
  }
  if (before?.type === 'field') return { field: before.name, operator: before.operator, operatorAt: before.at + before.name.length, isAfterTerm: false };
  const group = groups.at(-1) ?? null;
  const isAfterTerm = before?.type === 'value' || before?.type === 'range' || before?.type === ')';
  return { field: group, operator: group === null ? null : ':', operatorAt: null, isAfterTerm };
}

function begun(text: string, caret: number, tokens: readonly Token[]): Typing {
  const position = positionBehind(tokens);
  return { ...position, typed: '', from: caret, to: caret + restOf(text, caret, position.field).length };
}

function wordAt(text: string, caret: number, { at, length }: Token, before: readonly Token[]): Typing | null {
  const position = positionBehind(before);
  const written = text.slice(at, at + length);
  if (written.includes('"') || written.startsWith('[')) return null;
  const compared = position.operator === ':' ? (/^(?:<=|>=|<|>)/.exec(written)?.[0].length ?? 0) : 0;
  return { ...position, operatorAt: null, typed: written.slice(compared), from: at + compared, to: caret + restOf(text, caret, position.field).length };
}

/** Of a name its colon, too: what is put in has one. */
const restOf = (text: string, caret: number, field: string | null): string =>
  (field === null ? /^(?:[\w.@-]+:?|[^\s()"]*)/ : /^[^\s()"]*/).exec(text.slice(caret))?.[0] ?? '';

/** @param unread Begins with the value whose quotation mark is open at the caret. */
function quotedAt(text: string, caret: number, unread: string, tokens: readonly Token[]): Typing | null {
  const position = positionBehind(tokens);
  if (position.field === null || !unread.startsWith('"')) return null;
  const end = text.indexOf('"', caret);
  return {
    ...position,
    operatorAt: null,
    typed: unread.slice(1).replaceAll(/\\(["\\])/g, '$1'),
    from: caret - unread.length,
    to: end < 0 ? text.length : end + 1,
  };
}
