// Events, findings and alerts as files.
import { Readable } from 'node:stream';
import { z } from 'zod';
import { SEVERITIES } from '../../../store/queries/findings.ts';
import type { Place } from '../../../store/queries/search/page.ts';
import { parseSearch } from '../../../domains/search/syntax.ts';
import { noteInAudit } from '../../audit/note.ts';
import type { InOrganization } from '../../database.ts';
import { readEventFilter } from '../../event-filter.ts';
import { DEFAULT_COLUMNS } from '../../export/columns.ts';
import { encode, FORMATS, MEDIA } from '../../export/formats.ts';
import { exportPages } from '../../export/pages.ts';
import type { ExportQuery, Read } from '../../export/pages.ts';
import { parsePublicId } from '../../event-view.ts';
import { principalOf } from '../../gate/gate.ts';
import { takeWithin } from '../../gateway/quotas.ts';
import { text, time } from '../kit.ts';
import type { Routes } from '../kit.ts';

/** Rows of one file. */
const MOST_ROWS = 1_000_000;
const MOST_COLUMNS = 200;
const list = <T extends z.ZodType<string>>(one: T) => z.union([one, z.array(one).max(MOST_COLUMNS)]).transform((value) => [value].flat() as z.infer<T>[]);
const shared = {
  format: z
    .enum(FORMATS)
    .default('ndjson')
    .meta({ description: '`ndjson`; `csv` (RFC 4180, with what a spreadsheet would take for a formula made harmless); `parquet`.' }),
  columns: text(4_000)
    .transform((names) => [...new Set(names.split(',').map((name) => name.trim()))].filter((name) => name !== ''))
    .refine((names) => names.every((name) => /^@?[\w][\w.-]*$/.test(name)), 'A name has letters, digits, _ - and dots.')
    .refine((names) => names.length <= MOST_COLUMNS, `At most ${MOST_COLUMNS} columns.`)
    .optional()
    .meta({ description: 'Names, with commas between; of events any ECS field, `id`, `sensor` and `native`. Left out: the usual ones.' }),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(MOST_ROWS)
    .default(100_000)
    .meta({ description: `Rows at most; never more than ${MOST_ROWS.toLocaleString('en')}.` }),
  from: time.optional().meta({ description: 'Inclusive.' }),
  to: time.optional().meta({ description: 'Exclusive.' }),
  search: text(2_000).optional().meta({ description: 'The search language of the dashboard.' }),
} as const;
const kinds = {
  events: z.strictObject({
    ...shared,
    after: text(60)
      .refine((id) => parsePublicId(id) !== null, 'The id of an event, as an export has it.')
      .optional()
      .meta({ description: 'Begins behind the event of this id: goes on where an export ended.' }),
    dataset: list(text(256)).optional(),
    minSeverity: z.coerce.number().min(0).max(100).optional(),
  }),
  findings: z.strictObject({ ...shared, minSeverity: z.enum(SEVERITIES).optional() }),
  alerts: z.strictObject({ ...shared, minSeverity: z.enum(SEVERITIES).optional(), status: list(z.enum(['open', 'acknowledged', 'closed'])).optional() }),
} as const;
type Kind = keyof typeof kinds;

interface Deps {
  readonly run: InOrganization;
  readonly wallMicros: () => number;
}

export function registerExportRoutes(app: Routes, { run, wallMicros }: Deps): void {
  for (const kind of Object.keys(kinds) as Kind[])
    app.route({
      method: 'GET',
      url: `/v2/exports/${kind}`,
      schema: {
        tags: ['exports'],
        summary: `${kind.charAt(0).toUpperCase()}${kind.slice(1)} as a file, newest first; each export is audited`,
        produces: Object.values(MEDIA).map((media) => media.split(';', 1)[0] as string),
        querystring: kinds[kind] as (typeof kinds)['events'],
        response: { 200: z.unknown() },
      },
      handler: async (request, reply) => {
        const principal = principalOf(request);
        const { format, columns = DEFAULT_COLUMNS[kind], limit, after, ...filter } = request.query;
        const query = queryOf(kind, filter);
        const read: Read = (work) => run(principal.organization, work);
        // The first page is read before anything is sent, so that a search that cannot be asked is answered as one.
        const pages = await begun(exportPages(query, after === undefined ? null : placeOf(after), limit, read));
        // What is taken from the quota and what is noted stand or fall together, before a byte goes out.
        await run(principal.organization, async (sql) => {
          await takeWithin(sql, { exports: 1 }, wallMicros());
          await noteInAudit(sql, principal, 'export.read', { ...(request.query as object), columns }, kind);
        });
        return reply
          .type(MEDIA[format])
          .header('content-disposition', `attachment; filename="${kind}-${new Date(wallMicros() / 1_000).toISOString().slice(0, 10)}.${format}"`)
          .header('cache-control', 'no-store')
          .send(Readable.from(encode(format, pages, columns)));
      },
    });
}

/** The same pages, of which the first is there. */
async function begun<T>(pages: AsyncGenerator<T, void, undefined>): Promise<AsyncIterable<T>> {
  const first = await pages.next();
  return (async function* () {
    if (first.done === true) return;
    yield first.value;
    yield* pages;
  })();
}

function placeOf(id: string): Place | null {
  const parsed = parsePublicId(id);
  return parsed && { at: parsed.time, id: parsed.id };
}

interface FilterInput {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly search?: string | undefined;
  readonly minSeverity?: number | string | undefined;
  readonly status?: readonly string[] | undefined;
  readonly dataset?: readonly string[] | undefined;
}
function queryOf(kind: Kind, input: FilterInput): ExportQuery {
  const { from, to, search, minSeverity, status } = input;
  if (kind === 'events') return { kind, filter: readEventFilter(input as Parameters<typeof readEventFilter>[0], '/query') };
  const filter = {
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(search !== undefined && { search: parseSearch(search) }),
    ...(typeof minSeverity === 'string' && { minSeverity: (SEVERITIES as readonly string[]).indexOf(minSeverity) }),
  };
  return kind === 'findings'
    ? { kind, filter }
    : { kind, filter: { ...filter, ...(status !== undefined && { status: status as ('open' | 'acknowledged' | 'closed')[] }) } };
}
