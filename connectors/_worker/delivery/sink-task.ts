// One task of a sink connector: reads its partitions, hands records to the sink, and commits what is settled.
import type { Logger } from 'pino';
import { ConfigError, FencedError, PipelineError, RecordError, RetryableError } from '../../../pipeline/core/errors.ts';
import type { LedgerEntry } from '../../../schemas/avro/types.gen.ts';
import type { Admin, Broker, GroupConsumer, GroupMetadata, Headers, Offsets, RawBatch, RawRecord, TopicPartition } from '../../../pipeline/runtime/port.ts';
import { tpKey } from '../../../pipeline/runtime/port.ts';
import { rejected } from '../../_sink/index.ts';
import type { Outcome, Sink } from '../../_sink/index.ts';
import type { RunningTask, TaskProgress } from '../task.ts';
import { COMMITTED, Committer, groupOf } from './committer.ts';
import { Counters } from './counters.ts';
import { Entry } from './entry.ts';
import type { Original, Refusal, Settlement } from './entry.ts';
import { openQueue } from './queue.ts';
import type { SendQueue } from './queue.ts';
import { sinkRecordOf } from './record.ts';
import type { Transform } from './record.ts';
import { Window } from './window.ts';
import type { Stretch } from './window.ts';

/** Wall clock; tests move their own. */
export interface Clock {
  readonly nowMs: () => number;
  /** @returns Cancels it. */
  readonly after: (ms: number, run: () => void) => () => void;
}
export interface SinkTaskOptions {
  readonly connector: string;
  readonly task: number;
  /** `connector.class`, for dead letters. */
  readonly className: string;
  /** What it reads; asked again every half minute. */
  readonly topics: () => Promise<readonly string[]>;
  readonly broker: Broker;
  readonly openSink: (given: { readonly signal: AbortSignal; readonly slowDown: (ms: number) => void }) => Promise<Sink>;
  readonly transform: Transform;
  /** `none`: the first record that is refused fails the task. */
  readonly tolerance: 'none' | 'all';
  readonly deadLetters: { readonly topic: string; readonly hasHeaders: boolean };
  readonly encodeEntry: (entry: LedgerEntry) => Buffer;
  /** Of everything that is read and not settled, and of refused records whose dead letter is not written. */
  readonly maxOwedBytes: number;
  readonly commitEveryMs: number;
  /** Longest that a rebalance or a stop waits for what is under way. */
  readonly drainMs: number;
  readonly retry: { readonly initialMs: number; readonly maxMs: number };
  readonly isPaused: boolean;
  readonly clock: Clock;
  /** 0 to 1: spreads retries. */
  readonly random: () => number;
  readonly log: Logger;
}

/** Records of a partition between its oldest owed one and the last read: behind one that nobody takes, a partition is not read without end. */
const MAX_WINDOW = 100_000;
/** Records a turn of the event loop. */
const TURN = 1_000;
/** Settled records after which a commit does not wait for its time. */
const COMMIT_RECORDS = 50_000;
const TOPICS_EVERY_MS = 30_000;
const ENDS_EVERY_MS = 10_000;

export class SinkTask implements RunningTask {
  readonly failed: Promise<Error>;
  readonly #fail: (error: Error) => void;
  readonly #options: SinkTaskOptions;
  readonly #log: Logger;
  readonly #admin: Admin;
  readonly #committer: Committer;
  readonly #consumer: GroupConsumer;
  readonly #ending = new AbortController();
  readonly #counters: Counters;
  readonly #windows = new Map<string, Window>();
  #sink: Sink | null = null;
  #queue: SendQueue | null = null;
  #group: GroupMetadata | null = null;
  #topics: readonly string[] = [];
  #held = 0;
  readonly #brakes = new Set<string>();
  readonly #calls = new Set<Promise<void>>();
  /** Nothing is sent before: the far side asked for it, or is away. */
  #gateMs = 0;
  #failures = 0;
  #isPaused: boolean;
  #isDraining = false;
  #isOver = false;
  #settledSinceCommit = 0;
  #commit: Promise<void> | null = null;
  #cancelWake: (() => void) | null = null;
  readonly #cancels = new Map<string, () => void>();
  #stopping: Promise<void> | null = null;

