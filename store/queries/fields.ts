// The field catalogue of the caller's organization.
import type { Micros } from '../../pipeline/core/index.ts';
import { Parameters } from './search/sql.ts';
import { manyOf } from './sql.ts';
import type { Sql } from './sql.ts';

export const FIELD_KINDS = ['native', 'ecs'] as const;
export const FIELD_STATES = ['known', 'new', 'vanished'] as const;
export type FieldState = (typeof FIELD_STATES)[number];

export interface FieldRow {
  readonly dataset: string;
  /** `native`: by the sensor's own name; `ecs`. */
  readonly kind: (typeof FIELD_KINDS)[number];
  readonly name: string;
  readonly types: readonly string[];
  readonly examples: readonly string[];
  /** Of the events looked at. */
  readonly events: number;
  /** 0 to 1, of the dataset's events that were looked at. */
  readonly share: number;
  /** Different keys that `*` in the name stands for, at least. */
  readonly keys: number;
  readonly firstSeen: Micros;
  readonly lastSeen: Micros;
  readonly state: FieldState;
}
export interface FieldDatasetRow {
  readonly dataset: string;
  readonly events: number;
  readonly leftOut: number;
  readonly fields: number;
  readonly newFields: number;
  readonly vanishedFields: number;
  readonly firstSeen: Micros;
  readonly lastSeen: Micros;
}
/** What is absent is not asked for; `search` is part of the name, whatever its case. */
export interface FieldFilter {
  readonly dataset?: string | null | undefined;
  readonly kind?: FieldRow['kind'] | null | undefined;
  readonly state?: FieldState | null | undefined;
  readonly search?: string | null | undefined;
}
export type FieldPlace = Pick<FieldRow, 'dataset' | 'kind' | 'name'>;

/** By dataset, kind and name, beginning after `after`. */
export function pageOfFields(sql: Sql, { dataset, kind, state, search }: FieldFilter, after: FieldPlace | null, limit: number): Promise<readonly FieldRow[]> {
  const parameters = new Parameters();
  const conditions = ['true'];
  for (const [column, value] of Object.entries({ dataset, kind, state }))
    if (value !== null && value !== undefined) conditions.push(`f.${column} = ${parameters.add(value)}`);
  if (search !== null && search !== undefined && search !== '') conditions.push(`strpos(lower(f.name), lower(${parameters.add(search)})) > 0`);
  if (after !== null)
    conditions.push(`(f.dataset, f.kind, f.name) > (${parameters.add(after.dataset)}, ${parameters.add(after.kind)}, ${parameters.add(after.name)})`);
  return manyOf(
    sql,
    `SELECT f.dataset, f.kind, f.name, f.types, f.examples, f.events, f.share, f.keys, f.first_seen AS "firstSeen", f.last_seen AS "lastSeen", f.state
     FROM api.field f WHERE ${conditions.join(' AND ')} ORDER BY f.dataset, f.kind, f.name LIMIT ${parameters.add(limit)}`,
    parameters.values,
  );
}

/** By name, at most 1,000. */
export const fieldDatasets = (sql: Sql): Promise<readonly FieldDatasetRow[]> =>
  manyOf(
    sql,
    `SELECT d.dataset, d.events, d.left_out AS "leftOut", count(f.name)::int AS fields, count(*) FILTER (WHERE f.state = 'new')::int AS "newFields",
       count(*) FILTER (WHERE f.state = 'vanished')::int AS "vanishedFields", d.first_seen AS "firstSeen", d.last_seen AS "lastSeen"
     FROM api.field_dataset d LEFT JOIN api.field f ON f.dataset = d.dataset GROUP BY d.dataset, d.events, d.left_out, d.first_seen, d.last_seen
     ORDER BY d.dataset LIMIT 1000`,
  );

/** Names that sensors gave, of all datasets. */
export const fieldNames = async (sql: Sql): Promise<readonly string[]> =>
  (await manyOf<{ readonly name: string }>(sql, `SELECT DISTINCT name FROM api.field WHERE kind = 'native'`)).map(({ name }) => name);

export interface NameOffer {
  readonly name: string;
  readonly kind: FieldRow['kind'];
  /** One of the datasets that have it. */
  readonly dataset: string;
  readonly datasets: number;
  /** Where most events have it, as `text or integer`. */
  readonly types: string;
  /** That have it, of those looked at. */
  readonly events: number;
}

/** Names with `part` in them, case aside: those that begin with it first, then by how many events have them. `*` stands for keys that are values, so such names are left out. */
export const fieldNamesLike = (sql: Sql, part: string, limit: number): Promise<readonly NameOffer[]> =>
  manyOf(
    sql,
    `SELECT f.name, min(f.kind) AS kind, min(f.dataset) AS dataset, count(DISTINCT f.dataset)::int AS datasets,
       (array_agg(array_to_string(f.types, ' or ') ORDER BY f.events DESC))[1] AS types, sum(f.events)::float8 AS events FROM api.field f
     WHERE strpos(lower(f.name), lower($1)) > 0 AND strpos(f.name, '*') = 0 AND f.name ~ '^[A-Za-z_@][A-Za-z0-9_.@-]*$'
     GROUP BY f.name ORDER BY NOT starts_with(lower(f.name), lower($1)), sum(f.events) DESC, f.name LIMIT $2`,
    [part, limit],
  );

/** Examples of a field's values, of all datasets, with `part` in them. */
export const fieldExamplesLike = async (sql: Sql, names: readonly string[], part: string, limit: number): Promise<readonly string[]> =>
  (
    await manyOf<{ readonly value: string }>(
      sql,
      `SELECT v AS value FROM api.field f, unnest(f.examples) v WHERE lower(f.name) = ANY ($1::text[]) AND strpos(lower(v), lower($2)) > 0 GROUP BY v ORDER BY max(f.events) DESC, v LIMIT $3`,
      [names.map((name) => name.toLowerCase()), part, limit],
    )
  ).map(({ value }) => value);
