// One member of a stage's consumer group: its parts, and the transaction that they fill. Records run in `record-loop.ts`, partitions change
// hands in `ownership.ts`.
import type { RecordError } from '../core/errors.ts';
import type { Micros } from '../core/index.ts';
import { Committer } from './commit.ts';
import type { CommitHost } from './commit.ts';
import { Housekeeping } from './housekeeping.ts';
import type { StageInstanceOptions } from './instance-options.ts';
import { InstanceState } from './instance-state.ts';
import { Intake } from './intake.ts';
import type { PauseReason } from './intake.ts';
import type { Counts } from './ledger.ts';
import type { Work } from './outbox.ts';
import { Ownership } from './ownership.ts';
import type { GroupConsumer, GroupMetadata, TopicPartition } from './port.ts';
import { RecordLoop } from './record-loop.ts';
import { Settling } from './settling.ts';
import { sumOfLags } from './slot.ts';
import type { Input } from './slot.ts';
import { outputsOf } from './stage-plan.ts';
import type { StagePlan } from './stage-plan.ts';

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
  readonly #intake: Intake;
  readonly #ownership: Ownership;
  readonly #housekeeping: Housekeeping;
  readonly #closing = new AbortController();
  #isRunning = false; // not while there is no topic to read
  #handlers = 0;

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
    this.#settling = new Settling({ plan, codec, app, instanceId, clock, limits, tasks: options.tasks, metrics: options.metrics });
    this.#committer = new Committer<Input>({
      host: this,
      groupId,
      everyMs: plan.wire.commitEveryMs,
      retryBudgetMs: limits.retryBudgetMs,
      transactionTimeoutMs: limits.transactionTimeoutMs,
      clock,
      log,
      producer: () => broker.txnProducer({ transactionalId: `${groupId}.${instanceId}`, transactionTimeoutMs: limits.transactionTimeoutMs }),
    });
    this.#intake = new Intake(options, this.state, this.#consumer);
    this.#loop = new RecordLoop(options, this.state, {
      wanted: (isFull) => this.#committer.wanted(isFull),
      isBusy: () => this.#committer.isBusy,
      idle: () => this.#committer.idle(),
      seek: (tp, offset) => this.#consumer.seek(tp, offset),
      pauseTopic: (topic, ms) => this.#intake.pauseTopic(topic, ms),
      fail: (error) => this.fail(error),
      closing: this.#closing.signal,
    });
    const parts = { ...options, state: this.state, committer: this.#committer, settling: this.#settling, intake: this.#intake };
    this.#housekeeping = new Housekeeping({ ...parts, fireDue: (slot) => this.#loop.fireDue(slot) });
    this.#ownership = new Ownership({
      ...parts,
      consumer: this.#consumer,
      isWatermark: (record) => this.#loop.isWatermark(record),
      onReady: this.#setReady,
      fail: (error) => this.fail(error),
      closing: this.#closing.signal,
    });
    void this.#consumer.failed.then((error) => this.fail(error));
  }

  /** Resolves when the group is joined; restoring goes on behind. */
  async start(): Promise<void> {
    await this.#committer.open();
    await this.#run(this.#options.topics);
    this.#housekeeping.start();
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
        assigned: (owned, group) => this.#ownership.assigned(owned, group),
        revoked: () => this.#ownership.revoked(),
        lost: () => this.#ownership.drop(),
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
    this.#housekeeping.stop();
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
    return this.#intake.pausedFor;
  }

  /** Stops taking records for a reason, or goes on when none is left. */
  setPaused(reason: PauseReason, isPaused: boolean): void {
    this.#intake.setPaused(reason, isPaused);
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
    this.#loop.suspicion.committed(work);
    this.gauge();
  }

  /** Lag and watermark, as they are now. */
  gauge(): void {
    const { metrics } = this.#options;
    const stage = this.plan.wire.name;
    const { lag } = this;
    if (lag !== null) metrics.lag.set({ stage }, lag);
    if (this.watermark !== null) metrics.watermark.set({ stage }, this.watermark / 1e6);
  }

  /** Null when it is not known: see `StageStatus`. A stage that has no topic to read has none. */
  get lag(): number | null {
    const { state } = this;
    if (state.isFailed || (this.#isRunning && state.group === null)) return null;
    return sumOfLags([...state.inputs.values()].map((input) => input.lag));
  }

  /** The least of the tasks here that know one; null when none does. */
  get watermark(): Micros | null {
    const known = [...this.state.slots.values()].map(({ task }) => task.watermarks.of()).filter(Number.isFinite);
    return known.length === 0 ? null : Math.min(...known);
  }

  discard(): void {
    for (const [tp, position] of this.state.discard()) this.#consumer.seek(tp, position);
    this.#ownership.noteReading();
  }

  refused(work: Work<Input>, error: RecordError): boolean {
    return this.#loop.suspicion.note(work, error);
  }

  lost(): void {
    this.#ownership.drop();
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
    if (this.state.work !== null && this.state.group !== null) this.#committer.wanted(this.state.work.isFull(this.#loop.limit));
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
}

function addTo(totals: StageInstance['totals'], counts: Counts): void {
  const sum = (by: Readonly<Record<string, number>>) => Object.values(by).reduce((all, count) => all + count, 0);
  totals.in += counts.in;
  totals.passed += counts.passed;
  totals.dropped += sum(counts.dropped);
  totals.rejected += sum(counts.rejected);
  for (const partitions of Object.values(counts.out)) for (const [count] of Object.values(partitions)) totals.out += count;
}
