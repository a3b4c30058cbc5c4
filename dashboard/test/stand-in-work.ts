// What people do with the alerts of the stand-in: changes by the rules of the API itself, undo, notes, history and saved views.
import { GraphQLError } from 'graphql';
import { changed, isSameWork } from '../../domains/alerts/index.ts';
import type { AlertWork, WorkChange } from '../../domains/alerts/index.ts';
import type { StandInAlert } from './stand-in-alerts.ts';

type Given = { readonly [K in keyof WorkChange]?: WorkChange[K] | null } & { readonly note?: string | null };
interface Part {
  readonly alert: StandInAlert;
  readonly revision: number;
  readonly before: AlertWork;
  readonly noteId: string | null;
}
interface View {
  readonly id: string;
  readonly name: string;
  readonly [member: string]: unknown;
}
const MOST = 1_000;
const conflict = (message: string) => new GraphQLError(message, { extensions: { code: 'CONFLICT' } });
const workOf = ({ status, verdict, verdictReason, assignee, labels }: StandInAlert): AlertWork =>
  ({ status, verdict, verdictReason, assignee, labels }) as AlertWork;

export class Work {
  readonly views: View[] = [];
  readonly #parts = new Map<string, readonly Part[]>();
  readonly #tell: (alert: StandInAlert) => void;
  #next = 1;

  constructor(tell: (alert: StandInAlert) => void) {
    this.#tell = tell;
  }

  /** All or none. */
  change(
    alerts: readonly StandInAlert[],
    { note, ...given }: Given,
    by = 'admin',
    undoes: string | null = null,
  ): { readonly changeId: string | null; readonly changed: number } {
    const change = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null && value !== undefined)) as WorkChange;
    const nexts = alerts.map((alert) => ({ alert, next: changed(workOf(alert), change) }));
    const misfit = nexts.find(({ next }) => typeof next === 'string');
    if (misfit !== undefined) throw conflict(`It is ${misfit.alert.status}.`);
    const real = nexts.filter(({ alert, next }) => (note ?? '') !== '' || !isSameWork(workOf(alert), next as AlertWork));
    return real.length === 0
      ? { changeId: null, changed: 0 }
      : {
          changeId: this.#write(
            real.map(({ alert, next }) => ({ alert, next: next as AlertWork })),
            by,
            note ?? null,
            undoes,
          ),
          changed: real.length,
        };
  }

  #write(parts: readonly { readonly alert: StandInAlert; readonly next: AlertWork }[], by: string, note: string | null, undoes: string | null): string {
    const changeId = `00000000-0000-4000-8000-${String(this.#next++).padStart(12, '0')}`;
    const at = new Date().toISOString();
    this.#parts.set(
      changeId,
      parts.map(({ alert, next }): Part => {
        const before = workOf(alert);
        const fields = Object.entries(next)
          .filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name as keyof AlertWork]))
          .map(([name, after]) => ({ name, before: before[name as keyof AlertWork], after: after as unknown }));
        const noteId = note === null ? null : String(this.#next++);
        if (noteId !== null) alert.notes.push({ id: noteId, at, by, text: note!, revision: 1, editedAt: null, before: [] });
        Object.assign(alert, next, { workRevision: alert.workRevision + 1, changeId, changedAt: Date.now() });
        alert.history.unshift({ at, by, action: 'alert.change', changeId, undoes, note, fields });
        this.#tell(alert);
        return { alert, revision: alert.workRevision, before, noteId };
      }),
    );
    return changeId;
  }

  undo(changeId: string): readonly StandInAlert[] {
    const parts = this.#parts.get(changeId) ?? [];
    if (parts.some(({ alert, revision }) => alert.workRevision !== revision))
      throw conflict('The alert was changed since, by noor. Look at the present state, then decide again.');
    for (const { alert, noteId } of parts) alert.notes = alert.notes.filter(({ id }) => id !== noteId);
    this.#write(
      parts.map(({ alert, before }) => ({ alert, next: before })),
      'admin',
      null,
      changeId,
    );
    return parts.map(({ alert }) => ({ ...alert }));
  }

  expect(alerts: readonly StandInAlert[], expected: readonly { readonly id: string; readonly workRevision: number }[] | null | undefined): void {
    const stale = alerts.find(({ id, workRevision }) => expected?.some((seen) => seen.id === id && seen.workRevision !== workRevision));
    if (stale !== undefined) throw conflict('The alert was changed by somebody else, by noor. Look at the present state, then decide again.');
  }

  preview(alerts: readonly StandInAlert[], given: Given) {
    const change = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null)) as WorkChange;
    const outcomes = alerts.map((alert) => changed(workOf(alert), change));
    const refused = outcomes.filter((next) => typeof next === 'string').length;
    const unchanged = outcomes.filter((next, n) => typeof next !== 'string' && isSameWork(workOf(alerts[n]!), next)).length;
    return { matching: alerts.length, changing: alerts.length - refused - unchanged, unchanged, refused, most: MOST };
  }

  /** @param text Null takes it back. */
  editNote(alerts: readonly StandInAlert[], noteId: string, text: string | null): StandInAlert {
    const alert = alerts.find(({ notes }) => notes.some(({ id }) => id === noteId))!;
    const at = new Date().toISOString();
    alert.notes = alert.notes.flatMap((note) => {
      if (note.id !== noteId) return [note];
      return text === null
        ? []
        : [{ ...note, text, revision: note.revision + 1, editedAt: at, before: [...note.before, { at: note.editedAt ?? note.at, text: note.text }] }];
    });
    this.#tell(alert);
    return { ...alert };
  }

  addView(input: Readonly<Record<string, unknown>>): View {
    const view: View = {
      query: '',
      columns: [],
      from: null,
      to: null,
      isShared: false,
      ...input,
      filter: { statuses: null, minSeverity: null, sort: null, ...(input['filter'] as object) },
      id: `00000000-0000-4000-9000-${String(this.#next++).padStart(12, '0')}`,
      name: String(input['name']),
      owner: 'admin',
      isMine: true,
      revision: 1,
    };
    this.views.push(view);
    return view;
  }

  changeView(id: string, change: Readonly<Record<string, unknown>>): View {
    const index = this.views.findIndex((view) => view.id === id);
    const view = this.views[index];
    if (view === undefined || change['revision'] !== view['revision']) throw conflict('The saved search was changed meanwhile. Look at it again.');
    const changed = { ...view, ...change, revision: Number(view['revision']) + 1 };
    this.views[index] = changed;
    return changed;
  }

  deleteView(id: string): string {
    this.views.splice(0, this.views.length, ...this.views.filter((view) => view.id !== id));
    return id;
  }
}
