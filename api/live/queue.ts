import { ApiProblem } from '../gate/problem.ts';

/**
 * Between something that happens and one subscriber who hears of it. Holds at most `limit` items: a subscriber who lets more pile up is
 * ended with SLOW_CONSUMER instead of filling the memory. One reader; ending early (`return`) calls `onClose` once.
 */
export class BoundedQueue<T> implements AsyncIterableIterator<T> {
  readonly #items: T[] = [];
  readonly #limit: number;
  readonly #onClose: () => void;
  #wake: (() => void) | undefined;
  #failure: unknown;
  #isClosed = false;

  constructor(limit: number, onClose: () => void = () => {}) {
    this.#limit = limit;
    this.#onClose = onClose;
  }

  get length(): number {
    return this.#items.length;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  push(item: T): void {
    if (this.#isClosed) return;
    if (this.#items.length >= this.#limit) {
      this.fail(
        new ApiProblem(
          'SLOW_CONSUMER',
          `More than ${this.#limit} messages waited for this subscriber. Subscribe again, with a narrower filter or on a faster connection.`,
        ),
      );
      return;
    }
    this.#items.push(item);
    this.#wake?.();
  }

  /** What waits is dropped; the reader gets the error. */
  fail(error: unknown): void {
    if (this.#isClosed) return;
    this.#failure = error;
    this.#items.length = 0;
    this.#close();
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    for (;;) {
      const item = this.#items.shift();
      if (item !== undefined) return { value: item, done: false };
      if (this.#failure !== undefined) {
        const failure = this.#failure;
        this.#failure = undefined;
        throw failure;
      }
      if (this.#isClosed) return { value: undefined, done: true };
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    this.#items.length = 0;
    this.#close();
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#wake?.();
    this.#onClose();
  }
}

/**
 * What `convert` makes of each item; undefined leaves it out. Not an async generator: one of those that waits for an item does not hear
 * that its reader has gone until the next item comes.
 */
export function converted<T, R>(queue: BoundedQueue<T>, convert: (item: T) => Promise<R | undefined>): AsyncIterableIterator<R, undefined> {
  return {
    async next() {
      for (;;) {
        const item = await queue.next();
        if (item.done === true) return item;
        const value = await convert(item.value);
        if (value !== undefined) return { value, done: false };
      }
    },
    return: () => queue.return() as Promise<IteratorResult<R, undefined>>,
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
