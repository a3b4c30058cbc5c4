// The reorder buffer: items wait for the watermark of the datasets that they come from, and are taken in the order of their turns, so their
// order of arrival does not matter. Live ones wait for a while of append time at most; what comes later is out of order.
import { timeKey } from './id.ts';
import type { Context, Micros, Store } from './index.ts';
import { APPEND_CLOCK } from './index.ts';

export interface Waiting<T> {
  readonly item: T;
  /** Its time, or how far its source had come where it came behind that. */
  readonly turn: Micros;
}
// Named so that of what is due at one time the buffer comes first, before windows that close.
const TURN = 'buffer|';
const AT_LATEST = 'buffer-at-latest|';
const KEY_END = '}'; // the character after `|`

type Ctx<T> = Context<{ readonly waiting: Store<Waiting<T>> }>;

/** `C` is the context of the stage: it has a store `waiting`. */
export class ReorderBuffer<T, C extends Ctx<T>> {
  readonly #longest: Micros;
  readonly #take: (item: T, turn: Micros, ctx: C) => void;

  /** @param longest Longest wait in append time; Infinity in a lane, where nobody waits at the screen and order is all. */
  constructor(longest: Micros, take: (item: T, turn: Micros, ctx: C) => void) {
    this.#longest = longest;
    this.#take = take;
  }

  /**
   * @param clock Datasets whose watermarks it waits for; `*` for all.
   * @param order Among those of one turn: text that sorts, and tells items apart. The same again replaces what waits.
   */
  put(
    item: T,
    { clock, turn, order, appendedAt }: { readonly clock: string; readonly turn: Micros; readonly order: string; readonly appendedAt: Micros },
    ctx: C,
  ): void {
    const key = `${clock}|${timeKey(turn, order)}`;
    ctx.stores.waiting.put(key, { item, turn });
    if (Number.isFinite(this.#longest)) ctx.schedule(AT_LATEST + key, appendedAt + this.#longest, APPEND_CLOCK);
    this.#await(clock, ctx);
  }

  /** @returns Whether the timer was the buffer's. */
  onTimer(timer: string, ctx: C): boolean {
    if (timer.startsWith(TURN)) this.#releaseTurn(timer.slice(TURN.length), ctx);
    else if (timer.startsWith(AT_LATEST)) this.#releaseTo(timer.slice(AT_LATEST.length), ctx);
    else return false;
    return true;
  }

  /** All of the first turn and no more: what else is due in event time comes between one turn and the next. */
  #releaseTurn(clock: string, ctx: C): void {
    const first = firstOf(clock, ctx)?.[1].turn;
    for (let next = firstOf(clock, ctx); next !== undefined && next[1].turn === first; next = firstOf(clock, ctx)) this.#release(next, ctx);
    this.#await(clock, ctx);
  }

  /** One has waited long enough: it goes, and whatever stands before it. */
  #releaseTo(key: string, ctx: C): void {
    const clock = key.slice(0, key.indexOf('|'));
    for (let next = firstOf(clock, ctx); next !== undefined && next[0] <= key; next = firstOf(clock, ctx)) this.#release(next, ctx);
    this.#await(clock, ctx);
  }

  #release([key, { item, turn }]: readonly [string, Waiting<T>], ctx: C): void {
    ctx.stores.waiting.delete(key);
    if (Number.isFinite(this.#longest)) ctx.schedule(AT_LATEST + key, Infinity);
    this.#take(item, turn, ctx);
  }

  #await(clock: string, ctx: C): void {
    const turn = firstOf(clock, ctx)?.[1].turn ?? Infinity;
    ctx.schedule(TURN + clock, turn + 1, clock === '*' ? undefined : clock); // at the watermark itself one of that very time may still come
  }
}

const firstOf = <T>(clock: string, ctx: Ctx<T>) => ctx.stores.waiting.first(`${clock}|`, clock + KEY_END);