  constructor(options: SinkTaskOptions) {
    const { broker, connector, task, log, clock } = options;
    this.#options = options;
    this.#isPaused = options.isPaused;
    this.#log = log.child({ connector, task });
    this.#admin = broker.admin();
    this.#committer = new Committer({ ...options, groupId: groupOf(connector), admin: this.#admin, nowMs: clock.nowMs });
    this.#consumer = broker.consumer({ groupId: groupOf(connector) });
    this.#counters = new Counters(clock.nowMs);
    const failed = Promise.withResolvers<Error>();
    this.failed = failed.promise;
    this.#fail = (error) => {
      if (this.#isOver) return;
      this.#isOver = true;
      this.#counters.error(error.message);
      failed.resolve(error);
      void this.stop();
    };
    void this.#consumer.failed.then(this.#fail);
  }

  /** Opens the far side and joins the group, in the background: what is away is waited for. */
  start(): void {
    void this.#begin().catch((error: unknown) => this.#fail(asError(error)));
  }

  async pause(): Promise<void> {
    this.#isPaused = true;
    this.#brake();
    await this.#settleDown();
    await this.#commitNow().catch(() => {}); // it comes with the next
  }

  async resume(): Promise<void> {
    this.#isPaused = false;
    this.#brake();
    this.#pump();
  }

