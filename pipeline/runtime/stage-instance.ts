// One member of a stage's consumer group: membership, commits and what the wall clock asks for. Records run in `record-loop.ts`.
import type { Micros } from '../core/index.ts';
import { Committer } from './commit.ts';
import type { CommitHost } from './commit.ts';
import type { StageInstanceOptions } from './instance-options.ts';
import { InstanceState } from './instance-state.ts';
import type { Counts } from './ledger.ts';
import type { Work } from './outbox.ts';
import type { GroupConsumer, GroupMetadata, Offsets, TopicPartition } from './port.ts';
import { tpKey } from './port.ts';
import { RecordLoop } from './record-loop.ts';
import { restoreSlot } from './restoring.ts';
import { Settling } from './settling.ts';
import { Input, Slot } from './slot.ts';
import { outputsOf } from './stage-plan.ts';
import type { StagePlan } from './stage-plan.ts';
import { Task } from './task.ts';
import { SourceClock } from './watermark.ts';

export type PauseReason = 'behind' | 'reference';
const HOUSEKEEPING_MS = 250;
const APPEND_MARGIN: Micros = 1_000_000; // the broker's clock may be behind ours

export class StageInstance implements CommitHost<Input> {
  readonly plan: StagePlan;
  readonly state = new InstanceState();
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
  readonly #loop: RecordLoop;
  readonly #settling: Settling;
  readonly #pauses = new Set<PauseReason>();
  readonly #slowed = new Set<string>(); // topics
  readonly #closing = new AbortController();
  #isRunning = false; // not while there is no topic to read
  #handlers = 0;
  #cancelHousekeeping: (() => void) | null = null;

