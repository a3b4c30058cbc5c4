// Runs records through their tasks: slices of a batch, synchronously, with turns of the event loop between them.
import { setImmediate as turn } from 'node:timers/promises';
import { RetryableError } from '../core/errors.ts';
import type { RecordError } from '../core/errors.ts';
import { REDRIVEN_HEADER } from '../core/dead-letter.ts';
import type { Micros, Topic } from '../core/index.ts';
import { redrivenOf } from '../core/redriven.ts';
import { schemas } from '../../schemas/avro/types.gen.ts';
import { UnexpectedCircuit } from './dead-letter.ts';
import type { Destination } from './destination.ts';
import { appendedAtOf, Decoder, frameId, InputRecord, NO_BYTES } from './input.ts';
import type { StageInstanceOptions } from './instance-options.ts';
import type { InstanceState } from './instance-state.ts';
import { Outbox } from './outbox.ts';
import type { RawBatch, RawRecord, TopicPartition } from './port.ts';
import { tpKey } from './port.ts';
import type { Input, Slot } from './slot.ts';
import { prefixOf } from './stage-plan.ts';
import type { StagePlan } from './stage-plan.ts';
import type { Task } from './task.ts';
import { RejectThrottle } from './throttle.ts';
import { backoffMs, sleep } from './wall-clock.ts';

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

