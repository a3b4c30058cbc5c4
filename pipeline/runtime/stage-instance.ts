// One member of a stage's consumer group: reads, runs its tasks, commits.
import type { Logger } from 'pino';
import { RetryableError } from '../core/errors.ts';
import type { FencedError, RecordError } from '../core/errors.ts';
import type { Micros, Topic } from '../core/index.ts';
import type { Codec } from '../../schemas/avro/codec.ts';
import { schemas } from '../../schemas/avro/types.gen.ts';
import type { Backlog } from './backlog.ts';
import { restoreTask } from './changelog.ts';
import { Committer } from './commit.ts';
import type { CommitHost } from './commit.ts';
import type { Destination } from './destination.ts';
import { UnexpectedCircuit } from './dead-letter.ts';
import { appendedAtOf, Decoder, frameId, InputRecord, NO_BYTES } from './input.ts';
import { emptyTally, fromMetadata } from './ledger.ts';
import type { Counts } from './ledger.ts';
import type { RuntimeMetrics } from './metrics.ts';
import { Outbox, Work } from './outbox.ts';
import type { Admin, Broker, GroupConsumer, GroupMetadata, Offsets, PartitionReader, RawBatch, RawRecord, TopicPartition } from './port.ts';
import { tpKey } from './port.ts';
import type { ReferenceData } from './reference.ts';
import { Settling } from './settling.ts';
import { Input, Slot } from './slot.ts';
import { outputsOf, prefixOf } from './stage-plan.ts';
import type { StagePlan } from './stage-plan.ts';
import { Task } from './task.ts';
import { backoffMs, sleep } from './wall-clock.ts';
import type { WallClock } from './wall-clock.ts';
import { SourceClock } from './watermark.ts';

export interface StageInstanceOptions {
  readonly app: string;
  readonly instanceId: string;
  readonly version: string;
  readonly plan: StagePlan;
  /** Topics to begin with, by their names on the broker. */
  readonly topics: readonly string[];
  /** How many tasks the stage has in all. */
  readonly tasks: () => number;
  readonly broker: Broker;
  readonly admin: Admin;
  readonly reader: PartitionReader;
  readonly codec: Codec;
  readonly reference: ReferenceData;
  readonly latenessOf: (dataset: string) => Micros;
  readonly maxFuture: Micros;
  readonly limits: RuntimeLimits;
  readonly clock: WallClock;
  readonly log: Logger;
  readonly metrics: RuntimeMetrics;
  /** What waits for this stage, for those before it in this process. */
  readonly backlog: Backlog;
  /** What waits for the stages of this process that read what this one writes, by name on the broker. */
  readonly downstream: ReadonlyMap<string, readonly Backlog[]>;
  /** A topic that a pattern of the wiring stands for; undefined when there is none yet. */
  readonly destinationOf: (to: Topic<unknown>) => Destination | undefined;
  readonly createTopic: (to: Topic<unknown>) => Promise<void>;
  readonly commitBeforeSend?: boolean;
}
export interface RuntimeLimits {
  /** Most records between two turns of the event loop. */
  readonly turnRecords: number;
  /** Uncommitted input records at which a commit does not wait for its time, and no more are taken while one is in flight. */
  readonly commitRecords: number;
  readonly ledgerEveryMs: number;
  readonly ledgerIdleMs: number;
  /** Silence after which a dataset holds nobody back. */
  readonly idleAfterMs: number;
  readonly retryBudgetMs: number;
  readonly transactionTimeoutMs: number;
  readonly maxBytesPerPartition: number;
}
export type PauseReason = 'behind' | 'reference';
const HOUSEKEEPING_MS = 250;
const APPEND_MARGIN: Micros = 1_000_000; // the broker's clock may be behind ours

export class StageInstance implements CommitHost<Input> {
  readonly plan: StagePlan;
  readonly inputs = new Map<string, Input>();
  readonly slots = new Map<number, Slot>();
  readonly failed: Promise<Error>;
  /** Since this process started. */
  readonly totals = { in: 0, passed: 0, dropped: 0, rejected: 0, out: 0 };
  /** All tasks of the first assignment have their state. */
  readonly ready: Promise<void>;
  readonly #fail: (error: Error) => void;
  readonly #setReady: () => void;
  readonly #options: StageInstanceOptions;
  readonly #consumer: GroupConsumer;
  readonly #committer: Committer<Input>;
  readonly #outbox: Outbox<Input>;
  readonly #settling: Settling;
  readonly #decoder: Decoder;
  readonly #watermarkId: number;
  readonly #circuit: UnexpectedCircuit;
  readonly #pauses = new Set<PauseReason>();
  readonly #closing = new AbortController();
  #work: Work<Input> | null = null;
  #group: GroupMetadata | null = null;
  #epoch = 0; // one more with each abort or loss: what was begun before it is stale
  #fenced: FencedError | null = null;
  #isFailed = false;
  #handlers = 0;
  #cancelHousekeeping: (() => void) | null = null;
  #loggedUnexpectedMs = -Infinity;

