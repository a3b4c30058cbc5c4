// A value that was not seen with a group for a timespan, of a group that has been known for long enough. What this needs of the past is little:
// when each value was seen last, and since when the group is known; so of what no late match can come before any more, the rest is given up.
import type { Micros } from '../core/index.ts';
import type { WindowRule } from './condition.ts';
import type { Entry } from './entry.ts';
import type { Firing } from './firing.ts';

/** A group has been known since `since`: from there to `last` it was never silent for longer than a timespan. */
export interface Known {
  readonly since: Micros;
  readonly last: Micros;
}

/** Takes in entries one by one, as a sliding window does; what fires is a single entry. */
export class Terms {
  readonly #rule: WindowRule;
  readonly #lastOf = new Map<string, Micros>();
  #known: Known | null;
  /** The last entry that was taken in is [from, to). */
  from = 0;
  to = 0;

  /** @param known By what was given up. */
  constructor(rule: WindowRule, known: Known | null) {
    this.#rule = rule;
    this.#known = known;
  }

  /** On by one entry. @returns Whether its value is new. */
  advance(entries: readonly Entry[]): boolean {
    const { timespanMicros, learningMicros } = this.#rule;
    this.from = this.to++;
    const { value, time } = entries[this.from]!;
    const before = this.#lastOf.get(value);
    this.#lastOf.set(value, time);
    this.#known = extended(this.#known, time, timespanMicros);
    const isNew = before === undefined || time - before > timespanMicros; // exactly a timespan ago is not
    return isNew && (learningMicros === 0 || time - this.#known.since >= learningMicros);
  }
}

/** A match at `time` has come; one that was silent for longer than a timespan is known anew. */
function extended(known: Known | null, time: Micros, timespanMicros: Micros): Known {
  if (known === null || time - known.last > timespanMicros) return { since: time, last: time };
  return time > known.last ? { ...known, last: time } : known;
}

/** Entries from `lo` on whose value was new. */
export function newSince(rule: WindowRule, entries: readonly Entry[], known: Known | null, lo: number): readonly Firing[] {
  const terms = new Terms(rule, known);
  const firings: Firing[] = [];
  while (terms.to < entries.length) if (terms.advance(entries) && terms.from >= lo) firings.push({ from: terms.from, to: terms.to });
  return firings;
}

/**
 * What need not be kept, where nothing more comes before `settled`.
 * @returns Those entries, and since when the group is known without them.
 */
export function needless(
  rule: WindowRule,
  entries: readonly Entry[],
  known: Known | null,
  settled: Micros,
): { readonly entries: readonly Entry[]; readonly known: Known | null } {
  const { timespanMicros } = rule;
  const gone: Entry[] = [];
  const keptOf = new Map<string, Entry[]>();
  let now = known;
  for (const entry of entries) {
    if (entry.time < settled) now = extended(now, entry.time, timespanMicros);
    const kept = keptOf.get(entry.value);
    if (kept === undefined) {
      keptOf.set(entry.value, [entry]);
      continue;
    }
    const [first, second] = kept.slice(-2);
    // Between two of one value that are a timespan apart at most, a third changes nothing; nor does what lies before one that is settled.
    if (second !== undefined && entry.time - first!.time <= timespanMicros) gone.push(kept.pop()!);
    if (entry.time < settled) gone.push(...kept.splice(0));
    kept.push(entry);
  }
  for (const kept of keptOf.values()) while (kept.length > 0 && kept[0]!.time < settled - timespanMicros) gone.push(kept.shift()!);
  return { entries: gone, known: now };
}

/** So many entries, of the values that were not seen for longest. */
export function longestUnseen(entries: readonly Entry[], count: number): readonly Entry[] {
  const lastOf = new Map(entries.map((entry) => [entry.value, entry.key]));
  const byLast = [...entries].sort((a, b) => (lastOf.get(a.value)! < lastOf.get(b.value)! ? -1 : lastOf.get(a.value)! > lastOf.get(b.value)! ? 1 : 0));
  return byLast.slice(0, count);
}
