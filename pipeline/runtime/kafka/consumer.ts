import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { FatalError, FencedError } from '../../core/errors.ts';
import { stickyByNumber } from '../assign.ts';
import { tpKey } from '../port.ts';
import type { Claim, ConsumeHandlers, ConsumeOptions, ConsumerOptions, GroupConsumer, GroupMetadata, Offsets, RawBatch, TopicPartition } from '../port.ts';
import type { Connections } from './connections.ts';
import { isCoordinatorMoved, toPipelineError } from './errors.ts';
import { Fetcher } from './fetcher.ts';
import type { Slot } from './fetcher.ts';
import { isRebalancing, Membership, rebalancing } from './membership.ts';
import type { Joined, Trouble } from './membership.ts';
import { committedOffsets, listOffsets, lookUpCommitted } from './offsets.ts';
import { offsetTopics } from './offset-topics.ts';
import { retry } from './retry.ts';

const UNSTABLE_WAIT_MS = 100;
const METADATA_MAX_AGE_MS = 30_000;
const FETCH_WAIT_MS = 500;
const SLICE_RECORDS = 1_000;
const DEFAULT_MAX_BYTES_PER_PARTITION = 256 * 1024;

export interface KafkaConsumerSettings {
  readonly log: Logger;
  readonly isStable: boolean;
  /** Told of trouble that passes. */
  readonly onTrouble: (error: unknown) => void;
}

/** What a member does in one generation. */
interface Session {
  readonly joined: Joined;
  readonly fetcher: Fetcher;
  readonly slots: ReadonlyMap<string, Slot>;
  trouble: Trouble | null;
}

export class KafkaConsumer implements GroupConsumer {
  readonly failed: Promise<Error>;
  readonly #connections: Connections;
  readonly #options: Required<ConsumerOptions>;
  readonly #settings: KafkaConsumerSettings;
  readonly #membership: Membership;
  readonly #fail: (error: Error) => void;
  #consume!: ConsumeOptions;
  #handlers!: ConsumeHandlers;
  #session: Session | null = null;
  /** What was owned until the last rebalance, unless it was lost. */
  #claim: Claim | null = null;
  #joined = Promise.withResolvers<void>();
  /** Since when handlers and hooks have been at work without a sign of life. */
  readonly #working = new Set<{ sinceMs: number }>();
  readonly #stopping = new AbortController();
  #loop: Promise<void> = Promise.resolve();

  constructor(connections: Connections, options: Required<ConsumerOptions>, settings: KafkaConsumerSettings) {
    this.#connections = connections;
    this.#options = options;
    this.#settings = settings;
    this.#membership = new Membership(connections, options, settings.onTrouble);
    const { promise, resolve } = Promise.withResolvers<Error>();
    this.failed = promise;
    this.#fail = resolve;
  }

