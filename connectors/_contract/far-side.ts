// An HTTP server on 127.0.0.1 that shows faults: what stand-ins of services are made of.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import type { Fault, FaultOptions } from './stand-in.ts';

export interface FarRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}
export interface FarAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON; text and bytes as they are. */
  readonly body?: string | Buffer | object;
}

export interface FarSideOptions {
  readonly tls?: { readonly key: string; readonly cert: string };
  /** @param refusedId Of `reject-one`; null = nothing is refused beyond what the service refuses. */
  readonly answer: (request: FarRequest, refusedId: string | null) => FarAnswer | Promise<FarAnswer>;
  /** How the service says that it takes nothing for now. */
  readonly throttled: FarAnswer;
  /** Requests that show faults; all others, for tokens, never do. */
  readonly isSubject?: (request: FarRequest) => boolean;
}

export interface FarSide {
  /** Without a slash at its end. */
  readonly url: string;
  readonly port: number;
  readonly outboundAllow: readonly string[];
  readonly faults: readonly Fault[];
  /** All that came, answered or not. */
  readonly requests: readonly FarRequest[];
  readonly fail: (fault: Fault | null, options?: FaultOptions) => Promise<void>;
  readonly close: () => Promise<void>;
}

export const ALL_FAULTS: readonly Fault[] = ['reject-one', 'throttle', 'fail-after-accept', 'cut', 'down', 'slow'];

export async function openFarSide({ tls, answer, throttled, isSubject = () => true }: FarSideOptions): Promise<FarSide> {
  const requests: FarRequest[] = [];
  let current: { readonly fault: Fault; readonly options: FaultOptions; left: number } | null = null;

  /** The fault that the next request shows. */
  const shown = () => {
    if (current === null || current.left <= 0) return null;
    current.left -= 1;
    return current;
  };

  const serve = async (incoming: IncomingMessage, response: ServerResponse) => {
    const { method = '', url: path = '', headers } = incoming;
    const isCut = current?.fault === 'cut' && isSubject({ method, path, headers, body: Buffer.alloc(0) });
    if (isCut && shown() !== null) return void incoming.once('data', () => incoming.socket.destroy()).once('end', () => incoming.socket.destroy());
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const request = { method, path, headers, body: Buffer.concat(chunks) };
    requests.push(request);
    const now = isSubject(request) ? shown() : null;
    if (now?.fault === 'throttle') return write(response, throttled);
    if (now?.fault === 'slow') await after(now.options.ms ?? 1_000);
    const answered = await answer(request, now?.fault === 'reject-one' ? (now.options.of ?? null) : null);
    if (now?.fault === 'fail-after-accept') return void incoming.socket.destroy();
    write(response, answered);
  };
  const listener = (incoming: IncomingMessage, response: ServerResponse) => {
    serve(incoming, response).catch((error: unknown) => {
      if (!incoming.socket.destroyed) write(response, { status: 599, body: String(error) });
    });
  };

  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  server.on('connection', (socket) => {
    if (current?.fault === 'down' && shown() !== null) socket.destroy();
  });
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const stop = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };
  const port = await listen(0);
  const origin = `127.0.0.1:${port}`;

  return {
    url: `${tls === undefined ? 'http' : 'https'}://${origin}`,
    port,
    outboundAllow: [tls === undefined ? `http://${origin}` : origin],
    faults: ALL_FAULTS,
    requests,
    fail: async (fault, options = {}) => {
      current = fault === null ? null : { fault, options, left: options.times ?? Number.POSITIVE_INFINITY };
      if (fault === 'down' && options.times === undefined && server.listening) await stop();
      if (fault === 'down') server.closeAllConnections();
      if (fault !== 'down' && !server.listening) await listen(port);
    },
    close: async () => {
      if (server.listening) await stop();
    },
  };
}

function write(response: ServerResponse, { status, headers = {}, body = '' }: FarAnswer): void {
  const isWritten = typeof body === 'string' || Buffer.isBuffer(body);
  response.writeHead(status, { ...(!isWritten && { 'content-type': 'application/json' }), ...headers }).end(isWritten ? body : JSON.stringify(body));
}

/** The body, unpacked where it says that it is packed. */
export const unpacked = ({ headers, body }: FarRequest): Buffer => (headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body);
