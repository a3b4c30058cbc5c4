// Where a condition turns true along the sorted matches of a group: what has fired follows from the matches alone, not from their arrival.
import { Condition } from './condition.ts';
import type { WindowRule } from './condition.ts';
import type { Entry } from './entry.ts';
import { firstSince } from './entry.ts';
import { Terms } from './first-seen.ts';
import type { Known } from './first-seen.ts';

/** The window whose last match made the condition true: entries [from, to). */
export interface Firing {
  readonly from: number;
  readonly to: number;
}

/** A window that slides along entries: it ends with one of them, and takes in what is at most a timespan before it. */
export class SlidingWindow {
  readonly #rule: WindowRule;
  readonly #condition: Condition;
  /** Entries [from, to) are in it. */
  from: number;
  to: number;

  /** @param from The window is empty at first, before this entry. */
  constructor(rule: WindowRule, from: number) {
    this.#rule = rule;
    this.#condition = new Condition(rule);
    this.from = from;
    this.to = from;
  }

  /** So many entries at the front of the list are gone; none of them was in the window. */
  shift(count: number): void {
    this.from -= count;
    this.to -= count;
  }

  /** On by one entry. @returns Whether the condition holds there. */
  advance(entries: readonly Entry[]): boolean {
    const entry = entries[this.to++]!;
    this.#condition.add(entry);
    const since = entry.time - this.#rule.timespanMicros; // exactly a timespan apart is inside
    while (entries[this.from]!.time < since) this.#condition.remove(entries[this.from++]!);
    return this.#condition.holds(entries[this.from]!.time);
  }
}

/** A window, or what stands for one, that has taken in the last entry and stands ready for the next. */
export function windowAtEnd(rule: WindowRule, entries: readonly Entry[], known: Known | null): SlidingWindow | Terms {
  if (rule.type === 'first_seen') {
    const terms = new Terms(rule, known);
    while (terms.to < entries.length) terms.advance(entries);
    return terms;
  }
  const last = entries.at(-1);
  const window = new SlidingWindow(rule, last === undefined ? 0 : firstSince(entries, last.time - rule.timespanMicros));
  while (window.to < entries.length) window.advance(entries);
  return window;
}

/**
 * Firings that end with an entry in [lo, hi], once while the condition stays true.
 * @returns `isTrue` whether it holds at `hi`.
 */
export function firingsBetween(
  rule: WindowRule,
  entries: readonly Entry[],
  lo: number,
  hi: number,
): { readonly firings: readonly Firing[]; readonly isTrue: boolean } {
  const before = Math.max(0, lo - 1); // what held there decides whether `lo` is where it turned true
  const first = entries[before];
  if (first === undefined) return { firings: [], isTrue: false };
  const window = new SlidingWindow(rule, firstSince(entries, first.time - rule.timespanMicros));
  const firings: Firing[] = [];
  let wasTrue = false;
  while (window.to <= hi) {
    const at = window.to;
    const isTrue = window.advance(entries);
    if (at >= lo && isTrue && !wasTrue) firings.push({ from: window.from, to: window.to });
    wasTrue = isTrue;
  }
  return { firings, isTrue: wasTrue };
}
