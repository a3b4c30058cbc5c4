// Attributes that every document has, whatever its class: https://schema.ocsf.io/1.8.0/classes/base_event
import type { Part } from './shape.ts';
import { choice, object, text, value } from './shape.ts';

export const OCSF_VERSION = '1.8.0';

/** By the lower bound of ECS event.severity, worst first; what no sensor rated is 0. */
export const SEVERITIES: readonly (readonly [least: number, id: number, name: string])[] = [
  [80, 5, 'Critical'],
  [60, 4, 'High'],
  [40, 3, 'Medium'],
  [20, 2, 'Low'],
  [Number.NEGATIVE_INFINITY, 1, 'Informational'],
];
export function severityOf(severity: number | null): readonly [id: number, name: string] {
  if (severity === null) return [0, 'Unknown'];
  const [, id, name] = SEVERITIES.find(([least]) => severity >= least) ?? SEVERITIES.at(-1)!;
  return [id, name];
}

/** Of every class. */
export const BASE_FIELDS: Readonly<Record<string, Part>> = {
  message: text('message'),
  start_time: value('millis', 'event.start'),
  end_time: value('millis', 'event.end'),
  duration: value('durationMillis', 'event.duration'),
  status_code: text('error.code'),
  status_detail: text('event.reason', 'error.message'),
};
/** `status_id` of findings has other meanings. */
export const EVENT_FIELDS: Readonly<Record<string, Part>> = {
  status_id: choice('status', ['event.outcome'], { success: [1, 'Success'], failure: [2, 'Failure'], unknown: [0, 'Unknown'] }),
};
/** By the profile `cloud`. */
export const CLOUD = object(
  {
    provider: text('cloud.provider'),
    region: text('cloud.region'),
    zone: text('cloud.availability_zone'),
    account: object({ uid: text('cloud.account.id', 'cloud.project.id'), name: text('cloud.account.name') }, { anyOf: ['uid', 'name'] }),
  },
  { allOf: ['provider'] },
);
/** By the profile `security_control`, from ECS event.type: what the sensor let happen. */
export const DECISIONS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  denied: { action_id: 2, action: 'Denied', disposition_id: 2, disposition: 'Blocked' },
  allowed: { action_id: 1, action: 'Allowed', disposition_id: 1, disposition: 'Allowed' },
};
/** By the profile `security_control`, beside a decision: the rule that it followed. */
export const FIREWALL_RULE = object(
  { uid: text('rule.id'), name: text('rule.name'), category: text('rule.category'), version: text('rule.version'), desc: text('rule.description') },
  { anyOf: ['uid', 'name'] },
);
/** Beside `original_time`, `processed_time`, `profiles`, `extensions` and `tags`, which follow from the event itself. */
export const METADATA = object(
  {
    uid: text('event.id'),
    event_code: text('event.code'),
    log_name: text('event.dataset'),
    log_provider: text('event.provider'),
    log_level: text('log.level'),
    logged_time: value('millis', 'event.created'),
    tenant_uid: text('organization.id'),
    sequence: value('integer', 'event.sequence'),
    correlation_uid: text('trace.id', 'transaction.id'),
    reporter: object(
      { name: text('observer.name'), hostname: text('observer.hostname'), ip: value('ip', 'observer.ip') },
      { anyOf: ['name', 'hostname', 'ip'] },
    ),
    product: object(
      {
        name: text('observer.product', 'event.dataset'),
        vendor_name: text('observer.vendor'),
        version: text('observer.version'),
        uid: text('observer.serial_number'),
      },
      { anyOf: ['name'], unknown: { name: 'Unknown' } },
    ),
  },
  { constants: { version: OCSF_VERSION }, unknown: {} },
);
