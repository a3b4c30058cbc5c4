// /live as the API has it, over a real broker and database, beside a bare WebSocket that sends the same bytes to all.
import websocket from '@fastify/websocket';
import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import type { Principal } from '../../api/auth/tokens.ts';
import { config as apiConfig } from '../../api/config.ts';
import { inOrganization } from '../../api/database.ts';
import { permissionsOfRoles } from '../../api/gate/roles.ts';
import { openLive } from '../../api/live/live.ts';
import type { RunningLive } from '../../api/live/live.ts';
import { registerRooms } from '../../api/live/rooms.ts';
import { EventTail } from '../../api/live/tail.ts';
import type { Broker } from '../../pipeline/runtime/port.ts';
import type { Codec } from '../../schemas/avro/codec.ts';
import { openClient, openPool } from '../../store/connect.ts';

export interface LiveServer {
  readonly app: FastifyInstance;
  readonly port: number;
  readonly live: RunningLive;
  /** Sockets of both kinds. */
  readonly open: () => number;
  /** Sends the same bytes to everybody on /bare. */
  readonly broadcast: (data: Buffer) => void;
  readonly close: () => Promise<void>;
}

const roles = ['viewer'];
const nobody: Principal = { user: 'bench', organization: 'default', roles, permissions: permissionsOfRoles(roles), expiresAt: Number.MAX_SAFE_INTEGER };

export async function openServer({
  broker,
  codec,
  databaseUrl,
  log,
}: {
  readonly broker: Broker;
  readonly codec: Codec;
  readonly databaseUrl: string;
  readonly log: Logger;
}): Promise<LiveServer> {
  const config = { ...apiConfig.parse({}), liveConnectionsPerUser: 10_000, liveConnectionsPerOrganization: 10_000 };
  const pool = openPool({ databaseUrl, role: 'goshawk_api' });
  const tail = new EventTail({ broker, codec, log, eventsPerSecond: config.liveEventsPerSecond, maxTails: config.liveSubscribers });
  const live = openLive({
    openListener: () => openClient({ databaseUrl, role: 'goshawk_api' }),
    run: inOrganization(pool, { isDown: () => false, onDown: () => () => {} }),
    tail,
    monitor: undefined as never, // asked by rooms of states only, which nobody joins here
    deadLetters: undefined as never, // likewise
    log,
    wallMicros: () => Date.now() * 1_000,
    limits: config,
    metrics: new Registry(),
    onRevoked: () => () => {},
  });
  const app = Fastify({ forceCloseConnections: true });
  app.decorateRequest('principal', null);
  await app.register(websocket, { options: { maxPayload: 65_536 } });
  const { hub, sessions, metrics } = live;
  registerRooms(app, { hub, sessions, metrics, log, authenticate: async () => nobody, queueBytes: config.liveQueueBytes, origins: [], nowMs: Date.now });
  const bare = new Set<{ readonly send: (data: Buffer, options: { readonly binary: false }) => void }>();
  app.get('/bare', { websocket: true }, (socket) => {
    bare.add(socket);
    socket.on('close', () => bare.delete(socket));
    socket.send('{"joined":"bare"}');
  });
  live.start();
  const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
  return {
    app,
    port: Number(port),
    live,
    open: () => bare.size + live.sessions.sockets,
    broadcast: (data) => {
      for (const socket of bare) socket.send(data, { binary: false });
    },
    close: async () => {
      await app.close();
      await Promise.all([tail.stop(), live.stop()]);
      await pool.end();
    },
  };
}
