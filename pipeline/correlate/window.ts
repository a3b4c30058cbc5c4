// The state of one group of one correlation, and when its condition holds. Pure: entries in, new state and verdicts out.
import type { Micros } from '../core/index.ts';
import type { Bound, CorrelationRule, SeenCondition } from '../../domains/sigma/index.ts';
import type { Entity, EventRef } from '../../schemas/avro/types.gen.ts';

/** What the window needs of a correlation rule. */
export type WindowRule = Pick<CorrelationRule, 'type' | 'rules' | 'timespanMicros' | 'bounds' | 'percentile' | 'seen'>;

export interface Entry {
  readonly time: Micros;
  readonly ruleId: string;
  /** Value of the counted or summed fields, one text; empty where the type needs none. */
  readonly value: string;
  readonly event: EventRef;
  readonly entities: readonly Entity[];
}

/** Sliding, in event time; events exactly a timespan apart are in one window. */
export interface Group {
  /** Sorted by (time, event id, rule id), no entry twice. */
  readonly entries: readonly Entry[];
  /** Time of the entry at which the condition last turned true, while it is true. */
  readonly firingSince: Micros | null;
  /** Findings of this group that may still be superseded: first and last contributing time, by finding id. */
  readonly fired: readonly { readonly id: string; readonly first: Micros; readonly last: Micros }[];
  /** Entries given up because the group was full. */
  readonly evictedCount: number;
}
export const EMPTY_GROUP: Group = { entries: [], firingSince: null, fired: [], evictedCount: 0 };

const before = (a: Entry, b: Entry): boolean =>
  a.time !== b.time ? a.time < b.time : a.event.id !== b.event.id ? a.event.id < b.event.id : a.ruleId < b.ruleId;

/** `entries` with `entry` in its place; the same array when it is there already. */
export function inserted(entries: readonly Entry[], entry: Entry): readonly Entry[] {
  let at = entries.length;
  while (at > 0 && before(entry, entries[at - 1]!)) at--;
  const left = entries[at - 1];
  if (left !== undefined && left.event.id === entry.event.id && left.ruleId === entry.ruleId) return entries;
  return at === entries.length ? [...entries, entry] : [...entries.slice(0, at), entry, ...entries.slice(at)];
}

/** Entries of the window that ends with the entry at `end`: [time - timespan, time], both inclusive. */
export function windowAt(rule: WindowRule, entries: readonly Entry[], end: number): readonly Entry[] {
  const from = entries[end]!.time - rule.timespanMicros;
  let start = end;
  while (start > 0 && entries[start - 1]!.time >= from) start--;
  return entries.slice(start, end + 1);
}

/** A condition that more events can only make false is judged when a window closes; the others as soon as they hold. */
export const isJudgedAtClose = (rule: WindowRule): boolean => rule.seen === null && rule.bounds.some(({ operator }) => operator !== 'gt' && operator !== 'gte');

/** Whether the condition holds over these entries. */
export function holds(rule: WindowRule, window: readonly Entry[]): boolean {
  if (rule.type === 'temporal_ordered' && !inOrder(rule.rules, window)) return false;
  if (rule.seen !== null) return isSeen(rule.seen, new Set(window.map(({ ruleId }) => ruleId)));
  const measured = measure(rule, window);
  return measured !== null && rule.bounds.every((bound) => compare(measured, bound));
}

function isSeen(condition: SeenCondition, rules: ReadonlySet<string>): boolean {
  switch (condition.kind) {
    case 'rule':
      return rules.has(condition.rule);
    case 'and':
      return condition.of.every((part) => isSeen(part, rules));
    case 'or':
      return condition.of.some((part) => isSeen(part, rules));
    case 'not':
      return !isSeen(condition.of, rules);
  }
}

/** The number that the condition compares; null when no entry has one. */
export function measure(rule: WindowRule, window: readonly Entry[]): number | null {
  switch (rule.type) {
    case 'event_count':
      return window.length;
    case 'value_count':
      return new Set(window.map(({ value }) => value)).size;
    case 'temporal':
    case 'temporal_ordered':
      return new Set(window.map(({ ruleId }) => ruleId)).size;
    default:
  }
  const numbers = window
    .map(({ value }) => (value.trim() === '' ? Number.NaN : Number(value)))
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  if (numbers.length === 0) return null;
  if (rule.type === 'value_percentile' || rule.type === 'value_median')
    return numbers[Math.max(0, Math.ceil(((rule.percentile ?? 50) / 100) * numbers.length) - 1)]!; // nearest rank
  const sum = numbers.reduce((total, number) => total + number, 0); // sorted before, so the sum does not depend on arrival
  return rule.type === 'value_sum' ? sum : sum / numbers.length;
}

/** Each rule after the one before it; equal times are accepted. */
function inOrder(rules: readonly string[], window: readonly Entry[]): boolean {
  let notBefore = Number.NEGATIVE_INFINITY;
  for (const rule of rules) {
    const next = window.find((entry) => entry.ruleId === rule && entry.time >= notBefore);
    if (next === undefined) return false;
    notBefore = next.time;
  }
  return true;
}

function compare(measured: number, { operator, number: value }: Bound): boolean {
  switch (operator) {
    case 'gt':
      return measured > value;
    case 'gte':
      return measured >= value;
    case 'lt':
      return measured < value;
    case 'lte':
      return measured <= value;
    case 'eq':
      return measured === value;
    default:
      return measured !== value;
  }
}

/** How many entries a group keeps: every match costs as much as the group is long, so no more than the condition can tell apart. */
export const capacityOf = (rule: WindowRule, least: number): number =>
  Math.max(least, ...rule.bounds.map(({ number }) => 2 * Math.ceil(number)).filter((size) => size <= MOST_ENTRIES));
const MOST_ENTRIES = 20_000; // sums are compared with large numbers, which are no counts

/** Gives up `excess` entries: the oldest, but where distinct values count, those first whose value stands there again later. */
export function withoutOldest(rule: WindowRule, entries: readonly Entry[], excess: number): readonly Entry[] {
  if (rule.type !== 'value_count') return entries.slice(excess);
  const lastOf = new Map(entries.map(({ value }, index) => [value, index]));
  let left = excess;
  const kept = entries.filter(({ value }, index) => {
    if (left === 0 || lastOf.get(value) === index) return true;
    left--;
    return false;
  });
  return kept.slice(left);
}
