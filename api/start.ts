import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { ConfigError } from '../pipeline/core/errors.ts';
import { buildApp } from './app.ts';
import { createFirstAdministrator } from './auth/sessions.ts';
import type { ApiDeps } from './deps.ts';
import { asProblem } from './gate/as-problem.ts';

export interface StartOptions {
  /** The port was asked for: when it is taken, that is an error. Else a free one is taken instead. */
  readonly isPortExplicit: boolean;
  /** Called once in the life of an installation, with the password of the user `admin` that was just made. Print it; it is kept nowhere. */
  readonly onFirstPassword: (password: string) => void;
}
export interface RunningApi {
  /** Without a slash at the end: `http://127.0.0.1:8080`, or where it speaks TLS itself the public one, else https. */
  readonly url: string;
  readonly port: number;
  readonly app: FastifyInstance;
  /** Finishes what is in flight, then ends connections, subscriptions and followers; pool and broker stay open. */
  readonly stop: () => Promise<void>;
}

const RETRY_MS = 3_000;

/**
 * Serves the API. Also while broker or database are away: then it says so, and the administrator is made as soon as the database is there.
 * @throws ConfigError PORT_IN_USE, INVALID_CONFIG when the certificate cannot be used; FatalError DATA_FOLDER when the signing key cannot be used.
 */
export async function startApi(deps: ApiDeps, { isPortExplicit, onFirstPassword }: StartOptions): Promise<RunningApi> {
  const {
    config: { host, port, publicUrl, tlsCertFile },
    log,
  } = deps;
  const app = await buildApp(deps);
  const ending = new AbortController();
  const firstAttempt = await makeAdministrator(deps, onFirstPassword);
  const later = firstAttempt ? Promise.resolve() : retry(deps, onFirstPassword, ending.signal);
  try {
    await listen(app, host, port, isPortExplicit);
  } catch (error) {
    ending.abort();
    await app.close();
    throw error;
  }
  const bound = (app.server.address() as AddressInfo).port;
  const shown = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  const address = `${shown.includes(':') ? `[${shown}]` : shown}:${bound}`;
  // A certificate holds for a name.
  const url = tlsCertFile === '' ? `http://${address}` : publicUrl || `https://${address}`;
  log.info({ url }, 'The API serves.');
  return {
    url,
    port: bound,
    app,
    stop: async () => {
      ending.abort();
      await app.drain.begin();
      await app.close();
      await later;
    },
  };
}

async function listen(app: FastifyInstance, host: string, port: number, isPortExplicit: boolean): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    if (isPortExplicit) throw new ConfigError('PORT_IN_USE', `Port ${port} is taken. Choose another with --port, or 0 for any.`, { port }, { cause: error });
    await app.listen({ host, port: 0 });
  }
}

/** False when the database is away. */
async function makeAdministrator({ pool, log }: ApiDeps, onFirstPassword: StartOptions['onFirstPassword']): Promise<boolean> {
  try {
    const password = await createFirstAdministrator(pool);
    if (password !== null) onFirstPassword(password);
    return true;
  } catch (error) {
    if (asProblem(error).code !== 'DATABASE_UNAVAILABLE') throw error;
    log.warn({ code: 'DATABASE_UNAVAILABLE' }, 'The database is away; whether an administrator must be made is asked again later.');
    return false;
  }
}

async function retry(deps: ApiDeps, onFirstPassword: StartOptions['onFirstPassword'], signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await delay(RETRY_MS, undefined, { signal }).catch(() => {});
    const isMade =
      !signal.aborted &&
      (await makeAdministrator(deps, onFirstPassword).catch((error: unknown) => {
        deps.log.error({ err: error }, 'The first administrator could not be made.');
        return true;
      }));
    if (isMade) return;
  }
}
