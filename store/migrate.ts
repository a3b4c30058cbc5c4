import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import type { Client } from 'pg';
import type { Logger } from 'pino';
import { FatalError } from '../pipeline/core/errors.ts';
import { openClient } from './connect.ts';
import { asPipelineError, sqlState } from './failure.ts';
import type { RolePasswords } from './roles.ts';
import { ensureRoles } from './roles.ts';
import type { Tier } from './tiers.ts';
import { arrangement, forTier, isTimescaleUsable, tierForNew, tierOf, timescaleLicence } from './tiers.ts';

export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}
export interface Migrated {
  readonly tier: Tier;
  /** Names of the files that ran now. */ readonly applied: readonly string[];
  /** Number of the last file. */ readonly version: number;
}
export interface MigrateOptions {
  /** Of the user that is to own everything. */
  readonly databaseUrl: string;
  readonly log: Logger;
  /** Passwords of the two roles; without one a role can sign in only over a trusted connection. */
  readonly passwords?: RolePasswords;
  /** Folder of the numbered files; tests name their own. */
  readonly folder?: URL;
  /** Number of the last file to run; absent = all. A backup is loaded into the tables of its own version, and then migrated on. */
  readonly upTo?: number;
}

const OLDEST_SERVER = 140_000; // SQL-standard function bodies
const LOCK = 0x676f_7368; // "gosh"; advisory locks are per database

/**
 * Brings a database up to date: numbered files, each in one transaction, forward only. Several processes may call it at once;
 * they wait for each other. A database that is up to date is left alone, but for the tier's functions, which are replaced.
 * @throws FatalError MIGRATION_FAILED with file, line and reason; also when an applied file was changed or the database is newer than
 *   this program. FatalError DATABASE_REFUSED for a missing right. RetryableError DATABASE_UNAVAILABLE.
 */
export async function migrate({ databaseUrl, log, passwords, folder = new URL('migrations/', import.meta.url), upTo }: MigrateOptions): Promise<Migrated> {
  const migrations = readMigrations(folder).slice(0, upTo);
  const client = openClient({ databaseUrl, applicationName: 'goshawk migrate' });
  client.on('error', () => {}); // the query in flight reports it
  try {
    await client.connect();
    return await migrateWith(client, migrations, log, passwords);
  } catch (error) {
    throw asPipelineError(error);
  } finally {
    await client.end().catch(() => {});
  }
}

async function migrateWith(client: Client, migrations: readonly Migration[], log: Logger, passwords: RolePasswords | undefined): Promise<Migrated> {
  await requireServer(client);
  await client.query('SELECT pg_advisory_lock($1)', [LOCK]); // held until the connection ends
  await ensureRoles(client, passwords);
  await client.query(`
    CREATE SCHEMA IF NOT EXISTS goshawk;
    CREATE TABLE IF NOT EXISTS goshawk.migration (number integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`);
  const { rows: before } = await client.query<{ number: number; name: string; checksum: string }>(
    'SELECT number, name, checksum FROM goshawk.migration ORDER BY number',
  );
  requireHistory(before, migrations);

  const tier = await chooseTier(client, log);
  const applied: string[] = [];
  for (const migration of migrations.slice(before.length)) {
    await apply(client, migration, tier);
    log.info({ migration: migration.name, tier }, 'Migrated the database.');
    applied.push(migration.name);
  }
  await inTransaction(client, arrangement(tier), 'tiers.ts');
  return { tier, applied, version: migrations.length };
}

/** Files `NNNN_name.sql` in order. @throws FatalError MIGRATION_FAILED when a number is missing or there twice */
export function readMigrations(folder: URL): readonly Migration[] {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort();
  return names.map((name, index) => {
    const number = Number(/^(\d{4})_[a-z0-9_]+\.sql$/.exec(name)?.[1]);
    if (number !== index + 1)
      throw new FatalError('MIGRATION_FAILED', `${name} is not number ${index + 1}: files are numbered from 0001 without gaps`, { name });
    const sql = readFileSync(new URL(name, folder), 'utf8');
    return { number, name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
  });
}

async function requireServer(client: Client): Promise<void> {
  const { rows } = await client.query<{ version: number; encoding: string }>(
    `SELECT current_setting('server_version_num')::int AS version, current_setting('server_encoding') AS encoding`,
  );
  const { version = 0, encoding = '' } = rows[0] ?? {};
  if (version < OLDEST_SERVER)
    throw new FatalError('DATABASE_REFUSED', `PostgreSQL 14 or newer is needed; this server is ${Math.floor(version / 10_000)}`, { version });
  if (encoding !== 'UTF8')
    throw new FatalError(
      'DATABASE_REFUSED',
      `The database must be in UTF8; this one is in ${encoding}. Make it with: CREATE DATABASE .. ENCODING 'UTF8' TEMPLATE template0`,
      { encoding },
    );
}

function requireHistory(before: readonly { number: number; name: string; checksum: string }[], migrations: readonly Migration[]): void {
  for (const [index, row] of before.entries()) {
    const migration = migrations[index];
    if (migration === undefined)
      throw new FatalError(
        'MIGRATION_FAILED',
        `The database has ${row.name}, which this version does not know: it is newer. Run that version, or restore a backup from before.`,
        { name: row.name },
      );
    if (migration.number !== row.number || migration.checksum !== row.checksum) {
      throw new FatalError(
        'MIGRATION_FAILED',
        `${migration.name} is not the file that made this database (${row.name}). Put it back; a change goes into a new file.`,
        { name: migration.name },
      );
    }
  }
}

async function chooseTier(client: Client, log: Logger): Promise<Tier> {
  const made = await tierOf(client);
  if (made === undefined) return tierForNew(client);
  const isUsable = await isTimescaleUsable(client);
  if (made === 'timescale' && !(isUsable && (await timescaleLicence(client)) === 'timescale')) {
    throw new FatalError(
      'DATABASE_REFUSED',
      'The database was made with TimescaleDB, which this server does not preload, or not under the timescale licence. Add it to shared_preload_libraries: without it compressed rows are not seen.',
    );
  }
  if (made === 'plain' && isUsable) log.warn({ tier: made }, 'TimescaleDB is there, but the database was made without it and stays so.');
  return made;
}

async function apply(client: Client, { number, name, sql, checksum }: Migration, tier: Tier): Promise<void> {
  const record = `INSERT INTO goshawk.migration (number, name, checksum) VALUES (${number}, ${client.escapeLiteral(name)}, '${checksum}')`;
  await inTransaction(client, `${forTier(sql, tier)}\n;${record}`, name);
}

async function inTransaction(client: Client, sql: string, name: string): Promise<void> {
  try {
    await client.query('BEGIN');
    await client.query(sql);
    await client.query('COMMIT');
  } catch (error) {
    if (sqlState(error) === undefined) throw error; // the connection
    await client.query('ROLLBACK').catch(() => {});
    const { message, position } = error as Error & { position?: string };
    const line = position === undefined ? '' : `, line ${sql.slice(0, Number(position)).split('\n').length}`;
    throw new FatalError('MIGRATION_FAILED', `${name}${line}: ${message}`, { name }, { cause: error });
  }
}
