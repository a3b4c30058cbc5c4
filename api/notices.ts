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

/** What is done on one connection, from the moment that it listens. */
export interface Attendance {
  /** A notice, once its transaction is committed. Must not throw. */
  readonly hear: (payload: string) => void;
  /** Runs until it throws or `over` does, with which the connection ends. @param arrived To be called once all is well: the next outage is worth a line in the log. */
  readonly attend: (over: Promise<never>, arrived: () => void) => Promise<void>;
}
export interface ListenOptions extends Pick<NoticeOptions, 'openListener' | 'channel' | 'log' | 'retryMs'> {
  /** Called for each connection, before it is one. */
  readonly begin: (client: DatabaseClient) => Attendance;
}

/** Listens for as long as it is not told to stop, on one connection after another. */
export function keepListening({ openListener, channel, begin, log, retryMs = RETRY_MS }: ListenOptions): Notices {
  const ending = new AbortController();
  const { signal } = ending;
  const first = Promise.withResolvers<void>();
  let isAway = false;
  const arrived = () => {
    isAway = false;
    first.resolve();
  };

  async function listen(): Promise<void> {
    const client = openListener();
    const over = Promise.withResolvers<never>();
    over.promise.catch(() => {}); // also when nobody waits for it any more
    const { hear, attend } = begin(client);
    client.on('error', over.reject);
    client.on('end', () => over.reject(new Error('connection ended')));
    client.on('notification', ({ payload }) => hear(payload ?? ''));
    const stop = () => over.reject(new Error('stopping'));
    signal.addEventListener('abort', stop, { once: true });
    const work = async () => {
      await client.connect();
      await client.query(`LISTEN ${channel}`);
      await attend(over.promise, arrived);
    };
    try {
      await Promise.race([work(), over.promise]); // a server that has stopped answering keeps nobody from ending
    } finally {
      signal.removeEventListener('abort', stop);
      over.reject(new Error('given up')); // for what is still under way
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

export function followNotices({ onListening, onNotice, ...options }: NoticeOptions): Notices {
  const begin = (client: DatabaseClient): Attendance => {
    const missed: string[] = [];
    let hear: (payload: string) => void = (payload) => void missed.push(payload);
    return {
      hear: (payload) => hear(payload),
      async attend(over, arrived) {
        await Promise.race([onListening(client), over]); // it listens already, so nothing falls in between
        hear = onNotice;
        missed.forEach(onNotice);
        arrived();
        await over;
      },
    };
  };
  return keepListening({ ...options, begin });
}
