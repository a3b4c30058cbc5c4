// Sigma rules, correlations and filters: documents to checked values, without I/O. What stages, api and cli share.
export type { Algebra } from './condition.ts';
export { fieldFor } from './correlation.ts';
export type { Bound, CorrelationRule, CorrelationType, CountOperator, SeenCondition } from './correlation.ts';
export type { CompareOperator, Expression, Item, RegexFlags, Test, TimePart } from './expression.ts';
export { findingStatus } from './finding-status.ts';
export type { SigmaFilter } from './filter.ts';
export type { RuleLogsource } from './logsource.ts';
export type { Level, Metadata, Status } from './metadata.ts';
export { isInNetwork, parseAddress } from './network.ts';
export type { Network } from './network.ts';
export { ANY, DASH, DASHES, ONE } from './pattern.ts';
export type { Pattern, PatternPart, Placeholders } from './pattern.ts';
export type { DocumentPlace, Problem } from './problem.ts';
export { compileRegex } from './regex.ts';
export type { Regex } from './regex.ts';
export type { SigmaRule } from './rule.ts';
export { parseRuleSet } from './rule-set.ts';
export type { Linked, LinkedCorrelation, LinkedRule, RuleFile, RuleSet, RuleSetOptions } from './rule-set.ts';
