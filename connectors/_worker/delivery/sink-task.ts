// One task of a sink connector: reads its partitions, hands records to the sink, and commits what is settled.
import type { Logger } from 'pino';
import { ConfigError, FencedError, RecordError, RetryableError } from '../../../pipeline/core/errors.ts';
import type { LedgerEntry } from '../../../schemas/avro/types.gen.ts';
import type { Admin, Broker, GroupConsumer, GroupMetadata, Offsets, RawBatch, TopicPartition } from '../../../pipeline/runtime/port.ts';
import { tpKey } from '../../../pipeline/runtime/port.ts';
import type { Settled, Sink, SinkDeps } from '../../_sink/index.ts';
import { groupOf } from '../group.ts';
import type { RunningTask, TaskProgress } from '../task.ts';
import { sleep } from '../../../pipeline/core/wall-clock.ts';
import type { WallClock } from '../../../pipeline/core/wall-clock.ts';
import { COMMITTED, Committer } from './committer.ts';
import { Counters } from './counters.ts';
import type { Entry, Refusal, Settlement } from './entry.ts';
import { Holdings } from './holdings.ts';
import { take, takeUnreadable } from './intake.ts';
import type { Taken } from './intake.ts';
import { asError, masked } from './masked.ts';
import type { Transform } from './record.ts';
import { Sender } from './sender.ts';
import type { Window } from './window.ts';

export interface SinkTaskOptions {
  readonly connector: string;
  readonly task: number;
  /** `connector.class`, for dead letters. */
  readonly className: string;
  /** What it reads; asked again every half minute. */
  readonly topics: () => Promise<readonly string[]>;
  readonly broker: Broker;
  readonly openSink: (given: Required<Pick<SinkDeps, 'signal' | 'slowDown' | 'generation'>>) => Promise<Sink>;
  readonly transform: Transform;
  /** `none`: the first record that is refused fails the task. */
  readonly tolerance: 'none' | 'all';
  /** `topic`: empty = what is refused is counted, and gone. `replication`: of a topic that has to be made. */
  readonly deadLetters: { readonly topic: string; readonly replication: number; readonly hasHeaders: boolean };
  readonly encodeEntry: (entry: LedgerEntry) => Buffer;
  /** Of everything that is read and not settled, and of refused records whose dead letter is not written. */
  readonly maxOwedBytes: number;
  readonly commitEveryMs: number;
  /** Longest that a rebalance or a stop waits for what is under way. */
  readonly drainMs: number;
  readonly retry: { readonly initialMs: number; readonly maxMs: number };
  /** Whether each refused record is logged, and where it lay. */
  readonly logs: { readonly refusals: boolean; readonly positions: boolean };
  /** Takes secrets out of texts that leave the task. */
  readonly mask: (text: string) => string;
  readonly isPaused: boolean;
  readonly clock: WallClock;
  /** 0 to 1: spreads retries. */
  readonly random: () => number;
  readonly log: Logger;
}

/** Records a turn of the event loop. */
const TURN = 1_000;
/** Settled records after which a commit does not wait for its time. */
const COMMIT_RECORDS = 50_000;
const TOPICS_EVERY_MS = 30_000;
const ENDS_EVERY_MS = 10_000;

export class SinkTask implements RunningTask {
  readonly failed: Promise<Error>;
  readonly #fail: (error: unknown) => void;
  readonly #options: SinkTaskOptions;
  readonly #log: Logger;
  readonly #admin: Admin;
  readonly #committer: Committer;
  readonly #consumer: GroupConsumer;
  readonly #ending = new AbortController();
  readonly #counters: Counters;
  readonly #holdings: Holdings;
  readonly #duties = new Map<string, () => void>();
  #sender: Sender | null = null;
  #group: GroupMetadata | null = null;
  #topics: readonly string[] = [];
  #isPaused: boolean;
  #isDraining = false;
  #isOver = false;
  #isTakenBack = false;
  #settledSinceCommit = 0;
  #commit: Promise<void> | null = null;
  #stopping: Promise<void> | null = null;

