// The register of sensors. Writing goes through functions that audit; see migration 0015.
import type { Micros } from '../../pipeline/core/index.ts';
import { manyOf, oneOf } from './sql.ts';
import type { Sql } from './sql.ts';

/** Kinds of proof that a credential can be; a `sasl` one is checked by the broker, never here. */
export type ProofKind = 'token' | 'certificate' | 'spiffe' | 'sasl';
export type SensorAccess = 'token' | 'mtls' | 'spiffe' | 'sasl';

export interface SensorOfProof {
  readonly credentialId: string;
  readonly organization: string;
  readonly sensor: string;
  readonly source: string;
  readonly format: string | null;
  readonly expiresAt: Micros | null;
}

/** Whose proof this is, in any organization; undefined when it is unknown, revoked or past its end. */
export const sensorOfProof = (sql: Sql, kind: ProofKind, proof: string): Promise<SensorOfProof | undefined> =>
  oneOf(sql, 'SELECT credential_id AS "credentialId", organization, sensor, source, format, expires_at AS "expiresAt" FROM api.authenticate_sensor($1, $2)', [
    kind,
    proof,
  ]);

/** Those of the credentials that still hold. */
export async function livingCredentials(sql: Sql, ids: readonly string[]): Promise<ReadonlySet<string>> {
  return new Set((await manyOf<{ readonly id: string }>(sql, 'SELECT api.living_credentials($1::uuid[]) AS id', [ids])).map(({ id }) => id));
}
