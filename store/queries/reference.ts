// Assets and network zones by versions [validFrom, validTo). Writing goes through functions that audit and fill the outbox.
import type { Micros } from '../../pipeline/core/index.ts';
import type { ZoneKind } from '../../schemas/avro/types.gen.ts';
import { manyOf, oneOf } from './sql.ts';
import type { Sql } from './sql.ts';

interface Version {
  readonly id: string;
  readonly validFrom: Micros;
  readonly validTo: Micros | null;
  readonly writtenAt: Micros;
  readonly writtenBy: string;
}
export interface AssetRow extends Version, AssetFields {}
export interface AssetFields {
  readonly name: string;
  readonly kind: string;
  readonly hostnames: readonly string[];
  readonly addresses: readonly string[];
  readonly owner: string | null;
  readonly criticality: number;
}
export interface ZoneRow extends Version, ZoneFields {}
export interface ZoneFields {
  readonly name: string;
  readonly cidr: string;
  readonly kind: ZoneKind;
}

const SELECT_VERSION = `id, valid_from AS "validFrom", valid_to AS "validTo", written_at AS "writtenAt", written_by AS "writtenBy"`;
/** What a version is read as, of `api.asset` and `api.zone`. */
export const SELECT_REFERENCE = {
  asset: `${SELECT_VERSION}, name, kind, hostnames, ARRAY (SELECT host(x) FROM unnest(addresses) x) AS addresses, owner, criticality`,
  zone: `${SELECT_VERSION}, name, cidr::text AS cidr, kind`,
} as const;
interface Rows {
  readonly asset: AssetRow;
  readonly zone: ZoneRow;
}
export type ReferenceTable = keyof Rows;

/** The versions that hold at a time, by name, beginning after `after`. */
export function pageOfVersions<T extends ReferenceTable>(
  sql: Sql,
  table: T,
  at: Micros,
  after: { readonly name: string; readonly id: string } | null,
  limit: number,
): Promise<readonly Rows[T][]> {
  return manyOf(
    sql,
    `SELECT ${SELECT_REFERENCE[table]} FROM api.${table} WHERE valid_from <= api.from_micros($1) AND (valid_to IS NULL OR valid_to > api.from_micros($1))
    AND ($2::text IS NULL OR (name, id) > ($2, $3::uuid)) ORDER BY name, id LIMIT $4`,
    [at, after?.name ?? null, after?.id ?? null, limit],
  );
}

/** Newest first; empty when there is no such thing. */
export function versionsOf<T extends ReferenceTable>(sql: Sql, table: T, id: string): Promise<readonly Rows[T][]> {
  return manyOf(sql, `SELECT ${SELECT_REFERENCE[table]} FROM api.${table} WHERE id = $1 ORDER BY valid_from DESC`, [id]);
}

/** A version from `validFrom` on; `id` null makes a new asset. SQLSTATE P0002: no such asset. @returns its id */
export async function putAsset(
  sql: Sql,
  actor: string,
  id: string | null,
  validFrom: Micros,
  { name, kind, hostnames, addresses, owner, criticality }: AssetFields,
): Promise<string> {
  const row = await oneOf<{ readonly id: string }>(sql, 'SELECT api.put_asset($1, $2, api.from_micros($3), $4, $5, $6, $7, $8, $9) AS id', [
    actor,
    id,
    validFrom,
    name,
    kind,
    hostnames,
    addresses,
    owner,
    criticality,
  ]);
  return row!.id;
}

/** As putAsset. SQLSTATE 22P02: no network. */
export async function putZone(sql: Sql, actor: string, id: string | null, validFrom: Micros, { name, cidr, kind }: ZoneFields): Promise<string> {
  const row = await oneOf<{ readonly id: string }>(sql, 'SELECT api.put_zone($1, $2, api.from_micros($3), $4, $5, $6) AS id', [
    actor,
    id,
    validFrom,
    name,
    cidr,
    kind,
  ]);
  return row!.id;
}

/** The version that holds at `at` ends there. SQLSTATE P0002: none holds. */
export async function endVersion(sql: Sql, table: ReferenceTable, actor: string, id: string, at: Micros): Promise<void> {
  await sql.query(`SELECT api.end_${table}($1, $2, api.from_micros($3))`, [actor, id, at]);
}