  constructor(options: SinkTaskOptions) {
    const { broker, connector, task, log, clock, mask, maxOwedBytes } = options;
    this.#options = options;
    this.#isPaused = options.isPaused;
    this.#log = log.child({ connector, task });
    this.#admin = broker.admin();
    this.#committer = new Committer({ ...options, groupId: groupOf(connector), admin: this.#admin, nowMs: clock.nowMs });
    this.#consumer = broker.consumer({ groupId: groupOf(connector) });
    this.#counters = new Counters(clock.nowMs, mask);
    this.#holdings = new Holdings(maxOwedBytes, this.#consumer);
    const failed = Promise.withResolvers<Error>();
    this.failed = failed.promise;
    this.#fail = (thrown) => {
      if (this.#isOver) return;
      this.#isOver = true;
      const error = masked(asError(thrown), mask);
      this.#counters.error(error.message);
      failed.resolve(error);
      void this.stop();
    };
    void this.#consumer.failed.then(this.#fail);
  }

  /** Opens the far side and joins the group, in the background: what is away is waited for. */
  start(): void {
    void this.#begin().catch(this.#fail);
  }

  async pause(): Promise<void> {
    this.#isPaused = true;
    this.#holdings.brake(true);
    await this.#sender?.settleDown(this.#options.drainMs);
    await this.#commitNow().catch(() => {}); // it comes with the next
  }

  async resume(): Promise<void> {
    this.#isPaused = false;
    this.#goOn();
  }

