// Connections to addresses that users name, where what is spoken is not HTTP. Everything of this kind is closed until somebody opens it.
import { createSocket } from 'node:dgram';
import type { Socket as DatagramSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, isIPv6 } from 'node:net';
import type { LookupFunction, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { RetryableError } from '../pipeline/core/errors.ts';
import type { AllowList } from './allow-list.ts';
import type { OutboundConfig } from './config.ts';
import { notReached, pinnedLookup, tunnelBy } from './connect.ts';
import type { Guard } from './guard.ts';
import { outcomeOf } from './metrics.ts';
import type { OutboundMetrics } from './metrics.ts';
import { nameOf, parseEndpoint, refused } from './target.ts';
import type { Place } from './target.ts';

export interface DialRequest {
  /** Who asks, for the metrics: one of a closed set, such as `sink`. */
  readonly purpose: string;
  /** `tls://host:port`, `tcp://host:port`, `udp://host:port`. */
  readonly endpoint: string;
  /** What the organization opens for itself, as far as `organizationNetworks` lets it; from `allowListOf`. */
  readonly allow?: AllowList;
  /** Of `tls://`. */
  readonly tls?: DialTls;
  /** Time to resolve and connect, TLS included; as configured unless given. */
  readonly connectMs?: number;
  readonly signal?: AbortSignal;
}
/** PEM. `ca` replaces the authorities that this machine trusts; verification cannot be turned off. */
export interface DialTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** What the certificate has to name, where that is not the host. */
  readonly serverName?: string;
}

/** @throws ConfigError OUTBOUND_REFUSED for all of them: nothing was sent. RetryableError OUTBOUND_FAILED when the far side cannot be connected to now. */
export interface Dial {
  /** Whether it may be reached as things are. */
  readonly check: (endpoint: string, allow?: AllowList) => Promise<void>;
  /** A connection that stands, its handshake done; the caller destroys it. What goes wrong later is an event of it. */
  readonly stream: (request: DialRequest) => Promise<Socket>;
  /** For datagrams to one address and from it. The caller closes it. */
  readonly datagrams: (request: DialRequest) => Promise<DatagramSocket>;
  /** For libraries that want a socket at once: connecting, and all that may go wrong with it, is events of the socket. Never through a proxy. */
  readonly socket: (request: Pick<DialRequest, 'endpoint' | 'allow' | 'tls'>) => Socket;
}

const KEEP_ALIVE_MS = 30_000;

/** @param metrics Absent = not counted. */
export function openDial({ proxy, connectMs: usualMs }: OutboundConfig, guard: Guard, metrics: OutboundMetrics | undefined): Dial {
  const stream = async ({ endpoint, allow, tls, connectMs = usualMs, signal }: DialRequest): Promise<Socket> => {
    const place = placeOf(endpoint, 'tcp');
    const pinned = await guard.vet(place, allow);
    const timeout = AbortSignal.timeout(connectMs);
    const until = AbortSignal.any([timeout, ...(signal === undefined ? [] : [signal])]);
    try {
      const tunnel = proxy === '' ? undefined : await tunnelBy(proxy, { pinned, port: place.port, signal: until });
      return await standing(open(place, pinnedLookup(pinned), tls, tunnel), place, until);
    } catch (error) {
      if (timeout.aborted) throw failed(place, `was not connected to within ${connectMs} ms`, error);
      if (until.aborted) throw failed(place, 'was given up', error);
      throw notReached(error as Error, nameOf(place));
    }
  };

  const datagrams = async ({ endpoint, allow }: DialRequest): Promise<DatagramSocket> => {
    const place = placeOf(endpoint, 'udp');
    const [address = ''] = await guard.vet(place, allow);
    if (proxy !== '') throw pastProxy(place);
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4').on('error', () => {});
    socket.connect(place.port, address);
    try {
      await once(socket, 'connect');
      return socket;
    } catch (error) {
      socket.close();
      throw notReached(error as Error, nameOf(place));
    }
  };

  const counted = async <T>({ purpose }: DialRequest, work: Promise<T>): Promise<T> => {
    try {
      const made = await work;
      metrics?.requests.inc({ purpose, outcome: 'connected' });
      return made;
    } catch (error) {
      metrics?.requests.inc({ purpose, outcome: outcomeOf(error) });
      throw error;
    }
  };

  return {
    check: async (endpoint, allow) => void (await guard.vet(parseEndpoint(endpoint), allow)),
    stream: (request) => counted(request, stream(request)),
    datagrams: (request) => counted(request, datagrams(request)),
    socket({ endpoint, allow, tls }) {
      const place = placeOf(endpoint, 'tcp');
      guard.glance(place, allow);
      if (proxy !== '') throw pastProxy(place);
      const lookup: LookupFunction = (host, options, done) => {
        guard.vet(place, allow).then(
          (addresses) => pinnedLookup(addresses)(host, options, done),
          (error: unknown) => done(error as Error, []),
        );
      };
      return open(place, lookup, tls);
    },
  };
}

function placeOf(endpoint: string, transport: 'tcp' | 'udp'): Place {
  const place = parseEndpoint(endpoint);
  if (place.transport === transport) return place;
  throw refused('scheme', nameOf(place), 'cannot be used here', transport === 'udp' ? 'Use udp://.' : 'Use tls:// or tcp://.');
}

/** An address needs no look-up, so it is asked of the guard before. @param tunnel A way there that stands already. */
function open({ host, port, isAddress, isTls }: Place, lookup: LookupFunction, tls: DialTls = {}, tunnel?: Socket): Socket {
  const { serverName = isAddress ? '' : host, ...files } = tls;
  const to = { host, port, lookup, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS, noDelay: true };
  const socket = isTls
    ? connectTls({ ...to, ...files, ...(tunnel !== undefined && { socket: tunnel }), servername: serverName, minVersion: 'TLSv1.2', rejectUnauthorized: true })
    : (tunnel ?? connect(to));
  return socket.on('error', () => {}); // for one who does not listen yet: the process does not end of that
}

async function standing(socket: Socket, { isTls }: Place, until: AbortSignal): Promise<Socket> {
  if (!socket.connecting && !isTls) return socket;
  const stop = () => socket.destroy(until.reason as Error);
  until.addEventListener('abort', stop, { once: true });
  if (until.aborted) stop();
  try {
    await once(socket, isTls ? 'secureConnect' : 'connect');
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    until.removeEventListener('abort', stop);
  }
}

const failed = (place: Place, what: string, cause: unknown): RetryableError =>
  new RetryableError('OUTBOUND_FAILED', `${nameOf(place)} ${what}.`, { host: place.host }, { cause });
const pastProxy = (place: Place) =>
  refused(
    'scheme',
    nameOf(place),
    'cannot go through the proxy that all has to go through (outbound.proxy)',
    'Use a sink that speaks HTTP, or syslog over TLS or TCP.',
  );
