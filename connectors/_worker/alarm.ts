// How near a connector is to losing records, told where the platform tells of itself: from there it is an event, and an alert by a rule.
import { OWN_SOURCE } from '../../pipeline/core/sensor.ts';
import { rawTopic } from '../../topologies/topics.ts';
import type { ConnectorEntry } from './config-state.ts';
import type { Risk } from './retention.ts';

export type AlarmKind = 'connector-far-behind' | 'connector-caught-up';

/** A record for the topic of the organization on which only the platform writes; see detections/goshawk/connector-far-behind.yml. */
export function alarmRecord(
  kind: AlarmKind,
  { name, organization }: Pick<ConnectorEntry, 'name' | 'organization'>,
  { oldestAt, usedRatio }: Risk,
  nowMs: number,
): { readonly topic: string; readonly key: Buffer; readonly value: Buffer } {
  const since = oldestAt ?? nowMs;
  const goshawk = {
    kind,
    id: `${name}|${since}`,
    at: new Date(nowMs).toISOString(),
    connector: name,
    host: `connector:${name}`,
    since: new Date(since).toISOString(),
    usedPercent: Math.round(usedRatio * 100),
    message:
      kind === 'connector-far-behind'
        ? `Connector ${name} owes documents that came ${hours(nowMs - since)} h ago, ${Math.round(usedRatio * 100)} % of the time that their topic keeps them: see what holds it up, or have the topic keep more, before they are deleted.`
        : `Connector ${name} is no longer far behind.`,
  };
  return { topic: rawTopic(organization, OWN_SOURCE), key: Buffer.from(name), value: Buffer.from(JSON.stringify({ goshawk })) };
}

const hours = (ms: number): string => (ms / 3_600_000).toFixed(1);
