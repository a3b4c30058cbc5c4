// What a correlation, as it was, makes of the events that a finding of it rests on.
import type { CorrelationDocument } from '../api/rules/detection.ts';
import { fieldFor, linkFiles, parseFile } from '../domains/sigma/index.ts';
import type { ExplainedCorrelation, LinkedCorrelation, RuleSet, RuleSetOptions } from '../domains/sigma/index.ts';
import { measured } from '../pipeline/correlate/condition.ts';
import { aliasesOf } from '../pipeline/detect/aliases.ts';
import { Engine } from '../pipeline/detect/match/engine.ts';
import type { RuleMatch } from '../pipeline/detect/match/engine.ts';

export interface AskedOfCorrelation {
  readonly kind: 'correlation';
  readonly text: string;
  /** What it refers to, and what that refers to: rules, correlations and filters as they were. */
  readonly others: readonly string[];
  readonly documents: readonly CorrelationDocument[];
}

const FILE = 'asked';
const BETWEEN = '\u001f'; // the values of a tuple, as they are counted

/** @returns Null where something that it refers to is not among the others, or cannot be read any more. */
export function askCorrelation({ text, others, documents }: AskedOfCorrelation, options: RuleSetOptions): ExplainedCorrelation | null {
  const files = [text, ...others].map((one, at) => parseFile({ file: at === 0 ? FILE : `other ${at}`, text: one }, options));
  const set = linkFiles(files);
  const correlation = set.correlations.find(({ file }) => file === FILE);
  if (correlation === undefined) return null;
  const reached = new Map(correlation.rules.map((key) => [key, rulesBelow(set.correlations, key)]));
  const matches = matchesOf(set, correlation, documents);
  const events = matches.map((met) =>
    correlation.rules.flatMap((rule) => met.filter(({ key }) => reached.get(rule)!.has(key)).map(({ values }) => ({ rule, values }))),
  );
  const counted = events.flat().flatMap(({ rule, values }) => (values.includes(null) ? [] : [{ ruleId: rule, value: values.join(BETWEEN) }]));
  const titles = new Map([...set.rules, ...set.correlations].map(({ key, title }) => [key, title]));
  const { type, timespanMicros, groupBy, valueFields, bounds, percentile } = correlation;
  return {
    type,
    timespanMicros,
    groupBy,
    valueFields,
    bounds,
    percentile,
    condition: correlation.seen === null ? null : conditionText(correlation),
    rules: correlation.rules.map((key) => ({ key, title: titles.get(key) ?? key, isAwaited: correlation.absent.includes(key) })),
    events: events.map((met) =>
      met.map(({ rule, values }) => ({ rule, value: values.every((value) => value === null) ? null : values.map((value) => value ?? '').join(', ') })),
    ),
    measured: measured(correlation, counted),
  };
}

/** As written. */
const conditionText = ({ body }: LinkedCorrelation): string => String((body['correlation'] as { readonly condition?: unknown }).condition);

/** Keys of the rules over single events that a rule or correlation stands for. */
function rulesBelow(correlations: RuleSet['correlations'], key: string): ReadonlySet<string> {
  const inner = correlations.find((one) => one.key === key);
  return new Set(inner === undefined ? [key] : inner.rules.flatMap((rule) => [...rulesBelow(correlations, rule)]));
}

/** Of each document: rules that it meets, with the values that the correlation counts. */
function matchesOf(set: RuleSet, correlation: LinkedCorrelation, documents: readonly CorrelationDocument[]) {
  const fieldsOf = (key: string) => correlation.valueFields.map((name) => fieldFor(correlation, name, key));
  const engine = new Engine(set.rules, { aliasesOf, alsoRead: ({ key }) => fieldsOf(key).filter((field) => field !== undefined) });
  const valuesOf = (match: RuleMatch, canonical: CorrelationDocument['canonical']) =>
    fieldsOf(match.rule.key).map((field) => (field === undefined ? null : (match.text(field) ?? canonical[field] ?? null)));
  return documents.map(({ logsource, native, canonical }) => {
    try {
      return engine.match(logsource, Buffer.from(native)).map((match) => ({ key: match.rule.key, values: valuesOf(match, canonical) }));
    } catch (error) {
      if (error instanceof SyntaxError) return []; // no JSON object: detect sets it aside
      throw error;
    }
  });
}
