// Exceptions: conditions in Sigma's own terms under which what a rule finds is not to become an alert.
import { isCanonical } from './canonical.ts';
import { items } from './expression.ts';
import { Refusal } from './problem.ts';
import type { RuleLogsource } from './logsource.ts';
import type { LinkedRule } from './rule-set.ts';
import { compileRegex } from './regex.ts';
import { parseRule } from './rule.ts';

export interface ExceptionConditions {
  readonly id: string;
  /** A search identifier: a map of fields, or a list of maps of which one must hold. */
  readonly conditions: unknown;
}

const PLACE = { file: 'exception', document: 1, line: 1, text: '' } as const;

/**
 * The conditions as a rule, so that they mean what they would mean in one.
 * @param logsource Of the rule that they are asked about: fields have the other names that they have there.
 * @returns Undefined for conditions that cannot be read; `whyRefused` says why.
 */
export function exceptionRule({ id, conditions }: ExceptionConditions, logsource: RuleLogsource): LinkedRule | undefined {
  try {
    return { ...read(id, conditions), logsource, isAlerting: false, correlations: [] };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return undefined;
  }
}

/** Fields of the conditions that are names of ECS: events are asked for them where the sensor's document has none. Empty for conditions that cannot be read. */
export function canonicalNames(conditions: unknown): ReadonlySet<string> {
  const rule = exceptionRule({ id: 'names', conditions }, { product: null, category: null, service: null });
  return new Set(
    rule === undefined ? [] : ([...items(rule.expression)].map(({ field }) => field).filter((field) => field !== null && isCanonical(field)) as string[]),
  );
}

/** A sentence without its full stop; null when the conditions can be read. They may not be empty: an exception for everything is a retired rule. */
export function whyRefused(conditions: unknown): string | null {
  try {
    const isMap = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;
    if (!(Array.isArray(conditions) ? conditions.length > 0 && conditions.every(isMap) : isMap(conditions)))
      return 'conditions are a map of fields to values, or a list of such maps, and not empty';
    read('conditions', conditions);
    return null;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return error.message;
  }
}

const read = (id: string, conditions: unknown) =>
  parseRule(
    { ...PLACE, body: { title: `Exception ${id}`, id, logsource: { product: 'any' }, detection: { conditions, condition: 'conditions' } } },
    { placeholders: {}, warn: () => {}, checkRegex: compileRegex },
  );
