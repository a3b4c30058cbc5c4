// ECS 9 documents of what is published. Fields that ECS does not have stand under `goshawk`.
import { eventToEcs, eventToEcsText } from '../../../schemas/avro/ecs.ts';
import type { Alert, Context, Entity, Event, EventRef, Finding, Revisable, Severity } from '../../../schemas/avro/types.gen.ts';

/** ECS event.severity is a number; these keep the order and leave room between. */
const SEVERITY: Readonly<Record<Severity, number>> = { informational: 10, low: 30, medium: 50, high: 70, critical: 90 };
const iso = (micros: number) => `${new Date(Math.floor(micros / 1000)).toISOString().slice(0, -1)}${String(micros % 1000).padStart(3, '0')}Z`;
const ECS_VERSION = '9.4.0';

export const eventDocument = (event: Event, context: Context): object => eventToEcs(event, context);
/** The same as text. The sensor's document stands in it as it was written: long numbers keep their digits. */
export const eventText = (event: Event, context: Context): string => eventToEcsText(event, context);

type PublishedFinding = Omit<Finding, 'groupKey' | 'fields' | 'reason' | 'revisable' | 'ruleSet' | 'suppressedBy'> & {
  readonly revisable: Pick<Revisable, 'revision' | 'isWithdrawn'> | null;
};
export const findingDocument = (finding: PublishedFinding): object => ({
  '@timestamp': iso(finding.time),
  ecs: { version: ECS_VERSION },
  event: {
    id: `${finding.id}-${finding.revisable?.revision ?? 1}`,
    kind: 'signal',
    dataset: 'goshawk.finding',
    module: 'goshawk',
    severity: SEVERITY[finding.severity],
    start: iso(finding.time),
    end: iso(finding.lastTime),
  },
  organization: { id: finding.organization },
  message: finding.title,
  rule: without({
    id: finding.ruleId,
    name: finding.title,
    version: finding.ruleVersion,
    description: finding.description,
    author: finding.author === null ? null : [finding.author],
    license: finding.license,
    reference: finding.reference,
  }),
  threat: threat(finding.tags),
  tags: finding.tags,
  related: related(finding.entities),
  goshawk: {
    finding: {
      id: finding.id,
      kind: finding.kind,
      status: finding.status,
      severity: finding.severity,
      revision: finding.revisable?.revision ?? 1,
      ...(finding.supersedes === null ? {} : { supersedes: finding.supersedes }),
      ...(finding.revisable?.isWithdrawn === true ? { withdrawn: true } : {}),
      event_count: finding.eventCount,
      events: finding.events.map(eventReference),
    },
  },
});

export const alertDocument = (alert: Omit<Alert, 'groupKey' | 'changes'>): object => ({
  '@timestamp': iso(alert.lastTime),
  ecs: { version: ECS_VERSION },
  event: {
    id: `${alert.id}-${alert.revision}`,
    kind: 'alert',
    dataset: 'goshawk.alert',
    module: 'goshawk',
    severity: SEVERITY[alert.severity],
    risk_score: alert.score,
    start: iso(alert.time),
    end: iso(alert.lastTime),
    reason: alert.reason,
  },
  organization: { id: alert.organization },
  message: alert.title,
  threat: threat(alert.tags),
  tags: alert.tags,
  related: related(alert.entities),
  goshawk: {
    alert: {
      id: alert.id,
      revision: alert.revision,
      severity: alert.severity,
      rules: alert.ruleIds,
      finding_count: alert.findingCount,
      findings: alert.findings.map(({ id }) => id),
      event_count: alert.eventCount,
      events: alert.events.map(eventReference),
    },
  },
});

const eventReference = ({ id, time, topic, partition, offset }: EventRef) => ({ id: `${time}-${id}`, topic, partition, offset });

/** Sigma's ATT&CK tags: `attack.t1003.001` is a technique, other `attack.` words are tactics. */
function threat(tags: readonly string[]): object {
  const attack = tags.filter((tag) => tag.startsWith('attack.')).map((tag) => tag.slice('attack.'.length));
  const techniques = attack.filter((tag) => /^t\d{4}(\.\d{3})?$/.test(tag)).map((tag) => tag.toUpperCase());
  const tactics = attack.filter((tag) => /^[a-z-]+$/.test(tag));
  return {
    framework: 'MITRE ATT&CK',
    tactic: { name: tactics },
    technique: { id: techniques.filter((id) => !id.includes('.')), subtechnique: { id: techniques.filter((id) => id.includes('.')) } },
  };
}

function related(entities: readonly Entity[]): object {
  const of = (type: string) => entities.filter((entity) => entity.type === type).map(({ value }) => value);
  return { hosts: of('host'), user: of('user'), ip: of('address'), hash: of('hash') };
}

const without = (fields: Readonly<Record<string, unknown>>) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
