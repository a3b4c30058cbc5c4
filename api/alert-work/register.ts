// Changes of alerts by people: one deed on one or many, which can be undone for as long as nobody changed them since.
import { changed, isSameWork, MAX_LABELS, MOVES } from '../../domains/alerts/index.ts';
import type { Misfit, WorkChange } from '../../domains/alerts/index.ts';
import { alertOfNote, changeAlerts, editNote, heldWork, partsOfChange, workOf } from '../../store/queries/alert-work.ts';
import type { WorkPart, WorkRow } from '../../store/queries/alert-work.ts';
import { alertIdsOf, alertsByIds } from '../../store/queries/alerts.ts';
import type { AlertFilter, AlertRow } from '../../store/queries/alerts.ts';
import type { Sql } from '../../store/queries/sql.ts';
import type { Principal } from '../auth/tokens.ts';
import type { InOrganization } from '../database.ts';
import { ApiProblem, notFound, pointer } from '../gate/problem.ts';
import { isAlertId, partsOf } from './input.ts';
import type { AlertChangeInput } from './input.ts';

/** Alerts that are named one by one. */
export const MAX_NAMED = 200;
/** Alerts that a filter may mean. */
export const MAX_FILTERED = 1_000;
const SHOWN_MISFITS = 20;

/** What a change would do to the alerts that a filter means. */
export interface Preview {
  /** That fit the filter: at most one more than may be changed together. */
  readonly matching: number;
  readonly changing: number;
  /** Are as wanted already. */
  readonly unchanged: number;
  /** Whose status does not allow it: one of them refuses the whole change. */
  readonly refused: number;
  readonly most: number;
}
export interface Done {
  /** Undoes it; null when all were as wanted already. */
  readonly changeId: string | null;
  readonly changed: number;
}
interface Expected {
  readonly id: string;
  readonly workRevision: number;
}

export class AlertWorkRegister {
  readonly #run: InOrganization;

  constructor(run: InOrganization) {
    this.#run = run;
  }

  /**
   * All or none.
   * @param expected Revisions of the work that the caller has seen; of alerts left out whatever there is will do.
   * @returns The alerts as they are afterwards, in the order of `ids`.
   * @throws ApiProblem NOT_FOUND, CONFLICT with the present state of those that do not fit, INVALID_REQUEST
   */
  async change(
    { organization, user }: Principal,
    ids: readonly string[],
    input: AlertChangeInput,
    expected: readonly Expected[] = [],
  ): Promise<readonly AlertRow[]> {
    const wanted = [...new Set(ids)];
    if (wanted.length > MAX_NAMED) throw invalid('/ids', `At most ${MAX_NAMED} alerts at once; a filter may mean ${MAX_FILTERED}.`);
    if (!wanted.every(isAlertId)) throw notFound('such alert');
    return this.#run(organization, async (sql) => {
      await apply(sql, user, wanted, input, new Map(expected.map(({ id, workRevision }) => [id, workRevision])));
      const rows = new Map((await alertsByIds(sql, wanted)).map((row) => [row.id, row]));
      return wanted.flatMap((id) => rows.get(id) ?? []);
    });
  }

  /** What `changeAll` would do now. */
  preview({ organization }: Principal, filter: AlertFilter, input: AlertChangeInput): Promise<Preview> {
    return this.#run(organization, async (sql) => {
      const ids = await alertIdsOf(sql, filter, MAX_FILTERED + 1);
      const { work, note } = partsOf(input);
      const outcomes = (await workOf(sql, ids)).map((row) => outcomeOf(row, work));
      const unchanged = note === null ? outcomes.filter((outcome) => outcome === 'same').length : 0;
      const refused = outcomes.filter((outcome) => typeof outcome === 'string' && outcome !== 'same').length;
      return { matching: ids.length, changing: ids.length - unchanged - refused, unchanged, refused, most: MAX_FILTERED };
    });
  }

  /**
   * All that fit, or none.
   * @param count That the caller was told would match: another number now is a CONFLICT, so that nobody changes what he has not seen.
   * @throws ApiProblem as `change`
   */
  changeAll({ organization, user }: Principal, filter: AlertFilter, input: AlertChangeInput, count: number): Promise<Done> {
    return this.#run(organization, async (sql) => {
      const ids = await alertIdsOf(sql, filter, MAX_FILTERED + 1);
      if (ids.length > MAX_FILTERED) throw invalid('/filter', `More than ${MAX_FILTERED} alerts match. Take a shorter range, a higher severity or a search.`);
      if (ids.length !== count)
        throw new ApiProblem('CONFLICT', `${ids.length} alerts match now, ${count} did before. Look at them and ask again.`, {
          extensions: { matching: ids.length },
        });
      return ids.length === 0 ? { changeId: null, changed: 0 } : apply(sql, user, ids, input, new Map());
    });
  }

  /**
   * Brings each alert of a change back to how it was before, and takes its notes back. Itself a change, so it can be undone.
   * @throws ApiProblem NOT_FOUND; CONFLICT with the present state of those that somebody changed since
   */
  undo({ organization, user }: Principal, changeId: string): Promise<readonly AlertRow[]> {
    return this.#run(organization, async (sql) => {
      const parts = await partsOfChange(sql, changeId);
      if (parts.length === 0) throw notFound('such change');
      const ids = parts.map(({ alertId }) => alertId);
      const now = new Map((await heldWork(sql, ids)).map((row) => [row.id, row]));
      const moved = parts.filter(({ alertId, revision }) => now.get(alertId)?.revision !== revision);
      if (moved.length > 0)
        throw await conflict(
          sql,
          moved.map(({ alertId }) => alertId),
          'was changed since',
        );
      await changeAlerts(
        sql,
        user,
        parts.map(({ alertId, revision, before }) => ({ id: alertId, revision, next: before })),
        { undoes: changeId },
      );
      return alertsByIds(sql, ids);
    });
  }

  /**
   * Another text for a note of the caller's own, or its end.
   * @param text Null takes it back. @returns The alert that it is of.
   * @throws ApiProblem NOT_FOUND, FORBIDDEN for a note of somebody else, CONFLICT
   */
  editNote({ organization, user }: Principal, id: number, text: string | null, expectedRevision: number | null): Promise<AlertRow> {
    return this.#run(organization, async (sql) => {
      await editNote(sql, user, id, expectedRevision, text).catch((error: unknown) => {
        throw noteProblem(error);
      });
      const [alert] = await alertsByIds(sql, [(await alertOfNote(sql, id))!]);
      return alert!;
    });
  }
}

