// One group of one correlation: its matches in the store, and beside them, in memory, the sorted list and the window that slides along it.
// Both follow from the store, so they are made anew after a restart or an abort; else a match that comes in order costs one step.
import type { Micros, Store } from '../core/index.ts';
import type { Entry, KeptMatch } from './entry.ts';
import { closedBefore } from './closing.ts';
import { entryOf, firstSince, placeOf, sortKey } from './entry.ts';
import type { Fired } from './fired.ts';
import { SlidingWindow, windowAtEnd } from './firing.ts';
import { longestUnseen, needless } from './first-seen.ts';
import type { Known, Terms } from './first-seen.ts';
import type { CorrelationPlan } from './plan.ts';
import { judgedSince } from './plan.ts';

/** As the changelog has it. */
export interface Group {
  /** Its matches have numbers [oldest, next); some may be gone. */
  readonly oldest: number;
  readonly next: number;
  readonly size: number;
  /** Time of the newest match. */
  readonly last: Micros;
  /** The condition holds at the newest match. */
  readonly isTrue: boolean;
  /** Where windows are judged at their close: what ends before `judgedTo` has been, and the next does at `closesAt`. Else 0. */
  readonly judgedTo: Micros;
  readonly closesAt: Micros;
  /** When it is next looked at whether the group may be forgotten: not moved with each match. Absent: that is yet to be set. */
  readonly forgetsAt?: Micros | undefined;
  /** Findings that a late match may still change. */
  readonly fired: readonly Fired[];
  /** Matches given up because the group was full. */
  readonly evictedCount: number;
  /** Version of the correlation that judged it, and the newest rule set that a match came of. Absent: from before there were sets. */
  readonly version?: string | undefined;
  readonly ruleSet?: number | undefined;
  /** Of a first_seen: since when the group is known by matches that are gone. */
  readonly known?: Known | null | undefined;
}
const EMPTY_GROUP: Group = { oldest: 0, next: 0, size: 0, last: -Infinity, isTrue: false, judgedTo: 0, closesAt: 0, fired: [], evictedCount: 0 };

interface Kept {
  readonly entries: Entry[];
  /** Stands behind the last entry; null until it is needed. */
  window: SlidingWindow | Terms | null;
  /** How many there were when needless ones were last given up. */
  looked: number;
}

/** What the store is given: a group with its list beside it. The value that follows takes the list over, so one that an abort brings back has none. */
class HeldGroup implements Group {
  oldest: number;
  next: number;
  size: number;
  last: Micros;
  isTrue: boolean;
  judgedTo: Micros;
  closesAt: Micros;
  forgetsAt: Micros | undefined;
  fired: readonly Fired[];
  evictedCount: number;
  version: string | undefined;
  ruleSet: number | undefined;
  known: Known | null | undefined;
  #kept: Kept | null = null;

