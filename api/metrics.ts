import type { FastifyInstance } from 'fastify';
import { Histogram } from 'prom-client';
import type { Registry } from 'prom-client';

/** Per route as it is declared, never the address that was asked for; what no route takes is counted under `none`. */
export function countRequests(app: FastifyInstance, registry: Registry): void {
  const duration = new Histogram({
    name: 'api_request_duration_seconds',
    help: 'From the first byte of a request to the last of its answer. Subscriptions over WebSocket are not requests.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [registry],
  });
  app.addHook('onResponse', async (request, reply) => {
    duration.observe(
      { method: request.method, route: request.is404 ? 'none' : (request.routeOptions.url ?? 'none'), status: `${Math.floor(reply.statusCode / 100)}xx` },
      reply.elapsedTime / 1_000,
    );
  });
}
