// What a rule may find: beyond it the rule is a shadow until the hour ends, and says so once. By append time, so that a replay decides the same.
import type { Micros, Store } from '../core/index.ts';
import { hashId } from '../core/id.ts';
import type { LinkedRule } from '../../domains/sigma/index.ts';
import type { Finding } from '../../schemas/avro/types.gen.ts';
import type { MatchedEvent } from './finding.ts';
import { eventRef } from './finding.ts';

const HOUR: Micros = 3_600_000_000;
export const OVER_BUDGET = 'goshawk.rule-over-budget';

/** Findings of a rule of an organization in an hour. */
export interface Spent {
  readonly hour: number;
  readonly findings: number;
}

/** Counts one more. @returns `first` for the first one beyond the budget, `over` for those behind it. */
export function spend(store: Store<Spent>, key: string, appendedAt: Micros, findingsPerHour: number): 'within' | 'first' | 'over' {
  const hour = Math.floor(appendedAt / HOUR);
  const before = store.get(key);
  // A record of an hour that has passed counts in the newest: time does not go back.
  const spent = before === undefined || before.hour < hour ? { hour, findings: 1 } : { hour: before.hour, findings: before.findings + 1 };
  if (spent.findings > findingsPerHour + 1) return 'over';
  store.put(key, spent);
  return spent.findings > findingsPerHour ? 'first' : 'within';
}

export const shadowReason = (findingsPerHour: number): string =>
  `the rule had more than ${findingsPerHour} findings within an hour in one task, so those that follow are shadows until the hour ends`;

/** Tells the organization that a rule is a shadow for now. */
export function overBudget(rule: LinkedRule, event: MatchedEvent, appendedAt: Micros, findingsPerHour: number, ruleSet: number): Finding {
  const hour = Math.floor(appendedAt / HOUR);
  return {
    id: hashId(OVER_BUDGET, event.organization, rule.key, hour, event.id),
    organization: event.organization,
    time: appendedAt,
    lastTime: appendedAt,
    kind: 'platform',
    ruleId: OVER_BUDGET,
    ruleVersion: '1',
    title: `Rule over its budget: ${rule.title}`,
    description: 'A rule that finds so much tells nobody anything. Add exceptions, or make it narrower.',
    author: null,
    license: null,
    reference: null,
    severity: 'medium',
    status: 'production',
    tags: [],
    groupKey: `${OVER_BUDGET}|${rule.key}`,
    entities: [{ type: 'rule', value: rule.key }],
    fields: [{ name: 'findingsPerHour', value: String(findingsPerHour) }],
    events: [eventRef(event)],
    eventCount: 1,
    supersedes: null,
    reason: shadowReason(findingsPerHour),
    revisable: null,
    ruleSet,
    suppressedBy: null,
  };
}
