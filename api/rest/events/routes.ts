import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { deadLetterBySource } from '../../../store/queries/dead-letters.ts';
import { countEvents } from '../../../store/queries/event-counts.ts';
import { eventsByIds, eventsByPosition } from '../../../store/queries/events.ts';
import { lastChangeOfEvent } from '../../../store/queries/event-changes.ts';
import type { EventFilter, EventRow } from '../../../store/queries/events.ts';
import { searchEvents } from '../../../store/queries/search/page.ts';
import { tpKey } from '../../../pipeline/runtime/port.ts';
import type { Broker } from '../../../pipeline/runtime/port.ts';
import { readEventFilter, readRange } from '../../event-filter.ts';
import { eventDocument, parsePublicId } from '../../event-view.ts';
import { principalOf } from '../../gate/gate.ts';
import { notFound } from '../../gate/problem.ts';
import type { Services } from '../../graphql/context.ts';
import { cursorOf, parseCursor } from '../../paging.ts';
import { isoOf } from '../../time.ts';
import { MAX_INT, linkNext, paging, text, time } from '../kit.ts';
import type { Routes } from '../kit.ts';
import { eventWork, registerEventChangeRoutes, workDocument } from './changes.ts';
import { parseReceipt } from './receipt.ts';
import type { Receipt } from './receipt.ts';

const names = z
  .union([text(256), z.array(text(256)).max(100)])
  .transform((value) => (typeof value === 'string' ? [value] : value))
  .optional();
const filter = {
  from: time.optional().meta({ description: 'Inclusive.' }),
  to: time.optional().meta({ description: 'Exclusive.' }),
  dataset: names,
  sensor: names,
  host: names,
  user: names,
  address: text(64).optional().meta({ description: 'Source or destination: an address, or a network in CIDR form.' }),
  search: text(2_000).optional().meta({ description: 'The search language of the dashboard.' }),
} as const;
const filterInAddress = { ...filter, minSeverity: z.coerce.number().min(0).max(100).optional() };
/** Numbers are numbers here: `null` and `false` are no 0. */
const query = z.strictObject({ ...filter, minSeverity: z.number().min(0).max(100).optional(), ...paging, limit: z.int().min(1).max(200).default(50) });
const event = z.record(z.string(), z.unknown()).meta({ id: 'Event', description: 'As the type Event of the query API.' });

const HOUR = 3_600_000_000;
/** A broker's clock and ours differ by less. */
const CLOCK_MICROS = 300_000_000;

interface EventRoutesDeps {
  readonly services: Services;
  readonly broker: Broker;
  readonly wallMicros: () => number;
}

