// The field catalogue over REST.
import { z } from 'zod';
import { FIELD_KINDS, FIELD_STATES, fieldDatasets, pageOfFields } from '../../../store/queries/fields.ts';
import type { InOrganization } from '../../database.ts';
import { fieldKey, parseFieldCursor } from '../../fields.ts';
import { principalOf } from '../../gate/gate.ts';
import { cursorOf } from '../../paging.ts';
import { isoOf } from '../../time.ts';
import { linkNext, paging, text } from '../kit.ts';
import type { Routes } from '../kit.ts';

const TAGS = ['fields'];
const document = z.record(z.string(), z.unknown());
const withTimes = (row: { readonly firstSeen: number; readonly lastSeen: number }): Record<string, unknown> => ({
  ...row,
  firstSeen: isoOf(row.firstSeen),
  lastSeen: isoOf(row.lastSeen),
});

export function registerFieldRoutes(app: Routes, { run }: { readonly run: InOrganization }): void {
  app.route({
    method: 'GET',
    url: '/v2/fields',
    schema: {
      tags: TAGS,
      summary: 'Which fields events have, by dataset, kind and name: from a sample of the events that are stored',
      querystring: z.strictObject({
        dataset: text(200).optional(),
        kind: z.enum(FIELD_KINDS).optional().meta({ description: "`native`: by the sensor's own name; `ecs`." }),
        state: z.enum(FIELD_STATES).optional(),
        search: text(200).optional().meta({ description: 'Part of the name, whatever its case.' }),
        ...paging,
        cursor: z.string().max(4_000).optional().meta({ description: 'From `Link: rel="next"` of the page before.' }), // holds a name
      }),
      response: { 200: z.object({ fields: z.array(document) }) },
    },
    handler: async (request, reply) => {
      const { limit, cursor, ...filter } = request.query;
      const rows = await run(principalOf(request).organization, (sql) => pageOfFields(sql, filter, parseFieldCursor(cursor), limit + 1));
      const last = rows.slice(0, limit).at(-1);
      linkNext(request, reply, rows.length > limit && last !== undefined ? cursorOf(fieldKey(last)) : null);
      return { fields: rows.slice(0, limit).map(withTimes) };
    },
  });

  app.route({
    method: 'GET',
    url: '/v2/fields/datasets',
    schema: { tags: TAGS, summary: 'Datasets that the catalogue knows, by name', response: { 200: z.object({ datasets: z.array(document) }) } },
    handler: async (request) => ({ datasets: (await run(principalOf(request).organization, fieldDatasets)).map(withTimes) }),
  });
}
