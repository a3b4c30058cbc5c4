import type { Alert, Feature, Finding, Severity } from '../../schemas/avro/types.gen.ts';
import type { CopyRows } from '../../store/copy.ts';

const SEVERITY: Readonly<Record<Severity, number>> = { informational: 0, low: 1, medium: 2, high: 3, critical: 4 };

/** In the order in which `writeFinding` writes them. */
export const FINDING_COLUMNS = [
  'event_time',
  'id',
  'organization',
  'last_time',
  'kind',
  'rule_id',
  'rule_version',
  'title',
  'description',
  'author',
  'license',
  'reference',
  'severity',
  'status',
  'tags',
  'group_key',
  'entities',
  'fields',
  'events',
  'event_count',
  'supersedes',
  'reason',
  'revision',
  'revisable',
  'rule_set',
  'suppressed_by',
] as const;

/** @throws RecordError INVALID_EVENT for a value that its column cannot hold; likewise the other two. */
export function writeFinding(rows: CopyRows, finding: Finding): void {
  rows.time(finding.time);
  rows.hex(finding.id);
  rows.text(finding.organization);
  rows.time(finding.lastTime);
  rows.text(finding.kind);
  rows.text(finding.ruleId);
  rows.text(finding.ruleVersion);
  rows.text(finding.title);
  rows.text(finding.description);
  rows.text(finding.author);
  rows.text(finding.license);
  rows.text(finding.reference);
  rows.int2(SEVERITY[finding.severity]);
  rows.text(finding.status);
  rows.textArray(finding.tags);
  rows.text(finding.groupKey);
  rows.json(finding.entities);
  rows.json(finding.fields);
  rows.json(finding.events);
  rows.int8(finding.eventCount);
  rows.hex(finding.supersedes);
  rows.text(finding.reason);
  rows.int4(finding.revisable?.revision ?? 1);
  rows.json(finding.revisable);
  rows.int8(finding.ruleSet);
  rows.text(finding.suppressedBy);
}

/** In the order in which `writeAlert` writes them. */
export const ALERT_COLUMNS = [
  'id',
  'organization',
  'revision',
  'event_time',
  'last_time',
  'title',
  'severity',
  'group_key',
  'score',
  'rule_ids',
  'tags',
  'entities',
  'findings',
  'finding_count',
  'events',
  'event_count',
  'reason',
  'changes',
] as const;

export function writeAlert(rows: CopyRows, alert: Alert): void {
  rows.hex(alert.id);
  rows.text(alert.organization);
  rows.int4(alert.revision);
  rows.time(alert.time);
  rows.time(alert.lastTime);
  rows.text(alert.title);
  rows.int2(SEVERITY[alert.severity]);
  rows.text(alert.groupKey);
  rows.int4(alert.score);
  rows.textArray(alert.ruleIds);
  rows.textArray(alert.tags);
  rows.json(alert.entities);
  rows.json(alert.findings);
  rows.int8(alert.findingCount);
  rows.json(alert.events);
  rows.int8(alert.eventCount);
  rows.text(alert.reason);
  rows.json(alert.changes);
}

/** In the order in which `writeFeature` writes them. */
export const FEATURE_COLUMNS = [
  'window_start',
  'window_micros',
  'organization',
  'entity_type',
  'entity',
  'events',
  'failures',
  'bytes_out',
  'bytes_in',
  'distinct_destinations',
  'distinct_ports',
  'distinct_users',
  'distinct_actions',
] as const;

export function writeFeature(rows: CopyRows, feature: Feature): void {
  rows.time(feature.windowStart);
  rows.int8(feature.windowMicros);
  rows.text(feature.organization);
  rows.text(feature.entityType);
  rows.text(feature.entity);
  rows.int8(feature.events);
  rows.int8(feature.failures);
  rows.int8(feature.bytesOut);
  rows.int8(feature.bytesIn);
  rows.int8(feature.distinctDestinations);
  rows.int8(feature.distinctPorts);
  rows.int8(feature.distinctUsers);
  rows.int8(feature.distinctActions);
}
