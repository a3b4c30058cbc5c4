// What the database tells its listeners, for as long as the API lives and through every time that the database is away.
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { DatabaseClient } from '../store/queries/sql.ts';

export interface NoticeOptions {
  /** Opens a connection that is not connected yet; it is ended here. */
  readonly openListener: () => DatabaseClient;
  /** Of NOTIFY; a plain identifier. */
  readonly channel: string;
  /** Called each time that listening begins: reads what was missed. Notices of meanwhile come after it. */
  readonly onListening: (client: DatabaseClient) => Promise<void>;
  /** A notice, once its transaction is committed. Must not throw. */
  readonly onNotice: (payload: string) => void;
  readonly log: Logger;
  readonly retryMs?: number;
}
export interface Notices {
  /** Begins to listen; again after the database was away. Resolves when the first attempt has come to something, good or bad. */
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

const RETRY_MS = 2_000;

export function followNotices({ openListener, channel, onListening, onNotice, log, retryMs = RETRY_MS }: NoticeOptions): Notices {
  const ending = new AbortController();
  const { signal } = ending;
  const first = Promise.withResolvers<void>();
  let isAway = false;

  async function begin(client: DatabaseClient): Promise<void> {
    await client.connect();
    await client.query(`LISTEN ${channel}`); // before reading, so that nothing falls in between
    await onListening(client);
  }

  async function listen(): Promise<void> {
    const client = openListener();
    const broken = Promise.withResolvers<never>();
    broken.promise.catch(() => {}); // also when nobody waits for it any more
    const missed: string[] = [];
    let hear: (payload: string) => void = (payload) => void missed.push(payload);
    client.on('error', broken.reject);
    client.on('end', () => broken.reject(new Error('connection ended')));
    client.on('notification', ({ payload }) => hear(payload ?? ''));
    const stop = () => broken.reject(new Error('stopping'));
    signal.addEventListener('abort', stop, { once: true });
    try {
      await Promise.race([begin(client), broken.promise]); // a server that has stopped answering keeps nobody from ending
      hear = onNotice;
      missed.forEach(onNotice);
      isAway = false;
      first.resolve();
      await broken.promise;
    } finally {
      signal.removeEventListener('abort', stop);
      await client.end().catch(() => {});
    }
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      await listen().catch((error: unknown) => {
        if (signal.aborted || isAway) return;
        isAway = true;
        log.warn({ code: 'DATABASE_UNAVAILABLE', channel, reason: String(error) }, 'The database tells no news for now; trying again.');
      });
      first.resolve();
      await delay(retryMs, undefined, { signal }).catch(() => {});
    }
  }

  let running: Promise<void> | undefined;
  return {
    start() {
      running ??= run();
      return first.promise;
    },
    async stop() {
      ending.abort();
      await running;
    },
  };
}
