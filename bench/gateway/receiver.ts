// What receives over HTTP: the API's own routes behind its own gate, as app.ts puts them together; and the least that fastify needs for the same.
import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { config as apiConfig } from '../../api/config.ts';
import { registerCompression } from '../../api/gate/compression.ts';
import { connectionMetrics, limitConnections } from '../../api/gate/connections.ts';
import { openDrain } from '../../api/gate/drain.ts';
import { registerGate } from '../../api/gate/gate.ts';
import { openLimits } from '../../api/gate/limits/index.ts';
import { permissionsOfRole } from '../../api/gate/roles.ts';
import { serverOptions } from '../../api/gate/server-options.ts';
import type { Gateway } from '../../api/gateway/gateway.ts';
import { Quotas } from '../../api/gateway/quotas.ts';
import { BodyBudget } from '../../api/inputs/body.ts';
import { registerInputs } from '../../api/inputs/index.ts';
import { countRequests } from '../../api/metrics.ts';
import { registerProduceRoutes } from '../../api/rest/events/produce.ts';
import { AnswersInMemory } from '../../api/rest/idempotency-answers.ts';
import { registerIdempotency } from '../../api/rest/idempotency.ts';
import type { Deliver } from '../../pipeline/core/connector.ts';
import type { AuthenticatedSensor } from '../../pipeline/core/sensor.ts';

export interface Receiver {
  /** Without a slash at the end. */
  readonly url: string;
  readonly close: () => Promise<void>;
}
const BODY_BYTES = 16_777_216;

/** Takes the token of `sensor` for any; has no quotas, and limits that are never met. */
export async function openReceiver(deliver: Deliver, isBusy: Gateway['isBusy'], sensor: AuthenticatedSensor, log: Logger): Promise<Receiver> {
  const most = 100_000_000;
  const config = apiConfig.parse({ bulkRequestsPerMinute: most });
  const metrics = new Registry();
  const connections = connectionMetrics(metrics);
  const app = Fastify({ ...serverOptions(connections) }) as FastifyInstance;
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  limitConnections(app.server, { perAddress: config.connectionsPerAddress }, connections);
  openDrain(app, { noticeMs: 0, endMs: 0 });
  countRequests(app, metrics);
  const { organization, sensor: user } = sensor;
  const principal = { user, organization, roles: ['sensor'], permissions: permissionsOfRole('sensor'), expiresAt: Number.MAX_SAFE_INTEGER, sensor };
  const authenticate = async () => principal;
  registerGate(app, { config, authenticate, byCertificate: async () => null, limits: openLimits({ config, log, metrics }) });
  const answers = new AnswersInMemory();
  registerIdempotency(app, answers, answers);
  registerCompression(app);
  const wallMicros = () => Date.now() * 1_000;
  const metered = new Quotas({ run: async () => [] as never, wallMicros, log, metrics }).metered(deliver);
  const budget = new BodyBudget();
  registerInputs(app, { config, deliver: metered, isBusy, budget, installationId: 'bench', wallMicros, authenticate, byCertificate: async () => null });
  registerProduceRoutes(app.withTypeProvider(), metered, { budget, config });
  return listen(app);
}

/** Reads the body as JSON and answers as the API does: no token, no limits, no check, nowhere to write to. */
export async function openBareRoute(): Promise<Receiver> {
  const app = Fastify({ bodyLimit: BODY_BYTES });
  app.post('/v2/events/bulk', async (request, reply) => {
    const { events } = request.body as { readonly events: readonly unknown[] };
    return reply.code(202).send({ items: events.map((_event, index) => ({ index, receipt: 'abcdefghijklmnopqrstuvwxyz', status: 202 })) });
  });
  return listen(app);
}

async function listen(app: FastifyInstance): Promise<Receiver> {
  await app.listen({ host: '127.0.0.1', port: 0 });
  return { url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`, close: () => app.close() };
}
