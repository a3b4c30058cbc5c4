// References between documents, by id or name.
import type { CorrelationRule, SeenCondition } from './correlation.ts';
import { applyFilter } from './filter.ts';
import type { SigmaFilter } from './filter.ts';
import type { Metadata } from './metadata.ts';
import { problemOf } from './problem.ts';
import type { Problem } from './problem.ts';
import type { Linked, LinkedCorrelation, LinkedRule, Parsed } from './rule-set.ts';
import type { SigmaRule } from './rule.ts';

interface Result {
  readonly rules: readonly LinkedRule[];
  readonly correlations: readonly LinkedCorrelation[];
  readonly filters: readonly SigmaFilter[];
  readonly refusals: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** Refuses duplicates (the later one), unknown references and circles; then applies filters and says who wants whose matches. */
export function link(parsed: Parsed): Result {
  const refusals: Problem[] = [];
  const warnings: Problem[] = [];
  const taken = new Map<string, Metadata>();
  const isFirst = (document: Metadata): boolean => {
    for (const name of namesOf(document)) {
      const other = taken.get(name);
      if (other === undefined) continue;
      refusals.push(problemOf(document, `"${name}" is already the id or name of "${other.title}" (${other.file}, document ${other.document})`));
      return false;
    }
    for (const name of namesOf(document)) taken.set(name, document);
    return true;
  };
  const rules = parsed.rules.filter(isFirst);
  const correlations = parsed.correlations.filter(isFirst);
  const filters = parsed.filters.filter(isFirst);
  const retired = new Map(parsed.retired.flatMap((document) => namesOf(document).map((name) => [name, document])));

  const ordered = resolveCorrelations(rules, correlations, retired, refusals);
  const { applied, filtered } = applyFilters(rules, filters, retired, refusals, warnings);
  const wantedBy = readers(ordered);
  return {
    rules: filtered.map((rule) => ({ ...rule, ...wantedBy(rule.key) })),
    correlations: ordered.map((correlation) => ({ ...correlation, ...wantedBy(correlation.key) })),
    filters: applied,
    refusals,
    warnings,
  };
}

const ALONE: Linked = { isAlerting: true, correlations: [] };
/** Most rules are wanted by no correlation: they share one answer. */
function readers(correlations: readonly CorrelationRule[]): (key: string) => Linked {
  const byKey = Map.groupBy(
    correlations.flatMap((correlation) => correlation.rules.map((key) => ({ key, correlation }))),
    ({ key }) => key,
  );
  return (key) => {
    const by = byKey.get(key)?.map(({ correlation }) => correlation);
    return by === undefined ? ALONE : { isAlerting: by.some(({ generate }) => generate), correlations: by.map((correlation) => correlation.key) };
  };
}

const namesOf = ({ id, name }: Metadata): readonly string[] => [...(id === null ? [] : [id.toLowerCase()]), ...(name === null ? [] : [name])];
const lookUp = <T>(byName: ReadonlyMap<string, T>, reference: string): T | undefined => byName.get(reference) ?? byName.get(reference.toLowerCase());
const index = <T extends Metadata>(documents: readonly T[]): Map<string, T> =>
  new Map(documents.flatMap((document) => namesOf(document).map((name) => [name, document] as const)));
const unknownReason = (reference: string, retired: ReadonlyMap<string, Metadata>) =>
  lookUp(retired, reference) === undefined
    ? `it refers to "${reference}", which is not the id or name of a loaded rule`
    : `it refers to "${reference}", which is retired and not loaded`;

/** Correlations whose references all resolve, to keys, inner ones first. Those left over refer to something unknown, refused or themselves. */
function resolveCorrelations(
  rules: readonly SigmaRule[],
  correlations: readonly CorrelationRule[],
  retired: ReadonlyMap<string, Metadata>,
  refusals: Problem[],
): readonly CorrelationRule[] {
  const known = new Map<string, Metadata>(index(rules));
  const all = index(correlations);
  const ordered: CorrelationRule[] = [];
  let waiting = [...correlations];
  for (let progress = true; progress;) {
    progress = false;
    const still: CorrelationRule[] = [];
    for (const correlation of waiting) {
      const keys = new Map(correlation.rules.map((reference) => [reference, lookUp(known, reference)?.key]));
      if ([...keys.values()].includes(undefined)) {
        still.push(correlation);
        continue;
      }
      progress = true;
      const resolved = withKeys(correlation, keys as Map<string, string>);
      if (new Set(resolved.rules).size < resolved.rules.length) {
        refusals.push(problemOf(correlation, 'the correlation names a rule twice, by id and by name', ['correlation', 'rules']));
        continue;
      }
      ordered.push(resolved);
      for (const name of namesOf(correlation)) known.set(name, correlation);
    }
    waiting = still;
  }
  for (const correlation of waiting) {
    const missing = correlation.rules.filter((reference) => lookUp(known, reference) === undefined);
    const unknown = missing.find((reference) => lookUp(all, reference) === undefined);
    refusals.push(
      problemOf(correlation, unknown === undefined ? `it refers to "${missing[0]}", which is refused or part of a circle` : unknownReason(unknown, retired), [
        'correlation',
        'rules',
      ]),
    );
  }
  return ordered;
}

function withKeys(correlation: CorrelationRule, keys: ReadonlyMap<string, string>): CorrelationRule {
  const seen = (condition: SeenCondition): SeenCondition => {
    if (condition.kind === 'rule') return { kind: 'rule', rule: keys.get(condition.rule)! };
    return condition.kind === 'not' ? { kind: 'not', of: seen(condition.of) } : { kind: condition.kind, of: condition.of.map(seen) };
  };
  return {
    ...correlation,
    rules: correlation.rules.map((reference) => keys.get(reference)!),
    absent: correlation.absent.map((reference) => keys.get(reference)!),
    aliases: new Map([...correlation.aliases].map(([alias, fields]) => [alias, new Map([...fields].map(([rule, field]) => [keys.get(rule)!, field]))])),
    seen: correlation.seen === null ? null : seen(correlation.seen),
  };
}

function applyFilters(
  rules: readonly SigmaRule[],
  filters: readonly SigmaFilter[],
  retired: ReadonlyMap<string, Metadata>,
  refusals: Problem[],
  warnings: Problem[],
) {
  const known = index(rules);
  const changed = new Map<string, SigmaRule>();
  const applied = filters.filter((filter) => {
    const unknown = filter.rules === 'any' ? undefined : filter.rules.find((reference) => lookUp(known, reference) === undefined);
    if (unknown !== undefined) {
      refusals.push(problemOf(filter, unknownReason(unknown, retired), ['filter', 'rules']));
      return false;
    }
    const targets = filter.rules === 'any' ? rules : filter.rules.map((reference) => lookUp(known, reference)!);
    let count = 0;
    for (const target of targets) {
      const before = changed.get(target.key) ?? target;
      const after = applyFilter(before, filter);
      if (after === before) continue;
      changed.set(target.key, after);
      count += 1;
    }
    if (count === 0) warnings.push(problemOf(filter, 'the filter applies to no rule: none of those it lists has its logsource', ['filter', 'rules']));
    return true;
  });
  return { applied, filtered: rules.map((rule) => changed.get(rule.key) ?? rule) };
}
