// Searches with a name. Writing goes through functions that audit; see migration 0028.
import type { Micros } from '../../pipeline/core/index.ts';
import { manyOf, oneOf } from './sql.ts';
import type { Sql } from './sql.ts';

export type SavedSearchKind = 'events' | 'alerts';
/** What of a view of the queue is no search. */
export interface SavedFilter {
  readonly statuses?: readonly string[] | undefined;
  readonly minSeverity?: string | undefined;
  readonly sort?: string | undefined;
}
export interface SavedSearchContent {
  readonly kind: SavedSearchKind;
  readonly name: string;
  readonly query: string;
  readonly columns: readonly string[];
  /** A time, or one relative to now (`now-7d`); null: as the reader has it. */
  readonly from: string | null;
  readonly to: string | null;
  readonly filter: SavedFilter;
  /** Everybody of the organization sees it. */
  readonly isShared: boolean;
}
export interface SavedSearchRow extends SavedSearchContent {
  readonly id: string;
  readonly owner: string;
  readonly revision: number;
  readonly createdAt: Micros;
  readonly changedAt: Micros;
  readonly changedBy: string;
}
const COLUMNS = `s.id, s.owner, s.kind, s.name, s.query, s.columns, s.range_from AS "from", s.range_to AS "to", s.filter, s.is_shared AS "isShared", s.revision,
  s.created_at AS "createdAt", s.changed_at AS "changedAt", s.changed_by AS "changedBy"`;
/** One's own, and what others share. */
const VISIBLE = '(s.is_shared OR s.owner = $1)';

/** By name. @param kind Null: of both kinds. */
export const savedSearchesOf = (sql: Sql, user: string, kind: SavedSearchKind | null): Promise<readonly SavedSearchRow[]> =>
  manyOf(sql, `SELECT ${COLUMNS} FROM api.saved_search s WHERE ${VISIBLE} AND ($2::text IS NULL OR s.kind = $2) ORDER BY lower(s.name), s.id LIMIT 1000`, [
    user,
    kind,
  ]);

export const savedSearchById = (sql: Sql, user: string, id: string): Promise<SavedSearchRow | undefined> =>
  oneOf(sql, `SELECT ${COLUMNS} FROM api.saved_search s WHERE ${VISIBLE} AND s.id = $2`, [user, id]);

export interface PutOptions {
  /** Null: a new one. */
  readonly id: string | null;
  /** Null: whatever there is. */
  readonly expectedRevision: number | null;
  /** Whether the actor may change what others share. */
  readonly anyOwner: boolean;
}
/** SQLSTATE 23505: the name is taken; P0002: there is none that the actor may change; 40001: it has another revision; 54000: the actor has too many. @returns its id */
export async function putSavedSearch(sql: Sql, actor: string, content: SavedSearchContent, { id, expectedRevision, anyOwner }: PutOptions): Promise<string> {
  // One after the other, or many at once would all count fewer than there may be.
  if (id === null) await sql.query(`SELECT pg_advisory_xact_lock(hashtextextended('saved searches ' || api.organization() || ' ' || $1, 0))`, [actor]);
  const row = await oneOf<{ readonly id: string }>(sql, 'SELECT api.put_saved_search($1, $2, $3, $4, $5) AS id', [
    actor,
    id,
    expectedRevision,
    anyOwner,
    JSON.stringify(content),
  ]);
  return row!.id;
}

/** SQLSTATE P0002: there is none that the actor may delete. */
export async function deleteSavedSearch(sql: Sql, actor: string, id: string, anyOwner: boolean): Promise<void> {
  await sql.query('SELECT api.delete_saved_search($1, $2, $3)', [actor, id, anyOwner]);
}
