// What a rule asks of an event, once its document is read: boolean over items, items over tests.
import type { Network } from './network.ts';
import type { Pattern } from './pattern.ts';

export type CompareOperator = 'lt' | 'lte' | 'gt' | 'gte';
export type TimePart = 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year';
export interface RegexFlags {
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  readonly dotAll: boolean;
}

/** One question to one value. Case is ignored unless `cased`; a missing field answers false to all but `null`. */
export type Test =
  | { readonly kind: 'pattern'; readonly pattern: Pattern; readonly cased: boolean } // the whole value; of a keyword: a part of it
  | { readonly kind: 'regex'; readonly source: string; readonly flags: RegexFlags } // anywhere in the value
  | { readonly kind: 'cidr'; readonly network: Network }
  | { readonly kind: 'null' } // missing or null
  | { readonly kind: 'exists' } // present, also when null
  | { readonly kind: 'compare'; readonly operator: CompareOperator; readonly number: number }
  | { readonly kind: 'time'; readonly part: TimePart; readonly operator: CompareOperator | 'eq'; readonly number: number }
  | { readonly kind: 'fieldref'; readonly field: string; readonly place: 'equals' | 'contains' | 'startswith' | 'endswith'; readonly cased: boolean };

/** True when one of the tests is. `field` is null for keywords, which ask every leaf of the record. */
export interface Item {
  readonly kind: 'item';
  readonly field: string | null;
  readonly tests: readonly Test[];
}
export type Expression =
  | { readonly kind: 'and' | 'or'; readonly of: readonly Expression[] } // never empty
  | { readonly kind: 'not'; readonly of: Expression }
  | Item;

/** Joins operands, unless there is only one. */
export const all = (of: readonly Expression[]): Expression => (of.length === 1 ? of[0]! : { kind: 'and', of });
export const any = (of: readonly Expression[]): Expression => (of.length === 1 ? of[0]! : { kind: 'or', of });
export const not = (of: Expression): Expression => ({ kind: 'not', of });

export const exists = (field: string): Expression => ({ kind: 'item', field, tests: [{ kind: 'exists' }] });

/** Items in reading order, negated ones included. */
export function* items(expression: Expression): Iterable<Item> {
  if (expression.kind === 'item') yield expression;
  else if (expression.kind === 'not') yield* items(expression.of);
  else for (const operand of expression.of) yield* items(operand);
}
