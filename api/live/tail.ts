// The live tail: one reader of events.enriched for all who watch, and only while somebody does. Each filter has a bound: what is above it is
// counted, so a flood reaches a screen as numbers. Those who watch with the same filter share the work, and what comes of it.
import type { Logger } from 'pino';
import type { Broker, RawBatch } from '../../pipeline/runtime/port.ts';
import type { Codec } from '../../schemas/avro/codec.ts';
import { schemas } from '../../schemas/avro/types.gen.ts';
import type { Enriched } from '../../schemas/avro/types.gen.ts';
import type { EventFilter, EventRow } from '../../store/queries/events.ts';
import { topics } from '../../topologies/topics.ts';
import { ApiProblem } from '../gate/problem.ts';
import { rowOf } from './enriched-row.ts';
import { every } from './every.ts';
import type { Every } from './every.ts';
import { followTopic } from './follow.ts';
import type { Follower } from './follow.ts';
import { compileFilter } from './match.ts';
import type { Matcher, Outline } from './match.ts';
import { BoundedQueue } from './queue.ts';

export interface TailBatch {
  readonly events: readonly EventRow[];
  readonly leftOut: number;
}

/** What every filter can be asked with; the rest of a record stays bytes until somebody wants to see it. */
const OUTLINE = {
  event: {
    time: true,
    organization: true,
    dataset: true,
    sensor: true,
    severity: true,
    host: { name: true },
    user: { name: true },
    source: { ip: true },
    destination: { ip: true },
  },
} as const;

export const FLUSH_MS = 100;
/** Events of one flush that are decoded whole, for all tails together: a rare word must not cost a core. */
const DECODES_PER_FLUSH = 500;
/** Batches that may wait for one who watches: five seconds. */
const MAX_WAITING = 50;

/** All who watch one organization with one filter. */
interface Watch {
  readonly organization: string;
  readonly matcher: Matcher;
  readonly queues: Set<BoundedQueue<TailBatch>>;
  events: EventRow[];
  leftOut: number;
}

export interface EventTailOptions {
  readonly broker: Broker;
  readonly codec: Codec;
  readonly log: Logger;
  readonly eventsPerSecond: number;
  /** Different ones: of an organization and a filter. */
  readonly maxTails: number;
  readonly every?: Every;
}

export class EventTail {
  readonly #options: EventTailOptions;
  readonly #watches = new Map<string, Watch>();
  readonly #perFlush: number;
  #decodesLeft = DECODES_PER_FLUSH;
  /** The last flush had nothing to show: the next events need not wait for others. */
  #isQuiet = true;
  #following: { readonly follower: Follower; readonly timer: { readonly stop: () => void } } | undefined;

  constructor(options: EventTailOptions) {
    this.#options = options;
    this.#perFlush = Math.max(1, Math.round((options.eventsPerSecond * FLUSH_MS) / 1_000));
  }

  /** From now on. Ends with SLOW_CONSUMER when five seconds of batches wait. @throws ApiProblem RATE_LIMITED above the number of different tails. */
  watch(organization: string, filter: EventFilter): BoundedQueue<TailBatch> {
    const key = JSON.stringify([organization, filter]);
    if (!this.#watches.has(key) && this.#watches.size >= this.#options.maxTails)
      throw new ApiProblem('RATE_LIMITED', 'Too many different live tails are open. Close one, or try again later.');
    const watch: Watch = this.#watches.get(key) ?? { organization, matcher: compileFilter(filter), queues: new Set(), events: [], leftOut: 0 };
    const queue = new BoundedQueue<TailBatch>(MAX_WAITING, () => {
      watch.queues.delete(queue);
      if (watch.queues.size === 0) this.#watches.delete(key);
      if (this.#watches.size === 0) void this.#stopFollowing();
    });
    watch.queues.add(queue);
    this.#watches.set(key, watch);
    this.#following ??= this.#follow();
    return queue;
  }

  async stop(): Promise<void> {
    for (const { queues } of this.#watches.values()) for (const queue of queues) await queue.return();
    await this.#stopFollowing();
  }

  /** Exposed for the reader only: hands a batch of events.enriched to the watchers. */
  async takeBatch({ records }: RawBatch): Promise<void> {
    const { codec, log } = this.#options;
    const absent = new Set<number>(); // asked for once: the registry may be away
    let unreadable = 0;
    let firstError: unknown;
    for (const { value } of records) {
      if (value === null || this.#watches.size === 0) continue;
      try {
        const missing = codec.missingWriter(value);
        if (missing !== undefined && !absent.has(missing)) {
          absent.add(missing);
          await codec.load(missing);
          absent.delete(missing);
        }
        this.#take(value);
      } catch (error) {
        unreadable += 1;
        firstError ??= error;
      }
    }
    if (unreadable > 0)
      log.error({ code: 'UNEXPECTED', err: firstError, records: unreadable }, 'Records of the live tail cannot be read; the others are shown.');
    if (this.#isQuiet) this.#flush();
  }

  #take(value: Buffer): void {
    const { event } = this.#options.codec.decode(schemas.enriched, value, OUTLINE);
    const outline: Outline = {
      time: event.time,
      dataset: event.dataset,
      sensor: event.sensor,
      severity: event.severity,
      hostName: event.host?.name ?? null,
      userName: event.user?.name ?? null,
      sourceIp: event.source?.ip ?? null,
      destinationIp: event.destination?.ip ?? null,
    };
    let row: EventRow | undefined;
    for (const watch of this.#watches.values()) {
      if (watch.organization !== event.organization || !watch.matcher.outline(outline)) continue;
      if (watch.events.length >= this.#perFlush || (row === undefined && this.#decodesLeft === 0)) {
        watch.leftOut += 1; // also when a search might have refused it: looking would cost what the bounds are to save
        continue;
      }
      if (row === undefined) {
        row = rowOf(this.#options.codec.decode<Enriched>(schemas.enriched, value));
        this.#decodesLeft -= 1;
      }
      if (watch.matcher.search === null || watch.matcher.search(row)) watch.events.push(row);
    }
  }

  #flush(): void {
    this.#decodesLeft = DECODES_PER_FLUSH;
    this.#isQuiet = true;
    for (const watch of this.#watches.values()) {
      if (watch.events.length === 0 && watch.leftOut === 0) continue;
      const batch: TailBatch = { events: watch.events, leftOut: watch.leftOut };
      watch.events = [];
      watch.leftOut = 0;
      this.#isQuiet = false;
      for (const queue of watch.queues) queue.push(batch);
    }
  }

  #follow() {
    const { broker, log } = this.#options;
    const follower = followTopic({ broker, log, topic: topics.enriched.name, start: 'latest', onBatch: (batch) => this.takeBatch(batch) });
    return { follower, timer: (this.#options.every ?? every)(FLUSH_MS, () => this.#flush()) };
  }

  async #stopFollowing(): Promise<void> {
    const following = this.#following;
    this.#following = undefined;
    following?.timer.stop();
    await following?.follower.stop();
  }
}
