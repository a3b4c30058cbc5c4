// Filters: conditions that are added to rules of others.
import { parseDetection } from './detection.ts';
import type { RawDocument } from './document.ts';
import { all } from './expression.ts';
import type { Expression } from './expression.ts';
import type { ItemContext } from './item.ts';
import { covers, parseLogsource } from './logsource.ts';
import type { RuleLogsource } from './logsource.ts';
import { list, parseMetadata } from './metadata.ts';
import type { Metadata } from './metadata.ts';
import { versionOf } from './document.ts';
import { below, refuse } from './problem.ts';
import type { SigmaRule } from './rule.ts';

export interface SigmaFilter extends Metadata {
  readonly logsource: RuleLogsource;
  /** Ids or names; `any` = every rule that the logsource covers. */
  readonly rules: readonly string[] | 'any';
  readonly expression: Expression;
}

/** @throws Refusal */
export function parseFilter(raw: RawDocument, context: ItemContext): SigmaFilter {
  const { filter } = raw.body;
  if (typeof filter !== 'object' || filter === null || Array.isArray(filter)) return refuse('the filter is no map', 'filter');
  const body = filter as Record<string, unknown>;
  const rules = below('filter', () => list(body, 'rules'));
  const metadata = parseMetadata(raw, context.warn);
  const { expression, conditions } = below('filter', () => parseDetection(body, ['rules'], context));
  if (!conditions.some((condition) => /\bnot\b/.test(condition))) context.warn('the condition has no "not": the listed rules match only where the filter does');
  return {
    ...metadata,
    logsource: below('logsource', () => parseLogsource(raw.body['logsource'])),
    rules: rules.length === 0 || (rules.length === 1 && rules[0] === 'any') ? 'any' : rules,
    expression,
  };
}

/** `(rule) and (filter)`, in name spaces of their own. Order of application does not matter to what matches. */
export function applyFilter(rule: SigmaRule, filter: SigmaFilter): SigmaRule {
  if (!covers(filter.logsource, rule.logsource)) return rule;
  return { ...rule, expression: all([rule.expression, filter.expression]), version: versionOf(rule.version, filter.version) };
}