export class RecordLoop {
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
      observe: isBytesSource ? (dataset, time, record) => this.#observe(record, dataset, time) : null,
      onRejected: (record, error) => this.#noteRejected(record, error),
      onMissing: (to) => this.#destinationOf(to),
      wallMs: clock.nowMs,
    });
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
    input.end = Math.max(batch.lastStableOffset, batch.nextOffset);
    const { records } = batch;
    let at = 0;
    while (at < records.length && records[at]!.offset < input.position) at++;
    while (at < records.length) {
      await this.#room(control);
      if (epoch !== state.epoch || control.isStale()) return;
      const to = Math.min(records.length, at + this.#options.limits.turnRecords);
      await this.#loadSchemas(records, at, to, control);
      if (epoch !== state.epoch || control.isStale()) return;
      for (let stop = this.#process(input, records, at, to, false); stop !== null;) {
        if (stop !== 'timers') await this.#options.createTopic(stop);
        await turn();
        await control.beat();
        await this.#room(control);
        if (epoch !== state.epoch || control.isStale()) return;
        while (at < to && records[at]!.offset < input.position) at++;
        stop = this.#process(input, records, at, to, true);
      }
      at = to;
      if (at === records.length) break;
      await turn();
      await control.beat();
    }
    if (epoch !== state.epoch) return;
    this.#advance(input, batch.nextOffset);
    if (input.lag === 0) input.slot.task.source?.arrived(input.key);
  }

  /**
   * Records [at, to), synchronously.
   * @param isAgain It stopped the time before, and timers may be left over.
   * @returns Why it stopped before the end: timers without number, or a topic that does not exist yet. The input's position says where.
   */
  #process(input: Input, records: readonly RawRecord[], at: number, to: number, isAgain: boolean): 'timers' | Topic<unknown> | null {
    const { state, plan } = this;
    const { task } = input.slot;
    const wallMs = this.#options.clock.nowMs();
    const hasTimers = plan.wire.stage.onTimer !== undefined;
    const before = state.work?.unexpected ?? 0;
    let taken = 0;
    try {
      if (isAgain && hasTimers) {
        this.#begin(input);
        if (this.#fire(input)) return 'timers';
      }
      for (let i = at; i < to; i++) {
        const raw = records[i]!;
        if (plan.isTrusted && this.isWatermark(raw)) {
          if (plan.needsClock) {
            this.#begin(input);
            const isMoved = this.#hear(input.slot, raw);
            taken++;
            input.position = raw.offset + 1;
            if (isMoved && hasTimers && this.#fire(input)) return 'timers';
          } else input.position = raw.offset + 1;
          continue;
        }
        if (taken === 0) this.#begin(input);
        const record = input.isRedriven
          ? InputRecord.ofRedriven(raw, input.tp)
          : new InputRecord<unknown>(raw, input.tp, appendedAtOf(raw, plan.isTrusted), undefined);
        input.lastRecordWallMs = wallMs;
        this.#one(record, task);
        this.#outbox.part.counts.in++;
        taken++;
        input.position = raw.offset + 1;
        input.appendedAt = record.appendedAt;
        if (task.source !== null && !input.isRedriven) task.source.observeAppend(input.key, record.appendedAt, wallMs);
        if (hasTimers && this.#fire(input)) return 'timers';
      }
      if (plan.isPattern) this.#slowDown(input.tp.topic, wallMs);
      if (taken > 0) this.#circuit.note(taken, state.work!.unexpected - before, wallMs);
    } catch (error) {
      if (error instanceof RetryableError && error.code === 'TOPIC_MISSING') return error.details['topic'] as Topic<unknown>;
      this.#host.fail(error as Error);
      throw error;
    } finally {
      this.#advance(input, input.position);
      if (state.work !== null && (taken > 0 || isAgain)) {
        state.work.count += taken;
        this.#host.wanted(state.work.isFull(this.#options.limits.commitRecords));
      }
    }
    return null;
  }

  #slowDown(topic: string, wallMs: number): void {
    const pauseMs = this.#outbox.refused === 0 ? 0 : this.#throttle.note(topic, this.#outbox.refused, wallMs);
    this.#outbox.refused = 0;
    if (pauseMs > 0) this.#host.pauseTopic(topic, pauseMs);
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
    } catch (error) {
      this.#outbox.rejected(record, error as RecordError);
      return;
    }
    task.handle(record, this.#outbox);
    const { eventTime } = this.plan;
    if (eventTime !== undefined) {
      const { time, dataset } = eventTime.of(record.value as never);
      this.#observe(record, dataset, time);
    }
  }

  /** A dead letter of another stage that reads the topic: this one has had the record. */
  #isForAnother(record: InputRecord<unknown>): boolean {
    if (!record.raw.headers.some(([name]) => name === REDRIVEN_HEADER)) return false;
    record.redriven = redrivenOf(record.raw.headers);
    return record.redriven !== undefined && record.redriven.stage !== this.plan.wire.name;
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

  #observe(record: InputRecord<unknown>, dataset: string, time: Micros): void {
    const input = this.#outbox.part.input;
    if (input.isRedriven) return; // what happened long ago holds nobody back
    input.slot.task.source!.observe(input.key, dataset, time, record.appendedAt, input.lastRecordWallMs);
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

  /** Waits while the transaction at hand is full and another is under way; heartbeats go on. */
  async #room(control: BatchControl): Promise<void> {
    const { limits, clock } = this.#options;
    while (this.#host.isBusy() && this.state.work?.isFull(limits.commitRecords)) {
      await Promise.race([this.#host.idle(), sleep(clock, 1000)]);
      await control.beat();
    }
  }

  async #loadSchemas(records: readonly RawRecord[], at: number, to: number, control: BatchControl): Promise<void> {
    const { codec, clock, log } = this.#options;
    for (let i = at; i < to; i++) {
      const id = this.#decoder.missing(records[i]!.value ?? NO_BYTES);
      if (id === undefined) continue;
      for (let attempt = 0; ; attempt++) {
        try {
          await codec.load(id);
          break;
        } catch (error) {
          if ((error as { code?: unknown }).code === 'UNKNOWN_SCHEMA') break; // the record is then rejected
          log.warn({ err: error, schemaId: id }, 'A schema cannot be had for now; the stage waits.');
          await sleep(clock, backoffMs(attempt), this.#host.closing);
          await control.beat();
        }
      }
    }
  }
}
