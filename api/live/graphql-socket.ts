// A WebSocket of graphql-transport-ws: whose it is, for how long, and what its close codes mean.
import type { FastifyRequest } from 'fastify';
import type { Authenticate } from '../auth/authenticate.ts';
import type { Principal } from '../auth/tokens.ts';
import { bearerOf } from '../gate/gate.ts';
import { asProblem } from '../gate/as-problem.ts';
import { ApiProblem } from '../gate/problem.ts';
import type { Live } from './live.ts';
import { CLOSE } from './protocol.ts';
import type { LiveSession } from './sessions.ts';

/** Of a WebSocket, as far as it matters here. */
interface Closable {
  readonly close: (code: number, reason: string) => void;
  readonly once: (event: 'close', listener: () => void) => unknown;
}
export interface SocketExtra extends Record<PropertyKey, unknown> {
  readonly socket: Closable;
  readonly request: Pick<FastifyRequest, 'headers' | 'ip' | 'principal'>;
  principal?: Principal;
  session?: LiveSession;
  operations?: number;
}

/** The code after which clients of graphql-ws come again, with another token. */
const COME_AGAIN = 4_403;
/** Subscriptions and queries of one socket that run at the same time. */
const MOST_OPERATIONS = 100;

export interface SocketDeps {
  readonly authenticate: Authenticate;
  readonly live: Pick<Live, 'sessions' | 'metrics'>;
}

/** @returns False when nobody may come in: the client is closed with 4403 then, and may come again with another token; with 4013 when there are too many. */
export async function openGraphqlSocket(extra: SocketExtra, authorization: unknown, { authenticate, live }: SocketDeps): Promise<boolean> {
  const { socket, request } = extra;
  try {
    const token = bearerOf(authorization) ?? bearerOf(request.headers.authorization);
    // Without a token it is who the gate has seen by the certificate of the connection.
    const principal = token === null && request.principal !== null ? request.principal : await authenticate(token ?? '', request.ip);
    const leave = live.sessions.admit();
    socket.once('close', leave);
    const session = live.sessions.open(principal, (reason) => {
      live.metrics.closed.inc({ code: COME_AGAIN });
      socket.close(COME_AGAIN, reason === 'REVOKED' ? 'The session has ended.' : 'The token has expired.');
      session.end();
    });
    socket.once('close', () => session.end());
    extra.principal = principal;
    extra.session = session;
    return true;
  } catch (error) {
    // Another token would not help then, so the client is not to ask for one.
    if (asProblem(error).code === 'RATE_LIMITED') socket.close(CLOSE.TOO_MANY.code, CLOSE.TOO_MANY.reason);
    return false;
  }
}

/** A ping whose payload has an `authorization` like that of the connection lets the socket stay until that token expires. Another one ends it. */
export async function renewGraphqlSocket(extra: SocketExtra, payload: unknown, { authenticate }: SocketDeps): Promise<void> {
  const token = bearerOf((payload as { readonly authorization?: unknown } | null | undefined)?.authorization);
  if (token === null || extra.session === undefined) return;
  try {
    const principal = await authenticate(token, extra.request.ip);
    extra.session.renew(principal);
    extra.principal = principal;
  } catch {
    extra.socket.close(COME_AGAIN, 'The token is not valid, or is of somebody else.');
  }
}

/**
 * Of one more operation.
 * @throws ApiProblem RATE_LIMITED when too many run.
 */
export function beginOperation(extra: SocketExtra): void {
  const running = extra.operations ?? 0;
  if (running >= MOST_OPERATIONS) throw new ApiProblem('RATE_LIMITED', `At most ${MOST_OPERATIONS} operations over one connection. Complete one.`);
  extra.operations = running + 1;
}
export function endOperation(extra: SocketExtra): void {
  extra.operations = Math.max(0, (extra.operations ?? 0) - 1);
}
