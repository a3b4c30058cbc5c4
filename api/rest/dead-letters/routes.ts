// Dead letters over REST: lists, content byte for byte, and the commands.
import { z } from 'zod';
import { deadLetterReasons, pageOfDeadLetters, redriveById } from '../../../store/queries/dead-letters.ts';
import type { DeadLetterRow, RedriveRow } from '../../../store/queries/dead-letters.ts';
import { filterInput, letterFilterOf, requireChoice } from '../../dead-letters.ts';
import type { DeadLetters } from '../../dead-letters.ts';
import type { InOrganization } from '../../database.ts';
import { principalOf } from '../../gate/gate.ts';
import { notFound } from '../../gate/problem.ts';
import { cursorOf, parseCursor } from '../../paging.ts';
import { isoOf } from '../../time.ts';
import { linkNext, paging } from '../kit.ts';
import type { Routes } from '../kit.ts';

const TAGS = ['dead letters'];
const LETTER_ID = /^\d{1,9}:\d{1,15}$/;
const document = z.record(z.string(), z.unknown());

export function registerDeadLetterRoutes(app: Routes, { run, deadLetters }: { readonly run: InOrganization; readonly deadLetters: DeadLetters }): void {
  app.route({
    method: 'GET',
    url: '/v2/dead-letters',
    schema: {
      tags: TAGS,
      summary: 'Records that were set aside, newest first; nothing of what they hold',
      querystring: filterInput.omit({ ids: true }).extend(paging),
      response: { 200: z.object({ deadLetters: z.array(document) }) },
    },
    handler: async (request, reply) => {
      const { limit, cursor, ...filter } = request.query;
      const rows = await run(principalOf(request).organization, (sql) =>
        pageOfDeadLetters(sql, letterFilterOf(filter), parseCursor(cursor, LETTER_ID), limit + 1),
      );
      const last = rows.slice(0, limit).at(-1);
      linkNext(request, reply, rows.length > limit && last !== undefined ? cursorOf(last) : null);
      return { deadLetters: rows.slice(0, limit).map(documentOf) };
    },
  });

  app.route({
    method: 'GET',
    url: '/v2/dead-letters/reasons',
    schema: {
      tags: TAGS,
      summary: 'Counts by stage, code, version and topic, most first',
      querystring: filterInput.omit({ ids: true }),
      response: { 200: z.object({ reasons: z.array(document) }) },
    },
    handler: async (request) => {
      const rows = await run(principalOf(request).organization, (sql) => deadLetterReasons(sql, letterFilterOf(request.query)));
      return { reasons: rows.map((row) => ({ ...row, oldest: isoOf(row.oldest), newest: isoOf(row.newest) })) };
    },
  });

  app.route({
    method: 'GET',
    url: '/v2/dead-letters/:id/value',
    schema: {
      tags: TAGS,
      summary: 'The bytes of the refused record; each look is audited',
      produces: ['application/octet-stream'],
      params: z.object({ id: z.string().max(30) }),
      response: { 200: z.unknown() },
    },
    handler: async (request, reply) => {
      const { id } = request.params;
      const record = await deadLetters.content(principalOf(request), id, 'downloaded');
      if (record === null) throw notFound('dead letter of this id: its retention is over');
      return reply
        .type('application/octet-stream')
        .header('content-disposition', `attachment; filename="dead-letter-${id.replace(':', '-')}.bin"`)
        .header('cache-control', 'no-store')
        .send(record.value ?? Buffer.alloc(0));
    },
  });

  app.route({
    method: 'POST',
    url: '/v2/dead-letters/preview',
    schema: {
      tags: TAGS,
      summary: 'What the stages, as they are now, would make of them; nothing is written but the audit',
      body: z.strictObject({ filter: filterInput, limit: z.int().min(1).max(200).default(50) }),
      response: { 200: z.object({ summary: z.array(document), verdicts: z.array(document), hasMore: z.boolean() }) },
    },
    handler: async (request) => {
      const { filter, limit } = request.body;
      const { summary, verdicts, hasMore } = await deadLetters.try(principalOf(request), requireChoice(letterFilterOf(filter)), limit);
      return { summary: summary.map((each) => ({ ...each })), verdicts: verdicts.map((each) => ({ ...each })), hasMore };
    },
  });

  app.route({
    method: 'POST',
    url: '/v2/dead-letters/redrive',
    schema: {
      tags: TAGS,
      summary: 'Send them again, each once: a second time changes nothing. A dry run unless `execute` is true',
      body: z.strictObject({ filter: filterInput, execute: z.boolean().default(false) }),
      response: { 200: document, 202: document },
    },
    handler: async (request, reply) => {
      const { filter, execute } = request.body;
      const { matched, already, redrive } = await deadLetters.redrive(principalOf(request), letterFilterOf(filter), execute);
      if (redrive === null) return reply.code(200).send({ matched, already, executed: false });
      const location = `/v2/redrives/${redrive.id}`;
      return reply
        .code(202)
        .header('location', location)
        .send({ matched, already, executed: true, redrive: redriveDocument(redrive) });
    },
  });

  app.route({
    method: 'GET',
    url: '/v2/redrives/:id',
    schema: { tags: TAGS, summary: 'How far a redrive is', params: z.object({ id: z.uuid() }), response: { 200: document } },
    handler: async (request) => {
      const row = await run(principalOf(request).organization, (sql) => redriveById(sql, request.params.id));
      if (row === undefined) throw notFound('redrive of this id');
      return redriveDocument(row);
    },
  });
}

const documentOf = ({ at, firstFailedAt, redrivenAt, ...row }: DeadLetterRow) => ({
  ...row,
  at: isoOf(at),
  firstFailedAt: isoOf(firstFailedAt),
  redrivenAt: redrivenAt === null ? null : isoOf(redrivenAt),
});
const redriveDocument = ({ requestedAt, ...row }: RedriveRow) => ({ ...row, requestedAt: isoOf(requestedAt) });
