// What a rule may find, and how often its condition may be asked: beyond it the rule is a shadow until the hour ends, and says so once. By append
// time, so that a replay decides the same.
import type { Micros, Store } from '../core/index.ts';
import { hashId } from '../core/id.ts';
import type { LinkedRule } from '../../domains/sigma/index.ts';
import type { Finding } from '../../schemas/avro/types.gen.ts';
import type { MatchedEvent } from './finding.ts';
import { eventRef } from './finding.ts';

const HOUR: Micros = 3_600_000_000;
const WINDOW_SECONDS = 10;
const WINDOW: Micros = WINDOW_SECONDS * 1_000_000;
/** One event of so many is looked at for the conditions that it had asked; which ones follows from their ids. */
export const SAMPLED = 16;
export const OVER_BUDGET = 'goshawk.rule-over-budget';

/** Of a rule of an organization in a task. */
export interface Spent {
  readonly hour: number;
  /** In that hour. */
  readonly findings: number;
  /** The newest ten seconds in which it was seen to be asked, and how often it was in them, sampling made up for. Absent: not in that hour. */
  readonly window?: number;
  readonly asked?: number;
  /** It was asked too often in that hour. */
  readonly isOverAsked?: boolean;
}
/** `first` for the first one beyond the budget, `over` for those behind it. */
export type Budgeted = 'within' | 'first' | 'over';

/** Counts one more finding. */
export function spendFinding(store: Store<Spent>, key: string, appendedAt: Micros, findingsPerHour: number): Budgeted {
  const before = current(store, key, appendedAt);
  const spent = { ...before, findings: before.findings + 1 };
  if (before.isOverAsked === true || spent.findings > findingsPerHour + 1) return 'over';
  store.put(key, spent);
  return spent.findings > findingsPerHour ? 'first' : 'within';
}

/** Its condition was asked of one more event that is looked at. */
export function spendQuestion(store: Store<Spent>, key: string, appendedAt: Micros, candidatesPerSecond: number): Budgeted {
  const before = current(store, key, appendedAt);
  if (before.isOverAsked === true) return 'over';
  const window = Math.max(Math.floor(appendedAt / WINDOW), before.window ?? 0);
  const asked = (before.window === window ? (before.asked ?? 0) : 0) + SAMPLED;
  const isOverAsked = asked > candidatesPerSecond * WINDOW_SECONDS;
  store.put(key, { ...before, window, asked, ...(isOverAsked ? { isOverAsked } : {}) });
  return isOverAsked ? 'first' : 'within';
}

/** A record of an hour that has passed counts in the newest: time does not go back. */
function current(store: Store<Spent>, key: string, appendedAt: Micros): Spent {
  const hour = Math.floor(appendedAt / HOUR);
  const spent = store.get(key);
  return spent === undefined || spent.hour < hour ? { hour, findings: 0 } : spent;
}

/** Whether conditions that were asked of the event count. Ids are hashes, so one of 16 ends in a 0. */
export const isSampled = (eventId: string): boolean => eventId.endsWith('0');

export const foundTooMuch = (findingsPerHour: number): string =>
  `the rule had more than ${findingsPerHour} findings within an hour in one task, so those that follow are shadows until the hour ends`;
export const askedTooOften = (candidatesPerSecond: number): string =>
  `the condition of the rule had to be asked of more than ${candidatesPerSecond} events a second for ${WINDOW_SECONDS} seconds in one task, so its findings are shadows until the hour ends`;

/** Tells the organization that a rule is a shadow for now. @param budget Name of the option that it went over, and its value. */
export function overBudget(
  rule: LinkedRule,
  event: MatchedEvent,
  appendedAt: Micros,
  { budget, reason, ruleSet }: { readonly budget: readonly [name: string, value: number]; readonly reason: string; readonly ruleSet: number },
): Finding {
  const hour = Math.floor(appendedAt / HOUR);
  return {
    id: hashId(OVER_BUDGET, event.organization, rule.key, hour, event.id, budget[0]),
    organization: event.organization,
    time: appendedAt,
    lastTime: appendedAt,
    kind: 'platform',
    ruleId: OVER_BUDGET,
    ruleVersion: '1',
    title: `Rule over its budget: ${rule.title}`,
    description: 'A rule that finds so much, or has to be asked so often, tells nobody anything. Add exceptions, or make it narrower.',
    author: null,
    license: null,
    reference: null,
    severity: 'medium',
    status: 'production',
    tags: [],
    groupKey: `${OVER_BUDGET}|${rule.key}`,
    entities: [{ type: 'rule', value: rule.key }],
    fields: [{ name: budget[0], value: String(budget[1]) }],
    events: [eventRef(event)],
    eventCount: 1,
    supersedes: null,
    reason,
    revisable: null,
    ruleSet,
    suppressedBy: null,
  };
}
