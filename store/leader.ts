import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Client } from './connect.ts';
import { openClient } from './connect.ts';
import { asPipelineError } from './failure.ts';
import { RetryableError } from '../pipeline/core/errors.ts';

export interface LeaderOptions {
  readonly databaseUrl: string;
  /** One process holds it at a time. */
  readonly duty: 'relay' | 'ticker';
  readonly log: Logger;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** How often one that waits asks again, and the pause after a failure. */
  readonly retryMs?: number;
}

const LOCKS = { relay: 0x676f_7301, ticker: 0x676f_7302 } as const;

/**
 * Runs `work` while this process holds the duty's advisory lock, as often as it takes: when the connection that holds the lock
 * breaks, or `work` fails with a RetryableError, it lets go and tries again. `work` is told by its signal and must come back soon then; until it has,
 * another process may already be at it, so what it does must bear being done twice.
 * @throws What is no RetryableError, for example FatalError when the database refuses for good. Resolves after `signal`.
 */
export async function whileLeading(
  { databaseUrl, duty, log, signal, retryMs = 2_000 }: LeaderOptions,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    const client = openClient({ databaseUrl, role: 'goshawk_stages', applicationName: `goshawk ${duty}` });
    const lost = new AbortController();
    client.on('error', () => {
      lost.abort();
    });
    client.on('end', () => {
      lost.abort();
    });
    try {
      await client.connect();
      if ((await takeLock(client, duty)) && !signal.aborted) {
        log.info({ duty }, 'This process has the duty.');
        await work(AbortSignal.any([signal, lost.signal]));
      }
    } catch (error) {
      const failure = asPipelineError(error);
      if (!(failure instanceof RetryableError)) throw failure;
      log.warn({ duty, code: failure.code, reason: failure.message }, 'A duty is interrupted; it goes on when it can.');
    } finally {
      await client.end().catch(() => {});
    }
    await sleep(retryMs, undefined, { signal }).catch(() => {});
  }
}

async function takeLock(client: Client, duty: LeaderOptions['duty']): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [LOCKS[duty]]);
  return rows[0]?.taken === true;
}
