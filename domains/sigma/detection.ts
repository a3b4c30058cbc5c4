// The `detection` part of a rule and the body of a filter: search identifiers and the condition over them.
import { parseCondition } from './condition.ts';
import { all, any, not } from './expression.ts';
import type { Expression } from './expression.ts';
import { parseItem } from './item.ts';
import type { ItemContext } from './item.ts';
import { below, refuse } from './problem.ts';

const MAX_DEPTH = 16;

/**
 * @param body Search identifiers by name, and `condition` (a text, or a list of which one must hold).
 * @param reserved Keys of `body` that are no search identifiers, beside `condition` and `timeframe`.
 * @throws Refusal
 */
export function parseDetection(
  body: Readonly<Record<string, unknown>>,
  reserved: readonly string[],
  context: ItemContext,
): { readonly expression: Expression; readonly conditions: readonly string[] } {
  const { condition } = body;
  const conditions = (Array.isArray(condition) ? condition : [condition]) as readonly unknown[];
  if (condition === undefined || condition === null || conditions.length === 0) refuse('there is no condition', 'condition');
  if (!conditions.every((one) => typeof one === 'string')) refuse('the condition is no text', 'condition');
  if ('timeframe' in body) context.warn('timeframe is a leftover of Sigma 1 and does nothing', 'timeframe');
  const skipped = new Set(['condition', 'timeframe', ...reserved]);
  const names = Object.keys(body).filter((name) => !skipped.has(name));
  if (names.length === 0) refuse('there is no search identifier');
  const used = new Set<string>();
  const operands = new Map(names.map((name) => [name, below(name, () => identifier(name, body[name], context))]));
  const operand = (name: string) => {
    used.add(name);
    return operands.get(name)!;
  };
  const expression = below('condition', () => any(conditions.map((text) => parseCondition(text as string, { names, operand, all, any, not }))));
  for (const name of names) if (!used.has(name)) context.warn(`the search identifier "${name}" is not used by the condition`, name);
  return { expression, conditions: conditions as readonly string[] };
}

function identifier(name: string, value: unknown, context: ItemContext): Expression {
  return readIdentifier<Expression>(name, value, { all, any, entry: (key, values) => parseItem(key, values, context) });
}

/** What a search identifier is put together of. Operands are never empty. */
export interface DefinitionAlgebra<E> {
  readonly all: (of: readonly E[]) => E;
  readonly any: (of: readonly E[]) => E;
  /** `field|modifier: values`; the key is empty for plain keywords. */
  readonly entry: (key: string, values: unknown) => E;
}

/**
 * A map holds when all its entries do, a list when one of its members does, a scalar is a keyword.
 * @throws Refusal
 */
export function readIdentifier<E>(name: string, value: unknown, algebra: DefinitionAlgebra<E>): E {
  if (value === null || value === undefined) return refuse(`the search identifier "${name}" is empty`);
  return definition(name, value, algebra, 0);
}

function definition<E>(name: string, value: unknown, algebra: DefinitionAlgebra<E>, depth: number): E {
  if (depth > MAX_DEPTH) refuse(`the search identifier "${name}" is nested more than ${MAX_DEPTH} deep`);
  const { all: every, any: some, entry } = algebra;
  if (Array.isArray(value)) {
    if (value.length === 0) refuse(`the search identifier "${name}" is an empty list`);
    const keywords = value.filter((one) => typeof one !== 'object' || one === null);
    const nested = value.flatMap((one, at) => (typeof one === 'object' && one !== null ? [below(at, () => definition(name, one, algebra, depth + 1))] : []));
    return some([...(keywords.length > 0 ? [entry('', keywords)] : []), ...nested]);
  }
  if (typeof value !== 'object' || value === null) return entry('', value);
  const entries = Object.entries(value);
  if (entries.length === 0) refuse(`the search identifier "${name}" is an empty map`);
  return every(entries.map(([key, one]) => below(key, () => entry(key, one))));
}
