// Organizations and their settings. Writing goes through functions that audit; see migration 0025.
import type { Micros } from '../../../pipeline/core/index.ts';
import { manyOf, oneOf } from '../sql.ts';
import type { Sql } from '../sql.ts';

export interface OrganizationRow {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Micros;
  /** Null while it may work. */
  readonly suspendedAt: Micros | null;
  /** That are not disabled. */
  readonly users: number;
}

/** All of the installation: only for who may manage them. */
export const organizations = (sql: Sql): Promise<readonly OrganizationRow[]> =>
  manyOf(sql, 'SELECT id, name, created_at AS "createdAt", suspended_at AS "suspendedAt", users FROM api.organizations()');

/** SQLSTATE 23505: the id is taken. */
export async function addOrganization(sql: Sql, actor: string, id: string, name: string): Promise<void> {
  await sql.query('SELECT api.add_organization($1, $2, $3)', [actor, id, name]);
}

/** Null leaves a part as it is. SQLSTATE P0002: no such organization; 23514 own_organization. */
export async function changeOrganization(sql: Sql, actor: string, id: string, name: string | null, suspended: boolean | null): Promise<void> {
  await sql.query('SELECT api.change_organization($1, $2, $3, $4)', [actor, id, name, suspended]);
}

export interface BrokerUser {
  readonly user: string;
  readonly topic: string;
}

/** Of sensors of the transaction's organization that write their topic themselves. */
export const brokerUsers = (sql: Sql): Promise<readonly BrokerUser[]> =>
  manyOf(
    sql,
    `SELECT c.proof AS user, s.topic FROM api.sensor_credential c JOIN api.sensor s ON s.id = c.sensor_id WHERE c.kind = 'sasl' AND s.revoked_at IS NULL ORDER BY 1`,
  );

export interface SettingsRow {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Micros;
  readonly suspendedAt: Micros | null;
  /** Null = as the installation has it. */
  readonly sessionHours: number | null;
  readonly outboundHosts: readonly string[];
  readonly mfaRoles: readonly string[];
  /** Of any of them. */
  readonly changedAt: Micros;
}

/** Until the transaction ends, nobody else changes the settings. */
export async function lockSettings(sql: Sql): Promise<void> {
  await sql.query(`SELECT pg_advisory_xact_lock(hashtextextended('settings ' || api.organization(), 0))`);
}

/** Of the transaction's organization; undefined when there is none of that name. */
export const organizationSettings = (sql: Sql): Promise<SettingsRow | undefined> =>
  oneOf(
    sql,
    `SELECT id, name, created_at AS "createdAt", changed_at AS "changedAt", suspended_at AS "suspendedAt", session_hours AS "sessionHours", outbound_hosts AS "outboundHosts",
     coalesce((SELECT p.mfa_roles FROM api.sign_in_policy p), '{}') AS "mfaRoles" FROM api.organization_settings`,
  );

/** Absent leaves a part as it is. */
export interface SettingsChange {
  readonly name?: string | undefined;
  /** Null = as the installation has it. */
  readonly sessionHours?: number | null | undefined;
  readonly outboundHosts?: readonly string[] | undefined;
}

export async function changeSettings(sql: Sql, actor: string, { name, sessionHours, outboundHosts }: SettingsChange): Promise<void> {
  await sql.query('SELECT api.change_settings($1, $2, $3, $4)', [
    actor,
    name ?? null,
    sessionHours === null ? 0 : (sessionHours ?? null),
    outboundHosts ?? null,
  ]);
}
