// What people do with alerts. Writing goes through functions that audit and publish; see migration 0028. Which changes are allowed is domains/alerts.
import type { Micros } from '../../pipeline/core/index.ts';
import type { AlertStatus, Verdict } from './alerts.ts';
import { manyOf, oneOf } from './sql.ts';
import type { Sql } from './sql.ts';

/** How an alert stands with people. */
export interface WorkContent {
  readonly status: AlertStatus;
  readonly verdict: Verdict | null;
  readonly verdictReason: string | null;
  readonly assignee: string | null;
  readonly labels: readonly string[];
}
export interface WorkRow extends WorkContent {
  /** 32 hex digits. */
  readonly id: string;
  /** 0 while nobody did anything. */
  readonly revision: number;
}

/** Work on alerts that nobody else changes until the end of the transaction. In any order; those that there are not are left out. */
export async function heldWork(sql: Sql, ids: readonly string[]): Promise<readonly WorkRow[]> {
  await sql.query(`SELECT api.hold_alerts(ARRAY(SELECT decode(hex, 'hex') FROM unnest($1::text[]) hex))`, [ids]);
  return workOf(sql, ids); // a statement of its own: it sees what those did who were waited for
}

/** As it is now. */
export const workOf = (sql: Sql, ids: readonly string[]): Promise<readonly WorkRow[]> =>
  manyOf(
    sql,
    `SELECT encode(a.id, 'hex') AS id, a.work_revision AS revision, a.status, a.verdict, a.verdict_reason AS "verdictReason", a.assignee, a.labels
     FROM api.alert a WHERE a.id = ANY (SELECT decode(hex, 'hex') FROM unnest($1::text[]) hex)`,
    [ids],
  );

export interface WorkPart {
  readonly id: string;
  /** Of the work that `next` was decided upon. */
  readonly revision: number;
  readonly next: WorkContent;
}

/**
 * One change of all these, audited, published and told to subscribers. SQLSTATE P0002: there is no such alert; 40001: somebody changed one meanwhile.
 * @param undoes The change that this one takes back, with its notes. @returns its id
 */
export async function changeAlerts(
  sql: Sql,
  actor: string,
  parts: readonly WorkPart[],
  { note = null, undoes = null }: { readonly note?: string | null; readonly undoes?: string | null } = {},
): Promise<string> {
  const row = await oneOf<{ readonly id: string }>(sql, 'SELECT api.change_alerts($1, $2, $3, $4) AS id', [actor, JSON.stringify(parts), note, undoes]);
  return row!.id;
}

export interface ChangedAlert {
  readonly alertId: string;
  /** Of the work, as the change left it. */
  readonly revision: number;
  readonly before: WorkContent;
}
/** What a change did to each alert, and whether it was undone; none when there is no such change. */
export const partsOfChange = (sql: Sql, changeId: string): Promise<readonly ChangedAlert[]> =>
  manyOf(sql, `SELECT encode(p.alert_id, 'hex') AS "alertId", p.revision, p.before FROM api.alert_change_part p WHERE p.change_id = $1`, [changeId]);

export interface Deed {
  readonly seq: number;
  readonly alertId: string;
  readonly at: Micros;
  readonly by: string;
  readonly action: string;
  readonly detail: DeedDetail;
}
/** What the audit keeps of it. */
export interface DeedDetail {
  readonly change?: string;
  readonly undoes?: string;
  readonly note?: string;
  /** Of an edited note, what it said. */
  readonly before?: unknown;
  /** From and to. */
  readonly fields?: Readonly<Record<string, readonly [before: unknown, after: unknown]>>;
  /** From before changes had fields. */
  readonly status?: string;
  readonly verdict?: string;
  readonly assignee?: string;
}
/** Who did what on these alerts, the newest first: at most `limit` of each. */
export const deedsOf = (sql: Sql, ids: readonly string[], limit: number): Promise<readonly Deed[]> =>
  manyOf(
    sql,
    `SELECT d.seq, wanted.id AS "alertId", d.at, d.actor AS by, d.action, d.detail FROM unnest($1::text[]) AS wanted (id)
     CROSS JOIN LATERAL (SELECT * FROM api.audit x WHERE x.object = wanted.id AND x.action IN ('alert.change', 'alert.note-edit', 'alert.note-remove') ORDER BY x.seq DESC LIMIT $2) d
     ORDER BY d.seq DESC`,
    [ids, limit],
  );

/** SQLSTATE P0002: there is no such note; 42501: it is somebody else's; 40001: it has another revision. @param text Null takes it back. */
export async function editNote(sql: Sql, actor: string, id: number, expectedRevision: number | null, text: string | null): Promise<void> {
  await sql.query('SELECT api.edit_note($1, $2, $3, $4)', [actor, id, expectedRevision, text]);
}

export const alertOfNote = async (sql: Sql, id: number): Promise<string | undefined> =>
  (await oneOf<{ readonly id: string }>(sql, `SELECT encode(n.alert_id, 'hex') AS id FROM api.alert_note n WHERE n.id = $1`, [id]))?.id;

export interface NoteVersion {
  readonly noteId: number;
  readonly revision: number;
  readonly at: Micros;
  readonly text: string;
}
/** What edited notes said before, oldest first. */
export const versionsOfNotes = (sql: Sql, ids: readonly number[]): Promise<readonly NoteVersion[]> =>
  manyOf(
    sql,
    `SELECT v.note_id AS "noteId", v.revision, v.at, v.text FROM api.alert_note_version v WHERE v.note_id = ANY ($1::bigint[]) ORDER BY v.note_id, v.revision`,
    [ids],
  );