export function registerEventRoutes(app: Routes, { services, broker, wallMicros }: EventRoutesDeps): void {
  const { run } = services;
  registerEventChangeRoutes(app, services);

  /** One page; `next` is null at the end. */
  async function pageOf(organization: string, eventFilter: EventFilter, cursor: string | undefined, limit: number) {
    const after = parseCursor(cursor);
    const { rows, stoppedAt } = await run(organization, (sql) => searchEvents(sql, eventFilter, after, limit + 1));
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    // A search that has looked at as many events as it may goes on with the next page, also where it found none yet.
    const end = stoppedAt ?? (rows.length > limit && last !== undefined ? { at: last.time, id: last.id } : null);
    return { events: page.map(eventDocument), next: end === null ? null : cursorOf(end) };
  }

  app.route({
    method: 'GET',
    url: '/v2/events',
    schema: {
      tags: ['events'],
      summary: 'Stored events, newest first',
      querystring: z.strictObject({ ...filterInAddress, ...paging }),
      response: { 200: z.object({ events: z.array(event) }) },
    },
    handler: async (request, reply) => {
      const { limit, cursor, ...input } = request.query;
      const { events, next } = await pageOf(principalOf(request).organization, readEventFilter(input, '/query'), cursor, limit);
      linkNext(request, reply, next);
      return { events };
    },
  });

  app.route({
    method: 'POST',
    url: '/v2/events/query',
    schema: {
      tags: ['events'],
      summary: 'The same with the question in the body: for searches that are too long for an address, and for those that logs of proxies should not hold',
      body: query,
      response: { 200: z.object({ events: z.array(event), cursor: z.string().nullable().meta({ description: 'For the next page; null at the end.' }) }) },
    },
    handler: async (request) => {
      const { limit, cursor, ...input } = request.body;
      const { events, next } = await pageOf(principalOf(request).organization, readEventFilter(input, '/body'), cursor, limit);
      return { events, cursor: next };
    },
  });

  app.route({
    method: 'GET',
    url: '/v2/events/stats',
    schema: {
      tags: ['events'],
      summary: 'Counts of events over time',
      querystring: z.strictObject({
        ...filterInAddress,
        spanSeconds: z.coerce.number().int().min(1).max(MAX_INT).default(3_600),
        by: z.enum(['dataset', 'sensor', 'severity']).default('dataset'),
      }),
      response: {
        200: z.object({
          from: z.string(),
          to: z.string(),
          spanSeconds: z.number(),
          by: z.string(),
          source: z.enum(['days', 'hours', 'minutes', 'index', 'events']).meta({ description: 'What was counted: sums of that length, or events.' }),
          total: z.number(),
          counts: z.array(z.object({ start: z.string(), series: z.string(), count: z.number() })),
        }),
      },
    },
    handler: async (request) => {
      const { spanSeconds, by, ...input } = request.query;
      const eventFilter = readEventFilter(input, '/query');
      const to = eventFilter.to ?? wallMicros();
      const range = readRange(eventFilter.from ?? to - 24 * HOUR, to, spanSeconds);
      const { rows: counts, source } = await run(principalOf(request).organization, (sql) => countEvents(sql, range, by, eventFilter));
      return {
        from: isoOf(range.from),
        to: isoOf(range.to),
        spanSeconds,
        by,
        source,
        total: counts.reduce((sum, { count }) => sum + count, 0),
        counts: counts.map(({ start, series, count }) => ({ start: isoOf(start), series, count })),
      };
    },
  });

  app.route({
    method: 'GET',
    url: '/v2/events/:id',
    schema: {
      tags: ['events'],
      summary: 'What became of an event: by its receipt or its id',
      params: z.object({ id: z.string().max(500) }),
      response: {
        200: z.object({
          id: z.string(),
          status: z.enum(['pending', 'stored', 'rejected']),
          event: event.optional(),
          work: eventWork.optional().meta({ description: 'How it stands with people; for who may read events.' }),
          events: z.array(event).optional().meta({ description: 'All of them, when one record held several.' }),
          error: z.object({ code: z.string(), detail: z.string(), stage: z.string(), deadLetter: z.string() }).optional(),
        }),
      },
    },
    handler: async (request) => {
      const { id } = request.params;
      const receipt = parseReceipt(id);
      if (receipt !== null) return fateOf(id, receipt, request);
      const ref = parsePublicId(id);
      const { organization } = principalOf(request);
      const [row] = ref === null ? [] : await run(organization, (sql) => eventsByIds(sql, [ref]));
      if (row === undefined) throw notFound('stored event of this id');
      return { ...stored(id, [row], request), ...(mayRead(request) && { work: workDocument(await run(organization, (sql) => lastChangeOfEvent(sql, row))) }) };
    },
  });

  async function fateOf(id: string, receipt: Receipt, request: FastifyRequest) {
    const { organization } = principalOf(request);
    if (!receipt.topic.startsWith(`raw.${organization}.`)) throw notFound('receipt of this form');
    const rows = await run(organization, (sql) => eventsByPosition(sql, receipt, receipt.takenAt, CLOCK_MICROS));
    if (rows.length > 0) return stored(id, rows, request);
    const letter = await run(organization, (sql) => deadLetterBySource(sql, receipt));
    if (letter !== undefined)
      return { id, status: 'rejected' as const, error: { code: letter.code, detail: letter.message, stage: letter.stage, deadLetter: letter.id } };
    if (!(await isWritten(receipt))) throw notFound('record at this receipt');
    return { id, status: 'pending' as const };
  }

  async function isWritten({ topic, partition, offset }: Receipt): Promise<boolean> {
    const admin = broker.admin();
    try {
      if (partition >= ((await admin.topics()).get(topic) ?? 0)) return false;
      const tp = { topic, partition };
      return offset < ((await admin.offsets([tp], 'latest')).get(tpKey(tp)) ?? 0);
    } finally {
      await admin.close();
    }
  }
}

/** Who may not read events, a sensor above all, learns that its event is stored, not what is stored. */
function stored(id: string, rows: readonly EventRow[], request: FastifyRequest) {
  const events = mayRead(request) ? rows.map(eventDocument) : [];
  return { id, status: 'stored' as const, ...(events[0] !== undefined && { event: events[0] }), ...(events.length > 1 && { events }) };
}

const mayRead = (request: FastifyRequest): boolean => principalOf(request).permissions.has('events:read');
