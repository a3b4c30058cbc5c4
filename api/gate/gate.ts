// In front of every route: a request id, how often, who asks, whether they may; and behind it, how what failed is said.
import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { KEY_PREFIX } from '../access/api-key.ts';
import { unauthenticated } from '../auth/tokens.ts';
import type { Authenticate } from '../auth/authenticate.ts';
import type { ByCertificate } from '../auth/workload/client-certificates.ts';
import type { Principal } from '../auth/tokens.ts';
import type { ApiConfig } from '../config.ts';
import { isLoopback } from './address.ts';
import { asProblem } from './as-problem.ts';
import { registerCors } from './cors.ts';
import type { Limits } from './limits/index.ts';
import { accessOf, mayDo } from './permissions.ts';
import { ApiProblem, reasonOf } from './problem.ts';
import { registerVersions } from './versions.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; null on public routes without a token. */
    principal: Principal | null;
  }
}

/** Callers may name their requests: letters, digits, `.`, `_`, `-`, at most 64. */
export const requestIdOf = (given: string | readonly string[] | undefined): string =>
  typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : randomUUID();

/** Of a request behind the gate, where the table asks for a role. */
export function principalOf(request: FastifyRequest): Principal {
  if (request.principal === null) throw unauthenticated('Send a token: `authorization: Bearer ...`. `./goshawk token` makes one.');
  return request.principal;
}

/** The token of a request, of a WebSocket's first message, or null. */
export const bearerOf = (authorization: unknown): string | null =>
  typeof authorization === 'string' ? (/^Bearer +([\w.~+/=-]+) *$/i.exec(authorization)?.[1] ?? null) : null;

/** Of a request: `authorization: Bearer ...`, or an API key in a header of its own. */
const tokenOf = ({ headers }: FastifyRequest): string | null => {
  const key = headers['x-api-key'];
  return bearerOf(headers.authorization) ?? (typeof key === 'string' && key.startsWith(KEY_PREFIX) ? key : null);
};

/** Beyond it servers, proxies and logs cut addresses off, each elsewhere. */
const MAX_ADDRESS_CHARACTERS = 8_192;

export interface GateDeps {
  readonly config: ApiConfig;
  readonly authenticate: Authenticate;
  readonly byCertificate: ByCertificate;
  readonly limits: Limits;
}

/** To be called before routes are made, and after what must see every request. */
export function registerGate(app: FastifyInstance, { config, authenticate, byCertificate, limits }: GateDeps): void {
  app.decorateRequest('principal', null);
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    reply.raw.setMaxListeners(20); // a file that is sent has eleven for its end alone: Fastify's, its streams', and our counters'
    if (request.url.length > MAX_ADDRESS_CHARACTERS)
      throw new ApiProblem('ADDRESS_TOO_LONG', `Send at most ${MAX_ADDRESS_CHARACTERS} characters; what is longer belongs into a body.`);
    if (hostsOf(request) !== 1 && request.raw.httpVersion !== '1.0') throw new ApiProblem('INVALID_REQUEST', 'Send one header field Host.');
  });
  registerCors(app, config.corsOrigins);
  limits.register(app);
  app.addHook('onRequest', async (request, reply) => {
    if (request.is404) return;
    const token = tokenOf(request);
    const access = accessOf(permissionName(request));
    // A stale token does not keep anybody from what needs none, signing in above all.
    if (access !== 'public' || WITH_OPTIONAL_TOKEN.has(request.routeOptions.url ?? '')) {
      if (token !== null) request.principal = await authenticate(token, request.ip);
      else if (request.headers.authorization === undefined) request.principal = await byCertificate(request);
    }
    // What is answered to one caller is for nobody else, and not for the next one at this computer; a route may say otherwise.
    if (access !== 'public' || request.principal !== null || request.method === 'POST') reply.header('cache-control', 'no-store');
    if (access === 'public' || (access === 'loopback' && isOpen(request, config))) return;
    requireRole(principalOf(request), permissionName(request));
  });
  registerVersions(app, Date.now);
  app.setErrorHandler((error, request, reply) => sendProblem(asProblem(error), request, reply));
}

/** Of two, two servers may each believe another one. Node's `headers` has the first alone. */
function hostsOf({ raw: { rawHeaders } }: FastifyRequest): number {
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) if (rawHeaders[index]!.toLowerCase() === 'host') hosts += 1;
  return hosts;
}

/** Answers with a problem; what is our mistake goes to the log with its cause. */
export function sendProblem(problem: ApiProblem, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (problem.code === 'UNEXPECTED')
    request.log.error({ code: problem.code, err: problem.cause, requestId: request.id, route: request.routeOptions.url }, 'A request failed unexpectedly.');
  else if (problem.status >= 500)
    request.log.warn({ code: problem.code, reason: reasonOf(problem.cause), requestId: request.id }, 'A request could not be served.');
  return reply
    .code(problem.status)
    .headers({ 'x-request-id': request.id, ...problem.headers })
    .type('application/problem+json; charset=utf-8')
    .send(JSON.stringify(problem.document(request.id)));
}

/** What the table of permissions calls the route. */
const permissionName = ({ method, routeOptions }: FastifyRequest): string => `${method === 'HEAD' ? 'GET' : method} ${routeOptions.url ?? ''}`;

/** Public as a page, an upgrade or a part of signing in, with operations that need a token. */
const WITH_OPTIONAL_TOKEN = new Set(['/graphql', '/live', '/auth/setup-mfa', '/auth/verify-mfa']);

/** @throws ApiProblem FORBIDDEN */
export function requireRole(principal: Principal, name: string): void {
  if (mayDo(name, principal)) return;
  const access = accessOf(name);
  throw new ApiProblem(
    'FORBIDDEN',
    access === undefined ? 'No role may do this.' : `Needs the permission ${access}, which your roles do not give: ${principal.roles.join(', ') || 'none'}.`,
  );
}

function isOpen({ ip, headers }: FastifyRequest, { metricsAccess }: ApiConfig): boolean {
  if (metricsAccess === 'open') return true;
  // Behind a proxy on this machine every request seems local.
  return metricsAccess === 'loopback' && headers['x-forwarded-for'] === undefined && headers.forwarded === undefined && isLoopback(ip);
}
