// A sensor as REST shows it; GraphQL has the same members.
import { stateOf } from '../../domains/sensors/sensor.ts';
import type { Micros } from '../../pipeline/core/index.ts';
import type { SensorHealth } from '../../store/queries/sensor-health.ts';
import type { SensorRow } from '../../store/queries/sensors.ts';
import { isoOf } from '../time.ts';
import type { Enrolled, ShownCredential } from './register.ts';

const isoOrNull = (at: number | null): string | null => (at === null ? null : isoOf(at));

/** @param now Of the wall clock. */
export function healthDocument(row: SensorRow, health: SensorHealth, now: Micros): Record<string, unknown> {
  const { sensorId: _sensorId, lastSeenAt, silentSince, ...counts } = health;
  return { state: stateOf({ ...row, lastSeenAt }, now), lastSeenAt: isoOrNull(lastSeenAt), silentSince: isoOrNull(silentSince), ...counts };
}

export function sensorDocument({ createdAt, revokedAt, credentials, ...row }: SensorRow): Record<string, unknown> {
  return {
    ...row,
    createdAt: isoOf(createdAt),
    revokedAt: isoOrNull(revokedAt),
    credentials: credentials.map(({ createdAt: madeAt, expiresAt, lastUsedAt, ...credential }) => ({
      ...credential,
      createdAt: isoOf(madeAt),
      expiresAt: isoOrNull(expiresAt),
      lastUsedAt: isoOrNull(lastUsedAt),
    })),
  };
}

/** Only what the sensor's access has. */
function credentialDocument({ expiresAt, ...credential }: ShownCredential): Record<string, unknown> {
  return { ...Object.fromEntries(Object.entries(credential).filter(([, value]) => value !== null)), expiresAt: isoOrNull(expiresAt) };
}

export const enrolledDocument = ({ sensor, credential, snippets, notes }: Enrolled): Record<string, unknown> => ({
  sensor: sensorDocument(sensor),
  credential: credentialDocument(credential),
  snippets,
  notes,
});
