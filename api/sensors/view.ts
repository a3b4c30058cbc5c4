// A sensor as REST shows it; GraphQL has the same members.
import type { SensorRow } from '../../store/queries/sensors.ts';
import { isoOf } from '../time.ts';
import type { Enrolled, ShownCredential } from './register.ts';

const isoOrNull = (at: number | null): string | null => (at === null ? null : isoOf(at));

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
