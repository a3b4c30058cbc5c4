import { z } from 'zod';
import { MAX_INDICATORS } from '../../domains/hunt/index.ts';
import { findingsByIds, SEVERITIES } from '../../store/queries/findings.ts';
import type { FindingRow } from '../../store/queries/findings.ts';
import { huntById, indicatorsOfHunt, matchesOfHunt, pageOfHunts } from '../../store/queries/hunts.ts';
import type { HuntRow } from '../../store/queries/hunts.ts';
import { publicIdOf } from '../event-view.ts';
import { principalOf } from '../gate/gate.ts';
import { notFound } from '../gate/problem.ts';
import type { Services } from '../graphql/context.ts';
import { huntQuestion, newHunt } from '../hunt/input.ts';
import { progressOf } from '../hunt/register.ts';
import { cursorOf, parseCursor } from '../paging.ts';
import { isoOf } from '../time.ts';
import { linkNext, paging } from './kit.ts';
import type { Routes } from './kit.ts';

const PATH = '/v2/hunts';
const TAGS = ['hunts'];
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const params = z.object({ id: z.uuid() });
const document = z.record(z.string(), z.unknown());

const documentOf = (hunt: HuntRow): Record<string, unknown> => {
  const { from, to, position, severity, busyMs, createdAt, changedAt, finishedAt, ...rest } = hunt;
  return {
    ...rest,
    from: isoOf(from),
    to: isoOf(to),
    severity: SEVERITIES[severity],
    progress: progressOf(hunt),
    position: isoOf(position),
    busySeconds: busyMs / 1_000,
    createdAt: isoOf(createdAt),
    changedAt: isoOf(changedAt),
    finishedAt: finishedAt === null ? null : isoOf(finishedAt),
  };
};
const findingOf = (row: FindingRow) => ({
  id: publicIdOf(row),
  time: isoOf(row.time),
  title: row.title,
  severity: SEVERITIES[row.severity],
  entities: row.entities,
  fields: row.fields,
  events: row.events.map((event) => ({ ...event, id: publicIdOf(event), time: isoOf(event.time) })),
});

export function registerHuntRoutes(app: Routes, { run, hunts }: Pick<Services, 'run' | 'hunts'>): void {
  app.route({
    method: 'GET',
    url: PATH,
    schema: {
      tags: TAGS,
      summary: 'Hunts through stored events, newest first',
      querystring: z.strictObject({ ...paging }),
      response: { 200: z.object({ hunts: z.array(document) }) },
    },
    handler: async (request, reply) => {
      const { limit, cursor } = request.query;
      const after = parseCursor(cursor, UUID);
      const rows = await run(principalOf(request).organization, (sql) => pageOfHunts(sql, after, limit + 1));
      const last = rows.slice(0, limit).at(-1);
      linkNext(request, reply, rows.length > limit && last !== undefined ? cursorOf({ at: last.createdAt, id: last.id }) : null);
      return { hunts: rows.slice(0, limit).map(documentOf) };
    },
  });

  app.route({
    method: 'POST',
    url: `${PATH}/estimate`,
    schema: { tags: TAGS, summary: 'What a hunt would cost, and whether it may be', body: huntQuestion, response: { 200: document } },
    handler: async (request) => {
      const { narrowedFrom, ...rest } = await hunts.estimate(principalOf(request), request.body);
      return { ...rest, narrowedFrom: narrowedFrom === null ? null : isoOf(narrowedFrom) };
    },
  });

  app.route({
    method: 'POST',
    url: PATH,
    schema: {
      tags: TAGS,
      summary: 'Begin a hunt',
      description:
        'Indicators or a search are looked for in stored events, from the end of the range to its beginning, as a job. What is found becomes findings of kind `hunt`, and alerts only where `makesAlerts` asks for them. A repeated hunt adds nothing. Refused where it would read too many events: the answer says how to narrow it.',
      body: newHunt,
      response: { 201: document },
    },
    handler: async (request, reply) => {
      const body = documentOf(await hunts.start(principalOf(request), request.body));
      return reply.code(201).send(body);
    },
  });

  app.route({
    method: 'GET',
    url: `${PATH}/:id`,
    schema: { tags: TAGS, summary: 'One hunt, with its indicators', params, response: { 200: document } },
    handler: (request) =>
      run(principalOf(request).organization, async (sql) => {
        const row = await huntById(sql, request.params.id);
        if (row === undefined) throw notFound('hunt of this id');
        return { ...documentOf(row), indicators: row.query === null ? await indicatorsOfHunt(sql, row.id, MAX_INDICATORS) : null };
      }),
  });

  app.route({
    method: 'GET',
    url: `${PATH}/:id/findings`,
    schema: {
      tags: TAGS,
      summary: 'What a hunt found, the newest events first',
      description: 'A finding appears some seconds after its match; until then it is left out.',
      params,
      querystring: z.strictObject({ ...paging }),
      response: { 200: z.object({ findings: z.array(document) }) },
    },
    handler: async (request, reply) => {
      const { limit, cursor } = request.query;
      const { id } = request.params;
      const after = parseCursor(cursor);
      const { refs, rows } = await run(principalOf(request).organization, async (sql) => {
        if ((await huntById(sql, id)) === undefined) throw notFound('hunt of this id');
        const found = await matchesOfHunt(sql, id, after, limit + 1);
        return { refs: found, rows: new Map((await findingsByIds(sql, found.slice(0, limit))).map((row) => [row.id, row])) };
      });
      const page = refs.slice(0, limit);
      const last = page.at(-1);
      linkNext(request, reply, refs.length > limit && last !== undefined ? cursorOf({ at: last.time, id: last.id }) : null);
      return { findings: page.flatMap(({ id: findingId }) => rows.get(findingId) ?? []).map(findingOf) };
    },
  });

  for (const [verb, to, summary] of [
    ['pause', 'paused', 'Let a hunt rest'],
    ['resume', 'running', 'Let a hunt go on where it rests'],
    ['cancel', 'cancelled', 'End a hunt; what it found stays'],
  ] as const) {
    app.route({
      method: 'POST',
      url: `${PATH}/:id/${verb}`,
      schema: { tags: TAGS, summary, params, response: { 200: document } },
      handler: async (request) => documentOf(await hunts.steer(principalOf(request), request.params.id, to)),
    });
  }
}
