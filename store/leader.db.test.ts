import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RetryableError } from '../pipeline/core/errors.ts';
import { whileLeading } from './leader.ts';
import type { FreshDatabase } from './test/fresh-database.ts';
import { freshDatabase, serverUrl, silent } from './test/fresh-database.ts';

const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else
      signal.addEventListener('abort', () => {
        resolve();
      });
  });

describe.skipIf(serverUrl === '')('whileLeading', () => {
  let database: FreshDatabase;
  beforeAll(async () => {
    database = await freshDatabase();
  });
  afterAll(async () => {
    await database?.drop();
  });

  it('gives a duty to one process, and to the next when the connection of the first breaks', async () => {
    const stop = new AbortController();
    const turns: string[] = [];
    const turn = Promise.withResolvers<void>();
    const run = (name: string) =>
      whileLeading({ databaseUrl: database.url, duty: 'ticker', log: silent, signal: stop.signal, retryMs: 5 }, async (signal) => {
        turns.push(`${name} begins`);
        turn.resolve();
        await untilAborted(signal);
        turns.push(`${name} ends`);
      });
    const first = run('a');
    await turn.promise;
    const second = run('b');
    await database.owner.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'goshawk ticker' AND datname = current_database() AND pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory')`,
    );
    await expect.poll(() => turns.length, { timeout: 10_000 }).toBe(3);
    stop.abort();
    await Promise.all([first, second]);
    expect(turns.slice(0, 2)).toEqual(['a begins', 'a ends']);
    expect(turns.filter((line) => line.endsWith('begins')).length).toBe(2);
  });

  it('begins again after a failure that may pass, and ends with one that may not', async () => {
    let tries = 0;
    const running = whileLeading({ databaseUrl: database.url, duty: 'relay', log: silent, signal: new AbortController().signal, retryMs: 5 }, () => {
      tries += 1;
      return Promise.reject(tries < 3 ? new RetryableError('BROKER_UNAVAILABLE', 'away') : new TypeError('a bug'));
    });
    await expect(running).rejects.toThrow(TypeError);
    expect(tries).toBe(3);
  });
});
