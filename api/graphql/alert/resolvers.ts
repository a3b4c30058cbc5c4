import { z } from 'zod';
import type { Micros } from '../../../pipeline/core/index.ts';
import type { Severity } from '../../../schemas/avro/types.gen.ts';
import type { Deed, DeedDetail } from '../../../store/queries/alert-work.ts';
import { alertsByIds, countAlerts, pageOfAlerts } from '../../../store/queries/alerts.ts';
import type { AlertFilter, AlertRow, AlertStatus, NoteRow, Verdict } from '../../../store/queries/alerts.ts';
import { SEVERITIES } from '../../../store/queries/findings.ts';
import { parseSearch } from '../../../domains/search/syntax.ts';
import { alertChange, isAlertId, note } from '../../alert-work/input.ts';
import { readRange, withoutNul } from '../../event-filter.ts';
import { notFound } from '../../gate/problem.ts';
import { alertChanges } from '../../live/subscriptions.ts';
import { pageSize, parseCursor, toConnection } from '../../paging.ts';
import { checkedInput } from '../../rules/checked-input.ts';
import type { ApiContext } from '../context.ts';
import { ruleOf } from '../finding/resolvers.ts';

interface FilterInput {
  readonly from?: Micros | null;
  readonly to?: Micros | null;
  readonly minSeverity?: Severity | null;
  readonly status?: readonly AlertStatus[] | null;
  readonly verdict?: readonly Verdict[] | null;
  readonly assignee?: readonly (string | null)[] | null;
  readonly labels?: readonly string[] | null;
  readonly search?: string | null;
}
interface Expected {
  readonly id: string;
  readonly workRevision: number;
}
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export default {
  Query: {
    async alerts(
      _root: unknown,
      args: { readonly first?: number | null; readonly after?: string | null; readonly filter?: FilterInput | null },
      { read }: ApiContext,
    ) {
      const first = pageSize(args.first);
      const filter = readAlertFilter(args.filter);
      const rows = await read((sql) => pageOfAlerts(sql, filter, parseCursor(args.after), first + 1));
      return toConnection(rows, first, ({ changedAt, id }) => ({ at: changedAt, id }));
    },
    alert: async (_root: unknown, { id }: { readonly id: string }, { read }: ApiContext) =>
      isAlertId(id) ? ((await read((sql) => alertsByIds(sql, [id])))[0] ?? null) : null,
    alertChangePreview: (
      _root: unknown,
      { filter, change }: { readonly filter: FilterInput; readonly change: object },
      { principal, services: { alertWork } }: ApiContext,
    ) => alertWork.preview(principal, readAlertFilter(filter), checkedInput(alertChange, change, 'change')),
    alertCounts(_root: unknown, args: { readonly from: Micros; readonly to: Micros; readonly spanSeconds: number }, { read }: ApiContext) {
      const range = readRange(args.from, args.to, args.spanSeconds);
      return read((sql) => countAlerts(sql, range));
    },
  },
  Mutation: {
    updateAlerts: (
      _root: unknown,
      { ids, change, expected }: { readonly ids: readonly string[]; readonly change: object; readonly expected?: readonly Expected[] | null },
      { principal, services: { alertWork } }: ApiContext,
    ) => alertWork.change(principal, ids, checkedInput(alertChange, change, 'change'), expected ?? []),
    updateAlertsByFilter: (
      _root: unknown,
      { filter, change, count }: { readonly filter: FilterInput; readonly change: object; readonly count: number },
      { principal, services: { alertWork } }: ApiContext,
    ) => alertWork.changeAll(principal, readAlertFilter(filter), checkedInput(alertChange, change, 'change'), count),
    undoAlertChange(_root: unknown, { changeId }: { readonly changeId: string }, { principal, services: { alertWork } }: ApiContext) {
      if (!UUID.test(changeId)) throw notFound('such change');
      return alertWork.undo(principal, changeId);
    },
    editAlertNote: (
      _root: unknown,
      { noteId, text, revision }: { readonly noteId: string; readonly text: string; readonly revision?: number | null },
      { principal, services: { alertWork } }: ApiContext,
    ) => alertWork.editNote(principal, readNoteId(noteId), checkedInput(editedNote, { text }, 'note').text, revision ?? null),
    removeAlertNote: (_root: unknown, { noteId }: { readonly noteId: string }, { principal, services: { alertWork } }: ApiContext) =>
      alertWork.editNote(principal, readNoteId(noteId), null, null),
  },
  Subscription: {
    alertChanged: {
      subscribe: (_root: unknown, { minSeverity }: { readonly minSeverity?: Severity | null }, { principal, services }: ApiContext) =>
        alertChanges(services.live.news, principal.organization, SEVERITIES.indexOf(minSeverity ?? 'informational')),
      resolve: (alert: AlertRow) => alert,
    },
  },
  Alert: {
    severity: ({ severity }: AlertRow): Severity => SEVERITIES[severity] ?? 'informational',
    history: ({ id }: AlertRow, _args: unknown, { loaders }: ApiContext) => loaders.deeds.load(id),
    notes: ({ id }: AlertRow, _args: unknown, { loaders }: ApiContext) => loaders.notes.load(id),
    rules: async ({ findings, ruleIds }: AlertRow, _args: unknown, { loaders }: ApiContext) => {
      const newest = new Map(findings.map((finding) => [finding.ruleId, finding]));
      return Promise.all(
        ruleIds.map(async (id) => {
          const ref = newest.get(id);
          const finding = ref === undefined ? null : await loaders.findings.load(ref);
          return finding === null ? { id, version: '', title: id, tags: [], description: null, author: null, license: null, reference: null } : ruleOf(finding); // an alert may be stored before its finding
        }),
      );
    },
    findings: async ({ findings }: AlertRow, _args: unknown, { loaders }: ApiContext) =>
      (await Promise.all(findings.map((ref) => loaders.findings.load(ref)))).filter((finding) => finding !== null),
  },
  AlertNote: { before: ({ id, editedAt }: NoteRow, _args: unknown, { loaders }: ApiContext) => (editedAt === null ? [] : loaders.noteVersions.load(id)) },
  AlertDeed: {
    changeId: ({ detail }: Deed) => detail.change ?? null,
    undoes: ({ detail }: Deed) => detail.undoes ?? null,
    note: ({ detail }: Deed) => detail.note ?? null,
    fields: ({ detail }: Deed) => fieldsOf(detail),
  },
};

