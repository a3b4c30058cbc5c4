// Sigma rules, correlations and filters: documents to checked values, without I/O. What stages, api and cli share.
export { ActiveRules } from './active-rules.ts';
export { tacticsOf, techniquesOf } from './attack.ts';
export type { Algebra } from './condition.ts';
export { canonicalValue, withCanonical } from './canonical.ts';
export type { CanonicalEvent } from './canonical.ts';
export { fieldFor } from './correlation.ts';
export type { Bound, CorrelationRule, CorrelationType, CountOperator, SeenCondition } from './correlation.ts';
export type {
  ExplainedCondition,
  ExplainedCorrelation,
  ExplainedDefinition,
  ExplainedDetection,
  ExplainedEntry,
  ExplainedValue,
  Explanation,
  MetText,
  SelectionUse,
} from './explanation.ts';
export { any, exists, not } from './expression.ts';
export type { CompareOperator, Expression, Item, RegexFlags, Test, TimePart } from './expression.ts';
export { headsOf } from './head.ts';
export type { RuleHead, RuleKind } from './head.ts';
export { isOwnRule, numberedOf, OWN_FOLDER } from './organization-rules.ts';
export type { NumberedRules, OrganizationRules, RuleVersion } from './organization-rules.ts';
export { canonicalNames, exceptionRule, whyRefused } from './exception.ts';
export type { ExceptionConditions } from './exception.ts';
export { findingStatus } from './finding-status.ts';
export type { SigmaFilter } from './filter.ts';
export { sweepOf } from './sweep.ts';
export type { Sweep } from './sweep.ts';
export type { RuleLogsource } from './logsource.ts';
export { lineOfField } from './line-at.ts';
export type { Level, Metadata, Status } from './metadata.ts';
export { isInNetwork, parseAddress } from './network.ts';
export type { Network } from './network.ts';
export { filtersOf, partsOfFilter, partsOfRule } from './parts.ts';
export type { ConditionPart, DefinitionPart, DetectionParts, EntryPart } from './parts.ts';
export { ANY, DASH, DASHES, ONE } from './pattern.ts';
export type { Pattern, PatternPart, Placeholders } from './pattern.ts';
export { problemOf } from './problem.ts';
export type { DocumentPlace, Problem } from './problem.ts';
export { compileRegex } from './regex.ts';
export type { Regex } from './regex.ts';
export type { SigmaRule } from './rule.ts';
export { linkFiles, parseFile, parseRuleSet } from './rule-set.ts';
export type { Linked, LinkedCorrelation, LinkedRule, ParsedFile, RuleFile, RuleSet, RuleSetOptions } from './rule-set.ts';