  stop(): Promise<void> {
    this.#isOver = true;
    return (this.#stopping ??= this.#end());
  }

  progress(): TaskProgress {
    const { lag, ...held } = this.#holdings.progress();
    return { ...this.#counters.counts(), ...held, lag: this.#group === null ? null : lag };
  }

  async #begin(): Promise<void> {
    const { openSink, topics, commitEveryMs, clock } = this.#options;
    const { signal } = this.#ending;
    const slowDown = (ms: number) => this.#sender?.notBefore(clock.nowMs() + ms);
    const generation = () => this.#group?.generationId ?? -1;
    const sink = await this.#patiently(() => openSink({ signal, slowDown, generation }));
    if (sink === undefined) return;
    this.#sender = this.#senderTo(sink);
    this.#isTakenBack = sink.isTakenBack === true;
    if (signal.aborted) return this.#sender.close();
    await this.#patiently(() => this.#committer.open());
    this.#topics = (await this.#patiently(topics)) ?? [];
    if (signal.aborted) return;
    await this.#consumer.run(
      { topics: this.#topics, isolation: 'committed', start: 'earliest' },
      {
        assigned: (owned, group) => this.#assigned(owned, group),
        revoked: () => this.#revoked(),
        lost: () => this.#lose(),
        batch: (batch, control) => this.#batch(batch, control),
      },
    );
    this.#every('commit', commitEveryMs, () => this.#commitNow());
    this.#every('topics', TOPICS_EVERY_MS, () => this.#followTopics());
    this.#every('ends', ENDS_EVERY_MS, async () => this.#holdings.learnEnds(await this.#admin.offsets(this.#holdings.partitions, 'stable')));
  }

  #senderTo(sink: Sink): Sender {
    return new Sender({
      sink,
      signal: this.#ending.signal,
      clock: this.#options.clock,
      counters: this.#counters,
      backoffMs: (attempt) => this.#backoffMs(attempt),
      mayRun: () => !this.#isPaused && !this.#isDraining && !this.#isOver,
      isPressed: () => this.#holdings.isFull,
      settled: (entry, settlement) => this.#settle(entry, settlement, this.#refusalOf(settlement)),
      progressed: () => {
        this.#counters.progressed();
        this.#holdings.brake(this.#isPaused);
        if (this.#settledSinceCommit >= COMMIT_RECORDS && this.#commit === null) void this.#duty(() => this.#commitNow());
      },
      failed: this.#fail,
    });
  }

  async #end(): Promise<void> {
    this.#isDraining = true;
    for (const cancel of this.#duties.values()) cancel();
    if (this.#sender === null) this.#ending.abort();
    await this.#consumer.stop().catch((error: unknown) => this.#log.warn({ err: error }, 'A sink left its group without order.'));
    this.#ending.abort();
    await Promise.allSettled([this.#sender?.close()]);
    this.#drop(() => true);
    await Promise.allSettled([this.#committer.close(), this.#admin.close()]);
  }

  /** Does what may fail for a while, until it succeeds or the task ends (then undefined). */
  async #patiently<T>(work: () => Promise<T>): Promise<T | undefined> {
    const { signal } = this.#ending;
    for (let attempt = 1; !signal.aborted; attempt++) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof RetryableError)) throw error;
        this.#counters.error(error.message);
        this.#log.warn({ err: error }, 'A sink cannot begin for now.');
        await sleep(this.#options.clock, this.#backoffMs(attempt), signal);
      }
    }
    return undefined;
  }

  /** 300 ms, 600 ms ... up to `errors.retry.delay.max.ms`; of each, the upper half at random. */
  #backoffMs(attempt: number): number {
    const { initialMs, maxMs } = this.#options.retry;
    const whole = Math.min(maxMs, initialMs * 2 ** Math.min(attempt - 1, 20));
    return Math.ceil(whole / 2 + (whole / 2) * this.#options.random());
  }

  #every(name: string, ms: number, work: () => Promise<void>): void {
    if (this.#isOver) return;
    const again = () => this.#every(name, ms, work);
    this.#duties.set(
      name,
      this.#options.clock.after(ms, () => void this.#duty(work).then(again)),
    );
  }

  async #duty(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (error instanceof RetryableError) this.#log.warn({ err: error }, 'A duty of a sink is put off.');
      else this.#fail(error);
    }
  }

  #goOn(): void {
    this.#holdings.brake(this.#isPaused);
    this.#sender?.pump();
  }

  // Partitions

  async #assigned(owned: readonly TopicPartition[], group: GroupMetadata): Promise<Offsets> {
    const isNext = this.#group !== null && group.generationId === this.#group.generationId + 1;
    const unsure = owned.filter((tp) => !isNext || this.#holdings.of(tp) === undefined);
    const { positions, earliest, ends } = await this.#whereabouts(unsure);
    const startOf = (tp: TopicPartition) => positions.get(tpKey(tp))?.offset ?? earliest.get(tpKey(tp)) ?? 0;
    const fresh = unsure.filter((tp) => !this.#holdings.goesOnAt(tp, startOf(tp)));
    const kept = new Set(owned.filter((tp) => !fresh.includes(tp)).map(tpKey));
    this.#drop((key) => !kept.has(key));
    this.#sender?.forget();
    for (const tp of fresh) this.#holdings.open(tp, startOf(tp), positions.get(tpKey(tp))?.metadata !== COMMITTED);
    this.#holdings.learnEnds(ends);
    this.#group = group;
    this.#isDraining = false;
    this.#holdings.unbrake();
    this.#goOn();
    this.#log.info({ generation: group.generationId, partitions: owned.length }, 'A sink has its partitions.');
    return this.#holdings.positions;
  }

  /** @throws FencedError when the broker does not say for now, so that the group is joined anew: any other error would end the task. */
  async #whereabouts(partitions: readonly TopicPartition[]) {
    try {
      const [positions, earliest, ends] = await Promise.all([
        this.#admin.positions(groupOf(this.#options.connector), partitions),
        this.#admin.offsets(partitions, 'earliest'),
        this.#admin.offsets(partitions, 'stable'),
      ]);
      return { positions, earliest, ends };
    } catch (error) {
      if (!(error instanceof RetryableError)) throw error;
      this.#counters.error(error.message);
      throw new FencedError('GENERATION_FENCED', 'The broker does not say where the partitions of a sink stand', {}, { cause: error });
    }
  }

  async #revoked(): Promise<void> {
    this.#isDraining = true;
    await this.#sender?.settleDown(this.#options.drainMs);
    await this.#commitNow().catch((error: unknown) =>
      this.#log.warn({ err: error }, 'What a sink has settled could not be committed before it lost its partitions.'),
    );
  }

  /** Nothing is sent or committed until partitions are given out again. What the far side has said stays true, unless it takes back what was not committed. */
  #lose(): void {
    this.#group = null;
    this.#isDraining = true;
    if (this.#isTakenBack) this.#drop(() => true);
  }

  #drop(isGone: (key: string) => boolean): void {
    if (this.#holdings.drop(isGone)) this.#sender?.forget();
    if (this.#holdings.isEmpty) this.#group = null;
  }

  async #followTopics(): Promise<void> {
    const names = await this.#options.topics();
    if (names.length === this.#topics.length && names.every((name) => this.#topics.includes(name))) return;
    this.#topics = names;
    await this.#consumer.resubscribe(names);
  }

  // Records

  async #batch(batch: RawBatch, control: { readonly beat: () => Promise<void>; readonly isStale: () => boolean }): Promise<void> {
    const window = this.#holdings.of(batch.tp);
    if (window === undefined) return;
    const { transform, className, clock } = this.#options;
    window.end = Math.max(window.end, batch.lastStableOffset);
    if (batch.unreadable !== undefined && batch.nextOffset > window.next) this.#took(window, takeUnreadable(batch, batch.unreadable, className, clock.nowMs()));
    const { records } = batch;
    for (let at = 0; at < records.length; at += TURN) {
      if (at > 0) {
        await new Promise<void>((resolve) => {
          setImmediate(resolve);
        });
        await control.beat();
      }
      if (control.isStale() || this.#holdings.of(batch.tp) !== window) return;
      const nowMs = clock.nowMs();
      for (const raw of records.slice(at, at + TURN))
        if (raw.offset >= window.next && !this.#isOver) this.#took(window, take(raw, window.tp, transform, className, nowMs));
      this.#sender?.pump();
    }
    window.extend(batch.nextOffset);
    this.#holdings.brake(this.#isPaused);
  }

  #took(window: Window, { entry, settlement, refusal }: Taken): void {
    this.#holdings.add(window, entry);
    if (settlement === null) this.#sender!.push(entry);
    else this.#settle(entry, settlement, refusal);
  }

  #refusalOf(settlement: Settled): Refusal | null {
    if (settlement.kind !== 'rejected') return null;
    return { stage: 'TASK_PUT', className: this.#options.className, error: new RecordError('SINK_REFUSED', `${settlement.reason}: ${settlement.message}`) };
  }

  #settle(entry: Entry, settlement: Settlement, refusal: Refusal | null): void {
    if (refusal !== null && !this.#setAside(entry, refusal)) return;
    entry.settled = settlement;
    this.#counters.settled(settlement, entry.records);
    this.#settledSinceCommit += entry.records;
    if (!entry.isHeld) this.#holdings.release(entry);
  }

  /** @returns False: the task fails of it, and the record stays owed. */
  #setAside(entry: Entry, refusal: Refusal): boolean {
    const { tolerance, deadLetters, logs, mask } = this.#options;
    const error = masked(refusal.error, mask);
    const place = `${tpKey(entry.tp)}:${entry.offset}`;
    this.#counters.error(error.message);
    if (logs.refusals)
      this.#log.error({ reason: error.message, ...(logs.positions && { place, timestampMs: entry.timestampMs }) }, 'A record cannot be delivered as it is.');
    if (tolerance === 'none') {
      this.#fail(new ConfigError('SINK_MISCONFIGURED', `The record at ${place} is refused, and errors.tolerance is none: ${error.message}`));
      return false;
    }
    if (deadLetters.topic !== '') {
      entry.refusal = { ...refusal, error };
      entry.detach();
    }
    return true;
  }

  // Commits

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
    const stretches = this.#holdings.settledStretches();
    if (group === null || stretches.length === 0) return;
    this.#settledSinceCommit = 0;
    try {
      await this.#committer.commit(stretches, group);
    } catch (error) {
      if (!(error instanceof FencedError)) throw error;
      this.#log.warn({ err: error }, 'Another owner has the partitions; a sink joins its group again.');
      const isLeaving = this.#isDraining;
      this.#lose();
      if (!isLeaving) this.#consumer.rejoin();
      return;
    }
    this.#holdings.committed(stretches);
    this.#holdings.brake(this.#isPaused);
  }
}
