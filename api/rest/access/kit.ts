// What the routes of this folder share.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Micros } from '../../../pipeline/core/index.ts';
import { documentOf } from '../../access/view.ts';
import { cursorOf, parseCursor } from '../../paging.ts';
import type { Keyset } from '../../paging.ts';
import { linkNext } from '../kit.ts';

export const TAGS = ['access'];
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
export const byId = z.object({ id: z.uuid().meta({ description: 'From the list.' }) });
export const document = z.record(z.string(), z.unknown());
export const pageOf = <Name extends string>(name: Name) =>
  z.object({ [name]: z.array(document), next: z.string().nullable().meta({ description: 'Cursor of the next page; null at the end.' }) } as {
    [N in Name]: z.ZodArray<typeof document>;
  } & { next: z.ZodNullable<z.ZodString> });
export const flag = z.enum(['true', 'false']);
export const SHOWN_ONCE = 'The secret in the answer is shown this once and kept nowhere, so the answer is not repeated for an `Idempotency-Key`.';

/** Asks for one row more than the page has, which says whether there is another page. */
export async function pageFrom<Row extends { readonly id: string; readonly createdAt: Micros }>(
  request: FastifyRequest,
  reply: FastifyReply,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
  read: (after: Keyset | null, limit: number) => Promise<readonly Row[]>,
): Promise<{ readonly rows: Record<string, unknown>[]; readonly next: string | null }> {
  const rows = await read(parseCursor(cursor, UUID), limit + 1);
  const last = rows.slice(0, limit).at(-1);
  const next = rows.length > limit && last !== undefined ? cursorOf({ at: last.createdAt, id: last.id }) : null;
  linkNext(request, reply, next);
  return { rows: rows.slice(0, limit).map(documentOf), next };
}

/** For what holds a secret: nobody keeps the answer. */
export const once = (reply: FastifyReply): FastifyReply => reply.header('cache-control', 'no-store');
