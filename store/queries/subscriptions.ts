// What an organization wants on its sink topics. Writing goes through functions that audit and publish; see migration 0034.
import type { Micros } from '../../pipeline/core/index.ts';
import type { Search } from '../../domains/search/syntax.ts';
import { alertCondition } from './search/alert-sql.ts';
import { findingCondition } from './search/finding-sql.ts';
import { Parameters } from './search/parameters.ts';
import { manyOf, oneOf } from './sql.ts';
import type { Sql } from './sql.ts';

export const SUBSCRIPTION_KINDS = ['event', 'finding', 'alert'] as const;
export type SubscriptionKind = (typeof SUBSCRIPTION_KINDS)[number];
export const SUBSCRIPTION_FORMATS = ['ecs', 'ocsf'] as const;

export interface SubscriptionContent {
  /** By which connectors ask for it; never changes. */
  readonly name: string;
  readonly description: string;
  readonly format: (typeof SUBSCRIPTION_FORMATS)[number];
  readonly kinds: readonly SubscriptionKind[];
  readonly minSeverity: string;
  /** Empty: all. */
  readonly datasets: readonly string[];
  readonly query: string;
  readonly enabled: boolean;
}
export interface SubscriptionRow extends SubscriptionContent {
  readonly id: string;
  readonly revision: number;
  readonly createdAt: Micros;
  readonly createdBy: string;
  readonly changedAt: Micros;
  readonly changedBy: string;
}
const COLUMNS = `s.id, s.name, s.description, s.format, s.kinds, s.min_severity AS "minSeverity", s.datasets, s.query, s.enabled, s.revision,
  s.created_at AS "createdAt", s.created_by AS "createdBy", s.changed_at AS "changedAt", s.changed_by AS "changedBy"`;

/** By name. An organization has 100 at most. */
export const subscriptions = (sql: Sql): Promise<readonly SubscriptionRow[]> => manyOf(sql, `SELECT ${COLUMNS} FROM api.subscription s ORDER BY s.name`);

export const subscriptionById = (sql: Sql, id: string): Promise<SubscriptionRow | undefined> =>
  oneOf(sql, `SELECT ${COLUMNS} FROM api.subscription s WHERE s.id = $1`, [id]);

/**
 * SQLSTATE 23505: the name is taken; P0002: there is none; 40001: it has another revision; 54000: there are too many.
 * @param id Null: a new one.
 * @param expectedRevision Null: whatever there is.
 * @returns Its id.
 */
export async function putSubscription(
  sql: Sql,
  actor: string,
  content: SubscriptionContent,
  id: string | null,
  expectedRevision: number | null,
): Promise<string> {
  const row = await oneOf<{ readonly id: string }>(sql, 'SELECT api.put_subscription($1, $2, $3, $4) AS id', [
    actor,
    id,
    expectedRevision,
    JSON.stringify(content),
  ]);
  return row!.id;
}

/** SQLSTATE P0002: there is none. */
export async function deleteSubscription(sql: Sql, actor: string, id: string): Promise<void> {
  await sql.query('SELECT api.delete_subscription($1, $2)', [actor, id]);
}

/** What is counted: findings by the time of their first event, alerts by when they changed last. */
export interface RecordCount {
  readonly from: Micros;
  readonly to: Micros;
  /** 0 to 4. */
  readonly minSeverity: number;
  /** Empty: any. */
  readonly datasets: readonly string[];
  readonly search: Search;
}

/** Of those that are published: neither drafts nor suppressed. @throws SearchError */
export function countPublishedFindings(sql: Sql, { search, ...asked }: RecordCount): Promise<number> {
  const parameters = new Parameters();
  const conditions = [
    ...commonConditions('f', 'f.event_time', asked, parameters),
    `f.status <> 'draft'`,
    'f.suppressed_by IS NULL',
    findingCondition(search, parameters),
  ];
  return counted(sql, `FROM api.finding f WHERE ${conditions.join(' AND ')}`, parameters);
}

/** @throws SearchError */
export function countPublishedAlerts(sql: Sql, { search, ...asked }: RecordCount): Promise<number> {
  const parameters = new Parameters();
  const conditions = [...commonConditions('a', 'a.changed_at', asked, parameters), alertCondition(search, parameters)];
  return counted(sql, `FROM api.alert a WHERE ${conditions.join(' AND ')}`, parameters);
}

function commonConditions(
  of: string,
  time: string,
  { from, to, minSeverity, datasets }: Omit<RecordCount, 'search'>,
  parameters: Parameters,
): readonly string[] {
  return [
    `${time} >= api.from_micros(${parameters.add(from)})`,
    `${time} < api.from_micros(${parameters.add(to)})`,
    `${of}.severity >= ${parameters.add(minSeverity)}`,
    ...(datasets.length === 0
      ? []
      : [`EXISTS (SELECT FROM jsonb_array_elements(${of}.events) e WHERE e ->> 'dataset' = ANY (${parameters.add(datasets)}::text[]))`]),
  ];
}

const counted = async (sql: Sql, from: string, parameters: Parameters): Promise<number> =>
  (await oneOf<{ readonly n: number }>(sql, `SELECT count(*) AS n ${from}`, parameters.values))!.n;
