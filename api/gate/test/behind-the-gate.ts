// A few routes behind the gate, as app.ts puts it together, without a database: on a socket, or for inject.
import { once } from 'node:events';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import pino from 'pino';
import { Registry } from 'prom-client';
import { config as configSchema } from '../../config.ts';
import type { ApiConfig } from '../../config.ts';
import { countRequests } from '../../metrics.ts';
import { registerPages } from '../../pages.ts';
import { openAllowedMethods } from '../allowed-methods.ts';
import { registerCompression } from '../compression.ts';
import { connectionMetrics, limitConnections } from '../connections.ts';
import { openDrain } from '../drain.ts';
import type { Drain } from '../drain.ts';
import { registerGate } from '../gate.ts';
import { openLimits } from '../limits/index.ts';
import { unauthenticated } from '../../auth/tokens.ts';
import { serverOptions } from '../server-options.ts';

export interface BehindTheGate {
  readonly app: FastifyInstance;
  readonly metrics: Registry;
  readonly drain: Drain;
  /** Listens on loopback. */
  readonly listen: () => Promise<number>;
  /** All that comes back for these bytes until the server closes the connection. */
  readonly exchange: (bytes: string | Buffer) => Promise<string>;
}
export interface GateOptions {
  readonly config?: Partial<ApiConfig> | undefined;
  readonly requestMs?: number;
  readonly routes?: ((app: FastifyInstance) => void | Promise<void>) | undefined;
  /** Loopback is exempt unless given. */
  readonly isExempt?: (address: string) => boolean;
}

/** The token `good` is valid. The caller closes `app`. Routes of the table of permissions only: others are forbidden. */
export async function openBehindTheGate({ config: changes, requestMs, routes, isExempt }: GateOptions = {}): Promise<BehindTheGate> {
  const config = { ...configSchema.parse({}), ...changes };
  const metrics = new Registry();
  const connections = connectionMetrics(metrics);
  const app = Fastify({ ...serverOptions(connections, requestMs) }) as FastifyInstance;
  limitConnections(app.server, { perAddress: config.connectionsPerAddress, ...(isExempt !== undefined && { isExempt }) }, connections);
  const drain = openDrain(app, { noticeMs: config.drainNoticeMs, endMs: config.drainMs });
  const methodsOf = openAllowedMethods(app);
  countRequests(app, metrics);
  registerGate(app, {
    config,
    limits: openLimits({ config, log: pino({ level: 'silent' }), metrics }),
    authenticate: async (token) => {
      if (token !== 'good') throw unauthenticated('No.');
      return { organization: 'default', user: 'u', roles: ['admin'], permissions: new Set(), expiresAt: Number.MAX_SAFE_INTEGER };
    },
    byCertificate: async () => null,
  });
  registerCompression(app);
  app.get('/health', async () => ({ status: 'up' }));
  app.get('/health/ready', async () => ({ status: 'ready', parts: [] }));
  app.post('/auth/login', (request, reply) => reply.send({ got: request.body }));
  app.get('/auth/me', (request, reply) => reply.send({ user: request.principal?.user }));
  await routes?.(app);
  await registerPages(app, null, methodsOf);
  const listen = async () => {
    if (!app.server.listening) await app.listen({ host: '127.0.0.1', port: 0 });
    return (app.server.address() as AddressInfo).port;
  };
  return {
    app,
    metrics,
    drain,
    listen,
    async exchange(bytes) {
      const socket = connect(await listen(), '127.0.0.1');
      await once(socket, 'connect');
      socket.on('error', () => {}); // what was cut off is seen in what came
      socket.write(bytes);
      return text(socket).catch(() => '');
    },
  };
}
