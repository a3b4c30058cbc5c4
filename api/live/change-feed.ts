// One connection of this process that hears of every commit that matters to rooms, and reads what it changed. A notification only wakes: what is
// new follows from two snapshots, so nothing is missed whatever the order of commits, how long one takes, or how long the database was away.
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { z } from 'zod';
import { changesBetween, livePosition } from '../../store/queries/live.ts';
import type { Change, LivePosition } from '../../store/queries/live.ts';
import type { DatabaseClient } from '../../store/queries/sql.ts';
import { keepListening } from '../notices.ts';
import type { Attendance } from '../notices.ts';

/** A state is another, or other people are in a room: whoever shows it reads it again. */
export type StateNotice =
  | { readonly organization: string; readonly state: string }
  /** `presence` is the room. */
  | { readonly organization: string; readonly presence: string };

export interface FeedListener<News> {
  /** Reads what changes mean. A throw makes the feed connect and read again. */
  readonly load: (changes: readonly Change[]) => Promise<News>;
  /** False when somebody began to listen whom the news says nothing for: then it is loaded again. */
  readonly covers: (news: News) => boolean;
  /** In one turn with the feed's move to `position`, so that whoever begins at a position misses nothing and gets nothing twice. */
  readonly publish: (news: News, position: LivePosition) => void;
  readonly onState: (notice: StateNotice) => void;
  /** What was before is not known any more: lists are to be read anew. */
  readonly onReset: (position: LivePosition) => void;
}
export interface ChangeFeed {
  /** Begins to listen; again after the database was away. */
  readonly start: () => void;
  /** What is behind the feed; undefined until the database was reached first. */
  readonly position: () => LivePosition | undefined;
  readonly stop: () => Promise<void>;
}

const CHANNEL = 'goshawk_live';
const PAGE = 2_000;
/** Between two reads: commits in between are read together. */
const SPACING_MS = 25;
/** Also when nobody calls, so that positions do not grow old. */
const LOOK_EVERY_MS = 10_000;

const WAKE = '{}';
const stateNotice = z.union([
  z.strictObject({ organization: z.string(), state: z.string() }),
  z.strictObject({ organization: z.string(), presence: z.string() }),
]);

export interface FeedOptions<News> {
  readonly openListener: () => DatabaseClient;
  readonly listener: FeedListener<News>;
  readonly log: Logger;
  readonly retryMs?: number;
}

export function openChangeFeed<News>({ openListener, listener, log, retryMs }: FeedOptions<News>): ChangeFeed {
  let position: LivePosition | undefined;

  /** Everything from `position` to now, piece by piece. */
  async function read(client: DatabaseClient, isOver: () => boolean): Promise<void> {
    const next = await livePosition(client);
    if (position === undefined || position.epoch !== next.epoch) {
      const isReset = position !== undefined;
      position = next;
      if (isReset) listener.onReset(next);
      return;
    }
    for (let after = 0; ;) {
      const changes = await changesBetween(client, position.snapshot, next.snapshot, after, PAGE);
      let news = await listener.load(changes);
      while (!listener.covers(news)) news = await listener.load(changes);
      if (isOver()) return; // the next connection reads it again
      const isLast = changes.length < PAGE;
      if (isLast) position = next;
      // Before the last piece the position stays: who begins there again gets some of it twice, and misses nothing.
      listener.publish(news, position);
      if (isLast) return;
      after = changes.at(-1)!.seq;
    }
  }

  const begin = (client: DatabaseClient): Attendance => {
    const wake = new Wake();
    return {
      hear(payload) {
        if (payload === WAKE) return wake.call();
        const heard = stateNotice.safeParse(parseJson(payload));
        if (heard.success) listener.onState(heard.data);
        else log.warn({ channel: CHANNEL }, 'A notification of the database is not of the form expected.');
      },
      async attend(over, arrived) {
        let isOver = false;
        over.catch(() => {
          isOver = true;
        });
        const timer = setInterval(() => wake.call(), LOOK_EVERY_MS);
        try {
          for (;;) {
            await Promise.race([read(client, () => isOver), over]);
            arrived();
            await Promise.race([wake.next(), over]);
            await Promise.race([delay(SPACING_MS), over]);
          }
        } finally {
          clearInterval(timer);
        }
      },
    };
  };

  const listening = keepListening({ openListener, channel: CHANNEL, begin, log, ...(retryMs !== undefined && { retryMs }) });
  return { start: () => void listening.start(), position: () => position, stop: listening.stop };
}

/** Calls while nobody waits are one. */
class Wake {
  #isCalled = false;
  #resolve: (() => void) | undefined;

  call(): void {
    this.#isCalled = true;
    this.#resolve?.();
  }

  async next(): Promise<void> {
    if (!this.#isCalled) {
      await new Promise<void>((resolve) => {
        this.#resolve = resolve;
      });
    }
    this.#isCalled = false;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
