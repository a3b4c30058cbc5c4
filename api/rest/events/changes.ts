// What people say of an event, over REST: resolve it, give a verdict, label it. The event itself never changes.
import { z } from 'zod';
import { changeEvent, changesOfEvent, EVENT_STATUSES, EVENT_VERDICTS, heldChangeOfEvent, lastChangeOfEvent } from '../../../store/queries/event-changes.ts';
import type { EventChangeRow, EventWork } from '../../../store/queries/event-changes.ts';
import type { InOrganization } from '../../database.ts';
import { parsePublicId } from '../../event-view.ts';
import { principalOf } from '../../gate/gate.ts';
import { ApiProblem, notFound } from '../../gate/problem.ts';
import { isoOf } from '../../time.ts';
import { MAX_INT, text } from '../kit.ts';
import type { Routes } from '../kit.ts';

const label = text(64).regex(
  /^[\p{L}\p{N}][\p{L}\p{N} _.:/-]*$/u,
  'A label begins with a letter or digit, and has letters, digits, spaces and _ . : / - only.',
);
const change = z
  .strictObject({
    status: z.enum(EVENT_STATUSES).optional(),
    verdict: z.enum(EVENT_VERDICTS).nullable().optional().meta({ description: '`null` takes it back.' }),
    labels: z.array(label).max(20).optional().meta({ description: 'All of them, as they are to be.' }),
    comment: text(4_000).min(1).optional(),
    revision: z
      .int()
      .min(0)
      .max(MAX_INT)
      .optional()
      .meta({ description: 'Of the work that this was decided upon: another one since is a 409. Left out: whatever is there.' }),
  })
  .refine(({ revision: _seen, ...rest }) => Object.keys(rest).length > 0, 'Say what is to change: status, verdict, labels or a comment.')
  .meta({ minProperties: 1 });
export const eventWork = z
  .object({
    revision: z.number().meta({ description: '0 while nobody changed it.' }),
    status: z.enum(EVENT_STATUSES),
    verdict: z.enum(EVENT_VERDICTS).nullable(),
    labels: z.array(z.string()),
    changedAt: z.string().nullable(),
    changedBy: z.string().nullable(),
  })
  .meta({ id: 'EventWork', description: 'How an event stands with people.' });
const historyEntry = z.object({
  revision: z.number(),
  at: z.string(),
  by: z.string(),
  status: z.enum(EVENT_STATUSES),
  verdict: z.enum(EVENT_VERDICTS).nullable(),
  labels: z.array(z.string()),
  comment: z.string().nullable(),
});
const UNTOUCHED: EventWork = { status: 'open', verdict: null, labels: [] };
const params = z.object({ id: z.string().max(100).meta({ description: 'Of a stored event, as lists give it.' }) });

export const workDocument = (row: EventChangeRow | undefined): z.infer<typeof eventWork> => ({
  revision: row?.revision ?? 0,
  status: row?.status ?? UNTOUCHED.status,
  verdict: row?.verdict ?? null,
  labels: [...(row?.labels ?? [])],
  changedAt: row === undefined ? null : isoOf(row.at),
  changedBy: row?.by ?? null,
});

export function registerEventChangeRoutes(app: Routes, { run }: { readonly run: InOrganization }): void {
  app.route({
    method: 'PATCH',
    url: '/v2/events/:id',
    schema: {
      tags: ['events'],
      summary: 'Resolve an event, give a verdict, label or comment it',
      description: 'A change is a record on `events.changes.v1` and an entry of the history; the stored event stays as it is.',
      params,
      body: change,
      response: { 200: z.object({ id: z.string(), work: eventWork }) },
    },
    handler: async (request) => {
      const { organization, user } = principalOf(request);
      const key = keyOf(request.params.id);
      const { status, verdict, labels, comment = null, revision } = request.body;
      const work = await run(organization, async (sql) => {
        const before = await heldChangeOfEvent(sql, key);
        const next = {
          status: status ?? before?.status ?? UNTOUCHED.status,
          verdict: verdict === undefined ? (before?.verdict ?? null) : verdict,
          labels: labels === undefined ? (before?.labels ?? []) : [...new Set(labels)],
        };
        await changeEvent(sql, user, key, { ...next, comment, expected: revision ?? before?.revision ?? 0 });
        return lastChangeOfEvent(sql, key);
      }).catch((error: unknown) => {
        throw problemOf(error);
      });
      return { id: request.params.id, work: workDocument(work) };
    },
  });

  app.route({
    method: 'GET',
    url: '/v2/events/:id/history',
    schema: {
      tags: ['events'],
      summary: 'What people said of an event, oldest first',
      params,
      response: { 200: z.object({ history: z.array(historyEntry) }) },
    },
    handler: async (request) => {
      const rows = await run(principalOf(request).organization, (sql) => changesOfEvent(sql, keyOf(request.params.id)));
      return { history: rows.map(({ at, labels, ...row }) => ({ ...row, labels: [...labels], at: isoOf(at) })) };
    },
  });
}

function keyOf(id: string) {
  const key = parsePublicId(id);
  if (key === null) throw notFound('stored event of this id; a receipt has to be asked for its event first');
  return key;
}

function problemOf(error: unknown): unknown {
  const code = (error as { readonly code?: unknown }).code;
  if (code === 'P0002') return notFound('stored event of this id');
  if (code === '40001') return new ApiProblem('CONFLICT', 'Somebody changed the event meanwhile. Read it again, and decide upon what it says now.');
  return error;
}
