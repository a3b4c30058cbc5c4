// Hands what waits to the sink, as many calls at once as it wants, and offers again what was not taken.
import { RetryableError } from '../../../pipeline/core/errors.ts';
import type { Outcome, Settled, Sink } from '../../_sink/index.ts';
import type { WallClock } from '../../../pipeline/core/wall-clock.ts';
import type { Counters } from './counters.ts';
import type { Entry } from './entry.ts';
import { openQueue } from './queue.ts';
import type { SendQueue } from './queue.ts';

export interface SenderOptions {
  readonly sink: Sink;
  readonly signal: AbortSignal;
  readonly clock: WallClock;
  readonly counters: Counters;
  /** Wait before the n-th try, n from 1. Milliseconds. */
  readonly backoffMs: (attempt: number) => number;
  readonly mayRun: () => boolean;
  /** Nothing more is read before something is settled. */
  readonly isPressed: () => boolean;
  /** The far side has said what became of it. */
  readonly settled: (entry: Entry, settlement: Settled) => void;
  /** After a call, or after what was said later. */
  readonly progressed: () => void;
  /** Anything but a RetryableError. */
  readonly failed: (error: unknown) => void;
}

export class Sender {
  readonly #options: SenderOptions;
  readonly #queue: SendQueue;
  readonly #calls = new Set<Promise<void>>();
  /** Nothing is sent before: the far side asked for it, or is away. */
  #gateMs = 0;
  #failures = 0;
  #cancelWake: (() => void) | null = null;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#queue = openQueue(options.sink.limits);
  }

  push(entry: Entry): void {
    this.#queue.push(entry);
  }
  /** Forgets what is abandoned. */
  forget(): void {
    this.#queue.forget(({ isAbandoned }) => isAbandoned);
  }
  /** The far side asked for it. */
  notBefore(ms: number): void {
    this.#gateMs = Math.max(this.#gateMs, ms);
  }

  /** Begins as many calls as may be open. */
  pump(): void {
    const { sink, clock, mayRun } = this.#options;
    while (mayRun() && this.#calls.size < sink.limits.maxInFlight) {
      const nowMs = clock.nowMs();
      if (nowMs < this.#gateMs) return this.#wakeAt(this.#gateMs);
      const { batch, wakeMs } = this.#queue.take(nowMs, this.#options.isPressed());
      if (batch === null) return this.#wakeAt(wakeMs);
      const call: Promise<void> = this.#send(batch, nowMs).finally(() => {
        this.#calls.delete(call);
        this.#options.progressed();
        this.pump();
      });
      this.#calls.add(call);
    }
  }

  /** Waits for open calls, not longer than `ms`. */
  async settleDown(ms: number): Promise<void> {
    if (this.#calls.size === 0) return;
    const timeout = Promise.withResolvers<void>();
    const cancel = this.#options.clock.after(ms, timeout.resolve);
    await Promise.race([Promise.allSettled(this.#calls), timeout.promise]);
    cancel();
  }

  /** Once nothing may run and the signal has ended: closes the sink behind the last call. */
  async close(): Promise<void> {
    this.#cancelWake?.();
    await Promise.allSettled(this.#calls);
    await this.#options.sink.close();
  }

  #wakeAt(ms: number): void {
    this.#cancelWake?.();
    this.#cancelWake = null;
    if (ms === Infinity) return;
    this.#cancelWake = this.#options.clock.after(Math.max(1, ms - this.#options.clock.nowMs()), () => {
      this.#cancelWake = null;
      this.pump();
    });
  }

  async #send(batch: readonly Entry[], beganMs: number): Promise<void> {
    const { sink, signal, failed } = this.#options;
    let outcomes: readonly Outcome[];
    try {
      outcomes = await sink.send(
        batch.map(({ record }) => record),
        signal,
      );
      if (outcomes.length !== batch.length) throw new Error(`A sink answered with ${outcomes.length} outcomes for ${batch.length} records.`);
      if (outcomes.some(({ kind }) => kind !== 'retry')) this.#failures = 0;
    } catch (error) {
      if (!(error instanceof RetryableError)) {
        this.#queue.release(batch);
        return failed(error);
      }
      const { isAmbiguous = false, afterMs } = error.details as { readonly isAmbiguous?: boolean; readonly afterMs?: number };
      this.#isAway(beganMs, afterMs);
      const outcome: Outcome = { kind: 'retry', message: error.message, isAmbiguous, ...(afterMs !== undefined && { afterMs }) };
      outcomes = batch.map(() => outcome);
    }
    this.#apply(batch, outcomes);
  }

  /** All of a call failed: nothing is sent until a growing time has passed. Calls that were open together count once. */
  #isAway(beganMs: number, afterMs: number | undefined): void {
    if (beganMs >= this.#gateMs) this.#failures++;
    this.notBefore(this.#options.clock.nowMs() + (afterMs ?? this.#options.backoffMs(this.#failures)));
  }

  #apply(batch: readonly Entry[], outcomes: readonly Outcome[]): void {
    const again: Entry[] = [];
    for (let at = 0; at < batch.length; at++) {
      const entry = batch[at]!;
      const outcome = outcomes[at]!;
      if (entry.isAbandoned) continue;
      if (outcome.kind === 'accepted') this.#await(entry, outcome.acknowledged);
      else if (outcome.kind === 'retry') again.push(this.#put(entry, outcome));
      else this.#options.settled(entry, outcome);
    }
    this.#queue.release(batch);
    this.#queue.again(again);
  }

  #await(entry: Entry, acknowledged: Extract<Outcome, { kind: 'accepted' }>['acknowledged']): void {
    acknowledged.then((outcome) => {
      if (entry.isAbandoned) return;
      if (outcome.kind === 'retry') this.#queue.again([this.#put(entry, outcome)]);
      else {
        this.#options.settled(entry, outcome);
        this.#queue.release([entry]);
      }
      this.#options.progressed();
      this.pump();
    }, this.#options.failed);
  }

  /** Puts off. It stays while its neighbours go, so it keeps bytes of its own. */
  #put(entry: Entry, { message, isAmbiguous, afterMs }: Extract<Outcome, { kind: 'retry' }>): Entry {
    if (entry.attempts++ === 0) entry.detach();
    entry.dueMs = this.#options.clock.nowMs() + (afterMs ?? this.#options.backoffMs(entry.attempts));
    this.#options.counters.retried(message, isAmbiguous);
    return entry;
  }
}
