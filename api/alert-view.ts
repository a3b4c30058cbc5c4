import type { AlertRow } from '../store/queries/alerts.ts';
import { SEVERITIES } from '../store/queries/findings.ts';
import { isoOf } from './time.ts';

/** An alert as a JSON document: what a list or a room shows. Its events and findings are references. */
export function alertDocument(row: AlertRow) {
  const {
    id,
    revision,
    title,
    score,
    status,
    verdict,
    verdictReason,
    assignee,
    labels,
    workRevision,
    changeId,
    ruleIds,
    tags,
    entities,
    findingCount,
    eventCount,
    reason,
  } = row;
  return {
    id,
    revision,
    time: isoOf(row.time),
    lastTime: isoOf(row.lastTime),
    title,
    severity: SEVERITIES[row.severity] ?? 'informational',
    score,
    status,
    verdict,
    verdictReason,
    assignee,
    labels,
    workRevision,
    changeId,
    rules: ruleIds,
    tags,
    entities,
    findingCount,
    eventCount,
    reason,
    storedAt: isoOf(row.storedAt),
    changedAt: isoOf(row.changedAt),
    events: row.events.map((event) => ({ ...event, id: `${event.time}-${event.id}`, time: isoOf(event.time) })),
    findings: row.findings.map((finding) => ({ id: `${finding.time}-${finding.id}`, rule: finding.ruleId, time: isoOf(finding.time) })),
  };
}
