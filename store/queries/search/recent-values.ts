// Frequent values of a field among the newest events: quick at any size of the store, for completion.
import { COLUMNS, ecsNameOf } from '../../../domains/search/fields.ts';
import { Parameters } from './parameters.ts';
import { manyOf } from '../sql.ts';
import type { Sql } from '../sql.ts';

/** Events that are looked at. */
const NEWEST = 5_000;

/** Values that have `part` in them, case aside, most frequent first. Empty for fields that only native documents have. */
export function recentValues(sql: Sql, field: string, part: string, limit: number): Promise<readonly { readonly name: string; readonly count: number }[]> {
  const parameters = new Parameters();
  const ecs = ecsNameOf(field);
  const column = COLUMNS.get(ecs);
  const json =
    column !== undefined
      ? ''
      : ecs.startsWith('labels.')
        ? `e.detail -> 'labels' -> ${parameters.add(ecs.slice(7))}::text`
        : `e.detail -> ${parameters.add(ecs)}::text`;
  const value =
    column === undefined
      ? `jsonb_array_elements_text(CASE WHEN e.value IS NULL THEN '[]' WHEN jsonb_typeof(e.value) = 'array' THEN e.value ELSE jsonb_build_array(e.value) END)`
      : column.kind === 'texts'
        ? 'unnest(e.value)'
        : column.kind === 'address'
          ? 'host(e.value)'
          : 'e.value::text';
  return manyOf(
    sql,
    `SELECT name, count(*) AS "count" FROM (
      SELECT ${value} AS name FROM (SELECT ${column === undefined ? json : `e.${column.name}`} AS value FROM api.event_newest e LIMIT ${NEWEST}) e
    ) named WHERE name <> '' AND length(name) <= 200 AND strpos(lower(name), lower(${parameters.add(part)})) > 0
    GROUP BY name ORDER BY count(*) DESC, name LIMIT ${parameters.add(limit)}`,
    parameters.values,
  );
}
