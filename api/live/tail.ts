// The live tail: one reader of events.enriched for all who watch, and only while somebody does. Each watcher has a filter and a bound:
// what is above the bound is counted, so a flood reaches a screen as numbers.
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
/** Events of one flush that are decoded whole, for all watchers together: a rare word must not cost a core. */
const DECODES_PER_FLUSH = 500;
/** Batches that may wait for one watcher: five seconds. */
const MAX_WAITING = 50;

interface Watcher {
  readonly organization: string;
  readonly matcher: Matcher;
  readonly queue: BoundedQueue<TailBatch>;
  events: EventRow[];
  leftOut: number;
}

export interface EventTailOptions {
  readonly broker: Broker;
  readonly codec: Codec;
  readonly log: Logger;
  readonly eventsPerSecond: number;
  readonly maxWatchers: number;
  readonly every?: Every;
}

export class EventTail {
  readonly #options: EventTailOptions;
  readonly #watchers = new Set<Watcher>();
  readonly #perFlush: number;
  #decodesLeft = DECODES_PER_FLUSH;
  #following: { readonly follower: Follower; readonly timer: { readonly stop: () => void } } | undefined;

  constructor(options: EventTailOptions) {
    this.#options = options;
    this.#perFlush = Math.max(1, Math.round((options.eventsPerSecond * FLUSH_MS) / 1_000));
  }

  /** From now on. Ends with SLOW_CONSUMER when five seconds of batches wait. @throws ApiProblem RATE_LIMITED above the number of watchers. */
  watch(organization: string, filter: EventFilter): BoundedQueue<TailBatch> {
    if (this.#watchers.size >= this.#options.maxWatchers) throw new ApiProblem('RATE_LIMITED', 'Too many live tails are open. Close one, or try again later.');
    const queue = new BoundedQueue<TailBatch>(MAX_WAITING, () => {
      this.#watchers.delete(watcher);
      if (this.#watchers.size === 0) void this.#stopFollowing();
    });
    const watcher: Watcher = { organization, matcher: compileFilter(filter), queue, events: [], leftOut: 0 };
    this.#watchers.add(watcher);
    this.#following ??= this.#follow();
    return queue;
  }

  async stop(): Promise<void> {
    for (const { queue } of this.#watchers) await queue.return();
    await this.#stopFollowing();
  }

  /** Exposed for the reader only: hands a batch of events.enriched to the watchers. */
  async takeBatch({ records }: RawBatch): Promise<void> {
    const { codec } = this.#options;
    for (const { value } of records) {
      if (value === null || this.#watchers.size === 0) continue;
      const missing = codec.missingWriter(value);
      if (missing !== undefined) await codec.load(missing);
      this.#take(value);
    }
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
    for (const watcher of this.#watchers) {
      if (watcher.organization !== event.organization || !watcher.matcher.outline(outline)) continue;
      if (watcher.events.length >= this.#perFlush || (row === undefined && this.#decodesLeft === 0)) {
        watcher.leftOut += 1; // also when a search might have refused it: looking would cost what the bounds are to save
        continue;
      }
      if (row === undefined) {
        row = rowOf(this.#options.codec.decode<Enriched>(schemas.enriched, value));
        this.#decodesLeft -= 1;
      }
      if (watcher.matcher.search === null || watcher.matcher.search(row)) watcher.events.push(row);
    }
  }

  #flush(): void {
    this.#decodesLeft = DECODES_PER_FLUSH;
    for (const watcher of this.#watchers) {
      if (watcher.events.length === 0 && watcher.leftOut === 0) continue;
      const { events, leftOut } = watcher;
      watcher.events = [];
      watcher.leftOut = 0;
      watcher.queue.push({ events, leftOut });
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
