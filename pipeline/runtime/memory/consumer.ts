import { setImmediate as turn } from 'node:timers/promises';
import { FatalError, FencedError } from '../../core/errors.ts';
import { stickyByNumber } from '../assign.ts';
import { tpKey } from '../port.ts';
import type { Claim, ConsumeHandlers, ConsumeOptions, ConsumerOptions, GroupConsumer, GroupMetadata, Offsets, RawBatch, TopicPartition } from '../port.ts';
import type { Client } from './client.ts';
import { offsetsOf, withMetadata } from './group.ts';
import type { Group } from './group.ts';

const REBALANCING = 27;
interface Owned {
  readonly tp: TopicPartition;
  position: number | null;
  isPaused: boolean;
  seeks: number;
}

/** A member of a group. One loop: join, fetch, hand over, until stopped, failed or crashed. */
export class MemoryConsumer implements GroupConsumer {
  readonly failed: Promise<Error>;
  readonly #client: Client;
  readonly #group: Group;
  readonly #options: Required<ConsumerOptions>;
  readonly #fail: (error: Error) => void;
  #consume!: ConsumeOptions;
  #handlers!: ConsumeHandlers;
  #memberId: string | null = null;
  #metadata: GroupMetadata | null = null; // null: not joined
  #owned = new Map<string, Owned>();
  /** What was owned until the last rebalance, unless it was lost. */
  #claim: Claim | null = null;
  /** Topics of the last join. */
  #subscribed: readonly string[] = [];
  #isBusy = false; // in a handler: no heartbeats but those asked for
  #isStopping = false;
  #isToRejoin = false;
  #loop: Promise<void> = Promise.resolve();
  #joined = Promise.withResolvers<void>();

  constructor(client: Client, options: Required<ConsumerOptions>) {
    this.#client = client;
    this.#options = options;
    this.#group = client.cluster.group(options.groupId);
    const { promise, resolve } = Promise.withResolvers<Error>();
    this.failed = promise;
    this.#fail = resolve;
  }

  async run(options: ConsumeOptions, handlers: ConsumeHandlers): Promise<void> {
    this.#consume = options;
    this.#handlers = handlers;
    this.#loop = this.#run();
    await this.#joined.promise;
  }

