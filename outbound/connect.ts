// Connections go to the addresses that were checked and to no other; the certificate is checked by name.
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import type { AgentOptions, ClientRequestArgs } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { RequestOptions } from 'node:https';
import { isIPv6 } from 'node:net';
import type { LookupFunction, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import { ConfigError, RetryableError } from '../pipeline/core/errors.ts';
import { asFailure } from './body.ts';

/** `pinned` is part of a connection's key in the pool: one that was opened to other addresses is not used again. */
export type PinnedOptions = RequestOptions & { readonly pinned: readonly string[] };

interface Proxy {
  readonly host: string;
  readonly port: number;
  /** `Basic ...`; null = none. */
  readonly authorization: string | null;
}
type Created = (error: Error | null, socket: Duplex) => void;

export interface Agents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

/** @param proxyUrl `http://[user:password@]host:port` of a proxy that all requests go through by CONNECT; empty = directly. The environment is not asked. */
export function openAgents(proxyUrl: string): Agents {
  const options: AgentOptions = { keepAlive: true, maxSockets: 64, maxTotalSockets: 512, maxFreeSockets: 16, timeout: 30_000, scheduling: 'lifo' };
  const proxy = proxyUrl === '' ? null : proxyOf(new URL(proxyUrl));
  return { http: new PinnedHttpAgent(options, proxy), https: new PinnedHttpsAgent(options, proxy) };
}

/** Why a connection did not come about, for whoever has to mend it. */
export function notReached(error: Error, host: string): Error {
  if (error instanceof ConfigError || error instanceof RetryableError) return error;
  const { code = '' } = error as NodeJS.ErrnoException;
  const isCertificate = /^(ERR_TLS_|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH)/.test(code);
  return isCertificate
    ? new RetryableError(
        'OUTBOUND_FAILED',
        `The certificate of ${host} does not hold (${code}). Have it renewed, or give the authority that signed it.`,
        { host },
        { cause: error },
      )
    : asFailure(error, host);
}

/** Answers every question with what was resolved before. */
export const pinnedLookup =
  (addresses: readonly string[]): LookupFunction =>
  (_host, { all }, done) => {
    const entries = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
    if (all === true) return done(null, entries);
    done(null, entries[0]!.address, entries[0]!.family);
  };

const keyOf = (name: string, options: unknown): string => `${name}:${(options as Partial<PinnedOptions> | undefined)?.pinned?.join(',') ?? ''}`;

class PinnedHttpAgent extends HttpAgent {
  readonly #proxy: Proxy | null;

  constructor(options: AgentOptions, proxy: Proxy | null) {
    super(options);
    this.#proxy = proxy;
  }

  override getName(options?: Parameters<HttpAgent['getName']>[0]): string {
    return keyOf(super.getName(options), options);
  }

  override createConnection(options: ClientRequestArgs, created?: Created): Duplex | null | undefined {
    if (this.#proxy === null) return super.createConnection(options, created);
    tunnel(this.#proxy, options as PinnedOptions).then(
      (socket) => created?.(null, socket),
      (error: unknown) => created?.(error as Error, undefined as never),
    );
    return undefined;
  }
}

class PinnedHttpsAgent extends HttpsAgent {
  readonly #proxy: Proxy | null;

  constructor(options: AgentOptions, proxy: Proxy | null) {
    super(options);
    this.#proxy = proxy;
  }

  override getName(options?: Parameters<HttpsAgent['getName']>[0]): string {
    return keyOf(super.getName(options), options);
  }

  override createConnection(options: RequestOptions, created?: Created): Duplex | null | undefined {
    if (this.#proxy === null) return super.createConnection(options, created);
    tunnel(this.#proxy, options as PinnedOptions).then(
      (socket) => created?.(null, connectTls({ ...(options as ConnectionOptions), socket })),
      (error: unknown) => created?.(error as Error, undefined as never),
    );
    return undefined;
  }
}

function proxyOf({ hostname, port, username, password }: URL): Proxy {
  const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? 80 : Number(port),
    authorization: username === '' ? null : `Basic ${Buffer.from(user).toString('base64')}`,
  };
}

/** Through the proxy to a place that was checked. @param proxyUrl As of `openAgents`. */
export const tunnelBy = (proxyUrl: string, to: Pick<PinnedOptions, 'pinned' | 'port' | 'signal'>): Promise<Socket> => tunnel(proxyOf(new URL(proxyUrl)), to);

/** To the address, not to the name: the proxy has no say in where a name leads. */
function tunnel(
  { host, port, authorization }: Proxy,
  { pinned, port: targetPort, signal }: Pick<PinnedOptions, 'pinned' | 'port' | 'signal'>,
): Promise<Socket> {
  const address = pinned[0]!;
  const place = `${isIPv6(address) ? `[${address}]` : address}:${targetPort}`;
  return new Promise((resolve, reject) => {
    httpRequest({
      host,
      port,
      method: 'CONNECT',
      path: place,
      headers: { host: place, ...(authorization !== null && { 'proxy-authorization': authorization }) },
      agent: false,
      ...(signal !== undefined && { signal }),
    })
      .once('connect', ({ statusCode }, socket: Socket, head) => {
        if (statusCode === 200 && head.length === 0) return resolve(socket);
        socket.destroy();
        reject(new Error(`the proxy answered CONNECT with ${statusCode}`));
      })
      .once('response', ({ statusCode }) => reject(new Error(`the proxy answered CONNECT with ${statusCode}`)))
      .once('error', reject)
      .end();
  });
}