  constructor(options: StageInstanceOptions) {
    const { plan, codec, app, instanceId, version, clock, broker, limits, log } = options;
    const name = plan.wire.name;
    const groupId = `${app}.${name}`;
    this.plan = plan;
    this.#options = options;
    const failed = Promise.withResolvers<Error>();
    this.failed = failed.promise;
    this.#fail = failed.resolve;
    const ready = Promise.withResolvers<void>();
    this.ready = ready.promise;
    this.#setReady = ready.resolve;
    this.#consumer = broker.consumer({ groupId });
    this.#decoder = new Decoder(codec, plan.wire.from, plan.reads);
    this.#watermarkId = codec.idOf(schemas.watermark);
    this.#circuit = new UnexpectedCircuit(name);
    this.#settling = new Settling({ plan, codec, app, clock, limits, tasks: options.tasks });
    const isBytesSource = plan.upstream.length === 0 && plan.eventTime === undefined;
    this.#outbox = new Outbox<Input>({
      destinations: plan.destinations, deadLetters: plan.deadLetters, origin: { app, stage: name, version }, from: plan.wire.from.name, isTrusted: plan.isTrusted,
      observe: isBytesSource ? (dataset, time, record) => this.#observe(record, dataset, time) : null,
      onRejected: (record, error) => this.#noteRejected(record, error),
      onMissing: (to) => this.#destinationOf(to),
      wallMs: clock.nowMs,
    });
    this.#committer = new Committer<Input>({
      host: this, groupId, everyMs: plan.wire.commitEveryMs, retryBudgetMs: limits.retryBudgetMs, clock, log,
      producer: () => broker.txnProducer({ transactionalId: `${groupId}.${instanceId}`, transactionTimeoutMs: limits.transactionTimeoutMs }),
      ...(options.commitBeforeSend ? { commitBeforeSend: true } : {}),
    });
    void this.#consumer.failed.then((error) => this.fail(error));
  }

  /** Resolves when the group is joined; restoring goes on behind. */
  async start(): Promise<void> {
    await this.#committer.open();
    const { topics, limits } = this.#options;
    await this.#consumer.run({ topics, isolation: 'committed', start: 'earliest', maxBytesPerPartition: limits.maxBytesPerPartition }, {
      assigned: (owned, group) => this.#assigned(owned, group),
      revoked: () => this.#revoked(),
      lost: () => this.#drop(),
      batch: async (batch, control) => {
        this.#handlers++;
        await this.#batch(batch, control).finally(() => { this.#handlers--; });
      },
    });
    this.#housekeep();
  }

  async resubscribe(topics: readonly string[]): Promise<void> {
    await this.#consumer.resubscribe(topics);
  }

  /** Commits what there is, leaves the group. */
  async stop(): Promise<void> {
    this.#cancelHousekeeping?.();
    this.#closing.abort();
    await this.#consumer.stop();
    await this.#committer.close();
  }

  /** Nothing is waiting or under way: every record that was delivered has committed. */
  get isQuiet(): boolean { return this.isReady && this.#work === null && !this.#committer.isBusy && this.#handlers === 0; }
  get isReady(): boolean { return this.#group !== null && [...this.slots.values()].every(({ isReady }) => isReady); }
  get pausedFor(): readonly PauseReason[] { return [...this.#pauses]; }

  /** Stops taking records for a reason, or goes on when none is left. */
  setPaused(reason: PauseReason, isPaused: boolean): void {
    if (this.#pauses.has(reason) === isPaused) return;
    const { metrics, plan, log } = this.#options;
    if (isPaused) {
      this.#pauses.add(reason);
      metrics.pauses.inc({ stage: plan.wire.name, reason });
    } else this.#pauses.delete(reason);
    log.debug({ reason, isPaused }, 'The stage pauses its input, or goes on.');
    const ready = [...this.inputs.values()].filter((input) => input.isReady).map(({ tp }) => tp);
    if (ready.length === 0) return;
    if (this.#pauses.size > 0) this.#consumer.pause(ready);
    else this.#consumer.resume(ready);
  }

  // The group

  async #assigned(owned: readonly TopicPartition[], group: GroupMetadata): Promise<Offsets> {
    this.#group = group;
    this.#fenced = null;
    const keys = new Set(owned.map(tpKey));
    for (const input of this.inputs.values()) if (!keys.has(input.key)) this.#forget(input);
    const kept = new Map([...this.inputs.values()].filter(({ isReady }) => isReady).map(({ key, position }) => [key, position]));
    const added = owned.filter((tp) => !this.inputs.has(tpKey(tp)));
    this.#consumer.pause(this.#pauses.size > 0 ? owned : added);
    for (const [number, tps] of Map.groupBy(added, ({ partition }) => partition)) {
      const slot = this.slots.get(number) ?? this.#openSlot(number);
      const inputs = tps.map((tp) => new Input(tp, slot));
      for (const input of inputs) this.inputs.set(input.key, input);
      void this.#restore(slot, inputs);
    }
    this.#noteReading();
    if (this.isReady) this.#setReady();
    const { log, plan, metrics } = this.#options;
    metrics.tasks.set({ stage: plan.wire.name }, this.slots.size);
    log.info({ generation: group.generationId, partitions: owned.length, tasks: [...this.slots.keys()].sort((a, b) => a - b), restoring: added.length }, 'The stage has its partitions.');
    return kept;
  }

  async #revoked(): Promise<void> {
    this.#settling.isFlushing = true;
    for (const input of this.#settling.due(this.inputs.values())) this.#workFor(input);
    await this.#committer.drain();
    this.#settling.isFlushing = false;
    this.#group = null;
    // A task that is still coming back begins anew wherever it goes.
    for (const slot of this.slots.values()) if (!slot.isReady) for (const input of this.inputs.values()) if (input.slot === slot) this.#forget(input);
    for (const input of this.inputs.values()) if (!input.isReady) this.#forget(input);
  }

  #drop(): void {
    this.#epoch++;
    this.#work = null;
    this.#group = null;
    for (const slot of this.slots.values()) slot.abandoned.abort();
    this.inputs.clear();
    this.slots.clear();
    this.#noteReading();
  }

  #forget(input: Input): void {
    this.inputs.delete(input.key);
    input.slot.task.source?.forgetInput(input.key);
    if ([...this.inputs.values()].some(({ slot }) => slot === input.slot)) return;
    input.slot.abandoned.abort();
    this.slots.delete(input.slot.number);
  }

  #openSlot(number: number): Slot {
    const { plan, reference, latenessOf, maxFuture, clock } = this.#options;
    const source = plan.upstream.length === 0 ? new SourceClock(latenessOf, maxFuture) : null;
    const slot = new Slot(number, new Task({ stage: plan.wire.stage, reference, upstream: plan.upstream, source }), clock.nowMs());
    this.slots.set(number, slot);
    return slot;
  }

  /** Positions, counts and stores of new inputs, in the background: they stay paused until then. */
  async #restore(slot: Slot, inputs: readonly Input[]): Promise<void> {
    const { app, admin, reader, codec, plan, clock, log, metrics } = this.#options;
    const stage = plan.wire.name;
    const signal = AbortSignal.any([slot.abandoned.signal, this.#closing.signal]);
    const beganMs = clock.nowMs();
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        const tps = inputs.map(({ tp }) => tp);
        const found = await admin.positions(`${app}.${stage}`, tps);
        const [earliest, stable] = await Promise.all([admin.offsets(tps, 'earliest'), admin.offsets(tps, 'stable')]);
        const beside = inputs.map(({ key }) => fromMetadata(found.get(key)?.metadata ?? ''));
        if (!slot.isReady) {
          const marks = beside.find((each) => each !== undefined && Object.keys(each.marks).length > 0)?.marks ?? {};
          const changelogs: Record<string, number> = {};
          for (const each of beside) for (const [store, end] of Object.entries(each?.changelogs ?? {})) changelogs[store] = Math.max(changelogs[store] ?? 0, end);
          let restored = 0;
          const ends = await restoreTask(slot.task, slot.number, { changelogs, marks }, {
            app, admin, reader, codec, output: plan.output, signal, wallMs: clock.nowMs(), isWatermark: (record) => this.#isWatermark(record),
            onProgress: (records) => {
              restored += records;
              metrics.restored.inc({ stage }, records);
            },
          });
          slot.changelogs = ends.changelogs;
          slot.outputEnd = ends.outputEnd;
          metrics.restoreSeconds.set({ stage }, (clock.nowMs() - beganMs) / 1000);
          log.info({ task: `${stage}_${slot.number}`, records: restored, ms: clock.nowMs() - beganMs }, 'The task has its state.');
        }
        signal.throwIfAborted();
        inputs.forEach((input, i) => {
          const committed = found.get(input.key);
          input.position = input.committed = committed !== undefined && committed.offset >= 0 ? committed.offset : earliest.get(input.key) ?? 0;
          input.tally = beside[i]?.tally ?? emptyTally(input.committed);
          input.commits = beside[i]?.n ?? 0;
          input.lastRecordWallMs = clock.nowMs();
          input.end = stable.get(input.key) ?? input.position;
          input.isReady = true;
          if (input.lag > 0) slot.task.source?.await(input.key);
          this.#consumer.seek(input.tp, input.position);
        });
        slot.isReady = true;
        this.#noteReading();
        if (this.#pauses.size === 0) this.#consumer.resume(tps);
        if (this.isReady) this.#setReady();
        return;
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof RetryableError)) return this.fail(error as Error);
        log.warn({ err: error, task: `${stage}_${slot.number}` }, 'The state of a task cannot be read for now.');
        if (!slot.isReady) return this.#reopen(slot, inputs, attempt);
        await sleep(clock, backoffMs(attempt), signal);
      }
    }
  }

  /** A restore that failed half way left half a state: begin with an empty task. */
  async #reopen(slot: Slot, inputs: readonly Input[], attempt: number): Promise<void> {
    await sleep(this.#options.clock, backoffMs(attempt + 2), AbortSignal.any([slot.abandoned.signal, this.#closing.signal]));
    if (this.slots.get(slot.number) !== slot) return;
    const fresh = this.#openSlot(slot.number);
    const moved = inputs.map(({ tp }) => new Input(tp, fresh));
    for (const input of moved) this.inputs.set(input.key, input);
    void this.#restore(fresh, moved);
  }

  /** Tells the stage before, if it runs in this process, from where on this one reads. */
  #noteReading(): void {
    const positions = new Map([...this.inputs.values()].filter(({ isReady }) => isReady).map(({ key, position }) => [key, position]));
    this.#options.backlog.assigned(positions);
  }

  // Records

  async #batch(batch: RawBatch, control: { readonly beat: () => Promise<void>; readonly isStale: () => boolean }): Promise<void> {
    if (this.#isFailed) return;
    if (this.#fenced !== null) throw this.#fenced;
    const input = this.inputs.get(tpKey(batch.tp));
    if (!input?.isReady) return; // sought again when it is
    const epoch = this.#epoch;
    if (batch.from > input.position && input.soughtFor !== input.position) {
      input.soughtFor = input.position; // fetched before an abort went back
      this.#consumer.seek(input.tp, input.position);
      return;
    }
    input.end = Math.max(batch.lastStableOffset, batch.nextOffset);
    const { records } = batch;
    let at = 0;
    while (at < records.length && records[at]!.offset < input.position) at++;
    while (at < records.length) {
      await this.#room(control);
      if (epoch !== this.#epoch || control.isStale()) return;
      const to = Math.min(records.length, at + this.#options.limits.turnRecords);
      await this.#loadSchemas(records, at, to, control);
      if (epoch !== this.#epoch || control.isStale()) return;
      const missing = this.#process(input, records, at, to);
      if (missing !== undefined) {
        await this.#options.createTopic(missing.topic);
        at = missing.at;
        if (epoch !== this.#epoch) return;
        continue;
      }
      at = to;
      if (at === records.length) break;
      await new Promise<void>((resolve) => { setImmediate(resolve); });
      await control.beat();
    }
    if (epoch !== this.#epoch) return;
    this.#advance(input, batch.nextOffset);
    if (input.lag === 0) input.slot.task.source?.arrived(input.key);
  }

  /** Records [at, to), synchronously. @returns Where it stopped for a topic that does not exist yet. */
  #process(input: Input, records: readonly RawRecord[], at: number, to: number): { readonly at: number; readonly topic: Topic<unknown> } | undefined {
    const { plan } = this;
    const { task } = input.slot;
    const wallMs = this.#options.clock.nowMs();
    const hasTimers = plan.wire.stage.onTimer !== undefined;
    const before = this.#work?.unexpected ?? 0;
    let taken = 0;
    let i = at;
    try {
      for (; i < to; i++) {
        const raw = records[i]!;
        if (plan.isTrusted && this.#isWatermark(raw)) {
          if (plan.needsClock) {
            this.#begin(input);
            if (this.#hear(input.slot, raw) && hasTimers) this.#fire(task);
            taken++;
          }
          input.position = raw.offset + 1;
          continue;
        }
        if (taken === 0) this.#begin(input);
        const record = new InputRecord<unknown>(raw, input.tp, appendedAtOf(raw, plan.isTrusted), undefined);
        input.lastRecordWallMs = wallMs;
        this.#one(record, task);
        this.#outbox.part.counts.in++;
        taken++;
        input.position = raw.offset + 1;
        input.appendedAt = record.appendedAt;
        if (task.source !== null) task.source.observeAppend(input.key, record.appendedAt, wallMs);
        if (hasTimers) this.#fire(task);
      }
      if (taken > 0) this.#circuit.note(taken, this.#work!.unexpected - before, wallMs);
    } catch (error) {
      if (!(error instanceof RetryableError) || error.code !== 'TOPIC_MISSING') {
        this.fail(error as Error);
        throw error;
      }
      return { at: i, topic: error.details['topic'] as Topic<unknown> };
    } finally {
      this.#advance(input, input.position);
      if (taken > 0 && this.#work !== null) {
        this.#work.count += taken;
        this.#committer.wanted(this.#work.count >= this.#options.limits.commitRecords);
      }
    }
    return undefined;
  }

  #begin(input: Input): void {
    this.#outbox.work = this.#workFor(input);
    this.#outbox.part = this.#outbox.work.part(input);
  }

  #one(record: InputRecord<unknown>, task: Task): void {
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

  #fire(task: Task): void {
    this.#outbox.timerAppendedAt = Math.max(0, task.appendedAt);
    task.fireTimers(this.#outbox);
  }

  #advance(input: Input, next: number): void {
    input.position = next;
    const part = this.#work?.parts.get(input.key);
    if (part !== undefined) part.next = next;
    this.#options.backlog.read(input.key, next);
  }

  #workFor(input: Input): Work<Input> {
    this.#work ??= new Work<Input>(this.#group!, this.#options.clock.nowMs());
    this.#work.part(input);
    return this.#work;
  }

  #isWatermark(record: RawRecord): boolean {
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
    input.slot.task.source!.observe(input.key, dataset, time, record.appendedAt, input.lastRecordWallMs);
  }

  #noteRejected(record: InputRecord<unknown>, error: RecordError): void {
    if (error.code !== 'UNEXPECTED') return;
    const nowMs = this.#options.clock.nowMs();
    if (nowMs - this.#loggedUnexpectedMs < 1000) return; // the metric keeps the count
    this.#loggedUnexpectedMs = nowMs;
    this.#options.log.error({ err: error.cause, code: error.code, ...record.position }, 'A stage failed on a record, which is a bug of ours; the record is a dead letter.');
  }

  #destinationOf(to: Topic<unknown>): Destination {
    if (!this.plan.patterns.some((pattern) => to.name.startsWith(prefixOf(pattern)))) throw new TypeError(`${to.name} is not among the topics that ${this.plan.wire.name} is wired to`);
    const destination = this.#options.destinationOf(to);
    if (destination === undefined) throw new RetryableError('TOPIC_MISSING', `${to.name} does not exist yet`, { topic: to });
    this.plan.destinations.set(to.name, destination);
    return destination;
  }

  /** Waits while the transaction at hand is full and another is under way; heartbeats go on. */
  async #room(control: { readonly beat: () => Promise<void> }): Promise<void> {
    const { limits, clock } = this.#options;
    while (this.#committer.isBusy && (this.#work?.count ?? 0) >= limits.commitRecords) {
      await Promise.race([this.#committer.idle(), sleep(clock, 1000)]);
      await control.beat();
    }
  }

  async #loadSchemas(records: readonly RawRecord[], at: number, to: number, control: { readonly beat: () => Promise<void> }): Promise<void> {
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
          await sleep(clock, backoffMs(attempt), this.#closing.signal);
          await control.beat();
        }
      }
    }
  }

  // Commits

  take(): Work<Input> | undefined {
    const work = this.#work;
    if (work === null || this.#isFailed) return undefined;
    this.#work = null;
    this.#settling.complete(work);
    return work;
  }

  settle(...args: Parameters<CommitHost<Input>['settle']>): ReturnType<CommitHost<Input>['settle']> {
    return this.#settling.settle(...args);
  }

  committed(work: Work<Input>): void {
    const { metrics, plan, downstream, clock } = this.#options;
    for (const { input } of work.parts.values()) if (this.inputs.get(input.key) !== input) return; // lost meanwhile
    const ends = this.#settling.apply(work, metrics);
    for (const [tp, end] of ends) for (const backlog of downstream.get(tp.topic) ?? []) backlog.wrote(tp, end, clock.nowMs());
    for (const { counts } of work.parts.values()) addTo(this.totals, counts);
    const lag = [...this.inputs.values()].reduce((sum, input) => sum + input.lag, 0);
    metrics.lag.set({ stage: plan.wire.name }, lag);
  }

  discard(): void {
    this.#epoch++;
    this.#work = null;
    for (const slot of this.slots.values()) {
      if (!slot.isReady) continue;
      slot.task.abort();
      slot.forgetTold();
      slot.isClockChanged = false;
    }
    for (const input of this.inputs.values()) {
      if (!input.isReady) continue;
      input.position = input.committed;
      input.soughtFor = -1;
      this.#consumer.seek(input.tp, input.committed);
    }
    this.#noteReading();
  }

  lost(error: FencedError): void {
    this.#fenced = error;
    this.#drop();
  }

  async metadata(_group: GroupMetadata, keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const { app, admin } = this.#options;
    const tps = keys.map((key) => ({ topic: key.slice(0, key.lastIndexOf('/')), partition: Number(key.slice(key.lastIndexOf('/') + 1)) }));
    return new Map([...await admin.positions(`${app}.${this.plan.wire.name}`, tps)].map(([key, { metadata }]) => [key, metadata]));
  }

  outputs(): readonly TopicPartition[] {
    return outputsOf(this.plan, this.#options.tasks());
  }

  ended(): void {
    if (this.#work !== null && this.#group !== null) this.#committer.wanted(this.#work.count >= this.#options.limits.commitRecords);
  }

  measured(outcome: 'committed' | 'aborted' | 'fenced', ms: number, records: number): void {
    const { metrics } = this.#options;
    const stage = this.plan.wire.name;
    metrics.commits.inc({ stage, outcome });
    if (outcome !== 'committed') return;
    metrics.commitSeconds.observe({ stage }, ms / 1000);
    metrics.commitRecords.observe({ stage }, records);
  }

  /** Nothing that is not committed yet will be: a timer may have failed half way. */
  fail(error: Error): void {
    this.#isFailed = true;
    this.#work = null;
    this.#fail(error);
  }

  // By the wall clock: entries of the ledger that are due though nothing comes, and the silence of a source.
  #housekeep(): void {
    const { clock } = this.#options;
    this.#cancelHousekeeping = clock.after(HOUSEKEEPING_MS, () => {
      this.#housekeep();
      if (this.#group === null || this.#committer.isBusy || this.#isFailed) return;
      const nowMs = clock.nowMs();
      for (const input of this.#settling.due(this.inputs.values())) this.#workFor(input);
      if (this.plan.upstream.length === 0) for (const slot of this.slots.values()) this.#noteSilence(slot, nowMs);
      if (this.#work !== null) this.#committer.wanted(false);
    });
  }

  /** Only a task that has read all there is can say that nothing came. */
  #noteSilence(slot: Slot, nowMs: number): void {
    if (!slot.isReady || !slot.isSilenceDue(nowMs) || this.plan.told.length === 0) return;
    const inputs = [...this.inputs.values()].filter((input) => input.slot === slot);
    const source = slot.task.source!;
    for (const input of inputs) {
      if (!input.isReady || input.lag > 0) continue;
      source.observeAppend(input.key, nowMs * 1000 - APPEND_MARGIN, nowMs);
    }
    source.forgetSilent(nowMs - this.#options.limits.idleAfterMs);
    slot.task.refresh();
    this.#settling.tell(slot);
    this.#workFor(inputs[0]!);
  }
}

function addTo(totals: StageInstance['totals'], counts: Counts): void {
  const sum = (by: Readonly<Record<string, number>>) => Object.values(by).reduce((all, count) => all + count, 0);
  totals.in += counts.in;
  totals.passed += counts.passed;
  totals.dropped += sum(counts.dropped);
  totals.rejected += sum(counts.rejected);
  for (const partitions of Object.values(counts.out)) for (const [count] of Object.values(partitions)) totals.out += count;
}
