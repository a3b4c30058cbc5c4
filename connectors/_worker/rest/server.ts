// The HTTP side of the REST interface: who asks, how often, how large, how slowly, and how no is said.
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import Fastify from 'fastify';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { FatalError, RecordError, RetryableError } from '../../../pipeline/core/errors.ts';
import type { Authorize, Caller, ConnectPermission } from '../caller.ts';
import { Refusal } from '../refusal.ts';
import { rateLimit } from './rate.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; null where everybody may. */
    caller: Caller | null;
  }
  interface FastifyContextConfig {
    /** What it takes; absent = nothing, not even a token. */
    readonly permission?: ConnectPermission;
  }
}

export interface ServerOptions {
  readonly authorize: Authorize;
  readonly log: Logger;
  /** Monotonic, milliseconds. */
  readonly nowMs: () => number;
  /** Of one address, over a long time. */
  readonly requestsPerSecond: number;
}

const MAX_BODY_BYTES = 1_048_576;
const MAX_HEADER_BYTES = 16_384;
const REQUEST_MS = 60_000;
const HEADERS_MS = 20_000;
const CHECK_MS = 5_000;
const SILENCE_MS = 120_000;
/** Longer than load balancers keep a connection that rests: else they send into one that has just been closed. */
const KEEP_ALIVE_MS = 75_000;
const MAX_CONNECTIONS = 512;

/** Without routes. */
export function openServer({ authorize, log, nowMs, requestsPerSecond }: ServerOptions): FastifyInstance {
  const app = Fastify({
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_MS,
    connectionTimeout: SILENCE_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    http: { headersTimeout: HEADERS_MS, connectionsCheckingInterval: CHECK_MS, maxHeaderSize: MAX_HEADER_BYTES },
    routerOptions: { maxParamLength: 1_000 },
    frameworkErrors: (error, _request, reply) => void send(reply, refusalOf(error, log)),
    clientErrorHandler: answerUnreadable,
    forceCloseConnections: true,
  });
  app.server.maxConnections = MAX_CONNECTIONS;
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, body === '' ? undefined : JSON.parse(body as string));
    } catch {
      done(new Refusal(400, 'This is no JSON'));
    }
  });
  // Tools name a form, or nothing, beside a body of no bytes.
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
    if (body === '') done(null, undefined);
    else done(new Refusal(415, 'HTTP 415 Unsupported Media Type'));
  });

  const take = rateLimit({ perSecond: requestsPerSecond, burst: 4 * requestsPerSecond, nowMs });
  app.decorateRequest('caller', null);
  app.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff');
    const waitMs = take(request.ip);
    if (waitMs > 0) throw new Refusal(429, 'Too many requests: ask less often', { retryAfterSeconds: Math.ceil(waitMs / 1_000) });
    const { permission } = request.routeOptions.config;
    if (permission === undefined) return;
    const caller = await authorize(request.headers.authorization);
    if (!caller.may(permission)) throw new Refusal(403, `Needs the permission ${permission}, which the roles of ${caller.name} do not give`);
    request.caller = caller;
  });
  const patterns: { readonly path: RegExp; readonly method: string }[] = [];
  app.addHook('onRoute', ({ url, method }) => {
    for (const each of [method].flat()) patterns.push({ path: new RegExp(`^${url.replaceAll(/:[^/]+/g, '[^/]+')}/?$`), method: each });
  });
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0]!;
    const isKnown = patterns.some((pattern) => pattern.path.test(path));
    return send(reply, isKnown ? new Refusal(405, 'HTTP 405 Method Not Allowed') : new Refusal(404, 'HTTP 404 Not Found'));
  });
  app.setErrorHandler((error: FastifyError | Error, _request, reply) => send(reply, refusalOf(error, log)));
  return app;
}

/** Of a route that names a permission. */
export function callerOf({ caller }: FastifyRequest): Caller {
  if (caller === null) throw new Refusal(401, 'HTTP 401 Unauthorized');
  return caller;
}

function send(reply: FastifyReply, { status, message, retryAfterSeconds }: Refusal): FastifyReply {
  if (status === 401) reply.header('www-authenticate', 'Bearer, Basic realm="goshawk"');
  if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds));
  return reply.code(status).type('application/json').send({ error_code: status, message });
}

/** Of Fastify's own errors. */
const FRAMEWORK: Readonly<Record<string, readonly [status: number, message: string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: [413, `Send at most ${MAX_BODY_BYTES} bytes`],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [415, 'HTTP 415 Unsupported Media Type'],
  FST_ERR_BAD_URL: [400, 'The path cannot be read'],
  FST_ERR_MAX_PARAM_LENGTH: [414, 'The path is too long'],
};

function refusalOf(error: Error, log: Logger): Refusal {
  if (error instanceof Refusal) return error;
  const known = FRAMEWORK[(error as FastifyError).code];
  if (known !== undefined) return new Refusal(...known);
  const { statusCode = 500 } = error as FastifyError;
  if (statusCode < 500) return new Refusal(statusCode, error.message);
  if (error instanceof RecordError && error.code === 'RECORD_TOO_LARGE')
    return new Refusal(413, 'The configuration is larger than the topic of connectors takes');
  if (error instanceof RetryableError) {
    log.warn({ err: error }, 'The broker did not answer a request of the REST interface.');
    return new Refusal(503, `The broker does not answer: ${error.message}`, { retryAfterSeconds: 5 });
  }
  log.error({ err: error }, 'A request of the REST interface failed.');
  return new Refusal(500, error instanceof FatalError ? error.message : 'The worker could not do this; its log says why');
}

/** What the parser refuses, on the bare socket; the connection ends, for where the next request would begin is not known. */
function answerUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
  const body = JSON.stringify({ error_code: status, message: `HTTP ${status} ${STATUS_CODES[status]}` });
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
  );
}
