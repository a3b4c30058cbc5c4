// What the API tells of itself, by route. Labels are closed sets: routes as they are declared, never the address that was asked for.
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

export function requestMetrics(registry: Registry) {
  const registers = [registry];
  return {
    duration: new Histogram({
      name: 'api_request_duration_seconds',
      help: 'From the first byte of a request to the last of its answer. Subscriptions over WebSocket are not requests. What no route takes has the route `none`.',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
      registers,
    }),
    inFlight: new Gauge({
      name: 'api_requests_in_flight',
      help: 'Requests that have begun and have no whole answer yet.',
      labelNames: ['method', 'route'],
      registers,
    }),
    received: new Counter({
      name: 'api_received_bytes_total',
      help: 'Bytes of requests as they came in, packed and with their header fields.',
      labelNames: ['method', 'route'],
      registers,
    }),
    sent: new Counter({
      name: 'api_sent_bytes_total',
      help: 'Bytes of answers as they went out, packed and with their header fields.',
      labelNames: ['method', 'route'],
      registers,
    }),
  };
}

/** To be called before other hooks are added: what they refuse is counted too. */
export function countRequests(app: FastifyInstance, registry: Registry): void {
  const { duration, inFlight, received, sent } = requestMetrics(registry);
  /** What a connection had carried when its last answer was whole: one after another uses it. */
  const before = new WeakMap<Socket, { readonly read: number; readonly written: number }>();

  app.addHook('onRequest', async (request, reply) => {
    if (request.headers.upgrade !== undefined) return;
    const labels = labelsOf(request);
    inFlight.inc(labels);
    reply.raw.once('close', () => inFlight.dec(labels));
  });
  app.addHook('onResponse', async (request, reply) => {
    const labels = labelsOf(request);
    duration.observe({ ...labels, status: `${Math.floor(reply.statusCode / 100)}xx` }, reply.elapsedTime / 1_000);
    const { socket } = request.raw;
    const { bytesRead: read = 0, bytesWritten: written = 0 } = socket as Partial<Socket>;
    const last = before.get(socket) ?? { read: 0, written: 0 };
    before.set(socket, { read, written });
    received.inc(labels, Math.max(0, read - last.read));
    sent.inc(labels, Math.max(0, written - last.written));
  });
}

const labelsOf = ({ method, is404, routeOptions }: FastifyRequest) => ({
  method: METHODS.has(method) ? method : 'other',
  route: is404 ? 'none' : (routeOptions.url ?? 'none'),
});
