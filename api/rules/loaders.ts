// Counts of rules, one query for all rules of a page.
import DataLoader from 'dataloader';
import type { Micros } from '../../pipeline/core/index.ts';
import { allHits, hitsOfRules, lastHitsOfRules, overBudget, verdictsOfRules } from '../../store/queries/rule-counts.ts';
import type { RuleHits, RuleVerdicts } from '../../store/queries/rule-counts.ts';
import { suppressedBy } from '../../store/queries/exceptions.ts';
import type { Sql } from '../../store/queries/sql.ts';

interface Span {
  readonly id: string;
  readonly hours: number;
}
export interface RuleLoaders {
  readonly hits: DataLoader<Span, Pick<RuleHits, 'hits' | 'suppressed'>, string>;
  /** Of all rules and correlations of the organization, by hours. */
  readonly allHits: DataLoader<number, number>;
  /** Event time of the newest finding of the last 30 days, or null. */
  readonly lastHit: DataLoader<string, Micros | null>;
  /** Of the last 30 days. */
  readonly verdicts: DataLoader<string, Omit<RuleVerdicts, 'ruleId'>>;
  readonly shadowedBecause: DataLoader<string, string | null>;
  /** Findings that an exception suppressed. */
  readonly suppressedBy: DataLoader<Span, number, string>;
}
const spanName = ({ id, hours }: Span): string => `${hours}|${id}`;
const HOUR: Micros = 3_600_000_000;
const VERDICT_DAYS = 30;

type Read = <T>(work: (sql: Sql) => Promise<T>) => Promise<T>;

export function ruleLoaders(read: Read, wallMicros: () => Micros): RuleLoaders {
  const since = (hours: number): Micros => wallMicros() - hours * HOUR;
  const byRule = <T extends { readonly ruleId: string }>(rows: readonly T[]): ReadonlyMap<string, T> => new Map(rows.map((row) => [row.ruleId, row]));
  return {
    hits: new DataLoader(
      (spans) =>
        read(async (sql) => {
          const found = new Map<number, ReadonlyMap<string, RuleHits>>();
          for (const hours of new Set(spans.map((span) => span.hours)))
            found.set(hours, byRule(await hitsOfRules(sql, [...new Set(spans.filter((span) => span.hours === hours).map(({ id }) => id))], since(hours))));
          return spans.map(({ id, hours }) => found.get(hours)?.get(id) ?? { hits: 0, suppressed: 0 });
        }),
      { cacheKeyFn: spanName },
    ),
    allHits: new DataLoader((hours) => read((sql) => Promise.all(hours.map((each) => allHits(sql, since(each)))))),
    lastHit: new DataLoader(async (ids) => {
      const found = byRule(await read((sql) => lastHitsOfRules(sql, ids, since(24 * VERDICT_DAYS))));
      return ids.map((id) => found.get(id)?.time ?? null);
    }),
    verdicts: new DataLoader(async (ids) => {
      const found = byRule(await read((sql) => verdictsOfRules(sql, ids, since(24 * VERDICT_DAYS))));
      return ids.map((id) => found.get(id) ?? { truePositive: 0, falsePositive: 0, benign: 0, none: 0 });
    }),
    suppressedBy: new DataLoader(
      (spans) =>
        read(async (sql) => {
          const found = new Map<string, number>();
          for (const [hours, those] of Map.groupBy(spans, (span) => span.hours))
            for (const { id, count } of await suppressedBy(
              sql,
              those.map((span) => span.id),
              since(hours),
            ))
              found.set(spanName({ id, hours }), count);
          return spans.map((span) => found.get(spanName(span)) ?? 0);
        }),
      { cacheKeyFn: spanName },
    ),
    shadowedBecause: new DataLoader(async (ids) => {
      const found = byRule(await read((sql) => overBudget(sql, ids, wallMicros())));
      return ids.map((id) => found.get(id)?.reason ?? null);
    }),
  };
}
