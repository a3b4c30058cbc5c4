// The partitions of a task: what is read of each and not committed, how many bytes that holds, and which of them may be read on.
import type { GroupConsumer, TopicPartition } from '../../../pipeline/runtime/port.ts';
import { tpKey } from '../../../pipeline/runtime/port.ts';
import type { TaskProgress } from '../task.ts';
import type { Entry } from './entry.ts';
import { Window } from './window.ts';
import type { Stretch } from './window.ts';

/** Records of a partition between its oldest owed one and the last read: behind one that nobody takes, a partition is not read without end. */
const MAX_WINDOW = 100_000;

export class Holdings {
  readonly #maxBytes: number;
  readonly #consumer: Pick<GroupConsumer, 'pause' | 'resume'>;
  readonly #windows = new Map<string, Window>();
  /** Partitions that are not read for now. */
  readonly #braked = new Set<string>();
  #bytes = 0;

  /** @param maxBytes Of everything that is read and not settled, and of refused records whose dead letter is not written. */
  constructor(maxBytes: number, consumer: Pick<GroupConsumer, 'pause' | 'resume'>) {
    this.#maxBytes = maxBytes;
    this.#consumer = consumer;
  }

  get isEmpty(): boolean {
    return this.#windows.size === 0;
  }
  get partitions(): readonly TopicPartition[] {
    return [...this.#windows.values()].map(({ tp }) => tp);
  }
  of(tp: TopicPartition): Window | undefined {
    return this.#windows.get(tpKey(tp));
  }
  open(tp: TopicPartition, from: number, begins: boolean): void {
    this.#windows.set(tpKey(tp), new Window(tp, from, begins));
  }
  learnEnds(ends: ReadonlyMap<string, number>): void {
    for (const [key, window] of this.#windows) window.end = Math.max(window.end, ends.get(key) ?? 0);
  }
  /** Where each partition is read on. */
  get positions(): ReadonlyMap<string, number> {
    return new Map([...this.#windows].map(([key, { next }]) => [key, next]));
  }

  add(window: Window, entry: Entry): void {
    window.add(entry);
    this.#bytes += entry.bytes;
  }
  /** It is settled, and no dead letter is due: its bytes are given back. */
  release(entry: Entry): void {
    this.#bytes -= entry.bytes;
    entry.free();
  }

  /** What was read of a partition before it was lost is good still, as far as the group stands within it. @returns Whether it is. */
  goesOnAt(tp: TopicPartition, offset: number): boolean {
    const gone = this.of(tp)?.advance(offset) ?? null;
    if (gone === null) return false;
    for (const entry of gone) this.#abandon(entry);
    return true;
  }

  #abandon(entry: Entry): void {
    entry.isAbandoned = true;
    if (entry.isHeld) this.#bytes -= entry.bytes;
  }

  /** Forgets partitions; what the far side says of their records from now on is for nobody. @returns Whether there were any. */
  drop(isGone: (key: string) => boolean): boolean {
    const gone = [...this.#windows].filter(([key]) => isGone(key));
    for (const [key, window] of gone) {
      for (const entry of window) this.#abandon(entry);
      this.#windows.delete(key);
      this.#braked.delete(key);
    }
    return gone.length > 0;
  }

  /** What can be committed now. */
  settledStretches(): readonly Stretch[] {
    return [...this.#windows.values()].map((window) => window.settledStretch()).filter((stretch) => stretch !== null);
  }
  committed(stretches: readonly Stretch[]): void {
    for (const stretch of stretches) {
      const window = this.of(stretch.tp);
      if (window?.from !== stretch.from) continue; // lost meanwhile
      for (const entry of stretch.entries) if (entry.isHeld) this.#bytes -= entry.bytes;
      window.committed(stretch);
    }
  }

  /** The budget is used up, or was and half of it is not free yet. */
  get isFull(): boolean {
    return this.#bytes >= (this.#braked.size > 0 ? this.#maxBytes / 2 : this.#maxBytes);
  }

  /** After a rebalance all partitions are read, as far as the consumer knows. */
  unbrake(): void {
    this.#braked.clear();
  }
  /** Pauses and resumes partitions so that the budget holds: all of them when it is used up, one whose oldest record is stuck. */
  brake(isPaused: boolean): void {
    const isFull = isPaused || this.isFull;
    const pause: TopicPartition[] = [];
    const resume: TopicPartition[] = [];
    for (const [key, { tp, size }] of this.#windows) {
      const isBraked = this.#braked.has(key);
      const isWanted = isFull || size >= (isBraked ? MAX_WINDOW / 2 : MAX_WINDOW);
      if (isWanted === isBraked) continue;
      (isWanted ? pause : resume).push(tp);
      if (isWanted) this.#braked.add(key);
      else this.#braked.delete(key);
    }
    if (pause.length > 0) this.#consumer.pause(pause);
    if (resume.length > 0) this.#consumer.resume(resume);
  }

  progress(): Pick<TaskProgress, 'owed' | 'owedBytes' | 'oldestOwedAt'> & { readonly lag: number } {
    let owed = 0;
    let lag = 0;
    let oldestOwedAt: number | null = null;
    for (const window of this.#windows.values()) {
      lag += Math.max(0, window.end - window.from);
      for (const { settled, records } of window) if (settled === null) owed += records;
      const oldest = window.oldestOwed;
      if (oldest !== undefined) oldestOwedAt = Math.min(oldestOwedAt ?? Infinity, oldest.timestampMs);
    }
    return { owed, owedBytes: this.#bytes, lag, oldestOwedAt };
  }
}
