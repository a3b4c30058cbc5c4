// Accounts of programs, and their keys. Writing goes through functions that audit; see migration 0025.
import type { Micros } from '../../../pipeline/core/index.ts';
import { manyOf, oneOf } from '../sql.ts';
import type { Sql } from '../sql.ts';

export interface ServiceAccountRow {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly roles: readonly string[];
  readonly createdAt: Micros;
  readonly createdBy: string;
  readonly disabledAt: Micros | null;
  /** Null while it is there. */
  readonly removedAt: Micros | null;
  /** Newest first. */
  readonly keys: readonly ApiKeyRow[];
}
export interface ApiKeyRow {
  readonly id: string;
  /** Its last characters. */
  readonly hint: string;
  /** Null = all that the account's roles give. */
  readonly permissions: readonly string[] | null;
  /** Addresses and networks it is taken from; null = from everywhere. */
  readonly networks: readonly string[] | null;
  readonly createdAt: Micros;
  readonly createdBy: string;
  readonly expiresAt: Micros;
  /** To the minute; null when it was never used. */
  readonly lastUsedAt: Micros | null;
  readonly lastUsedFrom: string | null;
}

const ACCOUNT = `s.id, s.name, s.description, s.roles, s.created_at AS "createdAt", s.created_by AS "createdBy", s.disabled_at AS "disabledAt", s.removed_at AS "removedAt",
  (SELECT coalesce(jsonb_agg(jsonb_build_object('id', k.id, 'hint', k.hint, 'permissions', k.permissions, 'networks', k.networks, 'createdAt', api.micros(k.created_at),
     'createdBy', k.created_by, 'expiresAt', api.micros(k.expires_at), 'lastUsedAt', api.micros(k.last_used_at), 'lastUsedFrom', host(k.last_used_from))
     ORDER BY k.created_at DESC, k.id), '[]') FROM api.api_key k WHERE k.service_account_id = s.id) AS keys`;

/** Newest first. */
export function pageOfServiceAccounts(
  sql: Sql,
  withRemoved: boolean,
  after: { readonly at: Micros; readonly id: string } | null,
  limit: number,
): Promise<readonly ServiceAccountRow[]> {
  return manyOf(
    sql,
    `SELECT ${ACCOUNT} FROM api.service_account s WHERE ($1 OR s.removed_at IS NULL)
       AND ($2::bigint IS NULL OR (s.created_at, s.id) < (api.from_micros($2), $3::uuid)) ORDER BY s.created_at DESC, s.id DESC LIMIT $4`,
    [withRemoved, after?.at ?? null, after?.id ?? null, limit],
  );
}

export const serviceAccountById = (sql: Sql, id: string): Promise<ServiceAccountRow | undefined> =>
  oneOf(sql, `SELECT ${ACCOUNT} FROM api.service_account s WHERE s.id = $1`, [id]);

/** SQLSTATE 23505: the name is taken; 23503: no such role. @returns its id */
export async function addServiceAccount(
  sql: Sql,
  actor: string,
  { name, description, roles }: Pick<ServiceAccountRow, 'name' | 'description' | 'roles'>,
): Promise<string> {
  return (await oneOf<{ readonly id: string }>(sql, 'SELECT api.add_service_account($1, $2, $3, $4) AS id', [actor, name, description, roles]))!.id;
}

/** Absent leaves a part as it is. */
export interface ServiceAccountChange {
  readonly description?: string | undefined;
  readonly roles?: readonly string[] | undefined;
  readonly disabled?: boolean | undefined;
}

/** SQLSTATE P0002: no such account; 23503: no such role. */
export async function changeServiceAccount(sql: Sql, actor: string, id: string, { description, roles, disabled }: ServiceAccountChange): Promise<void> {
  await sql.query('SELECT api.change_service_account($1, $2, $3, $4, $5)', [actor, id, description ?? null, roles ?? null, disabled ?? null]);
}

/** Ends its keys. SQLSTATE P0002: no such account. */
export async function removeServiceAccount(sql: Sql, actor: string, id: string): Promise<void> {
  await sql.query('SELECT api.remove_service_account($1, $2)', [actor, id]);
}

export interface NewKey {
  readonly hint: string;
  readonly hash: Buffer;
  readonly lifeDays: number;
}

/** SQLSTATE P0002: no such account. @returns the key's id */
export async function addKey(
  sql: Sql,
  actor: string,
  accountId: string,
  { hint, hash, lifeDays }: NewKey,
  permissions: readonly string[] | null,
  networks: readonly string[] | null,
): Promise<string> {
  const row = await oneOf<{ readonly id: string }>(sql, 'SELECT api.add_key($1, $2, $3, $4, $5, $6, make_interval(days => $7)) AS id', [
    actor,
    accountId,
    hint,
    hash,
    permissions,
    networks,
    lifeDays,
  ]);
  return row!.id;
}

/** The key before ends after `overlapSeconds`. SQLSTATE P0002: no such key, or it has ended. @returns the new key's id */
export async function rotateKey(sql: Sql, actor: string, keyId: string, { hint, hash, lifeDays }: NewKey, overlapSeconds: number): Promise<string> {
  const row = await oneOf<{ readonly id: string }>(sql, 'SELECT api.rotate_key($1, $2, $3, $4, make_interval(days => $5), make_interval(secs => $6)) AS id', [
    actor,
    keyId,
    hint,
    hash,
    lifeDays,
    overlapSeconds,
  ]);
  return row!.id;
}

/** SQLSTATE P0002: no such key, or it has ended. */
export async function revokeKey(sql: Sql, actor: string, keyId: string): Promise<void> {
  await sql.query('SELECT api.revoke_key($1, $2)', [actor, keyId]);
}

export interface KeyHolder {
  readonly id: string;
  readonly organization: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly generation: number;
  readonly permissions: readonly string[] | null;
  readonly networks: readonly string[] | null;
  readonly expiresAt: Micros;
}

/** Whose key this is, in any organization; undefined when it is unknown, has ended, or its account or organization may do nothing. */
export const holderOfKey = (sql: Sql, hash: Buffer, address: string): Promise<KeyHolder | undefined> =>
  oneOf(
    sql,
    'SELECT id, organization, name, roles, generation, permissions, networks::text[] AS networks, expires_at AS "expiresAt" FROM api.authenticate_key($1, $2)',
    [hash, address],
  );
