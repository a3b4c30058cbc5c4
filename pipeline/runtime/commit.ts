// The commit loop: spaced, one in flight, one transaction for outputs, changelogs, dead letters, ledger and positions.
import { FatalError, FencedError, PipelineError, RecordError, RetryableError } from '../core/errors.ts';
import type { Logger } from 'pino';
import type { InputLike, Work } from './outbox.ts';
import type { Appended, GroupMetadata, Offsets, OutRecord, TopicPartition, TxnProducer } from './port.ts';
import { backoffMs, sleep } from '../core/wall-clock.ts';
import type { WallClock } from '../core/wall-clock.ts';

/** What goes out behind the records, once it is known where they lie. */
export interface Settlement {
  readonly ledger: readonly OutRecord[];
  readonly offsets: Offsets;
  readonly metadata: ReadonlyMap<string, string>;
}
export type CommitOutcome = 'committed' | 'aborted' | 'fenced';

/** The stage instance as the commit loop sees it. */
export interface CommitHost<I extends InputLike> {
  /** The work since the last commit, complete, with what its tasks want to send beside the outputs; undefined when there is none. */
  readonly take: () => Work<I> | undefined;
  readonly settle: (work: Work<I>, appended: readonly Appended[]) => Settlement;
  /** It is visible. */
  readonly committed: (work: Work<I>) => void;
  /** Nothing of it, nor of what was done since, is: back to what has committed. */
  readonly discard: () => void;
  /** The broker takes none of it because of one record. @returns Whether to do the work again, in transactions that will tell which. */
  readonly refused: (work: Work<I>, error: RecordError) => boolean;
  /** Another member owns the partitions: drop everything and join again. */
  readonly lost: () => void;
  /** What is committed now, beside the offsets. */
  readonly metadata: (group: GroupMetadata, partitions: readonly string[]) => Promise<ReadonlyMap<string, string>>;
  /** Where outputs may go, for the cleansing transaction. */
  readonly outputs: () => readonly TopicPartition[];
  /** Nothing is in flight any more: `wanted` is to be called if there is work. */
  readonly ended: () => void;
  readonly fail: (error: Error) => void;
  readonly measured: (outcome: CommitOutcome, ms: number, records: number) => void;
}
export interface CommitterOptions<I extends InputLike> {
  readonly host: CommitHost<I>;
  readonly producer: () => TxnProducer;
  readonly groupId: string;
  readonly everyMs: number;
  readonly retryBudgetMs: number;
  readonly transactionTimeoutMs: number;
  readonly clock: WallClock;
  readonly log: Logger;
}
const FENCES_PER_MINUTE = 3;

export class Committer<I extends InputLike> {
  readonly #options: CommitterOptions<I>;
  #producer: TxnProducer | null = null;
  #inFlight: Promise<void> | null = null;
  #lastBeganMs = -Infinity;
  #cancel: (() => void) | null = null;
  #dueMs = 0;
  #failures = 0;
  #failingSinceMs = 0;
  #fencedMs: number[] = [];
  readonly #closing = new AbortController();

  constructor(options: CommitterOptions<I>) {
    this.#options = options;
  }

  get isBusy(): boolean {
    return this.#inFlight !== null;
  }

  /** Initialises the producer: fences a predecessor. Retries while the broker is away. */
  async open(): Promise<void> {
    await this.#usable();
  }

