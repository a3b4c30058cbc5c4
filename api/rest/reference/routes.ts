// Assets and network zones. A change begins at `validFrom`: events before it keep what held then.
import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Micros } from '../../../pipeline/core/index.ts';
import { endVersion, pageOfVersions, putAsset, putZone, versionsOf } from '../../../store/queries/reference.ts';
import type { AssetRow, ReferenceTable, ZoneRow } from '../../../store/queries/reference.ts';
import type { Sql } from '../../../store/queries/sql.ts';
import type { InOrganization } from '../../database.ts';
import { principalOf } from '../../gate/gate.ts';
import { ApiProblem, notFound } from '../../gate/problem.ts';
import { isoOf } from '../../time.ts';
import { linkNext, paging, text, time } from '../kit.ts';
import type { Routes } from '../kit.ts';

const validFrom = time.optional().meta({ description: 'From when on this holds. Left out: from now on. An earlier time also explains events of the past.' });
const assetBody = z.strictObject({
  name: text(200).min(1),
  kind: text(100).min(1).meta({ description: 'server, workstation, cloud-account ...' }),
  hostnames: z.array(text(253).min(1)).max(100).default([]).meta({ description: 'Names by which events call it, case aside.' }),
  addresses: z
    .array(z.string().refine((address) => isIP(address) !== 0 && !address.includes('%'), 'Not an IPv4 or IPv6 address.'))
    .max(1_000)
    .default([]),
  owner: text(200).min(1).nullable().default(null),
  criticality: z.int().min(0).max(4).default(0).meta({ description: '0 (unknown) to 4 (vital).' }),
  validFrom,
});
const zoneBody = z.strictObject({
  name: text(200).min(1),
  cidr: text(64).min(1).meta({ description: 'Network in CIDR form, for example 10.0.0.0/8.' }),
  kind: z.enum(['internal', 'external', 'dmz']),
  validFrom,
});
const version = z.record(z.string(), z.unknown());
const idParameter = z.object({ id: z.uuid() });

interface Kind<Body extends { readonly validFrom?: Micros | undefined }> {
  readonly table: ReferenceTable;
  readonly path: '/v2/assets' | '/v2/zones';
  readonly noun: string;
  readonly body: z.ZodType<Body>;
  readonly put: (sql: Sql, actor: string, id: string | null, validFrom: Micros, body: Body) => Promise<string>;
}
const assets: Kind<z.infer<typeof assetBody>> = { table: 'asset', path: '/v2/assets', noun: 'asset', body: assetBody, put: putAsset };
const zones: Kind<z.infer<typeof zoneBody>> = { table: 'zone', path: '/v2/zones', noun: 'zone', body: zoneBody, put: putZone };

interface ReferenceDeps {
  readonly run: InOrganization;
  readonly wallMicros: () => Micros;
}

export function registerReferenceRoutes(app: Routes, deps: ReferenceDeps): void {
  registerKind(app, assets, deps);
  registerKind(app, zones, deps);
}

