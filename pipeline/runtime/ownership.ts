// Which tasks a stage instance has, and what becomes of their state when partitions change hands.
import type { Committer } from './commit.ts';
import type { StageInstanceOptions } from './instance-options.ts';
import type { InstanceState } from './instance-state.ts';
import type { Intake } from './intake.ts';
import { Orphans } from './orphans.ts';
import type { GroupConsumer, GroupMetadata, Offsets, RawRecord, TopicPartition } from './port.ts';
import { tpKey } from './port.ts';
import { restoreSlot } from './restoring.ts';
import type { Settling } from './settling.ts';
import { Input, Slot } from './slot.ts';
import { Task } from './task.ts';
import { SourceClock } from './watermark.ts';

export interface OwnershipOptions extends StageInstanceOptions {
  readonly state: InstanceState;
  readonly consumer: GroupConsumer;
  readonly committer: Committer<Input>;
  readonly settling: Settling;
  readonly intake: Intake;
  readonly isWatermark: (record: RawRecord) => boolean;
  /** All tasks have their state. */
  readonly onReady: () => void;
  readonly fail: (error: Error) => void;
  readonly closing: AbortSignal;
}

/**
 * A rebalance takes all partitions away and gives most of them back. State, timers and watermarks of a task stay in memory meanwhile, and a
 * restore goes on; they count if the task comes back in the very next generation, since then nobody else can have had it.
 */
export class Ownership {
  readonly #options: OwnershipOptions;
  readonly #state: InstanceState;
  readonly #orphans: Orphans;
  #generationId = -1;

  constructor(options: OwnershipOptions) {
    this.#options = options;
    this.#state = options.state;
    this.#orphans = new Orphans(options);
  }

  async assigned(owned: readonly TopicPartition[], group: GroupMetadata): Promise<Offsets> {
    const { intake, log, metrics, plan } = this.#options;
    const state = this.#state;
    if (group.generationId !== this.#generationId + 1) state.drop();
    this.#generationId = group.generationId;
    state.group = group;
    const keys = new Set(owned.map(tpKey));
    for (const input of state.inputs.values()) if (!keys.has(input.key)) state.forget(input);
    const added = owned.filter((tp) => !state.inputs.has(tpKey(tp)));
    const kept = state.slots.size;
    for (const [number, tps] of Map.groupBy(added, ({ partition }) => partition)) this.#add(number, tps);
    intake.renew(owned);
    this.noteReading();
    if (state.isReady) this.#options.onReady();
    metrics.tasks.set({ stage: plan.wire.name }, state.slots.size);
    log.info(
      { generation: group.generationId, partitions: owned.length, tasks: [...state.slots.keys()].sort((a, b) => a - b), kept, added: state.slots.size - kept },
      'The stage has its partitions.',
    );
    return state.positions();
  }

  /** Commits what there is; what cannot be committed is rolled back, and read again by whoever has the partition next. */
  async revoked(): Promise<void> {
    const { settling, committer } = this.#options;
    settling.isFlushing = true;
    for (const input of settling.due(this.#state.inputs.values())) this.#state.workFor(input);
    await committer.drain();
    settling.isFlushing = false;
    this.#state.group = null;
  }

  /** Nothing of it is ours any more. */
  drop(): void {
    this.#state.drop();
    this.#generationId = -1;
    this.noteReading();
  }

  /** Tells the stage before, if it runs in this process, from where on this one reads. */
  noteReading(): void {
    this.#options.backlog.assigned(this.#state.positions());
  }

  #add(number: number, tps: readonly TopicPartition[]): void {
    const slot = this.#state.slots.get(number);
    if (slot === undefined || slot.isReady) return this.#open(slot ?? this.#newSlot(number), tps);
    const waiting = this.#state.inputsOf(slot).map(({ tp }) => tp); // one restore fills its stores, not two
    slot.abandoned.abort();
    this.#open(this.#newSlot(number), [...waiting, ...tps]);
  }

  #newSlot(number: number): Slot {
    const { reference, latenessOf, maxFuture, clock, plan } = this.#options;
    const source = plan.upstream.length === 0 ? new SourceClock(latenessOf, maxFuture) : null;
    const slot = new Slot(number, new Task({ stage: plan.wire.stage, reference, upstream: plan.upstream, source }), clock.nowMs());
    this.#state.slots.set(number, slot);
    return slot;
  }

  /** Inputs of a slot come back in the background; they stay paused until then. */
  #open(slot: Slot, tps: readonly TopicPartition[]): void {
    const { consumer, intake, isWatermark, closing, fail } = this.#options;
    const state = this.#state;
    const inputs = tps.map((tp) => new Input(tp, slot));
    for (const input of inputs) state.inputs.set(input.key, input);
    const signal = AbortSignal.any([slot.abandoned.signal, closing]);
    restoreSlot(slot, inputs, this.#options, this.#orphans, isWatermark, signal).then(
      (result) => {
        if (result === 'ended' || state.slots.get(slot.number) !== slot) return;
        if (result === 'half') return this.#open(this.#newSlot(slot.number), tps); // `tps` are all of it: see `#add`
        for (const { tp, position } of inputs) consumer.seek(tp, position); // between rebalances this does nothing: `assigned` gives the positions
        this.noteReading();
        intake.resume(tps);
        if (state.isReady) this.#options.onReady();
      },
      (error: unknown) => fail(error as Error),
    );
  }
}
