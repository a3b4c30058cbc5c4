// Conditions: `or` < `and` < `not` < `x of` < parentheses.
import { refuse } from './problem.ts';

/** What names may stand in a condition, and how it is put together. Operands are never empty. */
export interface Algebra<E> {
  readonly names: readonly string[];
  readonly operand: (name: string) => E;
  readonly all: (of: readonly E[]) => E;
  readonly any: (of: readonly E[]) => E;
  readonly not: (of: E) => E;
}

const MAX_DEPTH = 64;

/**
 * Reads one condition over search identifiers (of a rule or filter) or rule names (of a correlation).
 *
 * @throws Refusal on syntax errors, unknown identifiers, patterns that no identifier meets, and aggregations of Sigma 1
 */
export function parseCondition<E>(text: string, { names, operand, all, any, not }: Algebra<E>): E {
  if (text.includes('|')) refuse('aggregations in a condition ("| count() ...") are Sigma 1; write a correlation rule');
  const words = tokens(text);
  let at = 0;
  const peek = () => words[at];
  const take = () => words[at++];

  const either = (depth: number): E => {
    if (depth > MAX_DEPTH) refuse(`the condition is nested more than ${MAX_DEPTH} deep`);
    const of = [both(depth)];
    while (peek() === 'or') {
      take();
      of.push(both(depth));
    }
    return any(of);
  };
  const both = (depth: number): E => {
    const of = [single(depth)];
    while (peek() === 'and') {
      take();
      of.push(single(depth));
    }
    return all(of);
  };
  const single = (depth: number): E => {
    const word = take();
    if (word === undefined) return refuse(`the condition "${text}" ends too early`);
    if (word === 'not') return not(depth > MAX_DEPTH ? refuse(`the condition is nested more than ${MAX_DEPTH} deep`) : single(depth + 1));
    if (word === '(') {
      const inner = either(depth + 1);
      if (take() !== ')') refuse(`the condition "${text}" lacks a closing parenthesis`);
      return inner;
    }
    if (peek() === 'of') {
      if (word !== '1' && word !== 'any' && word !== 'all') refuse(`"${word} of" is not Sigma; "1 of", "any of" and "all of" are`);
      take();
      const pattern = take();
      if (pattern === undefined || pattern === '(' || pattern === ')') return refuse(`"${word} of" in the condition "${text}" names nothing`);
      const of = matching(pattern, names).map(operand);
      if (of.length === 0) refuse(`"${word} of ${pattern}" meets no name`);
      return word === 'all' ? all(of) : any(of);
    }
    if (word === ')' || word === 'and' || word === 'or' || word === 'of') return refuse(`"${word}" stands at the wrong place in the condition "${text}"`);
    if (!names.includes(word)) refuse(`the condition names "${word}", which is not defined`);
    return operand(word);
  };

  if (words.length === 0) refuse('the condition is empty');
  const expression = either(0);
  if (at < words.length) refuse(`"${String(peek())}" stands at the wrong place in the condition "${text}"`);
  return expression;
}

function tokens(text: string): readonly string[] {
  const found: string[] = [];
  const word = /\s*(?:([A-Za-z0-9_*-]+)|([()]))/y;
  const end = text.trimEnd().length;
  while (word.lastIndex < end) {
    const from = word.lastIndex;
    const match = word.exec(text);
    if (match === null) return refuse(`"${text.slice(from).trim()[0]}" may not stand in a condition`);
    found.push(match[1] ?? match[2]!);
  }
  return found;
}

/** Names that begin with `_` are left out of `them` and of patterns that do not begin with `_` themselves. */
function matching(pattern: string, names: readonly string[]): readonly string[] {
  const parts = (pattern === 'them' ? '*' : pattern).split('*');
  return names.filter((name) => (!name.startsWith('_') || pattern.startsWith('_')) && isGlobMatch(parts, name));
}

function isGlobMatch(parts: readonly string[], name: string): boolean {
  if (parts.length === 1) return name === parts[0];
  const first = parts[0]!;
  const last = parts.at(-1)!;
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = name.indexOf(part, at);
    if (found < 0 || found + part.length > name.length - last.length) return false;
    at = found + part.length;
  }
  return true;
}
