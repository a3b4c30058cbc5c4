// Runs records through their tasks: slices of a batch, synchronously, with turns of the event loop between them.
import { setImmediate as turn } from 'node:timers/promises';
import { RetryableError } from '../core/errors.ts';
import type { RecordError } from '../core/errors.ts';
import { REDRIVEN_HEADER } from '../core/dead-letter.ts';
import type { Held, Micros, Topic } from '../core/index.ts';
import { redrivenOf } from '../core/redriven.ts';
import { schemas } from '../../schemas/avro/types.gen.ts';
import { loadSchemas } from './awaited-schemas.ts';
import { UnexpectedCircuit } from './dead-letter.ts';
import type { Destination } from './destination.ts';
import { appendedAtOf, behindOf, Decoder, frameId, InputRecord } from './input.ts';
import type { StageInstanceOptions } from './instance-options.ts';
import type { InstanceState } from './instance-state.ts';
import { Outbox } from './outbox.ts';
import type { Observed } from './outbox.ts';
import type { RawBatch, RawRecord, TopicPartition } from './port.ts';
import { tpKey } from './port.ts';
import { errorOf, isUnreadable, recordOf } from './set-aside.ts';
import type { UnreadableBatch } from './set-aside.ts';
import type { Input, Slot } from './slot.ts';
import { prefixOf } from './stage-plan.ts';
import type { StagePlan } from './stage-plan.ts';
import { Suspicion } from './suspicion.ts';
import type { Task } from './task.ts';
import { RejectThrottle } from './throttle.ts';
import { sleep } from '../core/wall-clock.ts';

export interface BatchControl {
  readonly beat: () => Promise<void>;
  readonly isStale: () => boolean;
}
/** The commit loop and the consumer, as far as records need them. */
export interface LoopHost {
  readonly wanted: (isFull: boolean) => void;
  readonly isBusy: () => boolean;
  readonly idle: () => Promise<void>;
  readonly seek: (tp: TopicPartition, offset: number) => void;
  /** Reads no more of a topic for so long. */
  readonly pauseTopic: (topic: string, ms: number) => void;
  readonly fail: (error: Error) => void;
  readonly closing: AbortSignal;
}

/** Why records stopped: the transaction is full, timers without number, or a topic that does not exist yet. */
type Stop = 'full' | 'timers' | Topic<unknown>;

const TELL_OWNER_EVERY_MS = 60_000;

export class RecordLoop {
  /** Of records that the broker refuses. */
  readonly suspicion = new Suspicion();
  readonly state: InstanceState;
  readonly plan: StagePlan;
  readonly #options: StageInstanceOptions;
  readonly #host: LoopHost;
  readonly #outbox: Outbox<Input>;
  readonly #decoder: Decoder;
  readonly #watermarkId: number;
  readonly #circuit: UnexpectedCircuit;
  readonly #throttle = new RejectThrottle();
  #loggedUnexpectedMs = -Infinity;
  readonly #toldOfMs = new Map<string, number>();

