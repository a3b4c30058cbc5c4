// What an organization may have in a day, and what of it is used.
import { z } from 'zod';
import { QUOTA_KINDS, setQuota } from '../../../store/queries/quotas.ts';
import type { QuotaKind } from '../../../store/queries/quotas.ts';
import { notFound } from '../../gate/problem.ts';
import { principalOf } from '../../gate/gate.ts';
import type { Services } from '../../graphql/context.ts';
import { isoOf } from '../../time.ts';
import type { Routes } from '../kit.ts';

const DAY_MICROS = 86_400_000_000;
const TAGS = ['quotas'];
const quota = z.object({ kind: z.enum(QUOTA_KINDS), perDay: z.number(), used: z.number() });
const quotas = z.object({ quotas: z.array(quota).meta({ description: 'What is not named is not limited, and not counted.' }), resetsAt: z.string() });
const perDay = z
  .int()
  .min(0)
  .max(1_000_000_000_000_000)
  .nullable()
  .optional()
  .meta({ description: 'A day, in UTC; null takes the quota away; left out, it stays as it is.' });

export function registerQuotaRoutes(app: Routes, { run, quotas: register, wallMicros }: Pick<Services, 'run' | 'quotas' | 'wallMicros'>): void {
  app.route({
    method: 'GET',
    url: '/v2/quotas',
    schema: { tags: TAGS, summary: "What one's organization may have in a day, and has used", response: { 200: quotas } },
    handler: async (request) => {
      const rows = await register.of(principalOf(request).organization);
      return { quotas: rows.map((row) => ({ ...row })), resetsAt: isoOf(Math.floor(wallMicros() / DAY_MICROS + 1) * DAY_MICROS) };
    },
  });

  app.route({
    method: 'PUT',
    url: '/v2/quotas/:organization',
    schema: {
      tags: TAGS,
      summary: 'Set what an organization may have in a day',
      description: 'All processes know within half a minute. What was used today counts on.',
      params: z.object({ organization: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'Lower-case letters, digits and dashes, at most 63.') }),
      body: z.strictObject({ events: perDay, bytes: perDay, exports: perDay, hunts: perDay } satisfies Record<QuotaKind, unknown>),
      response: { 204: z.null() },
    },
    handler: async (request, reply) => {
      const { user, organization: own } = principalOf(request);
      const { organization } = request.params;
      const changes = Object.entries(request.body).filter((entry): entry is [QuotaKind, number | null] => entry[1] !== undefined);
      await run(own, async (sql) => {
        for (const [kind, amount] of changes) await setQuota(sql, user, organization, kind, amount);
      }).catch((error: unknown) => {
        throw (error as { readonly code?: unknown }).code === '23503' ? notFound('organization of this name') : error;
      });
      register.forget(organization);
      return reply.code(204).send(null);
    },
  });
}
