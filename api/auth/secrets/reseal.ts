// Everything sealed in the database, sealed again with the newest key, a few rows at a time.
import { manyOf } from '../../../store/queries/sql.ts';
import type { DatabasePool } from '../../../store/queries/sql.ts';
import { totpContext } from '../mfa/factors.ts';
import { secretContext } from '../oidc/sign-in.ts';
import type { SecretBox, SecretContext } from './box.ts';

interface SealedRow {
  readonly id: string;
  readonly organization: string;
  /** What the context is made of. */
  readonly owner: string;
  readonly sealed: string;
}
interface SealedColumn {
  readonly table: string;
  readonly column: string;
  readonly id: string;
  /** SQL of `owner`. */
  readonly owner: string;
  readonly contextOf: (row: SealedRow) => SecretContext;
}

/** Every column that holds what a SecretBox has sealed. */
export const SEALED: readonly SealedColumn[] = [
  { table: 'totp', column: 'secret', id: 'user_id', owner: 'user_id::text', contextOf: ({ owner }) => totpContext(owner) },
  { table: 'totp', column: 'pending', id: 'user_id', owner: 'user_id::text', contextOf: ({ owner }) => totpContext(owner) },
  { table: 'identity_provider', column: 'client_secret', id: 'id', owner: 'name', contextOf: ({ organization, owner }) => secretContext(organization, owner) },
];

export interface Resealed {
  /** Sealed again. */
  readonly values: number;
  /** `table.column id`: their key is missing, or they were changed. They stay as they are. */
  readonly unreadable: readonly string[];
}
const BATCH = 200;
const ACTOR = 'goshawk secrets';

/**
 * Each batch is one transaction, audited in each organization that it touches. What is sealed with the newest key is passed over, so an
 * interrupted run is gone on with by another one; values that somebody changes meanwhile are left to them.
 * @param owner Signs in as who owns the tables.
 * @param signal Stops between two batches.
 */
export async function resealAll(owner: DatabasePool, box: SecretBox, signal: AbortSignal): Promise<Resealed> {
  let values = 0;
  const unreadable: string[] = [];
  for (const column of SEALED) {
    for (let after = '00000000-0000-0000-0000-000000000000'; !signal.aborted;) {
      const batch = await resealBatch(owner, box, column, after);
      values += batch.values;
      unreadable.push(...batch.unreadable);
      if (batch.last === null) break;
      after = batch.last;
    }
  }
  return { values, unreadable };
}

/** How many values are sealed with another key than the newest. */
export async function countOutdated(owner: DatabasePool, box: SecretBox): Promise<number> {
  let outdated = 0;
  for (const { table, column } of SEALED) {
    const { rows } = await owner.query<{ readonly sealed: string }>(`SELECT ${column} AS sealed FROM goshawk.${table} WHERE ${column} IS NOT NULL`);
    outdated += rows.filter(({ sealed }) => !box.isCurrent(sealed)).length;
  }
  return outdated;
}

async function resealBatch(owner: DatabasePool, box: SecretBox, { table, column, id, owner: ownerSql, contextOf }: SealedColumn, after: string) {
  const client = await owner.connect();
  const unreadable: string[] = [];
  const perOrganization = new Map<string, number>();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    const rows = await manyOf<SealedRow>(
      client,
      `SELECT ${id}::text AS id, organization, ${ownerSql} AS owner, ${column} AS sealed FROM goshawk.${table}
       WHERE ${column} IS NOT NULL AND ${id} > $1 ORDER BY ${id} LIMIT ${BATCH} FOR UPDATE`,
      [after],
    );
    for (const row of rows) {
      if (box.isCurrent(row.sealed)) continue;
      try {
        const context = contextOf(row);
        await client.query(`UPDATE goshawk.${table} SET ${column} = $2 WHERE ${id} = $1`, [row.id, box.seal(context, box.open(context, row.sealed))]);
        perOrganization.set(row.organization, (perOrganization.get(row.organization) ?? 0) + 1);
      } catch (error) {
        if ((error as { readonly code?: unknown }).code !== 'SECRET_UNREADABLE') throw error;
        unreadable.push(`${table}.${column} ${row.id}`);
      }
    }
    for (const [organization, count] of [...perOrganization].sort(([a], [b]) => (a < b ? -1 : 1)))
      await client.query(`SELECT goshawk.append_audit($1, $2, 'secrets.reseal', $3, $4)`, [
        organization,
        ACTOR,
        `${table}.${column}`,
        JSON.stringify({ values: count }),
      ]);
    await client.query('COMMIT');
    return { values: [...perOrganization.values()].reduce((sum, count) => sum + count, 0), unreadable, last: rows.at(-1)?.id ?? null };
  } catch (error) {
    await client.query('ROLLBACK').catch((failure: Error) => {
      broken = failure;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
