// The reorder buffer: matches wait for the watermark of the datasets that their correlation reads, and are taken by (event time, id), so
// their order of arrival does not matter. Live ones wait for two seconds of append time at most; what comes later makes a revision.
import { timeKey } from '../core/id.ts';
import type { Context, Micros, Store } from '../core/index.ts';
import { APPEND_CLOCK } from '../core/index.ts';
import type { Match } from '../../schemas/avro/types.gen.ts';

export interface Waiting {
  readonly match: Match;
  /** Its turn: its time, or how far its source had come where it came behind that. */
  readonly turn: Micros;
  /** It came when something later may have been taken already. */
  readonly isLate: boolean;
}
// Named so that of what is due at one time the buffer comes before windows that close.
const TURN = 'buffer|';
const AT_LATEST = 'buffer-at-latest|';
const KEY_END = '}'; // the character after `|`

type Ctx = Context<{ readonly waiting: Store<Waiting> }>;

export class ReorderBuffer {
  readonly #reorder: Micros;
  readonly #take: (waiting: Waiting, ctx: never) => void;

  /** @param reorder Longest wait in append time; Infinity in a lane, where nobody waits at the screen and order is all. */
  constructor(reorder: Micros, take: (waiting: Waiting, ctx: never) => void) {
    this.#reorder = reorder;
    this.#take = take;
  }

  /** @param group Tells matches of one event and rule apart. */
  put(waiting: Waiting, clock: string, group: string, appendedAt: Micros, ctx: Ctx): void {
    const { match, turn } = waiting;
    const key = `${clock}|${timeKey(turn, timeKey(match.event.time, match.event.id))}|${match.ruleId}|${group}`;
    ctx.stores.waiting.put(key, waiting);
    if (Number.isFinite(this.#reorder)) ctx.schedule(AT_LATEST + key, appendedAt + this.#reorder, APPEND_CLOCK);
    this.#await(clock, ctx);
  }

  /** @returns Whether the timer was the buffer's. */
  onTimer(timer: string, ctx: Ctx): boolean {
    if (timer.startsWith(TURN)) this.#releaseTurn(timer.slice(TURN.length), ctx);
    else if (timer.startsWith(AT_LATEST)) this.#releaseTo(timer.slice(AT_LATEST.length), ctx);
    else return false;
    return true;
  }

  /** All of the first turn and no more: what else is due in event time comes between one turn and the next. */
  #releaseTurn(clock: string, ctx: Ctx): void {
    const [, first] = firstOf(clock, ctx) ?? [];
    for (let next = firstOf(clock, ctx); next !== undefined && next[1].turn === first?.turn; next = firstOf(clock, ctx)) this.#release(next, ctx);
    this.#await(clock, ctx);
  }

  /** One has waited long enough: it goes, and whatever stands before it. */
  #releaseTo(key: string, ctx: Ctx): void {
    const clock = key.slice(0, key.indexOf('|'));
    for (let next = firstOf(clock, ctx); next !== undefined && next[0] <= key; next = firstOf(clock, ctx)) this.#release(next, ctx);
    this.#await(clock, ctx);
  }

  #release([key, waiting]: readonly [string, Waiting], ctx: Ctx): void {
    ctx.stores.waiting.delete(key);
    if (Number.isFinite(this.#reorder)) ctx.schedule(AT_LATEST + key, Infinity);
    this.#take(waiting, ctx as never);
  }

  #await(clock: string, ctx: Ctx): void {
    const turn = firstOf(clock, ctx)?.[1].turn ?? Infinity;
    ctx.schedule(TURN + clock, turn + 1, clock === '*' ? undefined : clock); // at the watermark itself one of that very time may still come
  }
}

const firstOf = (clock: string, ctx: Ctx) => ctx.stores.waiting.first(`${clock}|`, clock + KEY_END);
