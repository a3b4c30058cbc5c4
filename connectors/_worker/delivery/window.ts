// One partition between the committed offset and the last record read. Only its beginning, as far as everything is settled, can be committed.
import type { TopicPartition } from '../../../pipeline/runtime/port.ts';
import type { Entry } from './entry.ts';

/** What became of the records of offsets [from, to). */
export interface Stretch {
  readonly tp: TopicPartition;
  readonly from: number;
  readonly to: number;
  /** The position was set by a person, and nothing was committed since. */
  readonly begins: boolean;
  readonly entries: readonly Entry[];
}

export class Window {
  readonly tp: TopicPartition;
  /** Committed. */
  #from: number;
  /** Offset after the last that was read, markers and holes included. */
  #next: number;
  #entries: Entry[] = [];
  #head = 0;
  /** Last stable offset of the topic, as far as it is known. */
  end: number;
  #begins: boolean;

  /** @param begins Nobody committed `from` by delivering: it was set, or is where the topic begins. */
  constructor(tp: TopicPartition, from: number, begins: boolean) {
    this.tp = tp;
    this.#begins = begins;
    this.#from = from;
    this.#next = from;
    this.end = from;
  }

  get from(): number {
    return this.#from;
  }
  get next(): number {
    return this.#next;
  }
  /** Records read and not committed. */
  get size(): number {
    return this.#entries.length - this.#head;
  }
  /** The first that is not settled: everything before it can be committed. */
  get oldestOwed(): Entry | undefined {
    for (let at = this.#head; at < this.#entries.length; at++) if (this.#entries[at]!.settled === null) return this.#entries[at];
    return undefined;
  }
  *[Symbol.iterator](): Iterator<Entry> {
    for (let at = this.#head; at < this.#entries.length; at++) yield this.#entries[at]!;
  }

  add(entry: Entry): void {
    this.#entries.push(entry);
    this.#next = entry.offset + 1;
  }
  /** Markers and holes behind the last record. */
  extend(next: number): void {
    this.#next = Math.max(this.#next, next);
  }

  /**
   * The group stands at `to`: another has settled what lies before, or a commit of ours whose answer was lost.
   *
   * @returns What lies before and is forgotten here; null when `to` is outside of what was read, so that nothing here is of use.
   */
  advance(to: number): readonly Entry[] | null {
    if (to < this.#from || to > this.#next) return null;
    let end = this.#head;
    while (end < this.#entries.length && this.#entries[end]!.offset < to) end++;
    const gone = this.#entries.slice(this.#head, end);
    this.#entries = this.#entries.slice(end);
    this.#head = 0;
    if (to > this.#from) this.#begins = false;
    this.#from = to;
    return gone;
  }

  /** What can be committed now; null when nothing can. Nothing changes before `committed`. */
  settledStretch(): Stretch | null {
    let end = this.#head;
    while (end < this.#entries.length && this.#entries[end]!.settled !== null) end++;
    const to = end === this.#entries.length ? this.#next : this.#entries[end]!.offset;
    return to <= this.#from ? null : { tp: this.tp, from: this.#from, to, begins: this.#begins, entries: this.#entries.slice(this.#head, end) };
  }

  committed({ to, entries }: Stretch): void {
    this.#from = to;
    this.#begins = false;
    this.#head += entries.length;
    if (this.#head > 1_024 && this.#head * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
  }
}
