// Pages of other origins (Fetch standard, CORS): those that the configuration names, with credentials, and nobody else.
import type { FastifyInstance } from 'fastify';
import { ApiProblem } from './problem.ts';

/** What a page may send, and see of an answer, beyond what browsers allow anyway. */
const REQUEST_HEADERS = 'authorization, content-type, content-encoding, idempotency-key, if-match, if-none-match, x-api-key, x-request-id';
const ANSWER_HEADERS =
  'deprecation, etag, idempotent-replayed, link, location, ratelimit-limit, ratelimit-policy, ratelimit-remaining, ratelimit-reset, retry-after, sunset, x-request-id';
const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE';
/** Chromium keeps a preflight for two hours at most. */
const PREFLIGHT_SECONDS = 7_200;

/** @param origins Each as `isOrigin` (origin.ts) wants it. */
export function registerCors(app: FastifyInstance, origins: readonly string[]): void {
  const allowed = new Set(origins);
  app.addHook('onRequest', async (request, reply) => {
    // Also where it has no Origin: a cache must not give one page the answer made for another.
    if (allowed.size > 0) reply.header('vary', 'Origin');
    const { origin } = request.headers;
    if (origin === undefined) return;
    const isPreflight = request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;
    if (!allowed.has(origin)) {
      if (isPreflight) throw new ApiProblem('ORIGIN_REFUSED', 'Pages of this origin may not call the API. Name it in api.corsOrigins.');
      return; // a page of our own, or one that will not be shown the answer
    }
    reply.headers({
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': ANSWER_HEADERS,
      // Else `same-origin` of security-headers.ts would keep the answer from the page.
      'cross-origin-resource-policy': 'cross-origin',
    });
    if (!isPreflight) return;
    return reply
      .code(204)
      .headers({
        'access-control-allow-methods': METHODS,
        'access-control-allow-headers': REQUEST_HEADERS,
        'access-control-max-age': String(PREFLIGHT_SECONDS),
      })
      .send();
  });
}
