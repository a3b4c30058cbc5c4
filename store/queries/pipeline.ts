// What the store knows of the pipeline: the ledger of persist and how far it has come. Not by organization: counts only.
import type { Micros } from '../../pipeline/core/index.ts';
import { manyOf } from './sql.ts';
import type { Sql } from './sql.ts';

export interface StageTotals {
  readonly stage: string;
  readonly topic: string;
  readonly in: number;
  readonly passed: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly rejected: Readonly<Record<string, number>>;
  /** Records whose entry ended after `since`. */
  readonly recent: number;
}

/** Sums of the ledger that persist keeps here, by stage and topic. */
export function ledgerTotals(sql: Sql, app: string, since: Micros): Promise<readonly StageTotals[]> {
  const sums = (
    column: string,
  ) => `coalesce((SELECT jsonb_object_agg(key, n) FROM (SELECT key, sum(value::bigint) AS n FROM api.stage_ledger x, jsonb_each_text(x.${column})
    WHERE x.app = $1 AND x.stage = l.stage AND x.topic = l.topic AND x.${column} <> '{}' GROUP BY key) s), '{}')`;
  return manyOf(
    sql,
    `SELECT l.*, ${sums('dropped')} AS dropped, ${sums('rejected')} AS rejected FROM (
      SELECT stage, topic, sum(records)::bigint AS "in", sum(passed)::bigint AS passed, coalesce(sum(records) FILTER (WHERE wall_to > api.from_micros($2)), 0)::bigint AS recent
      FROM api.stage_ledger WHERE app = $1 GROUP BY stage, topic) l ORDER BY stage, topic`,
    [app, since],
  );
}

export interface StoredOffset {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly next: number;
}

/** Next offsets of the groups that keep them in the database; partitions of which nothing is stored yet are left out. */
export const storedOffsets = (sql: Sql): Promise<readonly StoredOffset[]> =>
  manyOf(sql, `SELECT consumer_group AS "group", topic, partition, next_offset AS next FROM api.stage_offset WHERE next_offset IS NOT NULL`);
