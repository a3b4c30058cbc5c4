// What sockets may do before there is a request, and what is said to those that send none that can be read.
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { randomUUID } from 'node:crypto';
import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import { addressKey, isLoopback } from './address.ts';
import { ApiProblem } from './problem.ts';
import type { ProblemCode } from './problem.ts';

export function connectionMetrics(registry: Registry) {
  return {
    open: new Gauge({ name: 'api_connections', help: 'Open connections to the API, sockets included.', registers: [registry] }),
    refused: new Counter({
      name: 'api_refused_connections_total',
      help: 'Connections that were ended before a request: too many of one address, or what came was no request.',
      labelNames: ['reason'],
      registers: [registry],
    }),
  };
}
export type ConnectionMetrics = ReturnType<typeof connectionMetrics>;

export interface ConnectionOptions {
  /** 0 = no limit. */
  readonly perAddress: number;
  /** Of this the limit does not hold: a proxy connects for all its clients. */
  readonly isExempt?: (address: string) => boolean;
}

/** Ends connections of an address that has too many. Closing a socket costs less than any answer, so there is none. */
export function limitConnections(server: Server, { perAddress, isExempt = isLoopback }: ConnectionOptions, { open, refused }: ConnectionMetrics): void {
  const countOf = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    open.inc();
    const address = socket.remoteAddress;
    const key = address === undefined || isExempt(address) ? null : addressKey(address);
    if (key !== null) countOf.set(key, (countOf.get(key) ?? 0) + 1);
    socket.once('close', () => {
      open.dec();
      if (key === null) return;
      const left = countOf.get(key)! - 1;
      if (left === 0) countOf.delete(key);
      else countOf.set(key, left);
    });
    if (key === null || perAddress === 0 || countOf.get(key)! <= perAddress) return;
    refused.inc({ reason: 'too-many' });
    socket.destroy();
  });
}

/** Of Node's parser and server, by code; whatever else it refuses is no HTTP, or HTTP that two servers may read in two ways. */
const PARSER_PROBLEMS: Readonly<Record<string, readonly [code: ProblemCode, detail: string, reason: string]>> = {
  HPE_HEADER_OVERFLOW: ['HEADERS_TOO_LARGE', 'Send at most 16 KiB of address and header fields.', 'header-too-large'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['BODY_TOO_LARGE', 'Send chunks without extensions.', 'malformed'],
  ERR_HTTP_REQUEST_TIMEOUT: ['REQUEST_TIMEOUT', 'Send the request in one go.', 'too-slow'],
};
const UNREADABLE = ['INVALID_REQUEST', 'This cannot be read as an HTTP request.', 'malformed'] as const;

/** Answers what the parser refuses, as a problem document on the bare socket, and ends the connection: where the next request would begin is not known. */
export function answerUnreadable(error: NodeJS.ErrnoException, socket: Socket, { refused }: ConnectionMetrics): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  // A handshake that failed, or plain HTTP: there is nobody to answer to.
  if (/^ERR_(SSL|TLS)_/.test(error.code ?? '')) {
    refused.inc({ reason: 'tls' });
    socket.destroy();
    return;
  }
  const [code, detail, reason] = PARSER_PROBLEMS[error.code ?? ''] ?? UNREADABLE;
  refused.inc({ reason });
  const problem = new ApiProblem(code, detail);
  const requestId = randomUUID();
  const body = JSON.stringify(problem.document(requestId));
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${STATUS_TEXT[problem.status] ?? 'Bad Request'}`,
      'content-type: application/problem+json; charset=utf-8',
      `content-length: ${Buffer.byteLength(body)}`,
      `x-request-id: ${requestId}`,
      'connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}

const STATUS_TEXT: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  413: 'Content Too Large',
  431: 'Request Header Fields Too Large',
};