function registerKind<Body extends { readonly validFrom?: Micros | undefined }>(
  app: Routes,
  { table, path, noun, body, put }: Kind<Body>,
  { run, wallMicros }: ReferenceDeps,
): void {
  const one = `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;
  const inOrganization = <T>(request: FastifyRequest, work: (sql: Sql) => Promise<T>) => run(principalOf(request).organization, work).catch(rethrow(noun));
  const current = async (sql: Sql, id: string, at: Micros) => {
    const versions = await versionsOf(sql, table, id);
    const newest = versions.find((each) => each.validFrom <= at && (each.validTo === null || each.validTo > at)) ?? versions[0];
    if (newest === undefined) throw notFound(noun);
    return { ...documentOf(newest), versions: versions.map(documentOf) };
  };

  app.route({
    method: 'GET',
    url: path,
    schema: {
      tags: [`${noun}s`],
      summary: `The ${noun}s that hold at a time, by name`,
      querystring: z.strictObject({ at: time.optional(), ...paging }),
      response: { 200: z.object({ [`${noun}s`]: z.array(version) }) },
    },
    handler: async (request, reply) => {
      const { at, limit, cursor } = request.query;
      const rows = await inOrganization(request, (sql) => pageOfVersions(sql, table, at ?? wallMicros(), parseNameCursor(cursor), limit + 1));
      const last = rows.slice(0, limit).at(-1);
      linkNext(request, reply, rows.length > limit && last !== undefined ? nameCursorOf(last) : null);
      return { [`${noun}s`]: rows.slice(0, limit).map(documentOf) };
    },
  });

  app.route({
    method: 'GET',
    url: `${path}/:id`,
    schema: { tags: [`${noun}s`], summary: `One ${noun} with all its versions`, params: idParameter, response: { 200: version } },
    handler: (request) => inOrganization(request, (sql) => current(sql, request.params.id, wallMicros())),
  });

  app.route({
    method: 'POST',
    url: path,
    schema: { tags: [`${noun}s`], summary: `Add ${one}`, body, response: { 201: version } },
    handler: async (request, reply) => {
      const { user } = principalOf(request);
      const given = request.body as Body;
      const document = await inOrganization(request, async (sql) => {
        const id = await put(sql, user, null, given.validFrom ?? wallMicros(), given);
        return { id, ...(await current(sql, id, wallMicros())) };
      });
      return reply.code(201).header('location', `${path}/${document.id}`).send(document);
    },
  });

  app.route({
    method: 'PUT',
    url: `${path}/:id`,
    schema: {
      tags: [`${noun}s`],
      summary: `A new version of ${one}`,
      description: 'The version before ends where this one begins; one with the same beginning is replaced.',
      params: idParameter,
      body,
      response: { 200: version },
    },
    handler: (request) => {
      const given = request.body as Body;
      return inOrganization(request, async (sql) => {
        await put(sql, principalOf(request).user, request.params.id, given.validFrom ?? wallMicros(), given);
        return current(sql, request.params.id, wallMicros());
      });
    },
  });

  app.route({
    method: 'DELETE',
    url: `${path}/:id`,
    schema: {
      tags: [`${noun}s`],
      summary: `End ${one}`,
      description: 'Events before the end keep it.',
      params: idParameter,
      querystring: z.strictObject({ validTo: time.optional().meta({ description: 'When it ends. Left out: now.' }) }),
      response: { 204: z.null() },
    },
    handler: async (request, reply) => {
      await inOrganization(request, (sql) => endVersion(sql, table, principalOf(request).user, request.params.id, request.query.validTo ?? wallMicros()));
      return reply.code(204).send(null);
    },
  });
}

function documentOf(row: AssetRow | ZoneRow): Record<string, unknown> {
  const { validFrom: from, validTo: to, writtenAt, ...rest } = row;
  return { ...rest, validFrom: isoOf(from), validTo: to === null ? null : isoOf(to), writtenAt: isoOf(writtenAt) };
}

const nameCursorOf = ({ name, id }: { readonly name: string; readonly id: string }): string => Buffer.from(JSON.stringify([name, id])).toString('base64url');
const nameCursor = z.tuple([text(200), z.uuid()]);
function parseNameCursor(cursor: string | undefined): { readonly name: string; readonly id: string } | null {
  if (cursor === undefined || cursor === '') return null;
  try {
    const [name, id] = nameCursor.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
    return { name, id };
  } catch {
    throw new ApiProblem('INVALID_CURSOR', 'Take the cursor from `Link: rel="next"` of the page before, or leave it out to begin at the top.');
  }
}

/** What the database refuses, as what the caller can change. */
const rethrow =
  (noun: string) =>
  (error: unknown): never => {
    switch ((error as { readonly code?: unknown }).code) {
      case 'P0002':
        throw notFound(`${noun} at that time`);
      case '22P02':
        throw new ApiProblem('INVALID_REQUEST', 'A network is an address and a number of bits without host bits, for example 10.0.0.0/8.', {
          errors: [{ pointer: '/body/cidr', detail: 'Not a network.' }],
        });
      case '23514':
        throw new ApiProblem('CONFLICT', `The ${noun} would end before it begins, or a value is out of its range.`);
      default:
        throw error;
    }
  };
