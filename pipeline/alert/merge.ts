import type { Alert, Entity, EventRef, Finding, Severity } from '../../schemas/avro/types.gen.ts';

/** What the alert stage reads of a finding. */
export type AlertingFinding = Pick<
  Finding,
  | 'id'
  | 'organization'
  | 'time'
  | 'lastTime'
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
>;

const SEVERITIES: readonly Severity[] = ['informational', 'low', 'medium', 'high', 'critical'];
const BASE_SCORE: Readonly<Record<Severity, number>> = { informational: 5, low: 25, medium: 50, high: 75, critical: 93 };
const rank = (severity: Severity) => SEVERITIES.indexOf(severity);
/** An alert lists the first and last so many of its events and findings; counts tell of the rest. */
const KEPT_EACH_END = 50;

export function opened(id: string, finding: AlertingFinding): Alert {
  return {
    id,
    organization: finding.organization,
    revision: 1,
    time: finding.time,
    lastTime: finding.lastTime,
    title: finding.title,
    severity: finding.severity,
    groupKey: finding.groupKey,
    score: score(finding.severity, 1, 1),
    ruleIds: [finding.ruleId],
    tags: [...finding.tags].sort(),
    entities: sortedEntities(finding.entities),
    findings: [{ id: finding.id, ruleId: finding.ruleId, time: finding.time }],
    findingCount: 1,
    events: endsOf(sortedEvents(finding.events)),
    eventCount: finding.eventCount,
    reason: 'Opened.',
    changes: [],
  };
}

/** The next revision of `alert`; the same object when it lists the finding already. */
export function joined(alert: Alert, finding: AlertingFinding): Alert {
  if (alert.findings.some(({ id }) => id === finding.id)) return alert;
  const isReplacing = finding.supersedes !== null && alert.findings.some(({ id }) => id === finding.supersedes);
  const findings = alert.findings.filter(({ id }) => id !== finding.supersedes);
  const isWorse = rank(finding.severity) > rank(alert.severity);
  const severity = isWorse ? finding.severity : alert.severity;
  const ruleIds = [...new Set([...alert.ruleIds, finding.ruleId])].sort();
  const findingCount = alert.findingCount + (isReplacing ? 0 : 1);
  const known = new Set(alert.events.map(({ id }) => id));
  const added = finding.events.filter(({ id }) => !known.has(id));
  return {
    ...alert,
    revision: alert.revision + 1,
    time: Math.min(alert.time, finding.time),
    lastTime: Math.max(alert.lastTime, finding.lastTime),
    title: isWorse ? finding.title : alert.title,
    severity,
    score: score(severity, ruleIds.length, findingCount),
    ruleIds,
    tags: [...new Set([...alert.tags, ...finding.tags])].sort(),
    entities: sortedEntities([...alert.entities, ...finding.entities]),
    findings: endsOf([...findings, { id: finding.id, ruleId: finding.ruleId, time: finding.time }].sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1))),
    findingCount,
    events: endsOf(sortedEvents([...alert.events, ...added])),
    eventCount: alert.eventCount + (isReplacing ? added.length : finding.eventCount - (finding.events.length - added.length)),
    reason: reasonOf(alert, finding, isReplacing, isWorse),
  };
}

function reasonOf(alert: Alert, finding: AlertingFinding, isReplacing: boolean, isWorse: boolean): string {
  if (isReplacing) return `A finding of ${finding.ruleId} was replaced: ${finding.reason ?? 'an earlier event arrived later'}.`;
  if (isWorse) return `Severity rose from ${alert.severity} to ${finding.severity} by ${finding.ruleId}.`;
  if (!alert.ruleIds.includes(finding.ruleId)) return `A finding of ${finding.ruleId} joined.`;
  return `Another finding of ${finding.ruleId} joined.`;
}

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
