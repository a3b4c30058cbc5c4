// The API's own TLS: whose certificate it shows, also after it was renewed, and that it asks for those of its clients.
import { constants, createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { Server, ServerOptions } from 'node:https';
import { createSecureContext } from 'node:tls';
import type { Logger } from 'pino';
import { ConfigError } from '../../pipeline/core/errors.ts';
import type { ApiConfig } from '../config.ts';

const LOOK_MS = 5_000;
const HANDSHAKE_MS = 10_000;

/** PEM. */
interface Pair {
  readonly cert: string;
  readonly key: string;
}
export interface OwnTls {
  /** HTTP by TLS: what it serves with changes when `look` finds that the files have. */
  readonly createServer: (options: ServerOptions, listener: RequestListener) => Server;
  /** Reads the files again; what does not do is left out, with a warning, and the certificate before stays. Called every five seconds. */
  readonly look: () => void;
  readonly stop: () => void;
}

/**
 * Null when none is configured. Client certificates are asked for and not verified: they prove here that the client has the key, and what they are worth is said by
 * the bundles of the organizations (`auth/workload/`), which no list of authorities that is fixed for the process could do.
 * @throws ConfigError INVALID_CONFIG when the files cannot be read, or are no certificate and its key.
 */
export function openTls({ tlsCertFile, tlsKeyFile }: Pick<ApiConfig, 'tlsCertFile' | 'tlsKeyFile'>, log: Logger): OwnTls | null {
  if (tlsCertFile === '') return null;
  const read = (): Pair => ({ cert: readFileSync(tlsCertFile, 'utf8'), key: readFileSync(tlsKeyFile, 'utf8') });
  let seen = { cert: '', key: '' };
  let pair: Pair;
  const servers: Server[] = [];
  try {
    pair = seen = requirePair(read());
  } catch (error) {
    throw new ConfigError('INVALID_CONFIG', `api.tlsCertFile, api.tlsKeyFile: ${reasonOf(error)}`, {}, { cause: error });
  }
  let failure = '';
  const warn = (error: unknown) => {
    const reason = reasonOf(error);
    if (reason !== failure) log.warn({ reason, tlsCertFile, tlsKeyFile }, 'The new certificate of the API cannot be used; the one before stays.');
    failure = reason;
  };
  const look = () => {
    try {
      const found = read();
      if (found.cert === seen.cert && found.key === seen.key) return;
      seen = found; // what does not do is not tried again until it changes
      pair = requirePair(found);
      for (const server of servers) server.setSecureContext({ ...secured, ...pair });
      failure = '';
      log.info({ tlsCertFile }, 'The API serves with a new certificate.');
    } catch (error) {
      warn(error);
    }
  };
  const timer = setInterval(look, LOOK_MS);
  timer.unref();
  return {
    createServer(options, listener) {
      const server = createServer(
        { ...options, ...secured, ...pair, requestCert: true, rejectUnauthorized: false, handshakeTimeout: HANDSHAKE_MS, ALPNProtocols: ['http/1.1'] },
        listener,
      );
      servers.push(server);
      return server;
    },
    look,
    stop: () => clearInterval(timer),
  };
}

/** Session tickets do not say who stands between a certificate and its authority. Who has said who they are cannot become somebody else later. */
const secured = { minVersion: 'TLSv1.2', secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION } as const;

/** @throws when one of them cannot be read, or the key is of another certificate. */
function requirePair(pair: Pair): Pair {
  // Of nothing a context can be made too: it would serve nobody.
  if (!new X509Certificate(pair.cert).checkPrivateKey(createPrivateKey(pair.key))) throw new Error('The key is of another certificate.');
  createSecureContext({ ...secured, ...pair });
  return pair;
}

const reasonOf = (error: unknown): string => {
  const { code, message, path } = error as NodeJS.ErrnoException;
  return path === undefined ? `these are not a certificate and its key, PEM (${code ?? message})` : `${path} cannot be read (${code ?? message})`;
};