const editedNote = z.strictObject({ text: note });
/** @throws ApiProblem NOT_FOUND for what can be the id of none */
function readNoteId(id: string): number {
  if (!/^[1-9]\d{0,15}$/.test(id)) throw notFound('such note');
  return Number(id);
}

/** From before changes had fields the audit told only what became of them. */
function fieldsOf({ fields, status, verdict, assignee }: DeedDetail) {
  const told =
    fields ??
    Object.fromEntries(Object.entries({ status, verdict, assignee }).flatMap(([name, after]) => (after === undefined ? [] : [[name, [null, after]]])));
  return Object.entries(told).map(([name, [before, after]]) => ({ name, before: before ?? null, after: after ?? null }));
}

export function readAlertFilter(input: FilterInput | null | undefined): AlertFilter {
  if (input === null || input === undefined) return {};
  const { from, to, minSeverity, status, verdict, assignee, labels, search } = input;
  return {
    ...(typeof from === 'number' && { from }),
    ...(typeof to === 'number' && { to }),
    ...(typeof minSeverity === 'string' && { minSeverity: SEVERITIES.indexOf(minSeverity) }),
    ...(Array.isArray(status) && { status }),
    ...(Array.isArray(verdict) && { verdict }),
    ...(Array.isArray(assignee) && { assignee: assignee.map((name) => (name === null ? null : withoutNul(name, '/filter/assignee'))) }),
    ...(Array.isArray(labels) && { labels: labels.map((label) => withoutNul(label.toLowerCase(), '/filter/labels')) }),
    ...(typeof search === 'string' && { search: parseSearch(search) }),
  };
}
