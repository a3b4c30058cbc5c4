// What all REST routes share: the typed app, times, pages and idempotency.
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { parseTime } from '../time.ts';

/** Fastify with zod: bodies, queries and answers have the types of their schemas. */
export type Routes = FastifyInstance<RawServerDefault, RawRequestDefaultExpression, RawReplyDefaultExpression, FastifyBaseLogger, ZodTypeProvider>;

/** ISO 8601 with a zone; microseconds inside. */
export const time = z
  .string()
  .transform((text, context) => {
    const micros = parseTime(text);
    if (micros !== null) return micros;
    context.addIssue({ code: 'custom', message: 'A time is ISO 8601 with a zone, for example 2026-11-25T12:46:45.123456Z.' });
    return z.NEVER;
  })
  .meta({ description: 'ISO 8601 with a zone; years 1900 to 2200.', format: 'date-time' });

/** Text that PostgreSQL can hold. */
export const text = (max: number) =>
  z
    .string()
    .max(max)
    .refine((value) => !value.includes('\0'), 'Cannot hold the character NUL.');

/** The largest `integer` of PostgreSQL and `Int` of GraphQL. */
export const MAX_INT = 2_147_483_647;

/** Of a change, in its body. */
export const madeFrom = z
  .int()
  .min(1)
  .max(MAX_INT)
  .optional()
  .meta({ description: 'That the change was made from; refused when there is another. Left out: whatever there is.' });

export const paging = {
  limit: z.coerce.number().int().min(1).max(200).default(50).meta({ description: 'Rows of a page, at most 200.' }),
  cursor: z.string().max(500).optional().meta({ description: 'From `Link: rel="next"` of the page before.', pattern: '^[A-Za-z0-9_-]*$' }),
} as const;

/** Points at the next page: the same address with another cursor. */
export function linkNext(request: FastifyRequest, reply: FastifyReply, cursor: string | null): void {
  if (cursor === null) return;
  const url = new URL(request.url, 'http://localhost');
  url.searchParams.set('cursor', cursor);
  reply.header('link', `<${url.pathname}${url.search}>; rel="next"`);
}
