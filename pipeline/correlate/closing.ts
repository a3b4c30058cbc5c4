// Windows that are judged when they close: nothing that belongs into them is expected any more. Either they tile the matches of a group, each
// beginning with the first match behind the one before, or they begin with a match that the expected answer does not follow.
import type { Micros } from '../core/index.ts';
import { Condition } from './condition.ts';
import type { WindowRule } from './condition.ts';
import type { Entry } from './entry.ts';
import { firstSince } from './entry.ts';
import type { Firing } from './firing.ts';

/** Entries [from, to); `end` is the last time that belongs to it. */
interface Window extends Firing {
  readonly end: Micros;
}

/**
 * Windows that closed before `closedAt` and in which the condition holds.
 * @returns `closesAt` when the next closes; 0 when none is open.
 */
export function closedWindows(
  rule: WindowRule,
  entries: readonly Entry[],
  closedAt: Micros,
): { readonly firings: readonly Firing[]; readonly closesAt: Micros } {
  const firings: Firing[] = [];
  for (const { from, to, end } of windowsOf(rule, entries)) {
    if (end >= closedAt) return { firings, closesAt: end + 1 };
    if (holds(rule, entries, from, to)) firings.push({ from, to });
  }
  return { firings, closesAt: 0 };
}

/** @returns How many entries at the front lie before `since` with the whole window that they belong to. */
export function closedBefore(rule: WindowRule, entries: readonly Entry[], since: Micros): number {
  let behind = 0;
  for (const { from, to, end } of windowsOf(rule, entries)) {
    if (end >= since) return Math.min(from, firstSince(entries, since));
    behind = to;
  }
  return Math.max(behind, firstSince(entries, since)); // behind the last window there is only what opens none
}

/** When the window closes that a newest match opens; 0 when it opens none. */
export const closeOfNewest = ({ absent, timespanMicros }: WindowRule, { ruleId, time }: Pick<Entry, 'ruleId' | 'time'>): Micros =>
  absent.includes(ruleId) ? 0 : time + timespanMicros + 1;

function* windowsOf({ absent, timespanMicros }: WindowRule, entries: readonly Entry[]): Iterable<Window> {
  const answers = absent.length === 0 ? [] : entries.filter(({ ruleId }) => absent.includes(ruleId)).map(({ time }) => time);
  let answer = 0;
  for (let from = 0; from < entries.length;) {
    const { time, ruleId } = entries[from]!;
    const end = time + timespanMicros;
    while (answer < answers.length && answers[answer]! < time) answer++; // one at the very time counts
    const isAnswered = answer < answers.length && answers[answer]! <= end;
    if (isAnswered || absent.includes(ruleId)) {
      from++;
      continue;
    }
    let to = from;
    while (to < entries.length && entries[to]!.time <= end) to++;
    yield { from, to, end };
    from = to;
  }
}

function holds(rule: WindowRule, entries: readonly Entry[], from: number, to: number): boolean {
  if (rule.type === 'absence') return true;
  const condition = new Condition(rule);
  for (let at = from; at < to; at++) condition.add(entries[at]!);
  return condition.holds(entries[from]!.time);
}