  async run(options: ConsumeOptions, handlers: ConsumeHandlers): Promise<void> {
    this.#consume = options;
    this.#handlers = handlers;
    this.#loop = this.#run().catch((error: Error) => {
      this.#joined.reject(error);
      this.#fail(error);
    });
    await this.#joined.promise;
  }

  async resubscribe(topics: readonly string[]): Promise<void> {
    this.#consume = { ...this.#consume, topics };
    this.#joined = Promise.withResolvers();
    const session = this.#session;
    if (session !== null) {
      session.trouble ??= 'rebalancing';
      session.fetcher.stop();
    }
    await Promise.race([this.#joined.promise, this.#loop]); // it may have ended, or end before
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#session?.fetcher.stop();
    await this.#loop;
    this.#joined.resolve();
    this.#connections.close();
  }

  async commit(offsets: Offsets, group: GroupMetadata): Promise<void> {
    try {
      await retry(() => this.#membership.commit(group, offsetTopics(offsets)), {
        isRetriable: isCoordinatorMoved,
        deadlineMs: this.#options.sessionTimeoutMs,
        before: () => this.#connections.refresh(),
      });
    } catch (error) {
      throw toPipelineError(error, `commit offsets of group ${this.#options.groupId}`);
    }
  }

  async committed(partitions: readonly TopicPartition[]): Promise<Offsets> {
    const committed = await committedOffsets(this.#connections, this.#options.groupId, partitions, this.#settings.isStable);
    return new Map([...committed].map(([key, { offset }]) => [key, offset]));
  }

  pause(partitions: readonly TopicPartition[]): void {
    this.#each(partitions, (slot, fetcher) => {
      fetcher.setPaused(slot, true);
    });
  }
  resume(partitions: readonly TopicPartition[]): void {
    this.#each(partitions, (slot, fetcher) => {
      fetcher.setPaused(slot, false);
    });
  }
  seek(partition: TopicPartition, offset: number): void {
    this.#each([partition], (slot, fetcher) => {
      fetcher.seek(slot, offset);
    });
  }

  rejoin(): void {
    this.#session?.fetcher.fail(new FencedError('GENERATION_FENCED', `A member of group ${this.#options.groupId} gives up its partitions`));
  }

  #each(partitions: readonly TopicPartition[], act: (slot: Slot, fetcher: Fetcher) => void): void {
    for (const tp of partitions) {
      const slot = this.#session?.slots.get(tpKey(tp));
      if (slot) act(slot, this.#session!.fetcher);
    }
  }

  /** Generation after generation. @throws what ends the consumer. */
  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    try {
      while (!signal.aborted) {
        const { topics, assignor = stickyByNumber } = this.#consume;
        const joined = await this.#membership.join(topics, this.#claim, assignor, signal);
        if (!joined) break;
        this.#claim = null;
        await this.#generation(joined, topics);
      }
    } finally {
      await this.#membership.leave();
    }
  }

  /** Hooks, fetching and heartbeats of one generation, until the group moves on or the consumer stops. */
  async #generation(joined: Joined, topics: readonly string[]): Promise<void> {
    const over = new AbortController();
    const { owned, group } = joined;
    const { isolation, maxBytesPerPartition = DEFAULT_MAX_BYTES_PER_PARTITION } = this.#consume;
    const fetcher = new Fetcher(this.#connections, {
      isolation,
      maxBytesPerPartition,
      maxWaitMs: FETCH_WAIT_MS,
      sliceRecords: SLICE_RECORDS,
      onTrouble: this.#settings.onTrouble,
    });
    const slots = new Map(owned.map((tp) => [tpKey(tp), fetcher.add(tp, null, (batch, slot) => this.#handOver(batch, slot))]));
    const session: Session = { joined, fetcher, slots, trouble: null };
    this.#session = session;
    const beating = this.#beat(session, over.signal);
    let failure: unknown;
    try {
      const starts = await this.#during(() => this.#handlers.assigned(owned, group));
      for (const [key, offset] of starts ?? []) if (slots.has(key)) slots.get(key)!.position ??= offset;
      if (topics === this.#consume.topics) this.#joined.resolve();
      else session.trouble = 'rebalancing'; // subscribed anew meanwhile
      if (this.#stopping.signal.aborted || session.trouble !== null) fetcher.stop();
      void this.#locate(session, over.signal).catch((error: unknown) => {
        fetcher.fail(error);
      });
      void this.#watchPartitions(session, over.signal);
      await fetcher.run();
    } catch (error) {
      failure = error;
    }
    if (failure === undefined || isRebalancing(failure))
      await this.#release(session).catch((error: unknown) => {
        failure = error;
      });
    this.#session = null;
    over.abort();
    await beating;
    if (failure === undefined || isRebalancing(failure)) return;
    this.#handlers.lost(owned);
    if (!(failure instanceof FencedError)) throw failure;
    this.#settings.log.warn({ group: this.#options.groupId, code: failure.code, err: failure }, 'Fenced; joining the group again.');
    await this.#membership.leave(); // as another member, hence in a later generation: else the fence would hold
  }

  /** Says goodbye to the partitions, in the way that fits: with a last commit, or by dropping what nobody may commit any more. */
  async #release({ trouble, joined: { owned, group } }: Session): Promise<void> {
    // Work that took long may have outlasted the membership since the last beat.
    const isExpelled = trouble === 'expelled' || (trouble === 'rebalancing' && (await this.#membership.standing(group).catch(() => null)) === 'expelled');
    if (isExpelled) return this.#handlers.lost(owned);
    await this.#during(() => this.#handlers.revoked(owned));
    this.#claim = { generationId: group.generationId, numbers: [...new Set(owned.map(({ partition }) => partition))].sort((a, b) => a - b) };
  }

  async #beat(session: Session, signal: AbortSignal): Promise<void> {
    const onTrouble = (trouble: Trouble) => {
      session.trouble = trouble;
      session.fetcher.stop();
    };
    try {
      await this.#membership.beat(session.joined.group, () => this.#isAlive(), onTrouble, signal);
    } catch (error) {
      session.fetcher.fail(error);
    }
  }

  #isAlive(): boolean {
    const deadline = performance.now() - this.#options.sessionTimeoutMs;
    for (const { sinceMs } of this.#working) if (sinceMs < deadline) return false;
    return true;
  }

  async #handOver(batch: RawBatch, slot: Slot): Promise<void> {
    const session = this.#session!;
    const { seeks } = slot;
    const isStale = () => slot.seeks !== seeks || session.trouble !== null || this.#session !== session || this.#stopping.signal.aborted;
    await this.#during((work) =>
      this.#handlers.batch(batch, {
        isStale,
        beat: async () => {
          work.sinceMs = performance.now();
          if (session.trouble !== null || this.#session !== session) throw rebalancing(this.#options.groupId);
        },
      }),
    );
  }

  async #during<T>(act: (work: { sinceMs: number }) => Promise<T>): Promise<T> {
    const work = { sinceMs: performance.now() };
    this.#working.add(work);
    try {
      return await act(work);
    } finally {
      this.#working.delete(work);
    }
  }

  /** Finds where partitions begin that were not told by `assigned`. Those with an open transaction wait until it has ended. */
  async #locate({ fetcher, slots }: Session, signal: AbortSignal): Promise<void> {
    const { groupId } = this.#options;
    let missing = [...slots.values()].filter(({ position }) => position === null).map(({ tp }) => tp);
    while (missing.length > 0 && !signal.aborted) {
      const { committed, unstable } = await lookUpCommitted(this.#connections, groupId, missing, this.#settings.isStable);
      const waiting = new Set(unstable.map(tpKey));
      const fresh = missing.filter((tp) => !committed.has(tpKey(tp)) && !waiting.has(tpKey(tp)));
      const starts = fresh.length === 0 ? new Map<string, number>() : await this.#startsOf(fresh);
      if (signal.aborted) return;
      for (const tp of missing) {
        const slot = slots.get(tpKey(tp))!;
        const offset = committed.get(tpKey(tp))?.offset ?? starts.get(tpKey(tp));
        if (offset !== undefined && slot.position === null) fetcher.seek(slot, offset); // else the owner has sought already
      }
      missing = unstable as TopicPartition[];
      if (missing.length > 0) await sleep(UNSTABLE_WAIT_MS, undefined, { signal }).catch(() => {});
    }
  }

  async #startsOf(partitions: readonly TopicPartition[]): Promise<Offsets> {
    const { start } = this.#consume;
    if (start === 'fail') {
      const tp = partitions[0]!;
      throw new FatalError('OFFSET_GONE', `Group ${this.#options.groupId} has no committed offset for ${tpKey(tp)}`, { ...tp });
    }
    return listOffsets(this.#connections, partitions, start === 'earliest' ? -2 : -1, 'uncommitted');
  }

  /** The leader looks whether topics appeared or grew, and then has the group divide them anew. */
  async #watchPartitions(session: Session, signal: AbortSignal): Promise<void> {
    if (!session.joined.isLeader) return;
    const picture = () => this.#consume.topics.map((topic) => this.#connections.partitionCounts.get(topic) ?? 0).join();
    const before = picture();
    while (!signal.aborted) {
      await sleep(METADATA_MAX_AGE_MS, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      await this.#connections.refresh().catch(this.#settings.onTrouble);
      if (picture() === before) continue;
      session.trouble ??= 'rebalancing';
      session.fetcher.stop();
      return;
    }
  }
}
