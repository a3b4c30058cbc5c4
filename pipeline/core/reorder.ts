// The reorder buffer: items wait for the watermark of the datasets that they come from, and are taken in the order of their turns, so their
// order of arrival does not matter. Live ones wait for a while of append time at most; what comes later is out of order.
import { timeKey } from './id.ts';
import type { Context, Micros, Store } from './index.ts';
import { APPEND_CLOCK } from './index.ts';

export interface Waiting<T> {
  readonly item: T;
  /** Its time, or how far its source had come where it came behind that. */
  readonly turn: Micros;
  /** Append time at which it has waited long enough; absent where it waits for as long as it takes. */
  readonly until?: Micros;
}
// Named so that of what is due at one time the buffer comes first, before windows that close.
const TURN = 'buffer|';
const AT_LATEST = 'buffer-at-latest|';
const KEY_END = '}'; // the character after `|`
/** Waits end together, in so many steps of the longest wait, so that a timer is there for a step and not for an item. */
const STEPS = 8;

type Ctx<T> = Context<{ readonly waiting: Store<Waiting<T>> }>;

/** `C` is the context of the stage: it has a store `waiting`. */
export class ReorderBuffer<T, C extends Ctx<T>> {
  readonly #longest: Micros;
  readonly #step: Micros;
  readonly #take: (item: T, turn: Micros, ctx: C) => void;

  /** @param longest Longest wait in append time, which ends up to an eighth earlier; Infinity in a lane, where nobody waits at the screen and order is all. */
  constructor(longest: Micros, take: (item: T, turn: Micros, ctx: C) => void) {
    this.#longest = longest;
    this.#step = Math.max(1, Math.floor(longest / STEPS));
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
    if (Number.isFinite(this.#longest)) {
      const until = this.#stepBefore(appendedAt + this.#longest);
      ctx.stores.waiting.put(key, { item, turn, until });
      ctx.schedule(`${AT_LATEST}${clock}|${until}`, until, APPEND_CLOCK);
    } else ctx.stores.waiting.put(key, { item, turn });
    this.#await(clock, ctx);
  }

  /** @returns Whether the timer was the buffer's. */
  onTimer(timer: string, ctx: C): boolean {
    if (timer.startsWith(TURN)) this.#releaseTurn(timer.slice(TURN.length), ctx);
    else if (timer.startsWith(AT_LATEST)) this.#releaseOverdue(timer.slice(AT_LATEST.length), ctx);
    else return false;
    return true;
  }

  /** All of the first turn and no more: what else is due in event time comes between one turn and the next. */
  #releaseTurn(clock: string, ctx: C): void {
    const first = firstOf(clock, ctx)?.[1].turn;
    for (let next = firstOf(clock, ctx); next !== undefined && next[1].turn === first; next = firstOf(clock, ctx)) this.#release(next, ctx);
    this.#await(clock, ctx);
  }

  /** Those that have waited long enough go, and whatever stands before them. @param timer Clock and append time. */
  #releaseOverdue(timer: string, ctx: C): void {
    const at = timer.lastIndexOf('|');
    const clock = timer.slice(0, at);
    const until = Number(timer.slice(at + 1));
    const reached = this.#stepBefore(ctx.watermark(APPEND_CLOCK));
    if (until < reached) return ctx.schedule(`${AT_LATEST}${clock}|${reached}`, reached, APPEND_CLOCK); // many steps at once: one look at all that waits
    let last = '';
    for (const [key, waiting] of ctx.stores.waiting.scan(`${clock}|`, clock + KEY_END)) if ((waiting.until ?? Infinity) <= until) last = key;
    if (last === '') return; // the watermark was there before
    for (let next = firstOf(clock, ctx); next !== undefined && next[0] <= last; next = firstOf(clock, ctx)) this.#release(next, ctx);
    this.#await(clock, ctx);
  }

  readonly #stepBefore = (time: Micros): Micros => time - (time % this.#step);

  #release([key, { item, turn }]: readonly [string, Waiting<T>], ctx: C): void {
    ctx.stores.waiting.delete(key);
    this.#take(item, turn, ctx);
  }

  #await(clock: string, ctx: C): void {
    const turn = firstOf(clock, ctx)?.[1].turn ?? Infinity;
    ctx.schedule(TURN + clock, turn + 1, clock === '*' ? undefined : clock); // at the watermark itself one of that very time may still come
  }
}

const firstOf = <T>(clock: string, ctx: Ctx<T>) => ctx.stores.waiting.first(`${clock}|`, clock + KEY_END);
