// Our own findings and alerts as Detection Findings: https://schema.ocsf.io/1.8.0/classes/detection_finding
import type { Alert, Entity, EventRef, Finding, Revisable, Severity } from '../../../schemas/avro/types.gen.ts';
import { OCSF_VERSION } from './base-attributes.ts';
import { detection } from './classes/findings.ts';
import { identity, timeOf } from './event.ts';

type Document = Record<string, unknown>;

const SEVERITIES: Readonly<Record<Severity, readonly [id: number, name: string]>> = {
  informational: [1, 'Informational'],
  low: [2, 'Low'],
  medium: [3, 'Medium'],
  high: [4, 'High'],
  critical: [5, 'Critical'],
};
/** Types of entities that OCSF has a number for. */
const OBSERVABLE_TYPES: Readonly<Record<string, readonly [id: number, name: string]>> = {
  host: [1, 'Hostname'],
  domain: [1, 'Hostname'],
  address: [2, 'IP Address'],
  user: [4, 'User Name'],
  hash: [8, 'Hash'],
};
const millis = (micros: number): number => Math.floor(micros / 1000);

type Both = Pick<Finding, 'id' | 'organization' | 'time' | 'lastTime' | 'title' | 'severity' | 'tags' | 'entities' | 'events' | 'eventCount'>;
export type PublishedFinding = Both &
  Pick<Finding, 'kind' | 'ruleId' | 'ruleVersion' | 'description' | 'author' | 'license' | 'reference' | 'status' | 'supersedes'> & {
    readonly revisable: Pick<Revisable, 'revision' | 'isWithdrawn'> | null;
  };
export type PublishedAlert = Both & Pick<Alert, 'revision' | 'score' | 'ruleIds' | 'findings' | 'findingCount' | 'reason'>;

/** A withdrawn finding closes the one that it revises. */
export function findingDocument(finding: PublishedFinding): Document {
  const revision = finding.revisable?.revision ?? 1;
  return {
    ...head(finding, finding.revisable?.isWithdrawn === true ? [3, 'Close'] : activityOf(revision), finding.time),
    finding_info: {
      ...about(finding),
      ...(finding.description === null ? {} : { desc: finding.description }),
      analytic: { uid: finding.ruleId, name: finding.title, version: finding.ruleVersion, type_id: 1, type: 'Rule' },
      ...(finding.reference === null ? {} : { src_url: finding.reference }),
    },
    ...evidences(finding.events),
    metadata: metadata(finding.organization, `${finding.id}-${revision}`, finding.time, 'goshawk.finding'),
    unmapped: {
      'goshawk.finding.kind': finding.kind,
      'goshawk.finding.status': finding.status,
      'goshawk.finding.revision': revision,
      ...(finding.author === null ? {} : { 'rule.author': finding.author }),
      ...(finding.license === null ? {} : { 'rule.license': finding.license }),
      ...(finding.supersedes === null ? {} : { 'goshawk.finding.supersedes': finding.supersedes }),
      ...rest(finding),
    },
  };
}

/** Every revision is a document; `finding_info.uid` stays. */
export function alertDocument(alert: PublishedAlert): Document {
  const [first] = alert.ruleIds;
  return {
    ...head(alert, activityOf(alert.revision), alert.lastTime),
    risk_score: alert.score,
    comment: alert.reason,
    finding_info: {
      ...about(alert),
      ...(first === undefined ? {} : { analytic: { uid: first, type_id: 1, type: 'Rule' } }),
      ...(alert.ruleIds.length > 1 ? { related_analytics: alert.ruleIds.slice(1).map((uid) => ({ uid, type_id: 1, type: 'Rule' })) } : {}),
    },
    ...evidences(alert.events),
    metadata: metadata(alert.organization, `${alert.id}-${alert.revision}`, alert.lastTime, 'goshawk.alert'),
    unmapped: {
      'goshawk.alert.revision': alert.revision,
      'goshawk.alert.finding_count': alert.findingCount,
      'goshawk.alert.findings': alert.findings.map(({ id }) => id),
      ...rest(alert),
    },
  };
}

const activityOf = (revision: number): readonly [id: number, name: string] => (revision > 1 ? [2, 'Update'] : [1, 'Create']);

function head({ severity, entities, time, lastTime }: Both, activity: readonly [number, string], at: number): Document {
  const [severity_id, name] = SEVERITIES[severity];
  const observables = entities.map(observable);
  return {
    ...identity(detection, ...activity),
    severity_id,
    severity: name,
    time: millis(at),
    start_time: millis(time),
    end_time: millis(lastTime),
    is_alert: true,
    ...(observables.length > 0 ? { observables } : {}),
  };
}

function about({ id, title, time, lastTime, tags, events, eventCount }: Both): Document {
  const attacks = attacksOf(tags);
  const sources = [...new Set(events.map(({ dataset }) => dataset))].sort();
  return {
    uid: id,
    title,
    created_time: millis(time),
    first_seen_time: millis(time),
    last_seen_time: millis(lastTime),
    ...(attacks.length > 0 ? { attacks } : {}),
    ...(sources.length > 0 ? { data_sources: sources } : {}),
    ...(events.length > 0
      ? { related_events: events.map((event) => ({ uid: publicId(event), type: event.dataset, first_seen_time: millis(event.time) })) }
      : {}),
    related_events_count: eventCount,
  };
}

/** Sigma's ATT&CK tags: `attack.t1003.001` is a technique, other `attack.` words are tactics. */
function attacksOf(tags: readonly string[]): readonly Document[] {
  const attack = tags.filter((tag) => tag.startsWith('attack.')).map((tag) => tag.slice('attack.'.length));
  return attack.flatMap((tag): readonly Document[] => {
    const technique = /^(t\d{4})(\.\d{3})?$/.exec(tag);
    if (technique === null) return /^[a-z_-]+$/.test(tag) ? [{ tactic: { name: tag } }] : [];
    const [whole, parent = ''] = technique;
    return [{ technique: { uid: parent.toUpperCase() }, ...(whole === parent ? {} : { sub_technique: { uid: whole.toUpperCase() } }) }];
  });
}

/** Where the raw records of the contributing events lie. */
const evidences = (events: readonly EventRef[]): Document =>
  events.length === 0
    ? {}
    : {
        evidences: events.map((event) => ({
          uid: publicId(event),
          data: { dataset: event.dataset, topic: event.topic, partition: event.partition, offset: event.offset },
        })),
      };

const publicId = ({ time, id }: EventRef): string => `${time}-${id}`;
const observable = ({ type, value }: Entity): Document => {
  const [type_id, name] = Object.hasOwn(OBSERVABLE_TYPES, type) ? OBSERVABLE_TYPES[type]! : [99, type === '' ? 'Other' : type];
  return { type_id, type: name, value };
};

const metadata = (organization: string, uid: string, time: number, logName: string): Document => ({
  uid,
  version: OCSF_VERSION,
  ...timeOf(time),
  log_name: logName,
  tenant_uid: organization,
  product: { name: 'Goshawk', vendor_name: 'Goshawk' },
});
const rest = ({ tags, eventCount }: Both): Document => ({ 'goshawk.event_count': eventCount, ...(tags.length > 0 ? { tags } : {}) });
