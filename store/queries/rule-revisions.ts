// Rules as they were: the document of which a finding tells, and what ran beside it.
import { manyOf, oneOf } from './sql.ts';
import type { Sql } from './sql.ts';
import type { StoredRuleKind } from './rules.ts';

/** A document that ran. */
export interface RanDocument {
  readonly id: string;
  readonly kind: StoredRuleKind;
  readonly text: string;
  /** Ids and names that it refers to. */
  readonly refersTo: readonly string[];
}
/** Documents of these ids or names, or all filters. */
export type Wanted = { readonly names: readonly string[] } | 'filters';

/** The document of this hash that the rule ever was; undefined where none is known. Filters that were applied to it are not in the hash. */
export async function ruleTextOfHash(sql: Sql, id: string, hash: string): Promise<string | undefined> {
  const row = await oneOf<{ readonly text: string }>(
    sql,
    'SELECT v.text FROM api.rule_version v WHERE v.id = $1 AND v.hash = $2 AND v.text IS NOT NULL ORDER BY v.set_number DESC LIMIT 1',
    [id, hash],
  );
  return row?.text;
}

/** What the organization ran in a set: its own documents, and those of files that it had not retired. @param set Null: as of now. */
export function documentsOfSet(sql: Sql, set: number | null, wanted: Wanted): Promise<readonly RanDocument[]> {
  const names = wanted === 'filters' ? [] : wanted.names;
  return manyOf(
    sql,
    `
    WITH newest AS (
      SELECT DISTINCT ON (v.id, v.is_own) v.id, v.is_own, v.state, v.kind, v.head, v.text FROM api.rule_version v
      WHERE v.set_number <= coalesce($1::bigint, 9223372036854775807) ORDER BY v.id, v.is_own, v.set_number DESC
    )
    SELECT n.id, n.kind, n.text, ARRAY(SELECT jsonb_array_elements_text(n.head->'refersTo')) AS "refersTo"
    FROM newest n LEFT JOIN newest own ON own.id = n.id AND own.is_own AND NOT n.is_own
    WHERE n.text IS NOT NULL AND n.state <> 'retired' AND (own.id IS NULL OR (own.text IS NULL AND own.state <> 'retired'))
      AND CASE WHEN $2 THEN n.kind = 'filter'
        ELSE n.id = ANY ($3) OR EXISTS (SELECT FROM jsonb_array_elements_text(n.head->'names') AS called WHERE called = ANY ($3) OR lower(called) = ANY ($4)) END
    ORDER BY n.id`,
    [set, wanted === 'filters', names, names.map((name) => name.toLowerCase())],
  );
}
