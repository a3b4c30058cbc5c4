import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { FatalError } from '../../core/errors.ts';
import type { PipelineError } from '../../core/errors.ts';
import { tpKey } from '../port.ts';
import type { RawBatch, TopicPartition } from '../port.ts';
import type { Connections } from './connections.ts';
import { BrokerError, isMoved, toPipelineError } from './errors.ts';
import { fetch, slices } from './fetch.ts';
import type { FetchedPartition } from './fetch.ts';

export interface FetcherOptions {
  readonly isolation: 'committed' | 'uncommitted';
  readonly maxBytesPerPartition: number;
  readonly maxWaitMs: number;
  /** Records in one batch at most, so that other work gets its turn of the event loop. */
  readonly sliceRecords: number;
  /** Told of trouble that passes: retried until the fetcher stops. */
  readonly onTrouble: (error: unknown) => void;
}
/** A partition that is read. */
export interface Slot {
  readonly tp: TopicPartition;
  readonly deliver: (batch: RawBatch, slot: Slot) => Promise<void>;
  /** Takes what fails for this partition alone; without it, all of the fetcher fails. */
  readonly onError: ((error: PipelineError) => void) | undefined;
  /** Where the next batch begins; null until it is known. */
  position: number | null;
  isPaused: boolean;
  /** Counts seeks, so that a delivery knows that it was overtaken. */
  seeks: number;
  /** Fetched and not yet delivered. */
  ahead: Iterator<RawBatch, void, undefined> | null;
  isDelivering: boolean;
  /** How often in a row its leader was not to be found. */
  misses: number;
}

const MAX_FETCH_BYTES = 10 * 1024 * 1024;
const OFFSET_OUT_OF_RANGE = 1;
const FIRST_BACKOFF_MS = 50;
const MAX_BACKOFF_MS = 1_000;
const MAX_MISSES = 20; // some seconds, with a look at the cluster between them

/**
 * Reads partitions: one fetch at a time from each node, then delivery partition by partition. A node is asked again when all that came
 * from it is delivered or paused.
 */
export class Fetcher {
  readonly #connections: Connections;
  readonly #options: FetcherOptions;
  readonly #slots = new Set<Slot>();
  readonly #fetching = new Set<number>(); // node ids
  readonly #backoff = new Map<number, number>(); // milliseconds, by node id
  #wake = Promise.withResolvers<void>();
  #isStopped = false;
  #failure: unknown;
  readonly #delivering = new Set<Promise<void>>();
  #isLocating = false;

  constructor(connections: Connections, options: FetcherOptions) {
    this.#connections = connections;
    this.#options = options;
  }

  add(tp: TopicPartition, position: number | null, deliver: Slot['deliver'], onError?: Slot['onError']): Slot {
    const slot: Slot = { tp, deliver, onError, position, isPaused: false, seeks: 0, ahead: null, isDelivering: false, misses: 0 };
    this.#slots.add(slot);
    this.#notify();
    return slot;
  }

  remove(slot: Slot): void {
    this.#slots.delete(slot);
    this.#notify();
  }

  setPaused(slot: Slot, isPaused: boolean): void {
    slot.isPaused = isPaused;
    this.#notify();
  }

  seek(slot: Slot, offset: number): void {
    slot.position = offset;
    slot.seeks++;
    slot.ahead = null;
    this.#notify();
  }

