// Where the field catalogue is kept.
import type { ClientBase } from 'pg';

/** Counts of one dataset, to be added to those that are kept; times in microseconds. The shape of `DatasetFields` in domains/fields. */
export interface FieldCounts {
  readonly organization: string;
  readonly dataset: string;
  readonly events: number;
  readonly leftOut: number;
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly fields: readonly {
    readonly kind: 'native' | 'ecs';
    readonly name: string;
    readonly types: readonly string[];
    readonly examples: readonly string[];
    readonly events: number;
    readonly keys: number;
    readonly firstSeen: number;
    readonly lastSeen: number;
  }[];
}

const MOST_DATASETS = 1_000; // of an organization
const MOST_FIELDS = 2_000; // of a dataset
const MOST_EXAMPLES = 5;
const MOST_TYPES = 8;

/**
 * Adds to what is kept, as role goshawk_stages, in the caller's transaction. Rows are locked in one order, so two that write at once wait for each other
 * and never forever. What comes above the bounds is left out.
 */
export async function writeFields(client: ClientBase, counts: readonly FieldCounts[]): Promise<void> {
  if (counts.length === 0) return;
  await client.query({
    name: 'field-datasets',
    text: `
      INSERT INTO goshawk.field_dataset AS d (organization, dataset, events, left_out, first_seen, last_seen)
      SELECT t.organization, t.dataset, t.events, t."leftOut", api.from_micros(t."firstSeen"), api.from_micros(t."lastSeen")
      FROM jsonb_to_recordset($1::jsonb) AS t (organization text, dataset text, events bigint, "leftOut" bigint, "firstSeen" bigint, "lastSeen" bigint)
      WHERE EXISTS (SELECT FROM goshawk.field_dataset k WHERE k.organization = t.organization AND k.dataset = t.dataset)
        OR (SELECT count(*) FROM goshawk.field_dataset k WHERE k.organization = t.organization) < ${MOST_DATASETS}
      ORDER BY t.organization COLLATE "C", t.dataset COLLATE "C"
      ON CONFLICT (organization, dataset) DO UPDATE SET events = d.events + excluded.events, left_out = d.left_out + excluded.left_out,
        first_seen = least(d.first_seen, excluded.first_seen), last_seen = greatest(d.last_seen, excluded.last_seen)`,
    values: [JSON.stringify(counts.map(({ fields: _fields, ...dataset }) => dataset))],
  });
  const fields = counts.flatMap(({ organization, dataset, fields: all }) => all.map((field) => ({ organization, dataset, ...field })));
  await client.query({
    name: 'fields',
    text: `
      WITH given AS (
        SELECT t.*, d.events AS seen_at, k.name IS NULL AS is_new, row_number() OVER (PARTITION BY t.organization, t.dataset, k.name IS NULL ORDER BY t.kind, t.name) AS place
        FROM jsonb_to_recordset($1::jsonb) AS t (organization text, dataset text, kind text, name text, types text[], examples text[], events bigint, keys integer,
            "firstSeen" bigint, "lastSeen" bigint)
          JOIN goshawk.field_dataset d ON d.organization = t.organization AND d.dataset = t.dataset
          LEFT JOIN goshawk.field k ON k.organization = t.organization AND k.dataset = t.dataset AND k.kind = t.kind AND k.name = t.name
      ), size AS (
        SELECT f.organization, f.dataset, count(*) AS fields FROM goshawk.field f
        WHERE (f.organization, f.dataset) IN (SELECT g.organization, g.dataset FROM given g WHERE g.is_new) GROUP BY 1, 2
      )
      INSERT INTO goshawk.field AS f (organization, dataset, kind, name, types, examples, events, keys, first_seen, last_seen, seen_at)
      SELECT g.organization, g.dataset, g.kind, g.name, g.types, g.examples, g.events, g.keys, api.from_micros(g."firstSeen"), api.from_micros(g."lastSeen"), g.seen_at
      FROM given g LEFT JOIN size s ON s.organization = g.organization AND s.dataset = g.dataset
      WHERE NOT g.is_new OR coalesce(s.fields, 0) + g.place <= ${MOST_FIELDS}
      ORDER BY g.organization COLLATE "C", g.dataset COLLATE "C", g.kind COLLATE "C", g.name COLLATE "C"
      ON CONFLICT (organization, dataset, kind, name) DO UPDATE SET
        types = CASE WHEN f.types @> excluded.types THEN f.types
          ELSE array(SELECT one FROM unnest(f.types || excluded.types) AS one GROUP BY one ORDER BY one LIMIT ${MOST_TYPES}) END,
        examples = CASE WHEN cardinality(f.examples) >= ${MOST_EXAMPLES} OR f.examples @> excluded.examples THEN f.examples
          ELSE array(SELECT one FROM unnest(f.examples || excluded.examples) WITH ORDINALITY AS u (one, at) GROUP BY one ORDER BY min(at) LIMIT ${MOST_EXAMPLES}) END,
        events = f.events + excluded.events, keys = greatest(f.keys, excluded.keys),
        first_seen = least(f.first_seen, excluded.first_seen), last_seen = greatest(f.last_seen, excluded.last_seen), seen_at = excluded.seen_at`,
    values: [JSON.stringify(fields)],
  });
}
