// /live: rooms over WebSocket as plain JSON, for programs that speak nothing else.
import type { FastifyInstance } from 'fastify';
import { ApiProblem } from '../gate/problem.ts';
import { every } from './every.ts';
import type { Every } from './every.ts';
import { requireOwnOrigin } from './origin.ts';
import { CLOSE } from './protocol.ts';
import { Visitor } from './visitor.ts';
import type { Socket, VisitorDeps } from './visitor.ts';

const LOOK_MS = 2_000;

export interface RoomsDeps extends VisitorDeps {
  readonly origins: readonly string[];
  readonly every?: Every;
}
/** What `ws` gives, to listen to. */
interface Heard extends Socket {
  readonly on: ((event: 'message', listener: (data: unknown) => void) => unknown) & ((event: 'pong' | 'close' | 'error', listener: () => void) => unknown);
}

/** For @fastify/websocket: when the process ends, says so to all that is open. */
export const closeSockets = (app: FastifyInstance) => (done: () => void) => {
  const { code, reason } = CLOSE.GOING_AWAY;
  for (const client of app.websocketServer.clients) client.close(code, reason);
  app.websocketServer.close();
  done();
};

/** Registers /live. @fastify/websocket must be there. */
export function registerRooms(app: FastifyInstance, deps: RoomsDeps): void {
  const visitors = new Set<Visitor>();
  const looking = (deps.every ?? every)(LOOK_MS, () => {
    for (const visitor of visitors) visitor.look();
  });
  app.addHook('preClose', async () => looking.stop());
  app.route({
    method: 'GET',
    url: '/live',
    schema: { hide: true },
    preValidation: async (request) => requireOwnOrigin(request, deps.origins),
    handler: async () => {
      throw new ApiProblem('INVALID_REQUEST', 'This address speaks WebSocket only.');
    },
    wsHandler: (given, { ip, principal }) => {
      const socket = given as unknown as Heard;
      const visitor = new Visitor(socket, ip, deps);
      let leave = () => {};
      socket.on('error', () => {}); // a close follows
      socket.on('close', () => {
        visitors.delete(visitor);
        leave();
        visitor.gone();
      });
      try {
        leave = deps.sessions.admit();
      } catch {
        return visitor.close('TOO_MANY');
      }
      visitors.add(visitor);
      socket.on('message', (data) => visitor.receive(String(data)));
      socket.on('pong', () => visitor.pong());
      if (principal !== null) visitor.enter(principal);
    },
  });
}
