// Events over HTTP: accepted when the broker has them, parsed later like any other record.
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Deliver, Delivery } from '../../../pipeline/core/connector.ts';
import type { ApiConfig } from '../../config.ts';
import { MAX_EVENT_BYTES, SOURCE_NAME } from '../../gateway/gateway.ts';
import { principalOf } from '../../gate/gate.ts';
import { ApiProblem, pointer } from '../../gate/problem.ts';
import type { BodyBudget } from '../../inputs/body.ts';
import { unpackBodies } from '../../inputs/body.ts';
import type { Routes } from '../kit.ts';
import { isRaw, parseLossless, writtenDocument } from './lossless-json.ts';
import { receiptOf } from './receipt.ts';

const MAX_EVENTS = 1_000;
/** Canonical documents: ECS. */
const CANONICAL = 'ecs';
const origin = {
  format: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'Lower-case letters, digits and dashes.')
    .optional()
    .meta({ description: 'What native documents are: the name of a decoder, or `auto` to have it found out. Left out: ECS documents.' }),
  source: z
    .string()
    .regex(SOURCE_NAME, 'Lower-case letters, digits and dashes, at most 40.')
    .default('http')
    .meta({ description: 'Part of the topic: one for each kind of sender.' }),
} as const;
const refusal = z.object({ code: z.string(), detail: z.string() });

interface ProduceDeps {
  readonly budget: BodyBudget;
  readonly config: ApiConfig;
}
export function registerProduceRoutes(app: Routes, write: Deliver, { budget, config: { bodyMaxBytes } }: ProduceDeps): void {
  void app.register(async (scope) => {
    // The bodies of these two only: everywhere else JSON is read as usual.
    unpackBodies(scope, budget);
    scope.removeContentTypeParser('application/json');
    scope.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
      try {
        done(null, parseLossless(body as string));
      } catch (error) {
        done(new ApiProblem('MALFORMED_JSON', `Send a JSON document in UTF-8 (${(error as Error).message}).`), undefined);
      }
    });
    const routes = scope as unknown as Routes;

    routes.route({
      method: 'POST',
      url: '/v2/events/bulk',
      bodyLimit: bodyMaxBytes,
      schema: {
        tags: ['events'],
        summary: 'Send 1 to 1,000 events',
        body: z.strictObject({
          events: z
            .array(z.unknown())
            .min(1)
            .max(MAX_EVENTS)
            .meta({ description: 'ECS documents; native documents (objects, or lines of text) when `format` is given.' }),
          ...origin,
        }),
        response: {
          '2xx': z
            .object({ items: z.array(z.object({ index: z.number(), receipt: z.string().nullable(), status: z.number(), error: refusal.optional() })) })
            .meta({ description: '202 when all were accepted, 207 otherwise.' }),
        },
      },
      handler: async (request, reply) => {
        const { events, ...rest } = request.body;
        const items = await deliver(write, events, deliveryOf(request, rest));
        const status = items.every((item) => item.status === 202) ? 202 : 207;
        return reply.code(status as 202).send({ items: [...items] });
      },
    });

    routes.route({
      method: 'POST',
      url: '/v2/events',
      bodyLimit: bodyMaxBytes,
      schema: {
        tags: ['events'],
        summary: 'Send one event',
        body: z.strictObject({ event: z.unknown(), ...origin }),
        response: { 202: z.object({ receipt: z.string(), status: z.literal('pending') }) },
      },
      handler: async (request, reply) => {
        const { event, ...rest } = request.body;
        const [item] = await deliver(write, [event], deliveryOf(request, rest));
        if (item?.error !== undefined)
          throw new ApiProblem(item.error.code, item.error.detail, { errors: [{ pointer: pointer('body', 'event'), detail: item.error.detail }] });
        const receipt = item?.receipt ?? '';
        return reply.code(202).header('location', `/v2/events/${receipt}`).send({ receipt, status: 'pending' });
      },
    });
  });
}

interface Item {
  readonly index: number;
  readonly receipt: string | null;
  readonly status: number;
  readonly error?: { readonly code: 'INVALID_REQUEST' | 'BODY_TOO_LARGE'; readonly detail: string };
}

/** What cannot be an event is refused one by one; the others go to the broker together. */
async function deliver(write: Deliver, events: readonly unknown[], delivery: Delivery): Promise<readonly Item[]> {
  const prepared = events.map((event) => bytesOf(event, delivery.format === CANONICAL));
  const receipts = (
    await write(
      prepared.filter((each) => Buffer.isBuffer(each)),
      delivery,
    )
  )
    .map(receiptOf)
    .values();
  return prepared.map((each, index): Item => {
    if (Buffer.isBuffer(each)) return { index, receipt: receipts.next().value ?? null, status: 202 };
    return { index, receipt: null, status: each.code === 'BODY_TOO_LARGE' ? 413 : 400, error: each };
  });
}

function bytesOf(event: unknown, isCanonical: boolean): Buffer | NonNullable<Item['error']> {
  const isObject = typeof event === 'object' && event !== null && !Array.isArray(event) && !isRaw(event);
  if (!isObject && (isCanonical || typeof event !== 'string' || event.trim() === '')) {
    return {
      code: 'INVALID_REQUEST',
      detail: isCanonical
        ? 'An event is an ECS document, a JSON object. For native documents say which `format` they have.'
        : 'A native event is a JSON object, or a line of text.',
    };
  }
  if (isObject && Object.keys(event).length === 0) return { code: 'INVALID_REQUEST', detail: 'The document is empty.' };
  const written = typeof event === 'string' ? event : writtenDocument(event);
  if (written === null) return { code: 'INVALID_REQUEST', detail: 'The document is nested too deeply.' };
  const bytes = Buffer.from(written);
  return bytes.length <= MAX_EVENT_BYTES
    ? bytes
    : { code: 'BODY_TOO_LARGE', detail: `An event has at most ${MAX_EVENT_BYTES} bytes; this one has ${bytes.length}.` };
}

function deliveryOf(request: FastifyRequest, { format, source }: { readonly format?: string | undefined; readonly source: string }): Delivery {
  const { organization, user, roles, sensor } = principalOf(request);
  // An enrolled sensor: what it says of source and format cannot lead elsewhere.
  const requestId = request.id;
  if (sensor !== undefined) return { organization, source: sensor.source, sensor: sensor.sensor, format: sensor.format ?? undefined, requestId };
  // A sensor is named by its token; what people and scripts send, by the source that they give.
  return { organization, source, sensor: roles.includes('sensor') ? user : source, format: format === 'auto' ? undefined : (format ?? CANONICAL), requestId };
}
