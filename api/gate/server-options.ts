// How the HTTP server reads: what it waits for, and how long; how large things may be; and what it says to what cannot be read.
import type { RequestListener, Server } from 'node:http';
import type { FastifyHttpOptions } from 'fastify';
import { asProblem } from './as-problem.ts';
import { answerUnreadable } from './connections.ts';
import type { ConnectionMetrics } from './connections.ts';
import { requestIdOf, sendProblem } from './gate.ts';
import type { OwnTls } from './tls.ts';

/** Of a route that says nothing else. */
const SMALL_BODY_BYTES = 1_048_576;
/** Address and header fields together. */
const MAX_HEADER_BYTES = 16_384;
/** For all of a request to arrive: who sends a byte at a time holds no connection for long. */
const REQUEST_MS = 120_000;
const HEADERS_MS = 20_000;
/** Between looks at connections that have not sent all yet. */
const CHECK_MS = 5_000;
/** Without a byte in either direction: who does not read an answer holds no memory for long. Longer than any request may take. */
const SILENCE_MS = 150_000;
/** Longer than load balancers keep a connection that rests (60 s usually): else they send a request into one that has just been closed. */
const KEEP_ALIVE_MS = 75_000;

/** @param requestMs Less than two minutes, for tests. */
export function serverOptions(connections: ConnectionMetrics, requestMs: number = REQUEST_MS, tls: OwnTls | null = null) {
  const waits = { requestTimeout: requestMs, connectionTimeout: Math.max(requestMs, SILENCE_MS), keepAliveTimeout: KEEP_ALIVE_MS };
  const http = {
    headersTimeout: Math.min(requestMs, HEADERS_MS),
    connectionsCheckingInterval: Math.min(requestMs, CHECK_MS),
    maxHeaderSize: MAX_HEADER_BYTES,
    requireHostHeader: false, // the gate does, and says so in a problem document
  };
  return {
    genReqId: ({ headers }) => requestIdOf(headers['x-request-id']),
    requestIdHeader: false,
    bodyLimit: SMALL_BODY_BYTES,
    ...waits,
    http,
    // Fastify leaves the waits of a server that it does not make itself to who makes it.
    ...(tls !== null && {
      serverFactory(listener: RequestListener) {
        const server = tls.createServer(http, listener);
        server.keepAliveTimeout = waits.keepAliveTimeout;
        server.requestTimeout = waits.requestTimeout;
        return server.setTimeout(waits.connectionTimeout);
      },
    }),
    routerOptions: { maxParamLength: 500 },
    frameworkErrors: (error, request, reply) => void sendProblem(asProblem(error), request, reply),
    clientErrorHandler: (error, socket) => answerUnreadable(error, socket, connections),
    forceCloseConnections: true,
  } satisfies FastifyHttpOptions<Server>;
}
