import { Work } from './outbox.ts';
import type { GroupMetadata, Offsets, TopicPartition } from './port.ts';
import type { Input, Slot } from './slot.ts';

/** What a stage instance owns, and what it has done since its last commit. */
export class InstanceState {
  readonly inputs = new Map<string, Input>();
  readonly slots = new Map<number, Slot>();
  work: Work<Input> | null = null;
  /** Null between rebalances. */
  group: GroupMetadata | null = null;
  /** One more with each abort or loss: what was begun before it is stale. */
  epoch = 0;
  /** Nothing that is not committed yet will be. */
  isFailed = false;

  get readyInputs(): Input[] {
    return [...this.inputs.values()].filter(({ isReady }) => isReady);
  }
  get isReady(): boolean {
    return this.group !== null && [...this.slots.values()].every(({ isReady }) => isReady) && [...this.inputs.values()].every(({ isReady }) => isReady);
  }

  /** Of the tasks that wait for their state; null when none does. */
  get restoring(): { readonly done: number; readonly of: number } | null {
    const waiting = [...this.slots.values()].filter(({ isReady }) => !isReady).map(({ restoring }) => restoring ?? { done: 0, of: 0 });
    return waiting.length === 0 ? null : waiting.reduce((sum, { done, of }) => ({ done: sum.done + done, of: sum.of + of }));
  }

  positions(): Offsets {
    return new Map(this.readyInputs.map(({ key, position }) => [key, position]));
  }

  inputsOf(slot: Slot): Input[] {
    return [...this.inputs.values()].filter((input) => input.slot === slot);
  }

  /** The transaction at hand, with a part for the input. */
  workFor(input: Input): Work<Input> {
    this.work ??= new Work<Input>(this.group!);
    this.work.part(input);
    return this.work;
  }

  /** Inputs read further without a record. */
  advance(input: Input, next: number): void {
    input.position = next;
    const part = this.work?.parts.get(input.key);
    if (part !== undefined) part.next = next;
  }

  forget(input: Input): void {
    this.inputs.delete(input.key);
    input.slot.task.source?.forgetInput(input.key);
    if (this.inputsOf(input.slot).length > 0) return;
    input.slot.abandoned.abort();
    this.slots.delete(input.slot.number);
  }

  /** All tasks, and everything uncommitted. */
  drop(): void {
    this.epoch++;
    this.work = null;
    this.group = null;
    for (const slot of this.slots.values()) slot.abandoned.abort();
    this.inputs.clear();
    this.slots.clear();
  }

  /** Back to what has committed. @returns Where to read on. */
  discard(): readonly (readonly [tp: TopicPartition, position: number])[] {
    this.epoch++;
    this.work = null;
    for (const slot of this.slots.values()) {
      if (!slot.isReady) continue;
      slot.task.abort();
      slot.forgetTold();
    }
    return this.readyInputs.map((input) => {
      input.position = input.committed;
      input.soughtFor = -1;
      return [input.tp, input.committed] as const;
    });
  }
}
