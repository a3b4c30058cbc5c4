import type { Micros } from '../../../pipeline/core/index.ts';
import type { Severity } from '../../../schemas/avro/types.gen.ts';
import { alertsByIds, changeAlert, countAlerts, pageOfAlerts } from '../../../store/queries/alerts.ts';
import type { AlertFilter, AlertRow, AlertStatus, Verdict } from '../../../store/queries/alerts.ts';
import { SEVERITIES } from '../../../store/queries/findings.ts';
import { parseSearch } from '../../../store/queries/search/syntax.ts';
import { readRange, withoutNul } from '../../event-filter.ts';
import { ApiProblem, notFound } from '../../gate/problem.ts';
import { alertChanges } from '../../live/subscriptions.ts';
import { pageSize, parseCursor, toConnection } from '../../paging.ts';
import type { ApiContext } from '../context.ts';
import { ruleOf } from '../finding/resolvers.ts';

interface FilterInput {
  readonly from?: Micros | null;
  readonly to?: Micros | null;
  readonly minSeverity?: Severity | null;
  readonly status?: readonly AlertStatus[] | null;
  readonly search?: string | null;
}
interface ChangeInput {
  readonly status?: AlertStatus | null;
  readonly verdict?: Verdict | null;
  readonly assignee?: string | null;
  readonly note?: string | null;
}

const MAX_CHANGED = 200;
const ID = /^[0-9a-f]{32}$/;

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
      ID.test(id) ? ((await read((sql) => alertsByIds(sql, [id])))[0] ?? null) : null,
    alertCounts(_root: unknown, args: { readonly from: Micros; readonly to: Micros; readonly spanSeconds: number }, { read }: ApiContext) {
      const range = readRange(args.from, args.to, args.spanSeconds);
      return read((sql) => countAlerts(sql, range));
    },
  },
  Mutation: {
    async updateAlerts(_root: unknown, args: { readonly ids: readonly string[]; readonly change: ChangeInput }, { read, principal }: ApiContext) {
      const ids = [...new Set(args.ids)];
      if (ids.length > MAX_CHANGED) throw invalid('/ids', `At most ${MAX_CHANGED} alerts at once.`);
      if (!ids.every((id) => ID.test(id))) throw notFound('such alert');
      const change = changeOf(args.change);
      const rows = await read(async (sql) => {
        // In one order for everybody, so that two who change the same alerts wait for each other instead of both failing.
        for (const id of ids.toSorted()) await changeAlert(sql, principal.user, id, change).catch(rethrowMissing);
        return alertsByIds(sql, ids);
      });
      const byId = new Map(rows.map((row) => [row.id, row]));
      return ids.flatMap((id) => byId.get(id) ?? []);
    },
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
};

export function readAlertFilter(input: FilterInput | null | undefined): AlertFilter {
  if (input === null || input === undefined) return {};
  const { from, to, minSeverity, status, search } = input;
  return {
    ...(typeof from === 'number' && { from }),
    ...(typeof to === 'number' && { to }),
    ...(typeof minSeverity === 'string' && { minSeverity: SEVERITIES.indexOf(minSeverity) }),
    ...(Array.isArray(status) && { status }),
    ...(typeof search === 'string' && { search: parseSearch(search) }),
  };
}

function changeOf({ status, verdict, assignee, note }: ChangeInput) {
  const text = (value: string | null | undefined, name: string, max: number): string | undefined => {
    if (value === null || value === undefined) return undefined;
    if (value.length > max) throw invalid(`/change/${name}`, `At most ${max} characters.`);
    return withoutNul(value, `/change/${name}`);
  };
  const cleanNote = text(note, 'note', 10_000);
  if (cleanNote === '') throw invalid('/change/note', 'A note says something; leave it out for none.');
  const cleanAssignee = text(assignee, 'assignee', 200);
  const change = {
    ...(typeof status === 'string' && { status }),
    ...(typeof verdict === 'string' && { verdict }),
    ...(cleanAssignee !== undefined && { assignee: cleanAssignee }),
    ...(cleanNote !== undefined && { note: cleanNote }),
  };
  if (Object.keys(change).length === 0) throw invalid('/change', 'Name at least one thing to change.');
  return change;
}

const invalid = (pointer: string, detail: string) => new ApiProblem('INVALID_REQUEST', detail, { errors: [{ pointer, detail }] });

function rethrowMissing(error: unknown): never {
  if ((error as { readonly code?: unknown }).code === 'P0002') throw notFound('such alert');
  throw error;
}