  constructor(options: StageInstanceOptions) {
    const { plan, codec, app, instanceId, clock, broker, limits, log } = options;
    const groupId = `${app}.${plan.wire.name}`;
    this.plan = plan;
    this.#options = options;
    const failed = Promise.withResolvers<Error>();
    this.failed = failed.promise;
    this.#fail = failed.resolve;
    const ready = Promise.withResolvers<void>();
    this.ready = ready.promise;
    this.#setReady = ready.resolve;
    this.#consumer = broker.consumer({ groupId });
    this.#settling = new Settling({ plan, codec, app, clock, limits, tasks: options.tasks, metrics: options.metrics });
    this.#committer = new Committer<Input>({
      host: this,
      groupId,
      everyMs: plan.wire.commitEveryMs,
      retryBudgetMs: limits.retryBudgetMs,
      clock,
      log,
      producer: () => broker.txnProducer({ transactionalId: `${groupId}.${instanceId}`, transactionTimeoutMs: limits.transactionTimeoutMs }),
      ...(options.commitBeforeSend ? { commitBeforeSend: true } : {}),
    });
    this.#loop = new RecordLoop(options, this.state, {
      wanted: (isFull) => this.#committer.wanted(isFull),
      isBusy: () => this.#committer.isBusy,
      idle: () => this.#committer.idle(),
      seek: (tp, offset) => this.#consumer.seek(tp, offset),
      pauseTopic: (topic, ms) => this.#pauseTopic(topic, ms),
      fail: (error) => this.fail(error),
      closing: this.#closing.signal,
    });
    void this.#consumer.failed.then((error) => this.fail(error));
  }

  /** Resolves when the group is joined; restoring goes on behind. */
  async start(): Promise<void> {
    await this.#committer.open();
    await this.#run(this.#options.topics);
    this.#housekeep();
  }

  /** Reads other topics from now on. */
  async resubscribe(topics: readonly string[]): Promise<void> {
    if (this.#isRunning) await this.#consumer.resubscribe(topics);
    else await this.#run(topics);
  }

  async #run(topics: readonly string[]): Promise<void> {
    if (topics.length === 0) return this.#setReady();
    this.#isRunning = true;
    await this.#consumer.run(
      { topics, isolation: 'committed', start: 'earliest', maxBytesPerPartition: this.#options.limits.maxBytesPerPartition },
      {
        assigned: (owned, group) => this.#assigned(owned, group),
        revoked: () => this.#revoked(),
        lost: () => this.#drop(),
        batch: async (batch, control) => {
          this.#handlers++;
          await this.#loop.take(batch, control).finally(() => {
            this.#handlers--;
          });
        },
      },
    );
  }

  /** Commits what there is, leaves the group. */
  async stop(): Promise<void> {
    this.#cancelHousekeeping?.();
    this.#closing.abort();
    if (this.#isRunning) await this.#consumer.stop();
    await this.#committer.close();
  }

  get inputs(): ReadonlyMap<string, Input> {
    return this.state.inputs;
  }
  get isReady(): boolean {
    return !this.#isRunning || this.state.isReady;
  }
  /** Nothing is waiting or under way: every record that was delivered has committed. */
  get isQuiet(): boolean {
    return this.isReady && this.state.work === null && !this.#committer.isBusy && this.#handlers === 0;
  }
  get pausedFor(): readonly PauseReason[] {
    return [...this.#pauses];
  }

  /** Stops taking records for a reason, or goes on when none is left. */
  setPaused(reason: PauseReason, isPaused: boolean): void {
    if (this.#pauses.has(reason) === isPaused) return;
    const { metrics, log } = this.#options;
    if (isPaused) {
      this.#pauses.add(reason);
      metrics.pauses.inc({ stage: this.plan.wire.name, reason });
    } else this.#pauses.delete(reason);
    log.debug({ reason, isPaused }, 'The stage pauses its input, or goes on.');
    if (this.#pauses.size > 0) this.#consumer.pause(this.state.readyInputs.map(({ tp }) => tp));
    else this.#resume(this.state.readyInputs.map(({ tp }) => tp));
  }

  #resume(partitions: readonly TopicPartition[]): void {
    if (this.#pauses.size === 0) this.#consumer.resume(partitions.filter(({ topic }) => !this.#slowed.has(topic)));
  }

  /** A topic whose records are mostly refused waits; the others go on. */
  #pauseTopic(topic: string, ms: number): void {
    if (this.#slowed.has(topic)) return;
    const { clock, log, metrics } = this.#options;
    const partitions = () => this.state.readyInputs.map(({ tp }) => tp).filter((tp) => tp.topic === topic);
    this.#slowed.add(topic);
    this.#consumer.pause(partitions());
    metrics.pauses.inc({ stage: this.plan.wire.name, reason: 'rejects' });
    log.warn({ topic, ms }, 'A source sends records that are refused; it is read more slowly.');
    clock.after(ms, () => {
      this.#slowed.delete(topic);
      this.#resume(partitions());
    });
  }

  // The group

  async #assigned(owned: readonly TopicPartition[], group: GroupMetadata): Promise<Offsets> {
    const { state } = this;
    state.group = group;
    const keys = new Set(owned.map(tpKey));
    for (const input of state.inputs.values()) if (!keys.has(input.key)) state.forget(input);
    const added = owned.filter((tp) => !state.inputs.has(tpKey(tp)));
    this.#consumer.pause(this.#pauses.size > 0 ? owned : added);
    for (const [number, tps] of Map.groupBy(added, ({ partition }) => partition)) this.#open(state.slots.get(number) ?? this.#newSlot(number), tps);
    this.#noteReading();
    if (state.isReady) this.#setReady();
    const { log, metrics } = this.#options;
    metrics.tasks.set({ stage: this.plan.wire.name }, state.slots.size);
    log.info(
      { generation: group.generationId, partitions: owned.length, tasks: [...state.slots.keys()].sort((a, b) => a - b), restoring: added.length },
      'The stage has its partitions.',
    );
    return state.positions();
  }

  async #revoked(): Promise<void> {
    const { state } = this;
    this.#settling.isFlushing = true;
    for (const input of this.#settling.due(state.inputs.values())) state.workFor(input);
    await this.#committer.drain();
    this.#settling.isFlushing = false;
    state.group = null;
    for (const input of state.inputs.values()) if (!input.isReady || !input.slot.isReady) state.forget(input); // begins anew wherever it goes
  }

  #drop(): void {
    this.state.drop();
    this.#noteReading();
  }

  #newSlot(number: number): Slot {
    const { reference, latenessOf, maxFuture, clock } = this.#options;
    const source = this.plan.upstream.length === 0 ? new SourceClock(latenessOf, maxFuture) : null;
    const slot = new Slot(number, new Task({ stage: this.plan.wire.stage, reference, upstream: this.plan.upstream, source }), clock.nowMs());
    this.state.slots.set(number, slot);
    return slot;
  }

  /** Inputs of a slot come back in the background; they stay paused until then. */
  #open(slot: Slot, tps: readonly TopicPartition[]): void {
    const inputs = tps.map((tp) => new Input(tp, slot));
    for (const input of inputs) this.state.inputs.set(input.key, input);
    const signal = AbortSignal.any([slot.abandoned.signal, this.#closing.signal]);
    restoreSlot(slot, inputs, this.#options, (record) => this.#loop.isWatermark(record), signal).then(
      (result) => {
        if (result === 'ended' || this.state.slots.get(slot.number) !== slot) return;
        if (result === 'half') return this.#open(this.#newSlot(slot.number), tps);
        for (const { tp, position } of inputs) this.#consumer.seek(tp, position);
        this.#noteReading();
        this.#resume(tps);
        if (this.state.isReady) this.#setReady();
      },
      (error: unknown) => this.fail(error as Error),
    );
  }

  /** Tells the stage before, if it runs in this process, from where on this one reads. */
  #noteReading(): void {
    this.#options.backlog.assigned(this.state.positions());
  }

  // Commits

  take(): Work<Input> | undefined {
    const work = this.state.work;
    if (work === null || this.state.isFailed) return undefined;
    this.state.work = null;
    this.#settling.complete(work);
    return work;
  }

  settle(...args: Parameters<CommitHost<Input>['settle']>): ReturnType<CommitHost<Input>['settle']> {
    return this.#settling.settle(...args);
  }

  committed(work: Work<Input>): void {
    const { downstream, clock } = this.#options;
    for (const { input } of work.parts.values()) if (this.state.inputs.get(input.key) !== input) return; // lost meanwhile
    const ends = this.#settling.apply(work);
    for (const [tp, end] of ends) for (const backlog of downstream.get(tp.topic) ?? []) backlog.wrote(tp, end, clock.nowMs());
    for (const { counts } of work.parts.values()) addTo(this.totals, counts);
    this.gauge();
  }

  /** Lag and watermark, as they are now. */
  gauge(): void {
    const { metrics } = this.#options;
    const stage = this.plan.wire.name;
    let lag = 0;
    for (const input of this.state.inputs.values()) lag += input.lag;
    metrics.lag.set({ stage }, lag);
    if (this.watermark !== null) metrics.watermark.set({ stage }, this.watermark / 1e6);
  }

  /** The least of the tasks here that know one; null when none does. */
  get watermark(): Micros | null {
    const known = [...this.state.slots.values()].map(({ task }) => task.watermarks.of()).filter(Number.isFinite);
    return known.length === 0 ? null : Math.min(...known);
  }

  discard(): void {
    for (const [tp, position] of this.state.discard()) this.#consumer.seek(tp, position);
    this.#noteReading();
  }

  lost(): void {
    this.#drop();
    this.#consumer.rejoin();
  }

  async metadata(_group: GroupMetadata, keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const { app, admin } = this.#options;
    const tps = keys.map((key) => ({ topic: key.slice(0, key.lastIndexOf('/')), partition: Number(key.slice(key.lastIndexOf('/') + 1)) }));
    return new Map([...(await admin.positions(`${app}.${this.plan.wire.name}`, tps))].map(([key, { metadata }]) => [key, metadata]));
  }

  outputs(): readonly TopicPartition[] {
    return outputsOf(this.plan, this.#options.tasks());
  }

  ended(): void {
    if (this.state.work !== null && this.state.group !== null) this.#committer.wanted(this.state.work.isFull(this.#options.limits.commitRecords));
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
    this.state.isFailed = true;
    this.state.work = null;
    this.#fail(error);
  }

  // By the wall clock: entries of the ledger that are due though nothing comes, and the silence of a source.
  #housekeep(): void {
    const { clock, log } = this.#options;
    this.#cancelHousekeeping = clock.after(HOUSEKEEPING_MS, () => {
      this.#housekeep();
      if (this.state.group === null || this.#committer.isBusy || this.state.isFailed) return;
      for (const input of this.#settling.due(this.state.inputs.values())) this.state.workFor(input);
      if (this.state.work !== null) this.#committer.wanted(false);
      const silent =
        this.plan.upstream.length === 0 && this.plan.told.length > 0 && this.#pauses.size === 0
          ? [...this.state.slots.values()].filter((slot) => slot.isReady && slot.isSilenceDue(clock.nowMs()))
          : [];
      if (silent.length > 0) this.#noteSilence(silent).catch((error: unknown) => log.debug({ err: error }, 'Silence could not be told.'));
    });
  }

  /** Only a task that has read all there is can say that nothing came. */
  async #noteSilence(slots: readonly Slot[]): Promise<void> {
    const { admin, clock, limits } = this.#options;
    const { epoch } = this.state;
    const askedMs = clock.nowMs();
    const ends = await admin.offsets(
      slots.flatMap((slot) => this.state.inputsOf(slot)).map(({ tp }) => tp),
      'stable',
    );
    if (this.state.epoch !== epoch || this.state.group === null) return;
    for (const slot of slots) {
      const inputs = this.state.inputsOf(slot).filter(({ isReady }) => isReady);
      if (inputs.length === 0) continue;
      for (const input of inputs) {
        if (input.position < (ends.get(input.key) ?? Infinity)) continue;
        slot.task.source!.observeAppend(input.key, askedMs * 1000 - APPEND_MARGIN, input.lastRecordWallMs);
      }
      slot.task.source!.forgetSilent(askedMs - limits.idleAfterMs);
      slot.task.refresh();
      this.#settling.tell(slot);
      this.state.workFor(inputs[0]!);
    }
    this.#committer.wanted(false);
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
