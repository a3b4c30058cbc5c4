import { tokensOf } from '../../../domains/search/parts.ts';
import { fieldTerm } from '../kit/search-language.ts';

/** Whether terms stand beside an `or` that no parentheses hold together. */
function hasOpenOr(text: string): boolean {
  let depth = 0;
  for (const { type } of tokensOf(text).tokens) {
    if (type === '(') depth += 1;
    else if (type === ')') depth -= 1;
    else if (type === 'or' && depth === 0) return true;
  }
  return false;
}

/** Narrows a search by one more term. The opposite term goes, and one that is there already is not doubled. */
export function withTerm(text: string, field: string, value: string, isNegated: boolean): string {
  const term = fieldTerm(field, value);
  let rest = text.trim();
  for (const old of [`-${term}`, term]) rest = ` ${rest} `.replace(` ${old} `, ' ').trim();
  if (hasOpenOr(rest)) rest = `(${rest})`;
  return [rest, fieldTerm(field, value, isNegated)].filter((part) => part !== '').join(' ');
}
