// From a change of a group's matches to the findings that follow from it.
import type { Micros } from '../core/index.ts';
import { hashId } from '../core/id.ts';
import type { Entry } from './entry.ts';
import { firstSince } from './entry.ts';
import { closedWindows, closeOfNewest } from './closing.ts';
import type { Fired, Held, Told } from './fired.ts';
import { compared, keyOf } from './fired.ts';
import type { Firing } from './firing.ts';
import { firingsBetween } from './firing.ts';
import { newSince } from './first-seen.ts';
import type { OpenGroup } from './group.ts';
import { judgedSince } from './plan.ts';

/** Whose group it is. */
export interface GroupName {
  readonly organization: string;
  readonly groupValues: readonly string[];
}

/** The newest match has come: one step. */
export function judgeNewest(open: OpenGroup, name: GroupName): readonly Told[] {
  const { isTrue, from } = open.slide();
  const hasFired = isTrue && !open.group.isTrue;
  if (isTrue !== open.group.isTrue && open.plan.rule.type !== 'first_seen') open.group.isTrue = isTrue; // each new value is told of
  return hasFired ? settled(open, name, () => false, [{ from, to: open.entries.length }]) : [];
}

/** A match came, or went, at `time`, before others: every window that it falls into is judged anew. */
export function judgeAround(open: OpenGroup, name: GroupName, at: number, { time, key }: Pick<Entry, 'time' | 'key'>): readonly Told[] {
  const { entries, plan } = open;
  if (plan.rule.type === 'first_seen') {
    const lo = Math.max(at, firstSince(entries, judgedSince(plan, open.group.last)));
    return settled(open, name, (fired) => keyOf(fired) >= key, newSince(plan.rule, entries, open.group.known ?? null, lo));
  }
  const behind = (since: Micros) => Math.min(entries.length - 1, firstSince(entries, since + plan.rule.timespanMicros + 1));
  const turned = behind(time); // the one behind tells whether it had turned false
  const hi = behind(entries[turned]?.time ?? time); // what fires there may fire again with the same beginning: one finding, which then holds
  const { firings, isTrue } = firingsBetween(plan.rule, entries, at, hi);
  const isLast = hi === entries.length - 1;
  if (isLast) open.group.isTrue = isTrue;
  const isJudged = (fired: Fired) => keyOf(fired) >= key && (isLast || keyOf(fired) <= entries[hi]!.key);
  return settled(open, name, isJudged, firings);
}

/** The same for what is judged when a window closes: it belongs to the window that is open, or opens one. */
export function awaitNewest(open: OpenGroup): readonly Told[] {
  const { group, entries, plan } = open;
  if (group.closesAt === 0) group.closesAt = closeOfNewest(plan.rule, entries.at(-1)!);
  return [];
}

/** For conditions that are judged when a window closes: everything up to `closedAt`. The group knows then when the next one closes. */
export function judgeClosed(open: OpenGroup, name: GroupName, closedAt: Micros): readonly Told[] {
  const { firings, closesAt } = closedWindows(open.plan.rule, open.entries, closedAt);
  open.group.judgedTo = closedAt;
  open.group.closesAt = closesAt;
  return settled(open, name, () => true, firings);
}

function settled(open: OpenGroup, { organization, groupValues }: GroupName, isJudged: (fired: Fired) => boolean, firings: readonly Firing[]): readonly Told[] {
  const isFirstSeen = open.plan.rule.type === 'first_seen'; // several values may be new at one time
  const now = firings.map(({ from, to }): Held => {
    const inside = open.entries.slice(from, to);
    const { time, value } = inside[0]!;
    return { id: hashId(organization, open.plan.rule.key, ...groupValues, ...(isFirstSeen ? [value] : []), time), inside };
  });
  const { fired, told } = compared(open.group.fired, isJudged, now, open.isShadow);
  open.group.fired = fired;
  return told;
}
