// The register of sensors: enrol, list, rotate, revoke.
import { z } from 'zod';
import type { Micros } from '../../../pipeline/core/index.ts';
import { healthOf, refusalsOf } from '../../../store/queries/sensor-health.ts';
import { pageOfSensors } from '../../../store/queries/sensors.ts';
import type { SensorRow } from '../../../store/queries/sensors.ts';
import type { Sql } from '../../../store/queries/sql.ts';
import type { InOrganization } from '../../database.ts';
import { principalOf } from '../../gate/gate.ts';
import { cursorOf, parseCursor } from '../../paging.ts';
import { apiUrlOf } from '../../sensors/address.ts';
import { enrolment, rotation } from '../../sensors/register.ts';
import type { Sensors } from '../../sensors/register.ts';
import { enrolledDocument, healthDocument, sensorDocument } from '../../sensors/view.ts';
import { isoOf } from '../../time.ts';
import { linkNext, paging, text } from '../kit.ts';
import type { Routes } from '../kit.ts';

const TAGS = ['sensors'];
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const document = z.record(z.string(), z.unknown());
const params = z.object({ id: z.uuid() });
const SHOWN_ONCE = 'The secret in the answer is shown this once and kept nowhere, so the answer is not repeated for an `Idempotency-Key`.';

interface SensorRoutesDeps {
  readonly run: InOrganization;
  readonly sensors: Sensors;
  readonly wallMicros: () => Micros;
}

export function registerSensorRoutes(app: Routes, { run, sensors, wallMicros }: SensorRoutesDeps): void {
  const withHealth = async (sql: Sql, rows: readonly SensorRow[]) => {
    const now = wallMicros();
    const ids = rows.map(({ id }) => id);
    const byId = new Map((await healthOf(sql, ids, now)).map((health) => [health.sensorId, health]));
    return rows.map((row) => ({ ...sensorDocument(row), health: healthDocument(row, byId.get(row.id)!, now) }));
  };
  app.route({
    method: 'GET',
    url: '/v2/sensors',
    config: { isShownOnce: true },
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
      const after = parseCursor(cursor, UUID);
      const { rows, documents } = await run(principalOf(request).organization, async (sql) => {
        const found = await pageOfSensors(sql, filter, after, limit + 1);
        return { rows: found, documents: await withHealth(sql, found.slice(0, limit)) };
      });
      const last = rows.slice(0, limit).at(-1);
      const next = rows.length > limit && last !== undefined ? cursorOf({ at: last.createdAt, id: last.id }) : null;
      linkNext(request, reply, next);
      return { sensors: documents, next };
    },
  });

  app.route({
    method: 'GET',
    url: '/v2/sensors/:id',
    schema: { tags: TAGS, summary: 'One sensor, with configurations for shippers; the secret in them is a placeholder', params, response: { 200: document } },
    handler: async (request) => {
      const row = await sensors.sensor(principalOf(request), request.params.id);
      return run(principalOf(request).organization, async (sql) => ({
        ...(await withHealth(sql, [row]))[0],
        refusals: (await refusalsOf(sql, row.id)).map((refusal) => ({ ...refusal, newest: isoOf(refusal.newest) })),
        snippets: sensors.snippets(row, apiUrlOf(request)),
      }));
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
    config: { isShownOnce: true },
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
