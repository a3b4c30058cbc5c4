// An alert as the sum of its findings. Those that a late event may still change are kept apart, so that one of them can be replaced or
// withdrawn; the others are added up.
import type { Alert, Entity, EventRef, Finding, Severity } from '../../schemas/avro/types.gen.ts';

/** What the alert stage reads of a finding. */
export type AlertingFinding = Pick<
  Finding,
  | 'id'
  | 'organization'
  | 'time'
  | 'lastTime'
  | 'kind'
  | 'ruleId'
  | 'title'
  | 'severity'
  | 'tags'
  | 'groupKey'
  | 'entities'
  | 'events'
  | 'eventCount'
  | 'supersedes'
  | 'reason'
  | 'revisable'
>;
/** What findings add up to. */
export type Content = Omit<Alert, 'id' | 'organization' | 'groupKey' | 'revision' | 'reason' | 'changes'>;

const SEVERITIES: readonly Severity[] = ['informational', 'low', 'medium', 'high', 'critical'];
const BASE_SCORE: Readonly<Record<Severity, number>> = { informational: 5, low: 25, medium: 50, high: 75, critical: 93 };
const rank = (severity: Severity) => SEVERITIES.indexOf(severity);
/** An alert lists the first and last so many of its events and findings; counts tell of the rest. */
const KEPT_EACH_END = 50;

/** @param before Null when there is nothing yet. */
export function added(before: Content | null, finding: AlertingFinding): Content {
  if (before === null) return only(finding);
  const isWorse = rank(finding.severity) > rank(before.severity);
  const severity = isWorse ? finding.severity : before.severity;
  const ruleIds = [...new Set([...before.ruleIds, finding.ruleId])].sort();
  const findingCount = before.findingCount + 1;
  const known = new Set(before.events.map(({ id }) => id));
  const fresh = finding.events.filter(({ id }) => !known.has(id));
  return {
    time: Math.min(before.time, finding.time),
    lastTime: Math.max(before.lastTime, finding.lastTime),
    title: isWorse ? finding.title : before.title,
    severity,
    score: score(severity, ruleIds.length, findingCount),
    ruleIds,
    tags: [...new Set([...before.tags, ...finding.tags])].sort(),
    entities: sortedEntities([...before.entities, ...finding.entities]),
    findings: endsOf([...before.findings, reference(finding)].sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1))),
    findingCount,
    events: endsOf(sortedEvents([...before.events, ...fresh])),
    eventCount: before.eventCount + finding.eventCount - (finding.events.length - fresh.length),
  };
}

function only(finding: AlertingFinding): Content {
  return {
    time: finding.time,
    lastTime: finding.lastTime,
    title: finding.title,
    severity: finding.severity,
    score: score(finding.severity, 1, 1),
    ruleIds: [finding.ruleId],
    tags: [...finding.tags].sort(),
    entities: sortedEntities(finding.entities),
    findings: [reference(finding)],
    findingCount: 1,
    events: endsOf(sortedEvents(finding.events)),
    eventCount: finding.eventCount,
  };
}

/** All of its findings were withdrawn: what it was about is still said, that anything of it holds is not. */
export const emptied = (before: Content): Content => ({ ...before, score: 0, findings: [], findingCount: 0, events: [], eventCount: 0 });

const reference = ({ id, ruleId, time }: AlertingFinding) => ({ id, ruleId, time });

/** 0 to 100: the worst severity, a little more for further rules and for repetition. */
function score(severity: Severity, rules: number, findings: number): number {
  return Math.min(100, BASE_SCORE[severity] + Math.min(4, 2 * (rules - 1)) + Math.min(3, Math.floor(Math.log2(findings))));
}

function sortedEntities(entities: readonly Entity[]): Entity[] {
  const byKey = new Map(entities.map((entity) => [`${entity.type}|${entity.value}`, { type: entity.type, value: entity.value }]));
  return [...byKey.keys()]
    .sort()
    .slice(0, 4 * KEPT_EACH_END)
    .map((key) => byKey.get(key)!);
}
const sortedEvents = (events: readonly EventRef[]): EventRef[] => [...events].sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1));
const endsOf = <T>(items: readonly T[]): readonly T[] =>
  items.length <= 2 * KEPT_EACH_END ? items : [...items.slice(0, KEPT_EACH_END), ...items.slice(-KEPT_EACH_END)];
