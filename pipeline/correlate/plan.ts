import type { Micros } from '../core/index.ts';
import type { Lateness } from '../core/lateness.ts';
import { selectionOf, union } from '../core/lateness.ts';
import type { LinkedCorrelation, OrganizationRules } from '../../domains/sigma/index.ts';
import type { FindingStatus } from '../../schemas/avro/types.gen.ts';
import { isJudgedAtClose } from './condition.ts';

/** A correlation rule, and what follows from the rules and datasets that it reads. */
export interface CorrelationPlan {
  readonly rule: LinkedCorrelation;
  /** What findings of it are. */
  readonly status: FindingStatus;
  /** Datasets of its rules, whose watermarks it waits for; of no others. */
  readonly clock: string;
  /** A match may be so much older than a timespan before the watermark. */
  readonly lateness: Micros;
  readonly isJudgedAtClose: boolean;
  /** Matches kept per group: no more than the condition can tell apart. */
  readonly capacity: number;
}

/** How far a match may be behind the watermark: as long as a window that it falls into may still change. What is new depends on the past alone. */
export const acceptedFor = ({ rule, lateness }: CorrelationPlan): Micros => (rule.type === 'first_seen' ? 0 : rule.timespanMicros) + lateness;

/** Nothing that still comes changes what was judged before this; `last` is the newest match of the group. */
export const judgedSince = (plan: CorrelationPlan, last: Micros): Micros => last - 2 * acceptedFor(plan);

/** State is kept so long behind the newest match of a group: then every window that a late match can still change is whole. */
export const keptFor = (plan: CorrelationPlan): Micros => 2 * acceptedFor(plan) + (plan.rule.type === 'first_seen' ? plan.rule.timespanMicros : 0);

/** By key. Of a correlation over others: all datasets that those read, and they tell of their windows only when these have ended. */
export function planCorrelations(
  { set: { rules, correlations }, stateOf }: OrganizationRules,
  { lateness, matchesPerGroup }: { readonly lateness: Lateness; readonly matchesPerGroup: number },
): ReadonlyMap<string, CorrelationPlan> {
  const logsources = new Map(rules.map(({ key, logsource }) => [key, logsource]));
  const plans = new Map<string, CorrelationPlan>();
  for (const rule of correlations) {
    const inner = rule.rules.flatMap((key) => plans.get(key) ?? []);
    const direct = rule.rules.flatMap((key) => logsources.get(key) ?? []).map(selectionOf);
    const clock = union([...direct, ...inner.map((plan) => plan.clock).flatMap((each) => each.split(','))]);
    plans.set(rule.key, {
      rule,
      clock,
      status: stateOf(rule.key),
      lateness: Math.max(lateness.ofSelection(clock), ...inner.map(acceptedFor)),
      isJudgedAtClose: isJudgedAtClose(rule),
      capacity: capacityOf(rule, matchesPerGroup),
    });
  }
  return plans;
}

const MOST_MATCHES = 20_000; // sums are compared with large numbers, which are no counts
const capacityOf = ({ bounds }: LinkedCorrelation, least: number): number =>
  Math.max(least, ...bounds.map(({ number }) => 2 * Math.ceil(number)).filter((size) => size <= MOST_MATCHES));