  constructor(from: Group) {
    this.oldest = from.oldest;
    this.next = from.next;
    this.size = from.size;
    this.last = from.last;
    this.isTrue = from.isTrue;
    this.judgedTo = from.judgedTo;
    this.closesAt = from.closesAt;
    this.forgetsAt = from.forgetsAt;
    this.fired = from.fired;
    this.evictedCount = from.evictedCount;
    this.version = from.version;
    this.ruleSet = from.ruleSet;
    this.known = from.known;
    if (!(#kept in from)) return; // it came back from the changelog
    this.#kept = from.#kept;
    from.#kept = null;
  }

  /** @param read From the store, when it is not here. */
  list(read: () => Entry[]): Kept {
    return (this.#kept ??= { entries: read(), window: null, looked: 0 });
  }
}

/** The same, to be looked at again at another time. */
export function forgottenAt(group: Group, forgetsAt: Micros): Group {
  const next = new HeldGroup(group);
  next.forgetsAt = forgetsAt;
  return next;
}

export class OpenGroup {
  readonly key: string;
  readonly plan: CorrelationPlan;
  /** Changed in place until it is put: nobody else has it. */
  readonly group: HeldGroup;
  /** Whether what fires now is a shadow: the correlation is over its budget. */
  isShadow = false;
  readonly #store: Store<KeptMatch>;
  readonly #kept: Kept;

  constructor(key: string, plan: CorrelationPlan, group: Group | undefined, store: Store<KeptMatch>) {
    this.key = key;
    this.plan = plan;
    this.group = new HeldGroup(group ?? EMPTY_GROUP);
    this.#store = store;
    this.#kept = this.group.list(() => this.#read());
  }

  /** Sorted by (time, event, rule). */
  get entries(): readonly Entry[] {
    return this.#kept.entries;
  }

  #read(): Entry[] {
    const entries: Entry[] = [];
    for (let number = this.group.oldest; number < this.group.next; number++) {
      const match = this.#store.get(`${this.key}|${number}`);
      if (match !== undefined) entries.push(entryOf(match, number));
    }
    return entries.sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** @returns Its index; undefined when the very match is there already. */
  insert(match: KeptMatch): number | undefined {
    const { entries } = this.#kept;
    const { next } = this.group;
    const entry = entryOf(match, next);
    const at = placeOf(entries, entry.key);
    if (entries[at]?.key === entry.key) return undefined;
    this.#store.put(`${this.key}|${next}`, match);
    if (at < entries.length) this.#kept.window = null;
    entries.splice(at, 0, entry);
    this.group.next++;
    this.group.size++;
    this.group.last = Math.max(this.group.last, entry.time);
    return at;
  }

  /** @returns The index where it was; undefined when there is no such match. */
  take(match: KeptMatch): number | undefined {
    const key = sortKey(match.event, match.ruleId);
    const at = placeOf(this.entries, key);
    if (this.entries[at]?.key !== key) return undefined;
    this.#remove([this.entries[at]]);
    return at;
  }

  /** The window slides over the last entry. @returns Whether the condition holds there, and where the window begins. */
  slide(): { readonly isTrue: boolean; readonly from: number } {
    const { entries } = this.#kept;
    const window = (this.#kept.window ??= windowAtEnd(this.plan.rule, entries.slice(0, -1), this.group.known ?? null));
    return { isTrue: window.advance(entries), from: window.from };
  }

  /** Gives up what no late match can reach any more, then the oldest of what is too much. @returns How many were given up for want of room. */
  trim(): number {
    const { entries } = this.#kept;
    const { plan } = this;
    const since = judgedSince(plan, this.group.last);
    if (plan.rule.type === 'first_seen') this.#giveUpNeedless(since);
    else this.#giveUpOld(since);
    const excess = entries.length - plan.capacity;
    let given: readonly Entry[] = [];
    if (excess > 0) this.#remove((given = leastNeeded(plan, entries, excess + (plan.capacity >>> 3))));
    // What is judged at its close is judged as long as its matches are there; else it would be told of twice.
    const kept = plan.isJudgedAtClose ? (entries[0]?.time ?? since) : since;
    if (!this.group.fired.every(({ last }) => last >= kept)) this.group.fired = this.group.fired.filter(({ last }) => last >= kept);
    this.group.evictedCount += given.length;
    return given.length;
  }

  #giveUpOld(since: Micros): void {
    const { entries } = this.#kept;
    const old = this.plan.isJudgedAtClose ? closedBefore(this.plan.rule, entries, since) : firstSince(entries, since);
    if (old > 0 && (old >= entries.length >>> 3 || old > 100)) this.#remove(entries.slice(0, old)); // not one by one: the list is moved each time
  }

  /** Only when about half of what is kept may be needless: it takes a look at everything. */
  #giveUpNeedless(since: Micros): void {
    const { entries, looked } = this.#kept;
    if (entries.length < Math.min(2 * looked + 8, this.plan.capacity + 1)) return;
    const { entries: gone, known } = needless(this.plan.rule, entries, this.group.known ?? null, since);
    this.group.known = known;
    if (gone.length > 0) this.#remove(gone);
    this.#kept.looked = entries.length;
  }

  #remove(gone: readonly Entry[]): void {
    const { entries, window } = this.#kept;
    const isBehindWindow = window instanceof SlidingWindow && gone.length <= window.from && gone.every((entry, at) => entry === entries[at]);
    if (isBehindWindow) window.shift(gone.length);
    else this.#kept.window = null;
    const numbers = new Set(gone.map(({ number }) => number));
    for (const number of numbers) this.#store.delete(`${this.key}|${number}`);
    const left = entries.filter(({ number }) => !numbers.has(number));
    entries.length = 0;
    for (const entry of left) entries.push(entry);
    this.group.oldest = left.reduce((least, { number }) => Math.min(least, number), this.group.next);
    this.group.size = left.length;
  }
}

/** The oldest; but where distinct values count, those first whose value stands there again later, and of an absence those within a run. */
function leastNeeded({ rule }: CorrelationPlan, entries: readonly Entry[], excess: number): readonly Entry[] {
  if (rule.type === 'first_seen') return longestUnseen(entries, excess);
  if (rule.type === 'absence') return withinRuns(rule.absent, entries, excess);
  if (rule.type !== 'value_count') return entries.slice(0, excess);
  const lastOf = new Map(entries.map(({ value, number }) => [value, number]));
  const repeated = entries.filter(({ value, number }) => lastOf.get(value) !== number).slice(0, excess);
  if (repeated.length === excess) return repeated;
  const chosen = new Set(repeated);
  return [...repeated, ...entries.filter((entry) => !chosen.has(entry)).slice(0, excess - repeated.length)];
}

/** Between two that await an answer, or two answers, a third changes only how many contribute. The oldest where these do not suffice. */
function withinRuns(absent: readonly string[], entries: readonly Entry[], excess: number): readonly Entry[] {
  const isAnswer = entries.map(({ ruleId }) => absent.includes(ruleId));
  const within = entries.filter((_entry, at) => at > 0 && at < entries.length - 1 && isAnswer[at - 1] === isAnswer[at] && isAnswer[at] === isAnswer[at + 1]);
  return within.length >= excess ? within.slice(0, excess) : entries.slice(0, excess);
}
