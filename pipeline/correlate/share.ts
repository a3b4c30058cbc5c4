// What one correlation holds for one organization in a task, so that none takes all memory: its groups and their matches are counted, and those
// that were silent longest are found at once. The order follows from the store, and is made anew after a restart or an abort.
import type { Micros, Store } from '../core/index.ts';
import type { Group } from './group.ts';
import { Recency } from './recency.ts';

const HOUR: Micros = 3_600_000_000;

/** As the changelog has it. */
export interface Totals {
  readonly matches: number;
  /** Given up since the beginning because there was too much. */
  readonly evictedMatches: number;
  /** Hour of append time of the newest match. */
  readonly hour?: number;
  /** In which something was last given up: until it ends, what fires is a shadow. */
  readonly overHour?: number;
}
export interface Limits {
  readonly matchesPerRule: number;
  readonly groupsPerRule: number;
}
const orderOf = new WeakMap<Totals, Recency>(); // of the keys of groups

export class Share {
  totals: Totals;
  readonly #order: Recency;

  /** @param name Of correlation and organization: keys of groups begin with it and a bar. */
  constructor(name: string, totals: Totals | undefined, groups: Store<Group>) {
    this.totals = totals ?? { matches: 0, evictedMatches: 0 };
    const known = totals === undefined ? undefined : orderOf.get(totals);
    if (totals !== undefined) orderOf.delete(totals);
    this.#order =
      known ??
      new Recency(
        [...groups.scan(`${name}|`, `${name}}`)] // `}` is the character after `|`
          .sort(([a, { last: lastA }], [b, { last: lastB }]) => lastA - lastB || (a < b ? -1 : 1))
          .map(([key]) => key),
      );
  }

  /** The group has changed: it had `before` matches and has `after`. @param appendedAt Of the match that changed it; absent: time did. */
  touch(group: string, before: number, after: number, appendedAt?: Micros): void {
    if (after > 0) this.#order.touch(group);
    else this.#order.delete(group);
    const { hour = 0 } = this.totals;
    this.totals = { ...this.totals, matches: this.totals.matches - before + after, hour: Math.max(hour, hourOf(appendedAt)) };
  }

  /** Of what there is too much. */
  over({ matchesPerRule, groupsPerRule }: Limits): keyof Limits | null {
    if (this.totals.matches > matchesPerRule) return 'matchesPerRule';
    return this.#order.size > groupsPerRule ? 'groupsPerRule' : null;
  }

  /** The group that was silent longest, other than this one. */
  oldestBeside(group: string): string | undefined {
    return this.#order.oldestBeside(group);
  }

  evicted(group: string, matches: number): void {
    this.#order.delete(group);
    this.totals = { ...this.totals, matches: this.totals.matches - matches, evictedMatches: this.totals.evictedMatches + matches };
  }

  /** From now on it is a shadow. @returns Whether it was none before in this hour. */
  goOver(): boolean {
    const { hour = 0, overHour = -1 } = this.totals;
    if (overHour >= hour) return false;
    this.totals = { ...this.totals, overHour: hour };
    return true;
  }

  /** The value for the store; the order stays with it. */
  close(): Totals {
    orderOf.set(this.totals, this.#order);
    return this.totals;
  }
}

/** Whether what fires now is a shadow. @param appendedAt Of the match at hand; absent: it is time that makes it fire. */
export function isShadowed(totals: Totals | undefined, appendedAt?: Micros): boolean {
  if (totals?.overHour === undefined) return false;
  return totals.overHour >= Math.max(totals.hour ?? 0, hourOf(appendedAt));
}

const hourOf = (appendedAt: Micros | undefined): number => (appendedAt === undefined ? 0 : Math.floor(appendedAt / HOUR));
