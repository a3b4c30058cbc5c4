import { hashId } from '../core/id.ts';
import type { LinkedCorrelation } from '../../domains/sigma/index.ts';
import type { Entity, Finding, FindingStatus, Match } from '../../schemas/avro/types.gen.ts';
import type { Entry } from './window.ts';

const KEPT_EACH_END = 50;
/** Experimental rules are shadows: findings, but never alerts. */
const STATUS: Readonly<Record<string, FindingStatus>> = { stable: 'production', test: 'test', experimental: 'draft' };
interface Circumstances {
  readonly supersedes: string | null;
  readonly isLate: boolean;
  readonly evictedCount: number;
}

/** The finding of one window: id = hash of organization, rule, group and time of the first contributing event. */
export function findingOf(rule: LinkedCorrelation, match: Match, inside: readonly Entry[], { supersedes, isLate, evictedCount }: Circumstances): Finding {
  const first = inside[0]!;
  const events = inside.map(({ event }) => event);
  const group = match.groupFields.map((field, index) => ({ name: field, value: (match.groupValues[index] ?? '').slice(0, 256) }));
  return {
    id: hashId(match.organization, rule.key, ...match.groupValues, first.time),
    organization: match.organization,
    time: first.time,
    lastTime: inside.at(-1)!.time,
    kind: 'correlation',
    ruleId: rule.key,
    ruleVersion: rule.version,
    title: rule.title,
    description: rule.description,
    author: rule.author,
    license: rule.license,
    reference: rule.references[0] ?? null,
    severity: rule.level,
    status: STATUS[rule.status] ?? 'test',
    tags: rule.tags,
    groupKey: [rule.key, ...match.groupValues].join('|'),
    entities: entitiesOf(inside),
    fields: group,
    events: events.length <= 2 * KEPT_EACH_END ? events : [...events.slice(0, KEPT_EACH_END), ...events.slice(-KEPT_EACH_END)],
    eventCount: inside.length,
    supersedes,
    reason: reasonOf(isLate, supersedes !== null, evictedCount),
  };
}

function reasonOf(isLate: boolean, isReplacing: boolean, evictedCount: number): string | null {
  const parts = [
    ...(isReplacing ? ['an earlier event arrived later'] : isLate ? ['a late event completed it'] : []),
    ...(evictedCount > 0 ? [`${evictedCount} older events of this group were given up, so counts are a lower bound`] : []),
  ];
  return parts.length === 0 ? null : parts.join('; ');
}

function entitiesOf(inside: readonly Entry[]): readonly Entity[] {
  const byKey = new Map(
    inside.flatMap(({ entities }) => entities).map((entity) => [`${entity.type}|${entity.value}`, { type: entity.type, value: entity.value }]),
  );
  return [...byKey.keys()]
    .sort()
    .slice(0, KEPT_EACH_END)
    .map((key) => byKey.get(key)!);
}
