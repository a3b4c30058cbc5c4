// The register of sensors: enrol, list, rotate, revoke.
import { z } from 'zod';
import { pageOfSensors } from '../../../store/queries/sensors.ts';
import type { InOrganization } from '../../database.ts';
import { principalOf } from '../../gate/gate.ts';
import { cursorOf, parseCursor } from '../../paging.ts';
import { apiUrlOf } from '../../sensors/address.ts';
import { enrolment, rotation } from '../../sensors/register.ts';
import type { Sensors } from '../../sensors/register.ts';
import { enrolledDocument, sensorDocument } from '../../sensors/view.ts';
import { linkNext, paging, text } from '../kit.ts';
import type { Routes } from '../kit.ts';

const TAGS = ['sensors'];
export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const document = z.record(z.string(), z.unknown());
const params = z.object({ id: z.uuid() });
const SHOWN_ONCE = 'The secret in the answer is shown this once and kept nowhere, so the answer is not repeated for an `Idempotency-Key`.';

export function registerSensorRoutes(app: Routes, { run, sensors }: { readonly run: InOrganization; readonly sensors: Sensors }): void {
  app.route({
    method: 'GET',
    url: '/v2/sensors',
    schema: {
      tags: TAGS,
      summary: 'Enrolled sensors, newest first',
      querystring: z.strictObject({
        search: text(100).optional().meta({ description: 'Part of the name.' }),
        revoked: z.enum(['true', 'false']).default('false').meta({ description: 'Those that were revoked, too.' }),
        ...paging,
      }),
      response: {
        200: z.object({ sensors: z.array(document), next: z.string().nullable().meta({ description: 'Cursor of the next page; null at the end.' }) }),
      },
    },
    handler: async (request, reply) => {
      const { search, revoked, limit, cursor } = request.query;
      const filter = { search: search ?? null, withRevoked: revoked === 'true' };
      const rows = await run(principalOf(request).organization, (sql) => pageOfSensors(sql, filter, parseCursor(cursor, UUID), limit + 1));
      const last = rows.slice(0, limit).at(-1);
      const next = rows.length > limit && last !== undefined ? cursorOf({ at: last.createdAt, id: last.id }) : null;
      linkNext(request, reply, next);
      return { sensors: rows.slice(0, limit).map(sensorDocument), next };
    },
  });

  app.route({
    method: 'GET',
    url: '/v2/sensors/:id',
    schema: { tags: TAGS, summary: 'One sensor, with configurations for shippers; the secret in them is a placeholder', params, response: { 200: document } },
    handler: async (request) => {
      const row = await sensors.sensor(principalOf(request), request.params.id);
      return { ...sensorDocument(row), snippets: sensors.snippets(row, apiUrlOf(request)) };
    },
  });

  app.route({
    method: 'POST',
    url: '/v2/sensors',
    schema: {
      tags: TAGS,
      summary: 'Enrol a sensor: its topic, its credential, and configurations for shippers',
      description: SHOWN_ONCE,
      body: enrolment,
      response: { 201: document },
    },
    handler: async (request, reply) => {
      const enrolled = await sensors.enrol(principalOf(request), request.body, apiUrlOf(request));
      return reply.code(201).header('location', `/v2/sensors/${enrolled.sensor.id}`).header('cache-control', 'no-store').send(enrolledDocument(enrolled));
    },
  });

  app.route({
    method: 'POST',
    url: '/v2/sensors/:id/rotate',
    schema: {
      tags: TAGS,
      summary: 'A new credential; the one before holds for a while',
      description: SHOWN_ONCE,
      params,
      body: rotation,
      response: { 200: document },
    },
    handler: async (request, reply) => {
      const rotated = await sensors.rotate(principalOf(request), request.params.id, request.body, apiUrlOf(request));
      return reply.header('cache-control', 'no-store').send(enrolledDocument(rotated));
    },
  });

  app.route({
    method: 'POST',
    url: '/v2/sensors/:id/revoke',
    schema: { tags: TAGS, summary: 'End a sensor: its credentials are refused within seconds, also on open connections', params, response: { 200: document } },
    handler: async (request) => sensorDocument(await sensors.revoke(principalOf(request), request.params.id)),
  });
}
