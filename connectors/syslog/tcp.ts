// Syslog over TCP and TLS. There is no acknowledgement: a connection is read only as fast as the broker takes its messages.
import { once } from 'node:events';
import { createServer as createTcpServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { createServer as createTlsServer, TLSSocket } from 'node:tls';
import { senderOf } from '../../pipeline/core/connector.ts';
import type { ConnectorDeps, Sender, Source } from '../../pipeline/core/connector.ts';
import type { AuthenticatedSensor } from '../../pipeline/core/sensor.ts';
import { deliverPatiently } from '../_listen/patience.ts';
import { allowing, bindError, plainAddress, urlOf } from '../_listen/peers.ts';
import type { Framed } from './framing.ts';
import { Framer } from './framing.ts';

export interface TlsOptions {
  /** PEM. */
  readonly key: string;
  readonly cert: string;
  /** Whose client certificates are asked for; null = none are, and senders are known by their address. */
  readonly clientCa: string | null;
}
export interface TcpOptions {
  readonly host: string;
  /** 0 = any that is free. */
  readonly port: number;
  readonly organization: string;
  readonly source: string;
  readonly allowFrom: readonly string[];
  readonly maxMessageBytes: number;
  readonly idleTimeoutMs: number;
  readonly maxConnections: number;
  readonly tls: TlsOptions | null;
  /** Named in an error. */
  readonly option: string;
}

const HANDSHAKE_MS = 10_000;
/** For what a connection has handed over already when the source stops. */
const STOP_MS = 5_000;

export async function listenTcp(options: TcpOptions, deps: ConnectorDeps): Promise<Source> {
  const { host, port, tls } = options;
  const { log } = deps;
  const isAllowed = allowing(options.allowFrom);
  const isMutual = tls !== null && tls.clientCa !== null; // then the certificate says who may, whatever the address
  const ending = new AbortController();
  const connections = new Map<Socket, Promise<void>>();

  const accept = (socket: Socket) => {
    const peer = plainAddress(socket.remoteAddress);
    if (!isMutual && !isAllowed(peer)) {
      deps.countDropped('not-allowed', 1);
      socket.destroy();
      return;
    }
    const serving = serve(socket, peer)
      .catch((error: unknown) => log.info({ peer, reason: (error as Error).message }, 'A syslog connection ended early.'))
      .finally(() => {
        socket.destroy();
        connections.delete(socket);
      });
    connections.set(socket, serving);
  };

  async function serve(socket: Socket, peer: string): Promise<void> {
    socket.setTimeout(options.idleTimeoutMs, () => socket.destroy(new Error('silent for too long')));
    const sensor = isMutual && socket instanceof TLSSocket ? await sensorOf(socket, peer) : null;
    if (sensor === undefined) return;
    const sender: Sender = sensor === null ? { organization: options.organization, source: options.source, sensor: peer } : senderOf(sensor);
    const stopWatching = sensor === null ? () => {} : deps.sensors.watch(sensor, () => socket.destroy(new Error('the credential was revoked')));
    const framer = new Framer(options.maxMessageBytes);
    const hand = async ({ messages, dropped, fault }: Framed) => {
      for (const [reason, count] of dropped) deps.countDropped(reason, count);
      if (messages.length > 0) await deliverPatiently(deps, messages, { ...sender, key: `${sender.sensor} ${peer}` }, ending.signal);
      if (fault === null) return;
      log.warn({ peer, sensor: sender.sensor }, `A syslog connection is closed: messages cannot be told apart. ${fault}`);
      socket.destroy();
    };
    try {
      // Nothing is read while the broker is asked: the sender's window closes, and it waits.
      for await (const chunk of socket) await hand(framer.push(chunk as Buffer));
    } finally {
      stopWatching();
      await hand(framer.end());
    }
  }

  /** Undefined = the certificate is nobody's here. Throws when that cannot be looked up: the sender comes again. */
  async function sensorOf(socket: TLSSocket, peer: string): Promise<AuthenticatedSensor | undefined> {
    const { fingerprint256: sha256, subject } = socket.getPeerCertificate();
    const sensor = await deps.sensors.authenticateSensor({ kind: 'certificate', sha256 });
    if (sensor !== null) return sensor;
    deps.countDropped('not-allowed', 1);
    log.warn({ peer, subject: subject.CN }, 'A syslog connection is closed: its certificate is of no sensor that is enrolled.');
    return undefined;
  }

  const server = serverFor(tls, accept);
  server.maxConnections = options.maxConnections;
  server.on('drop', () => deps.countDropped('too-many-peers', 1));
  server.on('tlsClientError', (error: Error) => log.info({ reason: error.message }, 'A TLS handshake failed.'));
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw bindError(error as NodeJS.ErrnoException, options.option, host, port);
  }
  const bound = server.address() as { address: string; port: number };
  return {
    addresses: [urlOf(tls === null ? 'tcp' : 'tls', bound.address, bound.port)],
    async stop() {
      server.close();
      for (const socket of connections.keys()) socket.destroy();
      const giveUp = setTimeout(() => ending.abort(), STOP_MS);
      await Promise.all(connections.values());
      clearTimeout(giveUp);
    },
  };
}

function serverFor(tls: TlsOptions | null, accept: (socket: Socket) => void): Server {
  if (tls === null) return createTcpServer(accept);
  const { key, cert, clientCa } = tls;
  const mutual = clientCa === null ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: true };
  return createTlsServer({ key, cert, minVersion: 'TLSv1.2', handshakeTimeout: HANDSHAKE_MS, ...mutual }, accept);
}
