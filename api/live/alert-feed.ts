// Changes of alerts, told by the database when they are committed: what is heard of can be read.
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { DatabaseClient } from '../../store/queries/sql.ts';
import { BoundedQueue } from './queue.ts';

/** What the notification says; everything else is read from the store, under the reader's own organization. */
export interface AlertNotice {
  readonly id: string;
  readonly revision: number;
}

const CHANNEL = 'goshawk_alert';
const notice = z.object({ organization: z.string(), id: z.string().regex(/^[0-9a-f]{32}$/), revision: z.number() });
const MAX_WAITING = 1_000;
const RETRY_MS = 2_000;

export interface AlertFeed {
  /** Begins to listen; again after the database was away. */
  readonly start: () => void;
  /** Changes of one organization's alerts from now on. */
  readonly subscribe: (organization: string) => BoundedQueue<AlertNotice>;
  readonly stop: () => Promise<void>;
}

/**
 * @param changedSince Alerts of an organization that changed since wall-clock `micros`: asked after an interruption, so that nobody misses what came meanwhile.
 */
export function openAlertFeed({
  openListener,
  changedSince,
  log,
  wallMicros,
  retryMs = RETRY_MS,
}: {
  readonly openListener: () => DatabaseClient;
  readonly changedSince: (organization: string, micros: number) => Promise<readonly AlertNotice[]>;
  readonly log: Logger;
  readonly wallMicros: () => number;
  readonly retryMs?: number;
}): AlertFeed {
  const subscribers = new Map<string, Set<BoundedQueue<AlertNotice>>>();
  const ending = new AbortController();
  let lostAt: number | undefined;

  const tell = (organization: string, { id, revision }: AlertNotice) => {
    for (const queue of subscribers.get(organization) ?? []) queue.push({ id, revision });
  };
  const hear = (payload: string | undefined) => {
    const parsed = notice.safeParse(parseJson(payload));
    if (parsed.success) tell(parsed.data.organization, parsed.data);
    else log.warn({ channel: CHANNEL }, 'A notification of the database is not of the form expected.');
  };

  async function listen(): Promise<void> {
    const client = openListener();
    const broken = Promise.withResolvers<Error>();
    client.on('error', broken.resolve);
    client.on('end', () => broken.resolve(new Error('connection ended')));
    client.on('notification', ({ payload }) => hear(payload));
    const stop = () => broken.resolve(new Error('stopping'));
    ending.signal.addEventListener('abort', stop, { once: true });
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANNEL}`);
      if (lostAt !== undefined) await catchUp(lostAt);
      lostAt = undefined;
      const error = await broken.promise;
      if (!ending.signal.aborted) throw error;
    } finally {
      ending.signal.removeEventListener('abort', stop);
      await client.end().catch(() => {});
    }
  }

  async function catchUp(since: number): Promise<void> {
    for (const organization of subscribers.keys()) for (const change of await changedSince(organization, since)) tell(organization, change);
  }

  async function run(): Promise<void> {
    while (!ending.signal.aborted) {
      try {
        await listen();
      } catch (error) {
        if (lostAt === undefined) {
          lostAt = wallMicros();
          log.warn(
            { code: 'DATABASE_UNAVAILABLE', reason: error instanceof Error ? error.message : String(error) },
            'The database tells no changes of alerts for now; trying again.',
          );
        }
        await delay(retryMs, undefined, { signal: ending.signal }).catch(() => {});
      }
    }
  }

  let running: Promise<void> | undefined;
  return {
    start() {
      running ??= run();
    },
    subscribe(organization) {
      const ofOrganization = subscribers.get(organization) ?? new Set();
      subscribers.set(organization, ofOrganization);
      const queue = new BoundedQueue<AlertNotice>(MAX_WAITING, () => {
        ofOrganization.delete(queue);
        if (ofOrganization.size === 0 && subscribers.get(organization) === ofOrganization) subscribers.delete(organization);
      });
      ofOrganization.add(queue);
      return queue;
    },
    async stop() {
      ending.abort();
      for (const ofOrganization of subscribers.values()) for (const queue of ofOrganization) await queue.return();
      await running;
    },
  };
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '') as unknown;
  } catch {
    return undefined;
  }
}
