import type { Micros } from '../core/index.ts';
import type { ChangeCode, Entity, EventRef, Finding } from '../../schemas/avro/types.gen.ts';
import { suppressedByAll, valuesOf } from './entry.ts';
import type { Entry } from './entry.ts';
import type { Fired, Told } from './fired.ts';
import { contribution } from './fired.ts';
import type { GroupName } from './judge.ts';
import { acceptedFor } from './plan.ts';
import type { CorrelationPlan } from './plan.ts';

const KEPT_EACH_END = 50;
const LONGEST_VALUE = 256;
const WORDS: Readonly<Record<ChangeCode, string>> = {
  completed: 'a late event completed it',
  extended: 'a late event changed which events contribute',
  replaced: 'an earlier event arrived later',
  broken: 'a late event broke it: by the order in which things happened the condition is not met here',
};

/** When the watermark stands here, nothing that still comes changes the finding. */
export function settlesAt(plan: CorrelationPlan, { first, last }: Pick<Fired, 'first' | 'last'>): Micros {
  const end = plan.isJudgedAtClose ? first + plan.rule.timespanMicros : last; // of the window
  return end + acceptedFor(plan);
}

/**
 * The finding of one window, or what becomes of it.
 * @param covered Matches of the window; of a finding that is withdrawn those that it covered.
 * @param late The event that made this revision; null when it came in time.
 */
export function findingOf(
  plan: CorrelationPlan,
  { organization, groupValues }: GroupName,
  { fired, code, before, supersedes, inside }: Told,
  covered: readonly Entry[],
  late: EventRef | null,
  evictedCount: number,
  ruleSet: number,
): Finding {
  const { rule, status } = plan;
  const events = covered.map(({ event }) => event);
  return {
    id: fired.id,
    organization,
    time: fired.first,
    lastTime: fired.last,
    kind: 'correlation',
    ruleId: rule.key,
    ruleVersion: rule.version,
    title: rule.title,
    description: rule.description,
    author: rule.author,
    license: rule.license,
    reference: rule.references[0] ?? null,
    severity: rule.level,
    status: fired.isShadow === true ? 'draft' : status,
    tags: rule.tags,
    groupKey: [rule.key, ...groupValues].join('|'),
    entities: entitiesOf(covered),
    fields: [...named(rule.groupBy, groupValues), ...(rule.type === 'first_seen' ? named(rule.valueFields, valuesOf(covered[0])) : [])],
    events: events.length <= 2 * KEPT_EACH_END ? events : [...events.slice(0, KEPT_EACH_END), ...events.slice(-KEPT_EACH_END)],
    eventCount: fired.count,
    supersedes,
    reason: reasonOf(late === null ? null : code, evictedCount, fired.isShadow === true),
    revisable: {
      revision: fired.revision,
      settlesAt: settlesAt(plan, fired),
      isWithdrawn: inside === null,
      change:
        late === null
          ? null
          : { code, event: late, before: before === null ? null : contribution(before), after: inside === null ? null : contribution(fired) },
    },
    ruleSet,
    suppressedBy: suppressedByAll(covered),
  };
}

const named = (names: readonly string[], values: readonly string[]) =>
  names.map((name, index) => ({ name, value: (values[index] ?? '').slice(0, LONGEST_VALUE) }));

function reasonOf(code: ChangeCode | null, evictedCount: number, isShadow: boolean): string | null {
  const parts = [
    ...(code === null ? [] : [WORDS[code]]),
    ...(evictedCount > 0 ? [`${evictedCount} older events of this group were given up, so counts are a lower bound`] : []),
    ...(isShadow ? ['the correlation was over its budget, so this is a shadow'] : []),
  ];
  return parts.length === 0 ? null : parts.join('; ');
}

function entitiesOf(covered: readonly Entry[]): readonly Entity[] {
  const [first] = covered;
  if (covered.length === 1 && first!.entities.length <= 1) return first!.entities;
  const byKey = new Map(covered.flatMap(({ entities }) => entities).map(({ type, value }) => [`${type}|${value}`, { type, value }]));
  return [...byKey.keys()]
    .sort()
    .slice(0, KEPT_EACH_END)
    .map((key) => byKey.get(key)!);
}