  /** There is work. `isFull`: do not wait for the spacing. */
  wanted(isFull: boolean): void {
    if (this.#inFlight !== null || this.#closing.signal.aborted) return; // looked at again when it ends
    const { clock, everyMs } = this.#options;
    const nowMs = clock.nowMs();
    const waitMs = isFull ? 0 : Math.max(0, this.#lastBeganMs + everyMs - nowMs);
    if (this.#cancel !== null) {
      if (this.#dueMs <= nowMs + waitMs) return; // moved each time it is asked for, it would never come
      this.#cancel();
    }
    this.#dueMs = nowMs + waitMs;
    this.#cancel = clock.after(waitMs, () => {
      this.#cancel = null;
      this.#begin();
    });
  }

  /** Resolves when nothing is in flight. */
  async idle(): Promise<void> {
    while (this.#inFlight !== null) await this.#inFlight;
  }

  /** Commits all there is. Work of an abort is not done again here: it is read again by whoever owns the partition then. */
  async drain(): Promise<void> {
    await this.idle();
    this.#cancel?.();
    this.#cancel = null;
    this.#begin();
    await this.idle();
  }

  async close(): Promise<void> {
    this.#cancel?.();
    this.#closing.abort();
    await this.#producer?.close();
  }

  #begin(): void {
    if (this.#inFlight !== null) return;
    const work = this.#options.host.take();
    if (work === undefined) return;
    this.#lastBeganMs = this.#options.clock.nowMs();
    this.#inFlight = this.#run(work)
      .catch((error: unknown) => this.#options.host.fail(error as Error))
      .finally(() => {
        this.#inFlight = null;
        this.#options.host.ended();
      });
  }

  async #run(work: Work<I>): Promise<void> {
    const { host, clock } = this.#options;
    const beganMs = clock.nowMs();
    try {
      const producer = await this.#usable();
      await producer.transact(async (txn) => {
        const appended = work.records.length > 0 ? await txn.send(work.records) : [];
        const { ledger, offsets, metadata } = host.settle(work, appended);
        if (ledger.length > 0) await txn.send(ledger);
        await txn.offsets(offsets, work.group, metadata);
      });
    } catch (error) {
      await this.#failed(work, error, beganMs);
      return;
    }
    this.#succeeded(work, beganMs);
  }

  #succeeded(work: Work<I>, beganMs: number): void {
    this.#failures = 0;
    this.#options.host.measured('committed', this.#options.clock.nowMs() - beganMs, work.count);
    this.#options.host.committed(work);
  }

  async #failed(work: Work<I>, error: unknown, beganMs: number): Promise<void> {
    const { host, log, clock } = this.#options;
    const isProducerFenced = error instanceof FencedError && error.code === 'PRODUCER_FENCED';
    if (error instanceof FencedError && !isProducerFenced) {
      host.measured('fenced', clock.nowMs() - beganMs, work.count);
      log.warn({ err: error, code: error.code }, 'The group moved on without this member; its uncommitted work is dropped.');
      host.lost();
      return;
    }
    if (error instanceof RecordError && host.refused(work, error)) {
      host.measured('aborted', clock.nowMs() - beganMs, work.count);
      log.warn({ err: error, code: error.code, records: work.count }, 'The broker refuses a record of a transaction; its records are read again to find it.');
      await this.#usable();
      host.discard();
      return;
    }
    if (!(error instanceof RetryableError) && !isProducerFenced) {
      host.discard();
      if (error instanceof FatalError || !(error instanceof PipelineError)) throw error;
      throw new FatalError('BROKER_REFUSED', error.message, error.details, { cause: error });
    }
    // A transaction that timed out looks the same.
    if (isProducerFenced && clock.nowMs() - beganMs < this.#options.transactionTimeoutMs) this.#noteFence(error);
    this.#noteFailure(error);
    // A fenced producer's transaction may have been decided either way; so may one whose commit got no answer.
    if (isProducerFenced || (error instanceof RetryableError && error.details['outcome'] === 'unknown')) {
      await this.#discardProducer();
      if (await this.#wasCommitted(work)) {
        this.#succeeded(work, beganMs);
        return;
      }
    }
    host.measured('aborted', clock.nowMs() - beganMs, work.count);
    log.warn({ err: error, code: error.code, records: work.count }, 'A transaction was aborted; its records are read again.');
    await sleep(clock, this.#failures > 1 ? backoffMs(this.#failures - 1) : 0, this.#closing.signal);
    await this.#usable();
    host.discard();
  }

  /** Compares what is committed now with what this work wanted. The new producer's init has decided the old transaction. */
  async #wasCommitted(work: Work<I>): Promise<boolean> {
    await this.#usable();
    const wanted = work.metadata;
    if (wanted === undefined) return false; // it never got as far as its offsets
    const found = await this.#retried(() => this.#options.host.metadata(work.group, [...wanted.keys()]));
    return [...wanted].every(([key, metadata]) => found.get(key) === metadata);
  }

  async #usable(): Promise<TxnProducer> {
    if (this.#producer?.isUsable()) return this.#producer;
    await this.#discardProducer();
    const { producer, groupId, host } = this.#options;
    return this.#retried(async () => {
      const made = producer();
      try {
        await made.init({ outputs: host.outputs(), groupId });
      } catch (error) {
        await made.close().catch(() => undefined);
        throw error;
      }
      return (this.#producer = made);
    });
  }

  async #discardProducer(): Promise<void> {
    const old = this.#producer;
    this.#producer = null;
    await old?.close().catch(() => undefined);
  }

  /** In place, until the budget of retries is used up. */
  async #retried<T>(attempt: () => Promise<T>): Promise<T> {
    for (let n = 0; ; n++) {
      try {
        return await attempt();
      } catch (error) {
        const isFenced = error instanceof FencedError && error.code === 'PRODUCER_FENCED';
        if ((!(error instanceof RetryableError) && !isFenced) || this.#closing.signal.aborted) throw error;
        if (isFenced) this.#noteFence(error);
        this.#noteFailure(error);
        await sleep(this.#options.clock, backoffMs(n), this.#closing.signal);
      }
    }
  }

  /** @throws FatalError when the budget is used up */
  #noteFailure(error: unknown): void {
    const nowMs = this.#options.clock.nowMs();
    if (this.#failures++ === 0) this.#failingSinceMs = nowMs;
    if (nowMs - this.#failingSinceMs <= this.#options.retryBudgetMs) return;
    throw new FatalError(
      'BROKER_UNAVAILABLE',
      `The broker has refused every commit for ${Math.round((nowMs - this.#failingSinceMs) / 1000)} s`,
      {},
      { cause: error },
    );
  }

  /** @throws FatalError when it happens again and again: two processes have one id */
  #noteFence(error: FencedError): void {
    const nowMs = this.#options.clock.nowMs();
    this.#fencedMs = [...this.#fencedMs.filter((at) => at > nowMs - 60_000), nowMs];
    if (this.#fencedMs.length < FENCES_PER_MINUTE) return;
    throw new FatalError('PRODUCER_FENCED', 'Another process uses the same transactional id. Give each instance an id of its own.', error.details, {
      cause: error,
    });
  }
}
