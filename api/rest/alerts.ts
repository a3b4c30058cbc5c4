import { z } from 'zod';
import { pageOfAlerts } from '../../store/queries/alerts.ts';
import { SEVERITIES } from '../../store/queries/findings.ts';
import { parseSearch } from '../../store/queries/search/syntax.ts';
import { alertDocument } from '../alert-view.ts';
import type { InOrganization } from '../database.ts';
import { principalOf } from '../gate/gate.ts';
import { cursorOf, parseCursor } from '../paging.ts';
import { linkNext, paging, text, time } from './kit.ts';
import type { Routes } from './kit.ts';

const STATUSES = ['open', 'acknowledged', 'closed'] as const;
const statuses = z
  .union([z.enum(STATUSES), z.array(z.enum(STATUSES))])
  .transform((value) => (typeof value === 'string' ? [value] : value))
  .optional();

export function registerAlertRoutes(app: Routes, run: InOrganization): void {
  app.route({
    method: 'GET',
    url: '/v2/alerts',
    schema: {
      tags: ['alerts'],
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
}
