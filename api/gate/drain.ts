// Ending without cutting anybody off: said to load balancers first, then what is in flight is finished, then it is over.
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { ApiProblem } from './problem.ts';

export interface DrainOptions {
  /** For load balancers to notice that this process is not ready: until it is over, requests are served as always. */
  readonly noticeMs: number;
  /** For what is in flight then. */
  readonly endMs: number;
  /** Instead of the clock. */
  readonly waitForNotice?: () => Promise<unknown>;
}
export interface Drain {
  /** Resolves when nothing is in flight any more, or time is up. What is left then is for `app.close()` to cut. */
  readonly begin: () => Promise<void>;
}

/** RFC 6455: going away. */
const GOING_AWAY = 1_001;
const HINT = 'This process ends. Connect again: another one takes over.';
const PROBES = new Set(['/health', '/metrics']);

/** To be opened before other hooks are added. */
export function openDrain(app: FastifyInstance, { noticeMs, endMs, waitForNotice = () => delay(noticeMs) }: DrainOptions): Drain {
  let state: 'serving' | 'notice' | 'finishing' = 'serving';
  let inFlight = 0;
  let onIdle: (() => void) | undefined;

  app.addHook('onRequest', async (request, reply) => {
    if (request.headers.upgrade === undefined) {
      inFlight += 1;
      reply.raw.once('close', () => {
        inFlight -= 1;
        if (inFlight === 0) onIdle?.();
      });
    }
    if (state === 'serving') return;
    reply.header('connection', 'close');
    if (request.routeOptions.url === '/health/ready') return reply.code(503).send({ status: 'draining', parts: [] });
    if (state === 'finishing' && !PROBES.has(request.routeOptions.url ?? ''))
      throw new ApiProblem('DRAINING', 'Send it again: another process takes it, or this one when it is back.', { headers: { 'retry-after': '1' } });
  });

  return {
    async begin() {
      if (state !== 'serving') return;
      state = 'notice';
      if (noticeMs > 0) await waitForNotice();
      state = 'finishing';
      app.server.closeIdleConnections();
      for (const client of (app.websocketServer as typeof app.websocketServer | undefined)?.clients ?? []) client.close(GOING_AWAY, HINT);
      if (inFlight === 0) return;
      const idle = new Promise<void>((resolve) => (onIdle = resolve));
      const ending = new AbortController();
      await Promise.race([idle, delay(endMs, undefined, { signal: ending.signal })]);
      ending.abort();
    },
  };
}
