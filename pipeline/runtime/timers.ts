import { isInputClock } from '../core/index.ts';
import type { Micros } from '../core/index.ts';
import type { KeyValueStore } from '../core/stores.ts';

/** A timer as the changelog has it. `on`: the dataset whose watermark it waits for. */
interface Timer {
  readonly at: Micros;
  readonly on?: string;
}
interface Queued {
  /** Its key in the store: the very string, whose hash is known by now. */
  readonly name: string;
  readonly at: Micros;
}
export const TIMER_PREFIX = 't:';
const EVERY = ''; // the clock of timers that name no dataset

/** Timers of a task. What is due is found in a heap per clock; what holds is the store, so an undone write undoes its timer. */
export class Timers {
  readonly #store: KeyValueStore<unknown>;
  readonly #heaps = new Map<string, Queued[]>();

  /** @param store The task's own; timers live under `TIMER_PREFIX`. Whoever undoes a write there calls `requeue`. */
  constructor(store: KeyValueStore<unknown>) {
    this.#store = store;
  }

  schedule(key: string, at: Micros, on?: string): void {
    const name = TIMER_PREFIX + key;
    if (at === Infinity) {
      this.#store.delete(name);
      return;
    }
    if (!Number.isFinite(at)) throw new RangeError(`Timer ${key} has no time: ${at}`);
    const before = this.#get(name);
    if (before?.at === at && before.on === on) return;
    this.#store.put(name, on === undefined ? { at } : { at, on });
    this.#push(name, at, on);
  }

  /** After a restore, or when a write was taken back. */
  requeue(key: string): void {
    const name = TIMER_PREFIX + key;
    const timer = this.#get(name);
    if (timer !== undefined) this.#push(name, timer.at, timer.on);
  }

  /**
   * Takes out the earliest timer that is due, by (time, key), and forgets it.
   * @param watermarkOf As of the task, `undefined` for all datasets.
   */
  take(watermarkOf: (dataset?: string) => Micros): string | undefined {
    let first: Queued | undefined;
    let from: Queued[] | undefined;
    for (const [clock, heap] of this.#heaps) {
      const top = this.#top(clock, heap);
      if (top === undefined || top.at > watermarkOf(clock === EVERY ? undefined : clock)) continue;
      if (first === undefined || isBefore(top, first)) {
        first = top;
        from = heap;
      }
    }
    if (first === undefined || from === undefined) return undefined;
    pop(from);
    this.#store.delete(first.name);
    return first.name.slice(TIMER_PREFIX.length);
  }

  /** Whether `take` would find one. */
  isDue(watermarkOf: (dataset?: string) => Micros): boolean {
    for (const [clock, heap] of this.#heaps) {
      const top = this.#top(clock, heap);
      if (top !== undefined && top.at <= watermarkOf(clock === EVERY ? undefined : clock)) return true;
    }
    return false;
  }

  get isEmpty(): boolean {
    return this.#heaps.size === 0;
  }

  /** Whether any waits for something other than the append time of an input. */
  get needWatermarks(): boolean {
    for (const clock of this.#heaps.keys()) if (!isInputClock(clock)) return true;
    return false;
  }

  waitFor(clock: string): boolean {
    const heap = this.#heaps.get(clock);
    return heap !== undefined && this.#top(clock, heap) !== undefined;
  }

  #get(name: string): Timer | undefined {
    return this.#store.get(name) as Timer | undefined;
  }

  #push(name: string, at: Micros, on: string | undefined): void {
    const clock = on ?? EVERY;
    let heap = this.#heaps.get(clock);
    if (heap === undefined) this.#heaps.set(clock, (heap = []));
    push(heap, { name, at });
  }

  /** The first entry that still holds; replaced and cancelled ones before it are dropped. */
  #top(clock: string, heap: Queued[]): Queued | undefined {
    for (let top = heap[0]; top !== undefined; top = heap[0]) {
      const timer = this.#get(top.name);
      if (timer?.at === top.at && (timer.on ?? EVERY) === clock) return top;
      pop(heap);
    }
    this.#heaps.delete(clock);
    return undefined;
  }
}

const isBefore = (a: Queued, b: Queued): boolean => a.at < b.at || (a.at === b.at && a.name < b.name);

function push(heap: Queued[], item: Queued): void {
  let at = heap.push(item) - 1;
  while (at > 0) {
    const parent = (at - 1) >>> 1;
    if (!isBefore(item, heap[parent]!)) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = item;
}

function pop(heap: Queued[]): void {
  const item = heap.pop()!;
  if (heap.length === 0) return;
  let at = 0;
  for (let child = 1; child < heap.length; child = 2 * at + 1) {
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
    if (!isBefore(heap[child]!, item)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = item;
}
