// What rules found and what people said of it: one query for all rules that a page shows.
import type { Micros } from '../../pipeline/core/index.ts';
import { manyOf } from './sql.ts';
import type { Sql } from './sql.ts';

export interface RuleHits {
  readonly ruleId: string;
  /** Suppressed ones included. */
  readonly hits: number;
  readonly suppressed: number;
}
/** Of the rules, findings since then; rules without are left out. */
export const hitsOfRules = (sql: Sql, ids: readonly string[], since: Micros): Promise<readonly RuleHits[]> =>
  manyOf(
    sql,
    `SELECT f.rule_id AS "ruleId", count(*) AS hits, count(f.suppressed_by) AS suppressed FROM api.finding f
     WHERE f.rule_id = ANY ($1) AND f.event_time >= api.from_micros($2) GROUP BY 1`,
    [ids, since],
  );

/** All findings of rules and correlations since then. */
export async function allHits(sql: Sql, since: Micros): Promise<number> {
  const [row] = await manyOf<{ readonly count: number }>(
    sql,
    `SELECT count(*) AS count FROM api.finding f WHERE f.event_time >= api.from_micros($1) AND f.kind IN ('rule', 'correlation')`,
    [since],
  );
  return row!.count;
}

export interface LastHit {
  readonly ruleId: string;
  readonly time: Micros;
}
/** Newest event time of a finding of each since then. */
export const lastHitsOfRules = (sql: Sql, ids: readonly string[], since: Micros): Promise<readonly LastHit[]> =>
  manyOf(
    sql,
    `SELECT w.id AS "ruleId", f.event_time AS time FROM unnest($1::text[]) AS w (id)
     CROSS JOIN LATERAL (SELECT max(f.event_time) AS event_time FROM api.finding f WHERE f.rule_id = w.id AND f.event_time >= api.from_micros($2)) f WHERE f.event_time IS NOT NULL`,
    [ids, since],
  );

export interface RuleVerdicts {
  readonly ruleId: string;
  readonly truePositive: number;
  readonly falsePositive: number;
  readonly benign: number;
  readonly none: number;
}
/** Of closed alerts since then that the rule contributes to; rules without are left out. */
export const verdictsOfRules = (sql: Sql, ids: readonly string[], since: Micros): Promise<readonly RuleVerdicts[]> =>
  manyOf(
    sql,
    `SELECT rule AS "ruleId", count(*) FILTER (WHERE a.verdict = 'true_positive') AS "truePositive", count(*) FILTER (WHERE a.verdict = 'false_positive') AS "falsePositive",
       count(*) FILTER (WHERE a.verdict = 'benign') AS benign, count(*) FILTER (WHERE a.verdict IS NULL) AS "none"
     FROM api.alert a CROSS JOIN unnest(a.rule_ids) AS rule
     WHERE a.status = 'closed' AND a.event_time >= api.from_micros($2) AND a.rule_ids && $1::text[] AND rule = ANY ($1) GROUP BY 1`,
    [ids, since],
  );

export interface OverBudget {
  readonly ruleId: string;
  readonly reason: string;
}
/** Rules and correlations that are shadows until the hour ends because they went over a budget, with the newest reason. */
export const overBudget = (sql: Sql, ids: readonly string[], at: Micros): Promise<readonly OverBudget[]> =>
  manyOf(
    sql,
    `SELECT DISTINCT ON (1) e->>'value' AS "ruleId", f.reason FROM api.finding f CROSS JOIN jsonb_array_elements(f.entities) e
     WHERE f.rule_id IN ('goshawk.rule-over-budget', 'goshawk.correlation-over-budget') AND f.event_time >= api.from_micros($2::bigint - $2::bigint % 3600000000) AND f.event_time <= api.from_micros($2) AND e->>'type' = 'rule' AND e->>'value' = ANY ($1)
     ORDER BY 1, f.event_time DESC`,
    [ids, at],
  );

export interface CoverageRow {
  readonly ruleId: string;
  readonly title: string;
  readonly level: number;
  readonly state: string;
  readonly tags: readonly string[];
  readonly hits: number;
}
/** Running rules and correlations with tags of ATT&CK, and their findings since then. */
export const taggedRules = (sql: Sql, since: Micros): Promise<readonly CoverageRow[]> =>
  manyOf(
    sql,
    `SELECT r.id AS "ruleId", r.title, r.level, r.state, r.tags, coalesce(h.hits, 0) AS hits FROM api.rule r
     LEFT JOIN (SELECT f.rule_id, count(*) AS hits FROM api.finding f WHERE f.event_time >= api.from_micros($1) GROUP BY 1) h ON h.rule_id = r.id
     WHERE r.state <> 'retired' AND r.kind <> 'filter' AND EXISTS (SELECT FROM unnest(r.tags) t WHERE t ILIKE 'attack.t%') ORDER BY r.level DESC, r.title, r.id`,
    [since],
  );
