// Who did what, for auditors: pages, and the whole as a file.
import { Readable } from 'node:stream';
import { z } from 'zod';
import { auditHead, newestAudit } from '../../../store/queries/audit.ts';
import type { AuditFilter, AuditRow } from '../../../store/queries/audit.ts';
import { exportLines } from '../../audit/export.ts';
import { noteInAudit } from '../../audit/note.ts';
import { auditPages } from '../../audit/pages.ts';
import type { InOrganization } from '../../database.ts';
import { principalOf } from '../../gate/gate.ts';
import { isoOf } from '../../time.ts';
import { linkNext, paging, text, time } from '../kit.ts';
import type { Routes } from '../kit.ts';

const TAGS = ['audit'];
const filters = {
  actor: text(200).optional().meta({ description: 'Who: the name of a user, a sensor or a service account.' }),
  action: text(100).optional().meta({ description: '`alert.change`, or `alert.` for every action on alerts.' }),
  object: text(500).optional().meta({ description: 'Id or name of what it was done to.' }),
  from: time.optional().meta({ description: 'From this time on, ISO 8601 with a zone.' }),
  to: time.optional().meta({ description: 'Before this time.' }),
};
const entry = z.object({
  seq: z.number().meta({ description: 'Number in the chain of the organization, from 1.' }),
  at: z.string(),
  actor: z.string(),
  action: z.string(),
  object: z.string(),
  detail: z.record(z.string(), z.unknown()),
  hash: z.string().meta({ description: 'SHA-256 over this entry and the hash before it, hexadecimal.' }),
});
const filterOf = ({ actor, action, object, from, to }: { readonly [K in keyof AuditFilter]?: AuditFilter[K] | undefined }): AuditFilter => ({
  ...(actor !== undefined && { actor }),
  ...(action !== undefined && { action }),
  ...(object !== undefined && { object }),
  ...(from !== undefined && { from }),
  ...(to !== undefined && { to }),
});

export function registerAuditRoutes(app: Routes, { run }: { readonly run: InOrganization }): void {
  app.route({
    method: 'GET',
    url: '/v2/audit',
    schema: {
      tags: TAGS,
      summary: 'Who did what, newest first',
      querystring: z.strictObject({
        ...filters,
        limit: paging.limit,
        cursor: z.coerce.number().int().min(1).optional().meta({ description: 'From `Link: rel="next"`.' }),
      }),
      response: { 200: z.object({ entries: z.array(entry) }) },
    },
    handler: async (request, reply) => {
      const { limit, cursor, ...filter } = request.query;
      const rows = await run(principalOf(request).organization, (sql) => newestAudit(sql, filterOf(filter), cursor ?? null, limit + 1));
      const page = rows.slice(0, limit);
      linkNext(request, reply, rows.length > limit ? String(page.at(-1)!.seq) : null);
      return { entries: page.map(entryOf) };
    },
  });

  app.route({
    method: 'GET',
    url: '/v2/audit/export',
    schema: {
      tags: TAGS,
      summary: 'The whole audit of the organization, a JSON document a line, for `./goshawk audit verify --file`; audited itself',
      produces: ['application/x-ndjson'],
      response: { 200: z.unknown() },
    },
    handler: async (request, reply) => {
      const principal = principalOf(request);
      const head = await run(principal.organization, (sql) => auditHead(sql));
      await run(principal.organization, (sql) => noteInAudit(sql, principal, 'audit.export', { upTo: head?.seq ?? 0 }));
      const pages = auditPages((work) => run(principal.organization, work), {}, head?.seq ?? 0);
      return reply
        .type('application/x-ndjson')
        .header('content-disposition', `attachment; filename="audit-${principal.organization}.ndjson"`)
        .header('cache-control', 'no-store')
        .send(Readable.from(exportLines(principal.organization, pages)));
    },
  });
}

const entryOf = ({ at, hash, seq, actor, action, object, detail }: AuditRow): z.infer<typeof entry> => ({
  seq,
  at: isoOf(at),
  actor,
  action,
  object,
  detail: { ...detail },
  hash: hash.toString('hex'),
});
