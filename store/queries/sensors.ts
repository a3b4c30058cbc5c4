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

export interface SensorRow {
  readonly id: string;
  readonly name: string;
  readonly access: SensorAccess;
  readonly source: string;
  readonly topic: string;
  readonly format: string | null;
  readonly silenceSeconds: number | null;
  readonly createdAt: Micros;
  readonly createdBy: string;
  readonly revokedAt: Micros | null;
  readonly revokedBy: string | null;
  /** Newest first. */
  readonly credentials: readonly CredentialRow[];
}
export interface CredentialRow {
  readonly id: string;
  readonly kind: ProofKind;
  /** Null for a token. */
  readonly proof: string | null;
  readonly createdAt: Micros;
  /** Null = until it is revoked. */
  readonly expiresAt: Micros | null;
  /** To the minute; null when it was never used, or the broker checks it. */
  readonly lastUsedAt: Micros | null;
}

const SENSOR = `s.id, s.name, s.access, s.source, s.topic, s.format, s.silence_seconds AS "silenceSeconds", s.created_at AS "createdAt", s.created_by AS "createdBy",
  s.revoked_at AS "revokedAt", s.revoked_by AS "revokedBy",
  (SELECT coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'kind', c.kind, 'proof', c.proof, 'createdAt', api.micros(c.created_at),
     'expiresAt', api.micros(c.expires_at), 'lastUsedAt', api.micros(c.last_used_at)) ORDER BY c.created_at DESC, c.id), '[]')
   FROM api.sensor_credential c WHERE c.sensor_id = s.id) AS credentials`;

/** Enrolled last first; those that were revoked only when asked for. */
export function pageOfSensors(
  sql: Sql,
  { search = null, withRevoked = false }: { readonly search?: string | null; readonly withRevoked?: boolean },
  after: { readonly at: Micros; readonly id: string } | null,
  limit: number,
): Promise<readonly SensorRow[]> {
  return manyOf(
    sql,
    `SELECT ${SENSOR} FROM api.sensor s WHERE ($1 OR s.revoked_at IS NULL) AND ($2::text IS NULL OR strpos(s.name, lower($2)) > 0)
     AND ($3::bigint IS NULL OR (s.created_at, s.id) < (api.from_micros($3), $4::uuid)) ORDER BY s.created_at DESC, s.id DESC LIMIT $5`,
    [withRevoked, search, after?.at ?? null, after?.id ?? null, limit],
  );
}

export const sensorById = (sql: Sql, id: string): Promise<SensorRow | undefined> => oneOf(sql, `SELECT ${SENSOR} FROM api.sensor s WHERE s.id = $1`, [id]);

export interface NewSensor {
  readonly name: string;
  readonly access: SensorAccess;
  readonly source: string;
  readonly format: string | null;
  readonly silenceSeconds: number | null;
}
export interface NewProof {
  readonly kind: ProofKind;
  /** SHA-256 in hex of the token or the certificate; the SPIFFE ID; the broker's user. */
  readonly proof: string;
  readonly expiresAt: Micros | null;
}

/** SQLSTATE 23505 with constraint sensor_name or sensor_credential_proof: taken. @returns its id */
export async function enrolSensor(sql: Sql, actor: string, sensor: NewSensor, { kind, proof, expiresAt }: NewProof): Promise<string> {
  const row = await oneOf<{ readonly id: string }>(sql, 'SELECT api.enrol_sensor($1, $2, $3, $4, $5, $6, $7, $8, api.from_micros($9)) AS id', [
    actor,
    sensor.name,
    sensor.access,
    sensor.source,
    sensor.format,
    sensor.silenceSeconds,
    kind,
    proof,
    expiresAt,
  ]);
  return row!.id;
}

/** The credentials that hold end after `overlapSeconds`. SQLSTATE P0002: no such sensor, or revoked. */
export async function rotateSensor(sql: Sql, actor: string, id: string, { proof, expiresAt }: NewProof, overlapSeconds: number): Promise<void> {
  await sql.query('SELECT api.rotate_sensor($1, $2, $3, api.from_micros($4), make_interval(secs => $5))', [actor, id, proof, expiresAt, overlapSeconds]);
}

/** SQLSTATE P0002: no such sensor, or revoked already. */
export async function revokeSensor(sql: Sql, actor: string, id: string): Promise<void> {
  await sql.query('SELECT api.revoke_sensor($1, $2)', [actor, id]);
}