  async resubscribe(topics: readonly string[]): Promise<void> {
    this.#consume = { ...this.#consume, topics };
    this.#joined = Promise.withResolvers();
    this.#client.cluster.changed.notify();
    await Promise.race([this.#joined.promise, this.#loop]); // it may have ended, or end before
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    if (this.#memberId && !this.#metadata) this.#leave(); // it may wait for others to join
    this.#client.cluster.changed.notify();
    await this.#loop;
  }

  commit(offsets: Offsets, group: GroupMetadata): Promise<void> {
    return this.#client.request('offsets', () => {
      this.#group.checkMember(group);
      this.#group.commit(withMetadata(offsets));
    });
  }

  async committed(partitions: readonly TopicPartition[]): Promise<Offsets> {
    return offsetsOf(await this.#client.committed(this.#group.id, partitions));
  }

  pause(partitions: readonly TopicPartition[]): void {
    this.#setPaused(partitions, true);
  }
  resume(partitions: readonly TopicPartition[]): void {
    this.#setPaused(partitions, false);
  }

  seek(partition: TopicPartition, offset: number): void {
    const owned = this.#owned.get(tpKey(partition));
    if (!owned) return;
    owned.position = offset;
    owned.seeks++;
    this.#client.cluster.changed.notify();
  }

  rejoin(): void {
    this.#isToRejoin = true;
    this.#client.cluster.changed.notify();
  }

  #setPaused(partitions: readonly TopicPartition[], isPaused: boolean): void {
    for (const tp of partitions) {
      const owned = this.#owned.get(tpKey(tp));
      if (owned) owned.isPaused = isPaused;
    }
    this.#client.cluster.changed.notify();
  }

  async #run(): Promise<void> {
    try {
      while (!this.#isStopping && !this.#client.isCrashed) {
        await this.#takeStanding();
        const batches = this.#fetch();
        if (batches.length > 0) await this.#deliver(batches);
        else if (!this.#isStopping && !this.#mustRejoin()) await this.#client.cluster.changed.wait();
        await turn(); // others get theirs
      }
      if (this.#client.isCrashed) return;
      if (this.#metadata) await this.#revoke();
      this.#leave();
      this.#joined.resolve();
    } catch (error) {
      if (this.#client.isCrashed) return;
      this.#handlers.lost(this.#partitions());
      this.#leave();
      this.#joined.reject(error);
      this.#fail(error as Error);
    }
  }

  /** Joins where needed: at first, when the group rebalances, when it has expelled this member, when fenced. */
  async #takeStanding(): Promise<void> {
    if (this.#isToRejoin) this.#drop();
    this.#isToRejoin = false;
    if (this.#metadata) {
      const standing = this.#beat();
      if (standing === 'member' && this.#subscribed === this.#consume.topics) return;
      if (standing === 'expelled') this.#drop();
      else await this.#revoke();
      if (this.#isStopping) return;
    }
    try {
      this.#memberId ??= `member-${this.#client.cluster.nextId()}`;
      const { topics } = this.#consume;
      const claim = this.#claim;
      const { group, owned } = await this.#group.join(
        {
          id: this.#memberId,
          topics,
          claim,
          assignor: this.#consume.assignor ?? stickyByNumber,
          sessionTimeoutMs: this.#options.sessionTimeoutMs,
          rebalanceTimeoutMs: this.#options.rebalanceTimeoutMs,
          isBeating: () => !this.#isBusy && !this.#client.isCrashed,
        },
        this.#client.cluster.clock.nowMs(),
      );
      this.#claim = null;
      this.#subscribed = topics;
      this.#metadata = group;
      this.#owned = new Map(owned.map((tp) => [tpKey(tp), { tp, position: null, isPaused: false, seeks: 0 }]));
      const starts = await this.#during(() => this.#handlers.assigned(owned, group));
      for (const [key, offset] of starts ?? []) {
        const partition = this.#owned.get(key);
        if (partition) partition.position = offset;
      }
      if (topics === this.#consume.topics) this.#joined.resolve();
    } catch (error) {
      this.#rejoinIfFenced(error);
    }
  }

  async #revoke(): Promise<void> {
    try {
      await this.#during(() => this.#handlers.revoked(this.#partitions()));
      this.#claim = { generationId: this.#metadata!.generationId, numbers: [...new Set(this.#partitions().map(({ partition }) => partition))] };
    } catch (error) {
      if (!(error instanceof FencedError)) throw error;
      this.#handlers.lost(this.#partitions());
    }
    this.#owned.clear();
    this.#metadata = null;
  }

  /** Partitions with something to read, each up to the size of one batch. */
  #fetch(): RawBatch[] {
    const batches: RawBatch[] = [];
    for (const owned of this.#owned.values()) {
      if (owned.isPaused) continue;
      owned.position ??= this.#startOf(owned.tp);
      if (owned.position === null) continue;
      const batch = this.#client.cluster.log(owned.tp).read(owned.position, this.#consume.isolation, this.#client.maxBatchRecords);
      if (batch.nextOffset > owned.position) batches.push(batch);
    }
    return batches;
  }

  /** The committed offset, or where a group without one begins. `null` while an open transaction may still move it. */
  #startOf(tp: TopicPartition): number | null {
    const key = tpKey(tp);
    if (this.#group.isUnstable([key]) && !this.#client.withoutStableReads) return null;
    const committed = this.#group.offsets.get(key)?.offset;
    if (committed !== undefined) return committed;
    if (this.#consume.start === 'fail') throw new FatalError('OFFSET_GONE', `Group ${this.#group.id} has no committed offset for ${key}`, { ...tp });
    const log = this.#client.cluster.log(tp);
    return this.#consume.start === 'earliest' ? log.start : log.end;
  }

  async #deliver(batches: readonly RawBatch[]): Promise<void> {
    const results = await this.#during(() => Promise.allSettled(batches.map((batch) => this.#handOver(batch))));
    for (const result of results) if (result.status === 'rejected') this.#rejoinIfFenced(result.reason);
  }

  async #handOver(batch: RawBatch): Promise<void> {
    const owned = this.#owned.get(tpKey(batch.tp))!;
    const { seeks } = owned;
    const isStale = () => owned.seeks !== seeks || this.#isStopping || this.#mustRejoin() || this.#owned.get(tpKey(batch.tp)) !== owned;
    const beat = async () => {
      if (this.#client.isCrashed) return new Promise<void>(() => {});
      if (this.#beat() !== 'member') throw new FencedError('GENERATION_FENCED', `Group ${this.#group.id} rebalances`, { code: REBALANCING });
    };
    await this.#handlers.batch(batch, { beat, isStale });
    if (owned.seeks === seeks) owned.position = batch.nextOffset;
  }

  #rejoinIfFenced(error: unknown): void {
    if (!(error instanceof FencedError)) throw error;
    if (error.details['code'] === REBALANCING) return; // the next turn of the loop revokes or drops
    this.#drop();
  }

  #drop(): void {
    if (this.#owned.size > 0 && !this.#client.isCrashed) this.#handlers.lost(this.#partitions());
    this.#leave();
  }

  #leave(): void {
    const memberId = this.#memberId;
    this.#owned.clear();
    this.#memberId = this.#metadata = this.#claim = null;
    if (memberId && !this.#client.isCrashed) this.#group.leave(memberId, this.#client.cluster.clock.nowMs());
  }

  #beat() {
    return this.#group.beat(this.#metadata!.memberId, this.#client.cluster.clock.nowMs());
  }

  #mustRejoin(): boolean {
    return this.#isToRejoin || this.#subscribed !== this.#consume.topics || !this.#metadata || !this.#group.isSettledFor(this.#metadata.memberId);
  }

  #partitions(): TopicPartition[] {
    return [...this.#owned.values()].map(({ tp }) => tp);
  }

  async #during<T>(work: () => Promise<T>): Promise<T> {
    this.#isBusy = true;
    try {
      return await work();
    } finally {
      this.#isBusy = false;
    }
  }
}
