// Syslog over TCP and TLS. There is no acknowledgement: a connection is read only as fast as the broker takes its messages.
import { constants, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createTcpServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { createServer as createTlsServer, TLSSocket } from 'node:tls';
import type { DetailedPeerCertificate } from 'node:tls';
import { svidOf } from '../../domains/identity/x509-svid.ts';
import type { Svid, TrustDomain } from '../../domains/identity/x509-svid.ts';
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
  /** Whose SVIDs are taken, beside certificates of `clientCa`. */
  readonly spiffe?: { readonly bundle: string; readonly domain: TrustDomain } | null;
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
const MAX_CHAIN = 8;
/** For what a connection has handed over already when the source stops. */
const STOP_MS = 5_000;

export async function listenTcp(options: TcpOptions, deps: ConnectorDeps): Promise<Source> {
  const { host, port, tls } = options;
  const { log } = deps;
  const isAllowed = allowing(options.allowFrom);
  const isMutual = tls !== null && authoritiesOf(tls).length > 0; // then the certificate says who may, whatever the address
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
    const [leaf, ...chain] = chainOf(socket.getPeerCertificate(true));
    const domain = tls?.spiffe?.domain;
    const svid: Svid = domain === undefined ? { kind: 'none' } : svidOf(leaf, chain, domain, Date.now());
    const sensor =
      svid.kind === 'refused'
        ? null
        : await deps.sensors.authenticateSensor(svid.kind === 'svid' ? { kind: 'spiffe', id: svid.id } : { kind: 'certificate', sha256: leaf.fingerprint256 });
    if (sensor !== null) return sensor;
    deps.countDropped('not-allowed', 1);
    const reason = svid.kind === 'refused' ? svid.reason : 'no sensor was enrolled with it, or it was revoked';
    log.warn({ peer, subject: leaf.subject, reason }, 'A syslog connection is closed for its certificate.');
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
  const { key, cert } = tls;
  const ca = authoritiesOf(tls);
  // A session that is taken up again does not say who stands between a certificate and its authority.
  const mutual = ca.length === 0 ? {} : { ca, requestCert: true, rejectUnauthorized: true, secureOptions: constants.SSL_OP_NO_TICKET };
  return createTlsServer({ key, cert, minVersion: 'TLSv1.2', handshakeTimeout: HANDSHAKE_MS, ...mutual }, accept);
}

const authoritiesOf = ({ clientCa, spiffe }: TlsOptions): string[] => [clientCa, spiffe?.bundle].filter((pem) => pem !== null && pem !== undefined);

/** The peer's certificate, and those that stand above it. */
function chainOf(peer: DetailedPeerCertificate): [leaf: X509Certificate, ...above: X509Certificate[]] {
  const above: X509Certificate[] = [];
  // The last one is its own issuer.
  for (let at = peer; at.issuerCertificate !== undefined && at.issuerCertificate !== at && above.length < MAX_CHAIN; at = at.issuerCertificate)
    above.push(new X509Certificate(at.issuerCertificate.raw));
  return [new X509Certificate(peer.raw), ...above];
}
