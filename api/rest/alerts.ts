import { z } from 'zod';
import { deedsOf } from '../../store/queries/alert-work.ts';
import { alertsByIds, notesOf, pageOfAlerts } from '../../store/queries/alerts.ts';
import type { AlertRow } from '../../store/queries/alerts.ts';
import { SEVERITIES } from '../../store/queries/findings.ts';
import { parseSearch } from '../../domains/search/syntax.ts';
import { alertDocument } from '../alert-view.ts';
import { alertChange } from '../alert-work/input.ts';
import { principalOf } from '../gate/gate.ts';
import { notFound } from '../gate/problem.ts';
import type { Services } from '../graphql/context.ts';
import { cursorOf, parseCursor } from '../paging.ts';
import { isoOf } from '../time.ts';
import { MAX_INT, linkNext, paging, text, time } from './kit.ts';
import type { Routes } from './kit.ts';

const STATUSES = ['open', 'acknowledged', 'closed'] as const;
const statuses = z
  .union([z.enum(STATUSES), z.array(z.enum(STATUSES))])
  .transform((value) => (typeof value === 'string' ? [value] : value))
  .optional();

const TAGS = ['alerts'];
const params = z.object({ id: z.string().regex(/^[0-9a-f]{32}$/, 'An id of an alert has 32 hexadecimal digits.') });
const document = z.record(z.string(), z.unknown());
const workChange = alertChange
  .safeExtend({
    workRevision: z
      .int()
      .min(0)
      .max(MAX_INT)
      .optional()
      .meta({ description: 'Of the work that was looked at; refused with its present state when there is another. Left out: whatever there is.' }),
  })
  .refine(({ workRevision: _seen, ...change }) => Object.keys(change).length > 0, 'Name at least one thing to change.')
  .meta({ minProperties: 1 });

export function registerAlertRoutes(app: Routes, { run, alertWork }: Pick<Services, 'run' | 'alertWork'>): void {
  app.route({
    method: 'GET',
    url: '/v2/alerts',
    schema: {
      tags: TAGS,
      summary: 'Alerts, most recently changed first',
      querystring: z.strictObject({
        from: time.optional(),
        to: time.optional(),
        minSeverity: z.enum(SEVERITIES).optional(),
        status: statuses,
        search: text(2_000).optional(),
        ...paging,
      }),
      response: { 200: z.object({ alerts: z.array(z.record(z.string(), z.unknown())) }) },
    },
    handler: async (request, reply) => {
      const { from, to, minSeverity, status, search, limit, cursor } = request.query;
      const filter = {
        ...(from !== undefined && { from }),
        ...(to !== undefined && { to }),
        ...(status !== undefined && { status }),
        ...(minSeverity !== undefined && { minSeverity: SEVERITIES.indexOf(minSeverity) }),
        ...(search !== undefined && { search: parseSearch(search) }),
      };
      const after = parseCursor(cursor);
      const rows = await run(principalOf(request).organization, (sql) => pageOfAlerts(sql, filter, after, limit + 1));
      const page = rows.slice(0, limit);
      const last = page.at(-1);
      linkNext(request, reply, rows.length > limit && last !== undefined ? cursorOf({ at: last.changedAt, id: last.id }) : null);
      return { alerts: page.map(alertDocument) };
    },
  });

  /** With what people wrote. */
  const whole = (organization: string, row: AlertRow) =>
    run(organization, async (sql) => ({
      ...alertDocument(row),
      notes: (await notesOf(sql, [row.id])).map(({ id, at, by, text: said, revision, editedAt }) => ({
        id: String(id),
        at: isoOf(at),
        by,
        text: said,
        revision,
        editedAt: editedAt === null ? null : isoOf(editedAt),
      })),
    }));

  app.route({
    method: 'GET',
    url: '/v2/alerts/:id',
    schema: { tags: TAGS, summary: 'One alert, with its notes', params, response: { 200: document } },
    handler: async (request) => {
      const { organization } = principalOf(request);
      const [row] = await run(organization, (sql) => alertsByIds(sql, [request.params.id]));
      if (row === undefined) throw notFound('such alert');
      return whole(organization, row);
    },
  });

  app.route({
    method: 'PATCH',
    url: '/v2/alerts/:id',
    schema: {
      tags: TAGS,
      summary: 'Change status, verdict, assignee or labels, or add a note',
      description:
        'What is left out stays. From open to acknowledged or closed, from acknowledged to open or closed, from closed to open. `changeId` of the answer undoes it.',
      params,
      body: workChange,
      response: { 200: document },
    },
    handler: async (request) => {
      const principal = principalOf(request);
      const { workRevision, ...change } = request.body;
      const { id } = request.params;
      const [row] = await alertWork.change(principal, [id], change, workRevision === undefined ? [] : [{ id, workRevision }]);
      return whole(principal.organization, row!);
    },
  });

  app.route({
    method: 'GET',
    url: '/v2/alerts/:id/history',
    schema: {
      tags: TAGS,
      summary: 'Who did what on an alert, the newest first: at most 100',
      params,
      response: { 200: z.object({ history: z.array(document) }) },
    },
    handler: async (request) => {
      const { id } = request.params;
      const deeds = await run(principalOf(request).organization, async (sql) =>
        (await alertsByIds(sql, [id])).length > 0 ? deedsOf(sql, [id], 100) : undefined,
      );
      if (deeds === undefined) throw notFound('such alert');
      return { history: deeds.map(({ at, by, action, detail }) => ({ at: isoOf(at), by, action, ...detail })) };
    },
  });

  app.route({
    method: 'POST',
    url: '/v2/alerts/changes/:changeId/undo',
    schema: {
      tags: TAGS,
      summary: 'Undo a change',
      description: 'Brings each alert of it back to how it was. Refused, for all of them, when somebody changed one since.',
      params: z.object({ changeId: z.uuid() }),
      response: { 200: z.object({ alerts: z.array(document) }) },
    },
    handler: async (request) => ({ alerts: (await alertWork.undo(principalOf(request), request.params.changeId)).map(alertDocument) }),
  });
}