  stop(): Promise<void> {
    this.#isOver = true;
    return (this.#stopping ??= this.#end());
  }

  progress(): TaskProgress {
    let owed = 0;
    let lag: number | null = this.#group === null ? null : 0;
    let oldestOwedAt: number | null = null;
    for (const window of this.#windows.values()) {
      if (lag !== null) lag += Math.max(0, window.end - window.from);
      for (const { settled, records } of window) if (settled === null) owed += records;
      const oldest = window.oldestOwed;
      if (oldest !== undefined) oldestOwedAt = Math.min(oldestOwedAt ?? Infinity, oldest.timestampMs);
    }
    return { ...this.#counters.counts(), owed, owedBytes: this.#held, lag, oldestOwedAt };
  }

  async #begin(): Promise<void> {
    const { signal } = this.#ending;
    const slowDown = (ms: number) => {
      this.#gateMs = Math.max(this.#gateMs, this.#options.clock.nowMs() + ms);
    };
    const opened = await this.#patiently(async () => {
      const sink = await this.#options.openSink({ signal, slowDown });
      if (signal.aborted) await sink.close();
      return sink;
    });
    if (opened === undefined || signal.aborted) return;
    this.#sink = opened;
    this.#queue = openQueue(opened.limits);
    this.#topics = (await this.#patiently(() => this.#options.topics())) ?? [];
    if (signal.aborted) return;
    await this.#consumer.run(
      { topics: this.#topics, isolation: 'committed', start: 'earliest' },
      {
        assigned: (owned, group) => this.#assigned(owned, group),
        revoked: () => this.#revoked(),
        lost: () => this.#drop(() => true),
        batch: (batch, control) => this.#batch(batch, control),
      },
    );
    this.#every('commit', this.#options.commitEveryMs, () => this.#commitNow());
    this.#every('topics', TOPICS_EVERY_MS, () => this.#followTopics());
    this.#every('ends', ENDS_EVERY_MS, () => this.#learnEnds());
  }

  async #end(): Promise<void> {
    this.#isDraining = true;
    for (const cancel of this.#cancels.values()) cancel();
    this.#cancelWake?.();
    if (this.#sink === null) this.#ending.abort();
    await this.#consumer.stop().catch((error: unknown) => this.#log.warn({ err: error }, 'A sink left its group without order.'));
    this.#ending.abort();
    await Promise.allSettled(this.#calls);
    this.#drop(() => true);
    await Promise.allSettled([this.#sink?.close(), this.#committer.close(), this.#admin.close()]);
  }

  /** Does what may fail for a while, until it succeeds or the task ends (then undefined). */
  async #patiently<T>(work: () => Promise<T>): Promise<T | undefined> {
    for (let attempt = 1; !this.#ending.signal.aborted; attempt++) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof RetryableError)) throw error;
        this.#counters.error(error.message);
        this.#log.warn({ err: error }, 'A sink cannot begin for now.');
        await this.#sleep(this.#backoffMs(attempt));
      }
    }
    return undefined;
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const { signal } = this.#ending;
      const cancel = this.#options.clock.after(ms, done);
      function done() {
        cancel();
        signal.removeEventListener('abort', done);
        resolve();
      }
      signal.addEventListener('abort', done);
      if (signal.aborted) done();
    });
  }

  /** Full jitter above a half: 300 ms, 600 ms ... as `errors.retry.delay.max.ms` allows. */
  #backoffMs(attempt: number): number {
    const { initialMs, maxMs } = this.#options.retry;
    const whole = Math.min(maxMs, initialMs * 2 ** Math.min(attempt - 1, 20));
    return Math.ceil(whole / 2 + (whole / 2) * this.#options.random());
  }

  #every(name: string, ms: number, work: () => Promise<void>): void {
    const again = () => {
      this.#cancels.set(
        name,
        this.#options.clock.after(ms, () => {
          work()
            .catch((error: unknown) => {
              if (error instanceof RetryableError) this.#log.warn({ err: error }, 'A duty of a sink is put off.');
              else this.#fail(asError(error));
            })
            .finally(() => {
              if (!this.#isOver) again();
            });
        }),
      );
    };
    if (!this.#isOver) again();
  }

  // Partitions

  async #assigned(owned: readonly TopicPartition[], group: GroupMetadata): Promise<Offsets> {
    const isNext = this.#group !== null && group.generationId === this.#group.generationId + 1;
    const kept = new Set(isNext ? owned.map(tpKey) : []);
    this.#drop((key) => !kept.has(key));
    const fresh = owned.filter((tp) => !this.#windows.has(tpKey(tp)));
    const [positions, earliest, ends] = await Promise.all([
      this.#admin.positions(groupOf(this.#options.connector), fresh),
      this.#admin.offsets(fresh, 'earliest'),
      this.#admin.offsets(fresh, 'stable'),
    ]);
    for (const tp of fresh) {
      const key = tpKey(tp);
      const at = positions.get(key);
      const window = new Window(tp, at?.offset ?? earliest.get(key) ?? 0, at?.metadata !== COMMITTED);
      window.end = Math.max(window.from, ends.get(key) ?? 0);
      this.#windows.set(key, window);
    }
    this.#group = group;
    this.#isDraining = false;
    this.#brakes.clear();
    this.#brake();
    this.#pump();
    this.#log.info({ generation: group.generationId, partitions: owned.length }, 'A sink has its partitions.');
    return new Map([...this.#windows].map(([key, { next }]) => [key, next]));
  }

  async #revoked(): Promise<void> {
    this.#isDraining = true;
    await this.#settleDown();
    await this.#commitNow().catch((error: unknown) =>
      this.#log.warn({ err: error }, 'What a sink has settled could not be committed before it lost its partitions.'),
    );
  }

  /** Waits for open calls, not longer than `drainMs`. */
  async #settleDown(): Promise<void> {
    if (this.#calls.size === 0) return;
    const timeout = Promise.withResolvers<void>();
    const cancel = this.#options.clock.after(this.#options.drainMs, timeout.resolve);
    await Promise.race([Promise.allSettled(this.#calls), timeout.promise]);
    cancel();
  }

  #drop(isGone: (key: string) => boolean): void {
    const gone = [...this.#windows].filter(([key]) => isGone(key));
    for (const [key, window] of gone) {
      for (const entry of window) {
        entry.isAbandoned = true;
        if (entry.settled === null || entry.refusal !== null) this.#held -= entry.bytes;
      }
      this.#windows.delete(key);
    }
    if (gone.length > 0) this.#queue?.forget(({ isAbandoned }) => isAbandoned);
    if (this.#windows.size === 0) this.#group = null;
  }

  async #followTopics(): Promise<void> {
    const names = await this.#options.topics();
    if (names.length === this.#topics.length && names.every((name) => this.#topics.includes(name))) return;
    this.#topics = names;
    await this.#consumer.resubscribe(names);
  }

  async #learnEnds(): Promise<void> {
    const ends = await this.#admin.offsets(
      [...this.#windows.values()].map(({ tp }) => tp),
      'stable',
    );
    for (const [key, window] of this.#windows) window.end = Math.max(window.end, ends.get(key) ?? 0);
  }

  // In

  async #batch(batch: RawBatch, control: { readonly beat: () => Promise<void>; readonly isStale: () => boolean }): Promise<void> {
    const window = this.#windows.get(tpKey(batch.tp));
    if (window === undefined) return;
    window.end = Math.max(window.end, batch.lastStableOffset);
    if (batch.unreadable !== undefined && batch.nextOffset > window.next) this.#takeUnreadable(window, batch, batch.unreadable);
    const { records } = batch;
    for (let at = 0; at < records.length; at += TURN) {
      if (at > 0) {
        await new Promise<void>((resolve) => {
          setImmediate(resolve);
        });
        await control.beat();
      }
      if (control.isStale() || this.#windows.get(tpKey(batch.tp)) !== window) return;
      for (const raw of records.slice(at, at + TURN)) if (raw.offset >= window.next && !this.#isOver) this.#take(window, raw);
      this.#pump();
    }
    window.extend(batch.nextOffset);
    this.#brake();
  }

  #take(window: Window, raw: RawRecord): void {
    const original = copyOf(raw, window.tp);
    const nowMs = this.#options.clock.nowMs();
    let entry: Entry;
    let settlement: Settlement | null = null;
    let refusal: Refusal | null = null;
    try {
      const found = sinkRecordOf(original, this.#options.transform);
      entry = new Entry(original, typeof found === 'string' ? null : found, nowMs);
      if (typeof found === 'string') settlement = { kind: 'left', reason: found };
    } catch (error) {
      if (!(error instanceof RecordError)) throw error;
      entry = new Entry(original, null, nowMs);
      settlement = rejected(error.code, error.message);
      refusal = { stage: 'TRANSFORMATION', className: typeof error.details.transform === 'string' ? error.details.transform : this.#options.className, error };
    }
    window.add(entry);
    this.#held += entry.bytes;
    if (settlement === null) this.#queue!.push(entry);
    else this.#settle(entry, settlement, refusal);
  }

  #takeUnreadable(window: Window, batch: RawBatch, { reason, records, bytes }: NonNullable<RawBatch['unreadable']>): void {
    const original: Original = {
      tp: batch.tp,
      offset: batch.nextOffset - 1,
      key: null,
      value: Buffer.from(bytes),
      headers: [],
      timestampMs: this.#options.clock.nowMs(),
    };
    const entry = new Entry(original, null, original.timestampMs, records);
    window.add(entry);
    this.#held += entry.bytes;
    const error = new RecordError('BATCH_UNREADABLE', `Offsets ${batch.from} to ${batch.nextOffset} cannot be read: ${reason}`);
    this.#settle(entry, rejected(error.code, error.message), { stage: 'CONSUMER', className: this.#options.className, error });
  }

  /** Pauses and resumes partitions so that the budget holds: all of them when it is used up, one whose oldest record is stuck. */
  #brake(): void {
    const { maxOwedBytes } = this.#options;
    const isBraked = this.#brakes.size > 0;
    const isFull = this.#isPaused || this.#held >= (isBraked ? maxOwedBytes / 2 : maxOwedBytes);
    const pause: TopicPartition[] = [];
    const resume: TopicPartition[] = [];
    for (const [key, { tp, size }] of this.#windows) {
      const isWanted = isFull || size >= (this.#brakes.has(key) ? MAX_WINDOW / 2 : MAX_WINDOW);
      if (isWanted === this.#brakes.has(key)) continue;
      (isWanted ? pause : resume).push(tp);
      if (isWanted) this.#brakes.add(key);
      else this.#brakes.delete(key);
    }
    if (pause.length > 0) this.#consumer.pause(pause);
    if (resume.length > 0) this.#consumer.resume(resume);
  }

  // Out

  #pump(): void {
    const sink = this.#sink;
    if (sink === null || this.#queue === null) return;
    while (!this.#isPaused && !this.#isDraining && !this.#isOver && this.#calls.size < sink.limits.maxInFlight) {
      const nowMs = this.#options.clock.nowMs();
      if (nowMs < this.#gateMs) return this.#wakeAt(this.#gateMs);
      const { batch, wakeMs } = this.#queue.take(nowMs);
      if (batch === null) return this.#wakeAt(wakeMs);
      const call: Promise<void> = this.#send(sink, batch, nowMs).finally(() => {
        this.#calls.delete(call);
        this.#brake();
        this.#pump();
      });
      this.#calls.add(call);
    }
  }

  #wakeAt(ms: number): void {
    this.#cancelWake?.();
    this.#cancelWake = null;
    if (ms === Infinity) return;
    this.#cancelWake = this.#options.clock.after(Math.max(1, ms - this.#options.clock.nowMs()), () => {
      this.#cancelWake = null;
      this.#pump();
    });
  }

  async #send(sink: Sink, batch: readonly Entry[], beganMs: number): Promise<void> {
    let outcomes: readonly Outcome[];
    try {
      outcomes = await sink.send(
        batch.map(({ record }) => record!),
        this.#ending.signal,
      );
      if (outcomes.length !== batch.length) throw new Error(`A sink answered with ${outcomes.length} outcomes for ${batch.length} records.`);
    } catch (error) {
      if (!(error instanceof RetryableError)) {
        this.#queue!.release(batch);
        this.#fail(asError(error));
        return;
      }
      const { isAmbiguous = false, afterMs } = error.details as { readonly isAmbiguous?: boolean; readonly afterMs?: number };
      this.#isAway(beganMs, afterMs);
      const outcome: Outcome = { kind: 'retry', message: error.message, isAmbiguous, ...(afterMs !== undefined && { afterMs }) };
      this.#apply(
        batch,
        batch.map(() => outcome),
      );
      return;
    }
    if (outcomes.some(({ kind }) => kind !== 'retry')) this.#failures = 0;
    this.#apply(batch, outcomes);
  }

  /** All of a call failed: nothing is sent until a growing time has passed. Calls that were open together count once. */
  #isAway(beganMs: number, afterMs: number | undefined): void {
    const nowMs = this.#options.clock.nowMs();
    if (beganMs >= this.#gateMs) this.#failures++;
    this.#gateMs = Math.max(this.#gateMs, nowMs + (afterMs ?? this.#backoffMs(this.#failures)));
  }

  #apply(batch: readonly Entry[], outcomes: readonly Outcome[]): void {
    const again: Entry[] = [];
    for (let at = 0; at < batch.length; at++) {
      const entry = batch[at]!;
      const outcome = outcomes[at]!;
      if (outcome.kind === 'retry') {
        this.#sentAgain(entry, outcome);
        again.push(entry);
      } else if (outcome.kind === 'accepted') this.#await(entry, outcome.acknowledged);
      else this.#settleSent(entry, outcome);
    }
    this.#queue!.release(batch);
    this.#queue!.again(again.filter(({ isAbandoned }) => !isAbandoned));
    this.#commitSoon();
  }

  #await(entry: Entry, acknowledged: Extract<Outcome, { kind: 'accepted' }>['acknowledged']): void {
    acknowledged.then(
      (outcome) => {
        if (entry.isAbandoned) return;
        if (outcome.kind === 'retry') {
          this.#sentAgain(entry, outcome);
          this.#queue!.again([entry]);
        } else {
          this.#settleSent(entry, outcome);
          this.#queue!.release([entry]);
        }
        this.#brake();
        this.#pump();
        this.#commitSoon();
      },
      (error: unknown) => this.#fail(asError(error)),
    );
  }

  #sentAgain(entry: Entry, { message, isAmbiguous, afterMs }: Extract<Outcome, { kind: 'retry' }>): void {
    if (entry.isAbandoned) return;
    entry.attempts++;
    entry.dueMs = this.#options.clock.nowMs() + (afterMs ?? this.#backoffMs(entry.attempts));
    this.#counters.retried(message, isAmbiguous);
  }

  #settleSent(entry: Entry, settlement: Settlement): void {
    if (entry.isAbandoned) return;
    const refusal: Refusal | null =
      settlement.kind === 'rejected'
        ? { stage: 'TASK_PUT', className: this.#options.className, error: new RecordError('SINK_REFUSED', `${settlement.reason}: ${settlement.message}`) }
        : null;
    this.#settle(entry, settlement, refusal);
  }

  #settle(entry: Entry, settlement: Settlement, refusal: Refusal | null): void {
    if (refusal !== null) {
      this.#counters.error(refusal.error.message);
      if (this.#options.tolerance === 'none') {
        this.#fail(
          new ConfigError(
            'SINK_MISCONFIGURED',
            `A record at ${tpKey(entry.original.tp)}:${entry.offset} is refused, and errors.tolerance is none: ${refusal.error.message}`,
          ),
        );
        return; // it stays owed
      }
    }
    entry.settled = settlement;
    entry.refusal = refusal;
    this.#counters.settled(settlement, entry.records);
    this.#settledSinceCommit += entry.records;
    if (refusal !== null) return; // held until its dead letter is written
    this.#held -= entry.bytes;
    entry.free();
  }

  // Commits

  #commitSoon(): void {
    if (this.#settledSinceCommit < COMMIT_RECORDS || this.#commit !== null) return;
    void this.#commitNow().catch((error: unknown) => {
      if (error instanceof RetryableError) this.#log.warn({ err: error }, 'A commit of a sink is put off.');
      else this.#fail(asError(error));
    });
  }

  /** One at a time; what is settled meanwhile comes with the next. */
  async #commitNow(): Promise<void> {
    while (this.#commit !== null) await this.#commit.catch(() => {});
    this.#commit = this.#commitOnce().finally(() => {
      this.#commit = null;
    });
    await this.#commit;
  }

  async #commitOnce(): Promise<void> {
    const group = this.#group;
    if (group === null) return;
    const stretches = [...this.#windows.values()].map((window) => window.settledStretch()).filter((stretch) => stretch !== null);
    if (stretches.length === 0) return;
    this.#settledSinceCommit = 0;
    try {
      await this.#committer.commit(stretches, group);
    } catch (error) {
      if (!(error instanceof FencedError)) throw error;
      this.#log.warn({ err: error }, 'Another owner has the partitions; a sink joins its group again.');
      this.#drop(() => true);
      if (!this.#isDraining) this.#consumer.rejoin();
      return;
    }
    for (const stretch of stretches) this.#written(stretch);
    this.#brake();
  }

  #written(stretch: Stretch): void {
    const window = this.#windows.get(tpKey(stretch.tp));
    if (window?.from !== stretch.from) return; // lost meanwhile
    for (const entry of stretch.entries) if (entry.refusal !== null) this.#held -= entry.bytes;
    window.committed(stretch);
  }
}

/** What is fetched is a view into a buffer that is used again. */
function copyOf({ key, value, headers, timestampMs, offset }: RawRecord, tp: TopicPartition): Original {
  const copied: Headers = headers.length === 0 ? headers : headers.map(([name, text]) => [name, Buffer.from(text)] as const);
  return { tp, offset, timestampMs, key: key === null ? null : Buffer.from(key), value: value === null ? null : Buffer.from(value), headers: copied };
}

const asError = (error: unknown): Error => (error instanceof PipelineError ? error : error instanceof Error ? error : new Error(String(error)));