  /** Until `stop`, or until a delivery or the broker fails for good; deliveries have ended then. @throws that failure. */
  async run(): Promise<void> {
    while (!this.#isStopped && this.#failure === undefined) {
      for (const slot of this.#slots) if (slot.ahead && !slot.isPaused && !slot.isDelivering) this.#deliver(slot);
      await this.#fetchWhereIdle();
      if (this.#isStopped || this.#failure !== undefined) break;
      await this.#wake.promise;
      this.#wake = Promise.withResolvers();
    }
    this.#isStopped = true;
    await Promise.all(this.#delivering);
    if (this.#failure !== undefined) throw this.#failure;
  }

  stop(): void {
    this.#isStopped = true;
    this.#notify();
  }

  fail(error: unknown): void {
    this.#failure ??= error;
    this.#notify();
  }

  #notify(): void {
    this.#wake.resolve();
  }

  /** Hands over what is ahead until it is used up, paused or sought elsewhere. */
  #deliver(slot: Slot): void {
    slot.isDelivering = true;
    const delivery = (async () => {
      const { ahead } = slot;
      while (slot.ahead === ahead && !slot.isPaused && !this.#isStopped && this.#failure === undefined && this.#slots.has(slot)) {
        const { value: batch, done } = ahead!.next();
        if (done) {
          slot.ahead = null;
          break;
        }
        const { seeks } = slot;
        await slot.deliver(batch, slot);
        if (slot.seeks === seeks) slot.position = batch.nextOffset;
        await turn();
      }
    })().catch((error: unknown) => {
      this.fail(error);
    });
    this.#delivering.add(delivery);
    void delivery.finally(() => {
      slot.isDelivering = false;
      this.#delivering.delete(delivery);
      this.#notify();
    });
  }

  /** Starts a fetch from each node from which nothing is under way. */
  async #fetchWhereIdle(): Promise<void> {
    const byNode = new Map<number, Slot[]>();
    const busy = new Set<number>();
    const taken = new Set<string>(); // a partition goes into one request once, also when it is read twice
    for (const slot of this.#slots) {
      if (slot.isPaused || slot.position === null) continue;
      let node: number;
      try {
        node = await this.#connections.leader(slot.tp);
        slot.misses = 0;
      } catch (error) {
        const isLasting = slot.onError !== undefined && ++slot.misses > MAX_MISSES; // a group waits for its topics, a reader does not
        if (!isMoved(error) || isLasting) {
          this.#failSlot(slot, toPipelineError(error, `find the leader of ${tpKey(slot.tp)}`));
          continue;
        }
        this.#options.onTrouble(error);
        this.#relocate();
        continue;
      }
      if (this.#fetching.has(node) || busy.has(node)) continue;
      if (slot.isDelivering || slot.ahead) {
        busy.add(node);
        continue;
      }
      if (taken.has(tpKey(slot.tp))) continue;
      taken.add(tpKey(slot.tp));
      const slots = byNode.get(node) ?? [];
      slots.push(slot);
      byNode.set(node, slots);
    }
    for (const [node, slots] of byNode) if (!busy.has(node)) void this.#fetchFrom(node, slots);
  }

  async #fetchFrom(nodeId: number, slots: readonly Slot[]): Promise<void> {
    this.#fetching.add(nodeId);
    try {
      const asked = slots.map((slot) => ({ slot, seeks: slot.seeks, offset: slot.position! }));
      const node = await this.#connections.node(nodeId);
      const { isolation, maxBytesPerPartition, maxWaitMs } = this.#options;
      const fetched = await node.send(
        fetch({
          isolation,
          maxBytesPerPartition,
          maxWaitMs,
          maxBytes: MAX_FETCH_BYTES,
          positions: asked.map(({ slot: { tp }, offset }) => ({ ...tp, offset })),
        }),
      );
      this.#backoff.delete(nodeId);
      const answers = new Map(fetched.map((partition) => [tpKey(partition), partition]));
      let moved: unknown;
      for (const { slot, seeks, offset } of asked) {
        const answer = answers.get(tpKey(slot.tp));
        if (!answer || slot.seeks !== seeks || !this.#slots.has(slot)) continue;
        const error = this.#accept(slot, answer, offset);
        if (error !== undefined) moved = error;
      }
      if (moved !== undefined) throw moved;
    } catch (error) {
      if (!isMoved(error)) return this.fail(toPipelineError(error, 'fetch'));
      if (!this.#isStopped) {
        this.#options.onTrouble(error);
        const waitMs = this.#backoff.get(nodeId) ?? FIRST_BACKOFF_MS;
        this.#backoff.set(nodeId, Math.min(waitMs * 2, MAX_BACKOFF_MS));
        await sleep(waitMs);
        await this.#connections.refresh().catch(this.#options.onTrouble);
      }
    } finally {
      this.#fetching.delete(nodeId);
      this.#notify();
    }
  }

  /** Takes what came for one partition. @returns An error that passes. */
  #accept(slot: Slot, answer: FetchedPartition, offset: number): unknown {
    if (answer.errorCode === OFFSET_OUT_OF_RANGE) {
      this.#failSlot(slot, new FatalError('OFFSET_GONE', `Offset ${offset} of ${tpKey(slot.tp)} is not in the topic (any more)`, { ...slot.tp, offset }));
      return undefined;
    }
    if (answer.errorCode !== 0) {
      const error = new BrokerError(answer.errorCode);
      if (isMoved(error)) return error;
      this.#failSlot(slot, toPipelineError(error, `fetch from ${tpKey(slot.tp)}`));
      return undefined;
    }
    if (answer.bytes.length > 0) {
      slot.ahead = slices(answer, offset, this.#options.sliceRecords);
      this.#slots.delete(slot); // goes to the end: the first partition of a fetch gets its batch however large it is
      this.#slots.add(slot);
    }
    return undefined;
  }

  #failSlot(slot: Slot, error: PipelineError): void {
    if (!slot.onError) return this.fail(error);
    this.#slots.delete(slot);
    slot.onError(error);
  }

  /** Looks for leaders again, soon, once. */
  #relocate(): void {
    if (this.#isLocating) return;
    this.#isLocating = true;
    void (async () => {
      await sleep(MAX_BACKOFF_MS / 4);
      await this.#connections.refresh().catch(this.#options.onTrouble);
      this.#isLocating = false;
      this.#notify();
    })();
  }
}