type Outcome = 'same' | Misfit | WorkPart['next'];
function outcomeOf(row: WorkRow, change: WorkChange): Outcome {
  const next = changed(row, change);
  return typeof next !== 'string' && isSameWork(row, next) ? 'same' : next;
}

async function apply(sql: Sql, user: string, ids: readonly string[], input: AlertChangeInput, expected: ReadonlyMap<string, number>): Promise<Done> {
  const { work, note } = partsOf(input);
  const rows = await heldWork(sql, ids);
  if (rows.length < ids.length) throw notFound('such alert');
  const stale = rows.filter(({ id, revision }) => (expected.get(id) ?? revision) !== revision);
  if (stale.length > 0)
    throw await conflict(
      sql,
      stale.map(({ id }) => id),
      'was changed by somebody else',
    );
  const misfits: { id: string; why: Misfit; row: WorkRow }[] = [];
  const parts = rows.flatMap((row): WorkPart[] => {
    const next = outcomeOf(row, work);
    if (next === 'same') return note === null ? [] : [{ id: row.id, revision: row.revision, next: contentOf(row) }];
    if (typeof next === 'string') misfits.push({ id: row.id, why: next, row });
    return typeof next === 'string' ? [] : [{ id: row.id, revision: row.revision, next }];
  });
  if (misfits.length > 0) throw misfit(misfits, work, ids);
  if (parts.length === 0) return { changeId: null, changed: 0 };
  return { changeId: await changeAlerts(sql, user, parts, { note }), changed: parts.length };
}

const contentOf = ({ status, verdict, verdictReason, assignee, labels }: WorkRow): WorkPart['next'] => ({ status, verdict, verdictReason, assignee, labels });

/** The present state of each goes along, so that the caller can show it without asking again. */
async function conflict(sql: Sql, ids: readonly string[], what: string): Promise<ApiProblem> {
  const rows = await alertsByIds(sql, ids.slice(0, SHOWN_MISFITS));
  const present = rows.map(({ id, workRevision, status, verdict, verdictReason, assignee, labels, workChangedBy }) => ({
    id,
    workRevision,
    status,
    verdict,
    verdictReason,
    assignee,
    labels,
    changedBy: workChangedBy,
  }));
  const one = ids.length === 1 ? `The alert ${what}` : `Of the alerts ${ids.length} were changed by others`;
  return new ApiProblem(
    'CONFLICT',
    `${one}${typeof present[0]?.changedBy === 'string' ? `, by ${present[0].changedBy}` : ''}. Look at the present state, then decide again.`,
    { extensions: { conflicts: present } },
  );
}

function misfit(
  misfits: readonly { readonly id: string; readonly why: Misfit; readonly row: WorkRow }[],
  { status }: WorkChange,
  ids: readonly string[],
): ApiProblem {
  const sentenceOf: Readonly<Record<Misfit, (row: WorkRow) => string>> = {
    NO_SUCH_MOVE: (row) => `It is ${row.status}; from there it goes to ${MOVES[row.status].join(' or ')}, not to ${status}.`,
    TOO_MANY_LABELS: () => `It would have more than ${MAX_LABELS} labels.`,
    REASON_WITHOUT_VERDICT: () => 'It has no verdict that the reason could be for.',
  };
  const errors = misfits.slice(0, SHOWN_MISFITS).map(({ id, why, row }) => ({ pointer: pointer('ids', ids.indexOf(id)), detail: sentenceOf[why](row) }));
  const [first] = errors;
  return new ApiProblem('CONFLICT', ids.length === 1 ? first!.detail : `${misfits.length} of ${ids.length} alerts do not allow it. ${first!.detail}`, {
    errors,
    extensions: { refused: misfits.slice(0, SHOWN_MISFITS).map(({ id, why, row }) => ({ id, code: why, status: row.status })) },
  });
}

function noteProblem(error: unknown): unknown {
  switch ((error as { readonly code?: unknown }).code) {
    case 'P0002':
      return notFound('such note');
    case '42501':
      return new ApiProblem('FORBIDDEN', 'A note is edited by who wrote it; add one of your own.');
    case '40001':
      return new ApiProblem('CONFLICT', 'The note was edited meanwhile. Look at it again.');
    default:
      return error;
  }
}

const invalid = (at: string, detail: string) => new ApiProblem('INVALID_REQUEST', detail, { errors: [{ pointer: at, detail }] });