  constructor(options: StageInstanceOptions, state: InstanceState, host: LoopHost) {
    const { plan, codec, app, version, clock } = options;
    this.plan = plan;
    this.state = state;
    this.#options = options;
    this.#host = host;
    this.#decoder = new Decoder(codec, plan.wire.from, plan.reads);
    this.#watermarkId = codec.idOf(schemas.watermark);
    this.#circuit = new UnexpectedCircuit(plan.wire.name);
    const isBytesSource = plan.upstream.length === 0 && plan.eventTime === undefined;
    this.#outbox = new Outbox<Input>({
      destinations: plan.destinations,
      deadLetters: plan.deadLetters,
      origin: { app, stage: plan.wire.name, version },
      from: plan.wire.from.name,
      isTrusted: plan.isTrusted,
      observe: isBytesSource ? (told) => this.#observe(told) : null,
      behind: (told) => this.#behind(told),
      isSource: plan.upstream.length === 0,
      onRejected: (record, error) => this.#noteRejected(record, error),
      onMissing: (to) => this.#destinationOf(to),
      wallMs: clock.nowMs,
    });
  }

  /** Input records of a transaction at which no more are taken. */
  get limit(): number {
    return Math.min(this.#options.limits.commitRecords, this.suspicion.most);
  }

  async take(batch: RawBatch, control: BatchControl): Promise<void> {
    const { state } = this;
    if (state.isFailed) return;
    const input = state.inputs.get(tpKey(batch.tp));
    if (!input?.isReady) return; // sought again when it is
    const epoch = state.epoch;
    if (batch.from > input.position && input.soughtFor !== input.position) {
      input.soughtFor = input.position; // fetched before an abort went back
      this.#host.seek(input.tp, input.position);
      return;
    }
    const until = this.#options.until === undefined ? Infinity : (this.#options.until.get(input.key) ?? 0);
    if (input.position >= until) return; // a lane reads no further
    input.end = Math.max(batch.lastStableOffset, batch.nextOffset);
    if (isUnreadable(batch)) {
      if (batch.nextOffset <= input.position) return;
      await this.#room(control);
      if (epoch === state.epoch && !control.isStale()) this.#setAside(input, batch);
      return;
    }
    const records = batch.nextOffset > until ? batch.records.filter(({ offset }) => offset < until) : batch.records;
    let at = 0;
    while (at < records.length && records[at]!.offset < input.position) at++;
    while (at < records.length) {
      await this.#room(control);
      if (epoch !== state.epoch || control.isStale()) return;
      const to = Math.min(records.length, at + this.#options.limits.turnRecords);
      await loadSchemas(records, at, to, { ...this.#options, decoder: this.#decoder, beat: control.beat, closing: this.#host.closing });
      if (epoch !== state.epoch || control.isStale()) return;
      for (let stop = this.#process(input, records, at, to, false); stop !== null;) {
        if (typeof stop === 'object') await this.#options.createTopic(stop);
        await turn();
        await control.beat();
        await this.#room(control);
        if (epoch !== state.epoch || control.isStale()) return;
        while (at < to && records[at]!.offset < input.position) at++;
        stop = this.#process(input, records, at, to, stop !== 'full');
      }
      at = to;
      if (at === records.length) break;
      await turn();
      await control.beat();
    }
    if (epoch !== state.epoch) return;
    this.#advance(input, Math.min(batch.nextOffset, until));
    if (input.lag === 0) input.slot.task.source?.arrived(input.key);
  }

  /**
   * Records [at, to), synchronously.
   * @param isAgain It stopped the time before, and timers may be left over.
   * @returns Why it stopped before the end. The input's position says where.
   */
  #process(input: Input, records: readonly RawRecord[], at: number, to: number, isAgain: boolean): Stop | null {
    const { state } = this;
    const wallMs = this.#options.clock.nowMs();
    const before = { count: state.work?.count ?? 0, unexpected: state.work?.unexpected ?? 0 };
    let taken = 0;
    try {
      const stop = this.#run(input, records, at, to, isAgain, wallMs);
      if (this.plan.isPattern) this.#slowDown(input.tp.topic, wallMs);
      taken = (state.work?.count ?? 0) - before.count;
      if (taken > 0) this.#circuit.note(taken, state.work!.unexpected - before.unexpected, wallMs);
      return stop;
    } catch (error) {
      taken = (state.work?.count ?? 0) - before.count;
      if (error instanceof RetryableError && error.code === 'TOPIC_MISSING') return error.details['topic'] as Topic<unknown>;
      this.#host.fail(error as Error);
      throw error;
    } finally {
      this.#advance(input, input.position);
      if (state.work !== null && (taken > 0 || isAgain)) this.#host.wanted(state.work.isFull(this.limit));
    }
  }

  #run(input: Input, records: readonly RawRecord[], at: number, to: number, isAgain: boolean, wallMs: number): Stop | null {
    const { state, plan, limit } = this;
    const { task } = input.slot;
    const hasTimers = plan.wire.stage.onTimer !== undefined;
    let isBegun = false;
    if (isAgain && hasTimers && this.#fireAgain(input)) return 'timers';
    for (let i = at; i < to; i++) {
      if (state.work?.isFull(limit)) return 'full'; // other partitions fill it too
      const raw = records[i]!;
      const isWatermark = plan.isTrusted && this.isWatermark(raw);
      if (isWatermark && !plan.needsClock) {
        input.position = raw.offset + 1;
        continue;
      }
      if (!isBegun) this.#begin(input);
      isBegun = true;
      let isMoved = true;
      if (isWatermark) isMoved = this.#hear(input.slot, raw);
      else if (hasTimers && !plan.isTrusted && this.#fireBefore(input, raw)) return 'timers';
      else this.#record(input, raw, task, wallMs);
      const { work } = this.#outbox;
      work.count++;
      work.last = isWatermark ? null : input;
      work.lastOffset = raw.offset;
      input.position = raw.offset + 1;
      if (isMoved && hasTimers && (this.#isForLater() || this.#fire(input))) return 'timers';
    }
    return null;
  }

  #record(input: Input, raw: RawRecord, task: Task, wallMs: number): void {
    const { isTrusted } = this.plan;
    const record = input.isRedriven ? InputRecord.ofRedriven(raw, input.tp) : new InputRecord<unknown>(raw, input.tp, appendedAtOf(raw, isTrusted), undefined);
    input.lastRecordWallMs = wallMs;
    this.#one(record, task);
    this.#outbox.part.counts.in++;
    input.appendedAt = record.appendedAt;
    if (task.source !== null && !input.isRedriven) task.source.observeAppend(input.key, record.appendedAt, wallMs);
  }

  /** A range that cannot be read is one dead letter, and counts for as many records as it holds. */
  #setAside(input: Input, batch: UnreadableBatch): void {
    const { clock, log } = this.#options;
    const { records, reason } = batch.unreadable;
    this.#begin(input);
    const { part, work } = this.#outbox;
    this.#outbox.rejected(recordOf(batch), errorOf(batch), records);
    part.counts.in += records;
    work.count++;
    work.last = null;
    input.lastRecordWallMs = clock.nowMs();
    log.error(
      { code: 'BATCH_UNREADABLE', ...batch.tp, from: batch.from, to: batch.nextOffset, records, reason },
      'A batch cannot be read; it is a dead letter.',
    );
    this.#advance(input, batch.nextOffset);
    if (this.plan.isPattern) this.#slowDown(input.tp.topic, input.lastRecordWallMs);
    this.#host.wanted(work.isFull(this.limit));
  }

  #slowDown(topic: string, wallMs: number): void {
    const pauseMs = this.#outbox.refused === 0 ? 0 : this.#throttle.note(topic, this.#outbox.refused, wallMs);
    this.#outbox.refused = 0;
    if (pauseMs === 0) return;
    this.#host.pauseTopic(topic, pauseMs);
    this.#options.metrics.sourcePauses.inc({ stage: this.plan.wire.name });
    if (wallMs - (this.#toldOfMs.get(topic) ?? -Infinity) < TELL_OWNER_EVERY_MS) return;
    this.#toldOfMs.set(topic, wallMs);
    this.#options.log.warn(
      { topic, pauseMs },
      'Most of what a source sends is refused; it is read more slowly, alone. Its owner finds the reasons with `./goshawk dead-letters list --topic`.',
    );
  }

  #begin(input: Input): void {
    this.#outbox.work = this.state.workFor(input);
    this.#outbox.part = this.#outbox.work.part(input);
  }

  #one(record: InputRecord<unknown>, task: Task): void {
    if (this.plan.isTrusted && record.raw.headers.length > 1 && this.#isForAnother(record)) {
      this.#outbox.dropped(record, 'for-another-stage');
      return;
    }
    try {
      record.value = this.#decoder.decode(record.raw.value);
      const refused = this.suspicion.errorOf(this.#outbox.part.input.key, record.raw.offset);
      if (refused !== undefined) throw refused;
    } catch (error) {
      this.#outbox.rejected(record, error as RecordError);
      return;
    }
    const { eventTime, isTrusted } = this.plan;
    const own = eventTime?.of(record.value as never);
    const told = own === undefined ? undefined : { dataset: own.dataset, time: own.time, appendedAt: record.appendedAt, held: undefined };
    if (told !== undefined) record.behind = this.#behind(told);
    else if (isTrusted) record.behind = behindOf(record.raw);
    task.handle(record, this.#outbox);
    if (told !== undefined) this.#observe(told);
  }

  /** How far the partition had come, if the event was behind that. */
  #behind({ dataset, time, held }: Observed): Micros | undefined {
    const input = this.#inputOf(held);
    return input === undefined || input.isRedriven ? undefined : input.slot.task.source!.behind(input.key, dataset, time);
  }

  /** Undefined when the task no longer reads it. */
  #inputOf(held: Held | undefined): Input | undefined {
    return held === undefined ? this.#outbox.part.input : this.state.inputs.get(tpKey(held));
  }

  /** A dead letter of another stage that reads the topic: this one has had the record. */
  #isForAnother(record: InputRecord<unknown>): boolean {
    if (!record.raw.headers.some(([name]) => name === REDRIVEN_HEADER)) return false;
    record.redriven = redrivenOf(record.raw.headers);
    return record.redriven !== undefined && record.redriven.stage !== this.plan.wire.name;
  }

  /** Timers get the next transaction, when it is to be found out whether the broker refuses what they or what a record gives. */
  #isForLater(): boolean {
    if (!this.suspicion.isApart) return false;
    return (this.#outbox.work.isClosed = true);
  }

  /** What waited for the append time of this record. @returns Whether there is more of it, or it is to have a transaction of its own. */
  #fireBefore(input: Input, raw: RawRecord): boolean {
    const { task } = input.slot;
    if (!input.isRedriven) task.noteAppended(input.clock, appendedAtOf(raw, false));
    return task.hasDueTimers && (this.#isForLater() || this.#fire(input));
  }

  /** What is due although no record comes. The rest of very many waits for the next call. */
  fireDue(slot: Slot): void {
    const [input] = this.state.inputsOf(slot).filter(({ isReady }) => isReady);
    const { work } = this.state;
    if (input === undefined || !slot.task.hasDueTimers || work?.isFull(this.limit) || (work !== null && this.suspicion.isApart)) return;
    try {
      this.#fireAgain(input);
    } catch (error) {
      this.#host.fail(error as Error);
      return;
    }
    this.#host.wanted(this.state.work!.isFull(this.limit));
  }

  /** What is left of the timers. @returns Whether it stopped with more to do, or records are to wait for the next transaction. */
  #fireAgain(input: Input): boolean {
    this.#begin(input);
    const { counts } = this.#outbox.part;
    const before = counts.emitted;
    return this.#fire(input) || (counts.emitted > before && this.#isForLater());
  }

  #fire({ slot: { task } }: Input): boolean {
    this.#outbox.timerAppendedAt = Math.max(0, task.appendedAt);
    return task.fireTimers(this.#outbox, this.#options.limits.turnRecords);
  }

  #advance(input: Input, next: number): void {
    this.state.advance(input, next);
    this.#options.backlog.read(input.key, next);
  }

  isWatermark(record: RawRecord): boolean {
    return record.value !== null && frameId(record.value) === this.#watermarkId;
  }

  #hear(slot: Slot, raw: RawRecord): boolean {
    try {
      const { stage, task, of, datasets, idle } = this.#options.codec.decode(schemas.watermark, raw.value!);
      const isMoved = slot.task.hear(stage, task, of, datasets, idle);
      slot.isClockChanged = true;
      return isMoved;
    } catch (error) {
      this.#options.log.warn({ err: error, offset: raw.offset }, 'A watermark record cannot be read and is skipped.');
      return false;
    }
  }

  #observe({ dataset, time, appendedAt, held }: Observed): void {
    const input = this.#inputOf(held);
    if (input === undefined || input.isRedriven) return; // what happened long ago holds nobody back
    input.slot.task.source!.observe(input.key, dataset, time, appendedAt, input.lastRecordWallMs);
  }

  #noteRejected(record: InputRecord<unknown>, error: RecordError): void {
    if (error.code !== 'UNEXPECTED') return;
    const nowMs = this.#options.clock.nowMs();
    if (nowMs - this.#loggedUnexpectedMs < 1000) return; // the metric keeps the count
    this.#loggedUnexpectedMs = nowMs;
    this.#options.log.error(
      { err: error.cause, code: error.code, ...record.position },
      'A stage failed on a record, which is a bug of ours; the record is a dead letter.',
    );
  }

  #destinationOf(to: Topic<unknown>): Destination {
    if (!this.plan.patterns.some((pattern) => to.name.startsWith(prefixOf(pattern))))
      throw new TypeError(`${to.name} is not among the topics that ${this.plan.wire.name} is wired to`);
    const destination = this.#options.destinationOf(to);
    if (destination === undefined) throw new RetryableError('TOPIC_MISSING', `${to.name} does not exist yet`, { topic: to });
    this.plan.destinations.set(to.name, destination);
    return destination;
  }

  /** Waits while the transaction at hand is full and until it is under way; heartbeats go on. */
  async #room(control: BatchControl): Promise<void> {
    while (this.state.work?.isFull(this.limit) && !control.isStale()) {
      this.#host.wanted(true);
      await (this.#host.isBusy() ? Promise.race([this.#host.idle(), sleep(this.#options.clock, 1000)]) : turn());
      await control.beat();
    }
  }
}
