// A rule taken apart as it is written: which condition over which selections, which entries and values in each. For explanations.
import { parseCondition } from './condition.ts';
import { readIdentifier } from './detection.ts';
import type { Expression } from './expression.ts';
import type { SigmaFilter } from './filter.ts';
import { parseItem } from './item.ts';
import type { ItemContext } from './item.ts';
import { covers } from './logsource.ts';
import type { Placeholders } from './pattern.ts';
import { compileRegex } from './regex.ts';
import type { SigmaRule } from './rule.ts';

export type ConditionPart =
  | { readonly kind: 'selection'; readonly name: string }
  | { readonly kind: 'and' | 'or'; readonly of: readonly ConditionPart[] }
  | { readonly kind: 'not'; readonly of: ConditionPart };

/** `field|modifier: values`, as written. */
export interface EntryPart {
  readonly kind: 'entry';
  /** Null for keywords. */
  readonly field: string | null;
  readonly modifiers: readonly string[];
  readonly expression: Expression;
  /** Each value alone: with `neq`, whether it equals. */
  readonly values: readonly { readonly value: unknown; readonly expression: Expression }[];
}
export type DefinitionPart = EntryPart | { readonly kind: 'and' | 'or'; readonly of: readonly DefinitionPart[] };

export interface DetectionParts {
  /** One of them must hold. */
  readonly conditions: readonly { readonly text: string; readonly of: ConditionPart }[];
  readonly selections: ReadonlyMap<string, DefinitionPart>;
}

/** @param rule Of a set: its document was accepted. @param placeholders With which it was read. */
export const partsOfRule = ({ body, conditions }: SigmaRule, placeholders: Placeholders = {}): DetectionParts =>
  partsOf(body['detection'] as Readonly<Record<string, unknown>>, conditions, ['condition', 'timeframe'], placeholders);

/** Of a filter that a set applied. */
export function partsOfFilter({ body }: SigmaFilter, placeholders: Placeholders = {}): DetectionParts {
  const filter = body['filter'] as Readonly<Record<string, unknown>>;
  return partsOf(filter, [filter['condition']].flat() as string[], ['condition', 'timeframe', 'rules'], placeholders);
}

/** Filters of a set that are part of the rule's expression: the event must meet them, too. */
export const filtersOf = (rule: SigmaRule, filters: readonly SigmaFilter[]): readonly SigmaFilter[] =>
  filters.filter(({ logsource, rules }) => covers(logsource, rule.logsource) && (rules === 'any' || rules.some((reference) => isNameOf(reference, rule))));

const isNameOf = (reference: string, { id, name }: SigmaRule): boolean => reference.toLowerCase() === id?.toLowerCase() || reference === name;

const join =
  <P>(kind: 'and' | 'or') =>
  (of: readonly P[]): P | { readonly kind: 'and' | 'or'; readonly of: readonly P[] } =>
    of.length === 1 ? of[0]! : { kind, of };

function partsOf(
  body: Readonly<Record<string, unknown>>,
  conditions: readonly string[],
  reserved: readonly string[],
  placeholders: Placeholders,
): DetectionParts {
  const context: ItemContext = { placeholders, warn: () => {}, checkRegex: compileRegex };
  const names = Object.keys(body).filter((name) => !reserved.includes(name));
  const all = join<DefinitionPart>('and');
  const any = join<DefinitionPart>('or');
  const selections = new Map(
    names.map((name) => [name, readIdentifier<DefinitionPart>(name, body[name], { all, any, entry: (key, values) => entryOf(key, values, context) })]),
  );
  const algebra = {
    names,
    operand: (name: string): ConditionPart => ({ kind: 'selection', name }),
    all: join<ConditionPart>('and'),
    any: join<ConditionPart>('or'),
    not: (of: ConditionPart): ConditionPart => ({ kind: 'not', of }),
  };
  return { conditions: conditions.map((text) => ({ text, of: parseCondition<ConditionPart>(text, algebra) })), selections };
}

function entryOf(key: string, values: unknown, context: ItemContext): EntryPart {
  const [field = '', ...modifiers] = key.split('|');
  const alone = [field, ...modifiers.filter((modifier) => modifier !== 'all' && modifier !== 'neq')].join('|');
  const list: readonly unknown[] = Array.isArray(values) ? (values.length === 0 ? [null] : values) : [values];
  return {
    kind: 'entry',
    field: field === '' ? null : field,
    modifiers,
    expression: parseItem(key, values, context),
    values: list.map((value) => ({ value, expression: parseItem(alone, value, context) })),
  };
}
