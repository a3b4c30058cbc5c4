// What becomes of a correlation that has more than it may hold: it gives up what was silent longest, is a shadow, and says so.
import { hashId } from '../core/id.ts';
import type { Micros } from '../core/index.ts';
import type { Finding } from '../../schemas/avro/types.gen.ts';
import type { CorrelationPlan } from './plan.ts';
import type { Limits } from './share.ts';

export const OVER_BUDGET = 'goshawk.correlation-over-budget';
const WORDS: Readonly<Record<keyof Limits, string>> = { matchesPerRule: 'matches', groupsPerRule: 'groups' };

/** Told to the organization once in an hour of append time. @param bound What it went over. @param appendedAt Of the match that was too much. */
export function overBudget(
  { rule }: CorrelationPlan,
  organization: string,
  limits: Limits,
  bound: keyof Limits,
  { appendedAt, ruleSet }: { readonly appendedAt: Micros; readonly ruleSet: number },
): Finding {
  return {
    id: hashId(OVER_BUDGET, organization, rule.key, bound, appendedAt),
    organization,
    time: appendedAt,
    lastTime: appendedAt,
    kind: 'platform',
    ruleId: OVER_BUDGET,
    ruleVersion: '1',
    title: `Correlation over its budget: ${rule.title}`,
    description:
      'Groups that were silent longest were given up, so what they had counted is forgotten. Make the rules that it counts narrower, or its timespan shorter.',
    author: null,
    license: null,
    reference: null,
    severity: 'medium',
    status: 'production',
    tags: [],
    groupKey: `${OVER_BUDGET}|${rule.key}`,
    entities: [{ type: 'rule', value: rule.key }],
    fields: [{ name: bound, value: String(limits[bound]) }],
    events: [],
    eventCount: 0,
    supersedes: null,
    reason: `the correlation had more than ${limits[bound]} ${WORDS[bound]} in one task, so its findings are shadows until the hour ends`,
    revisable: null,
    ruleSet,
    suppressedBy: null,
  };
}
