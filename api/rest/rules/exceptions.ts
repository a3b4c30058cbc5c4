// Exceptions, and trying rules on events that are handed over.
import { z } from 'zod';
import { exceptionById, pageOfExceptions } from '../../../store/queries/exceptions.ts';
import type { ExceptionRow } from '../../../store/queries/exceptions.ts';
import { publicIdOf } from '../../event-view.ts';
import { principalOf } from '../../gate/gate.ts';
import { notFound } from '../../gate/problem.ts';
import type { Services } from '../../graphql/context.ts';
import { cursorOf, parseCursor } from '../../paging.ts';
import { analysisRequest } from '../../rules/analysis.ts';
import { effectQuestion, newException } from '../../rules/exceptions.ts';
import { isoOf } from '../../time.ts';
import { linkNext, paging, text } from '../kit.ts';
import type { Routes } from '../kit.ts';

const PATH = '/v2/threat-detection/exceptions';
const TAGS = ['rules'];
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const document = z.record(z.string(), z.unknown());
const params = z.object({ id: z.uuid() });

type Deps = Pick<Services, 'run' | 'exceptions' | 'analyses' | 'wallMicros'>;

export function registerExceptionRoutes(app: Routes, { run, exceptions, analyses, wallMicros }: Deps): void {
  const documentOf = ({ createdAt, expiresAt, endedAt, ...rest }: ExceptionRow): Record<string, unknown> => ({
    ...rest,
    createdAt: isoOf(createdAt),
    expiresAt: isoOf(expiresAt),
    endedAt: endedAt === null ? null : isoOf(endedAt),
    isActive: endedAt === null && expiresAt > wallMicros(),
  });

  app.route({
    method: 'GET',
    url: PATH,
    schema: {
      tags: TAGS,
      summary: 'Exceptions, newest first',
      querystring: z.strictObject({
        ruleId: text(200).optional().meta({ description: 'Those of this rule, and those of every rule.' }),
        ended: z.enum(['true', 'false']).default('false').meta({ description: 'Those that ended or expired, too.' }),
        ...paging,
      }),
      response: { 200: z.object({ exceptions: z.array(document) }) },
    },
    handler: async (request, reply) => {
      const { ruleId, ended, limit, cursor } = request.query;
      const filter = { ...(ruleId !== undefined && { ruleId }), ...(ended === 'false' && { at: wallMicros() }) };
      const after = parseCursor(cursor, UUID);
      const rows = await run(principalOf(request).organization, (sql) => pageOfExceptions(sql, filter, after, limit + 1));
      const last = rows.slice(0, limit).at(-1);
      linkNext(request, reply, rows.length > limit && last !== undefined ? cursorOf({ at: last.createdAt, id: last.id }) : null);
      return { exceptions: rows.slice(0, limit).map(documentOf) };
    },
  });

  app.route({
    method: 'GET',
    url: `${PATH}/:id`,
    schema: { tags: TAGS, summary: 'One exception', params, response: { 200: document } },
    handler: async (request) => {
      const row = await run(principalOf(request).organization, (sql) => exceptionById(sql, request.params.id));
      if (row === undefined) throw notFound('exception of this id');
      return documentOf(row);
    },
  });

  app.route({
    method: 'POST',
    url: PATH,
    schema: {
      tags: TAGS,
      summary: 'Add an exception',
      description:
        'What meets it is stored with the id of the exception, and makes no alerts. It takes effect ten seconds later, on all stages at the same append time, and ends by itself.',
      body: newException,
      response: { 201: document },
    },
    handler: async (request, reply) => {
      const body = documentOf(await exceptions.add(principalOf(request), request.body));
      return reply
        .code(201)
        .header('location', `${PATH}/${String(body['id'])}`)
        .send(body);
    },
  });

  app.route({
    method: 'DELETE',
    url: `${PATH}/:id`,
    schema: { tags: TAGS, summary: 'End an exception before it expires', params, response: { 204: z.null() } },
    handler: async (request, reply) => {
      await exceptions.end(principalOf(request), request.params.id);
      return reply.code(204).send(null);
    },
  });

  app.route({
    method: 'POST',
    url: `${PATH}/effect`,
    schema: {
      tags: TAGS,
      summary: 'What an exception would have suppressed of the last days, before it is saved',
      description: 'Looks at the newest 1,000 findings of the rules; of a correlation at the first ten events.',
      body: effectQuestion,
      response: { 200: document },
    },
    handler: async (request) => {
      const { examples, ...counts } = await exceptions.effect(principalOf(request), request.body);
      return { ...counts, examples: examples.map(publicIdOf) };
    },
  });

  app.route({
    method: 'POST',
    url: '/v2/alerts/:id/exception',
    schema: {
      tags: TAGS,
      summary: 'A draft of an exception, out of an alert and the fields that were picked',
      description: `Nothing is saved: look at its effect, then send it to ${PATH} with owner, reason and end.`,
      params: z.object({ id: z.string().regex(/^[0-9a-f]{32}$/, 'Not the id of an alert.') }),
      body: z.strictObject({
        fields: z.array(text(200).min(1)).max(50).nullable().default(null).meta({ description: 'Names of fields. Left out: those that the rules met.' }),
      }),
      response: { 200: document },
    },
    handler: async (request) => ({ ...(await exceptions.draft(principalOf(request), request.params.id, request.body.fields)) }),
  });

  app.route({
    method: 'POST',
    url: '/v2/threat-detection/analyze',
    schema: {
      tags: TAGS,
      summary: 'What rules would find in these events; nothing is written',
      description:
        'Events go through ingest, validation, detection, correlation and scoring as they would from a topic. `rules` tries documents of your own in place of those that run.',
      body: analysisRequest,
      response: { 200: document },
    },
    handler: async (request) => ({ ...(await analyses.analyze(principalOf(request), request.body)) }),
  });
}
