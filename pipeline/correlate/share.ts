// What one correlation holds in a task, so that no rule takes all memory: its matches are counted, and the groups that were silent longest
// are found at once. The order follows from the store, and is made anew after a restart or an abort.
import type { Store } from '../core/index.ts';
import type { Group } from './group.ts';
import { Recency } from './recency.ts';

/** As the changelog has it. */
export interface Totals {
  readonly matches: number;
  /** Given up since the beginning because the rule had too many. */
  readonly evictedMatches: number;
  /** Hours of event time in which it was told that the rule had too many, newest by organization. */
  readonly told?: Readonly<Record<string, number>>;
}
const orderOf = new WeakMap<Totals, Recency>(); // of the keys of groups

export class Share {
  totals: Totals;
  readonly #order: Recency;

  constructor(ruleKey: string, totals: Totals | undefined, groups: Store<Group>) {
    this.totals = totals ?? { matches: 0, evictedMatches: 0 };
    const known = totals === undefined ? undefined : orderOf.get(totals);
    if (totals !== undefined) orderOf.delete(totals);
    this.#order =
      known ??
      new Recency(
        [...groups.scan(`${ruleKey}|`, `${ruleKey}}`)] // `}` is the character after `|`
          .sort(([a, { last: lastA }], [b, { last: lastB }]) => lastA - lastB || (a < b ? -1 : 1))
          .map(([key]) => key),
      );
  }

  /** The group has changed: it had `before` matches and has `after`. */
  touch(group: string, before: number, after: number): void {
    if (after > 0) this.#order.touch(group);
    else this.#order.delete(group);
    this.totals = { ...this.totals, matches: this.totals.matches - before + after };
  }

  /** The group that was silent longest, other than this one. */
  oldestBeside(group: string): string | undefined {
    return this.#order.oldestBeside(group);
  }

  evicted(group: string, matches: number): void {
    this.#order.delete(group);
    this.totals = { ...this.totals, matches: this.totals.matches - matches, evictedMatches: this.totals.evictedMatches + matches };
  }

  /** @returns Whether this is the first time that it is told in an hour of event time. */
  tell(organization: string, hour: number): boolean {
    const { told = {} } = this.totals;
    if ((told[organization] ?? -1) >= hour) return false;
    this.totals = { ...this.totals, told: { ...told, [organization]: hour } };
    return true;
  }

  /** The value for the store; the order stays with it. */
  close(): Totals {
    orderOf.set(this.totals, this.#order);
    return this.totals;
  }
}
