// The rows of a database out of one snapshot, and into an empty database again. By COPY over the ordinary connection, so that it works with
// every server (embedded, container, managed), with both tiers, and from one tier or major version to another.
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Client } from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import type { Logger } from 'pino';
import { ConfigError, FatalError } from '../pipeline/core/errors.ts';
import type { BackedUpTable, DatabaseDescription } from './backup-plan.ts';
import { describeDatabase, tablesOf } from './backup-plan.ts';
import { openClient } from './connect.ts';
import { asPipelineError } from './failure.ts';
import { migrate, readMigrations } from './migrate.ts';

/** Between two tables a slow disk may take its time. */
const PATIENT = 'SET idle_in_transaction_session_timeout = 0';

export interface DatabaseSnapshot {
  readonly description: DatabaseDescription;
  /** Rows of a table in COPY's binary format. One at a time, to its end. */
  readonly rows: (table: BackedUpTable) => Readable;
  readonly close: () => Promise<void>;
}

/**
 * Opens a snapshot; what is written later is not in it. Tables are locked against being dropped (retention then gives way and comes again),
 * nothing else is kept from working.
 * @throws ConfigError BACKUP_REFUSED when the database is empty; RetryableError DATABASE_UNAVAILABLE; FatalError DATABASE_REFUSED.
 */
export async function openSnapshot(databaseUrl: string): Promise<DatabaseSnapshot> {
  const client = openClient({ databaseUrl, applicationName: 'goshawk backup' });
  client.on('error', () => {}); // the statement in flight reports it
  try {
    await client.connect();
    await client.query(PATIENT);
    if (!(await hasTables(client))) throw new ConfigError('BACKUP_REFUSED', 'The database holds no tables of Goshawk: there is nothing to back up.');
    const tables = await tablesOf(client);
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    // The locks come before the snapshot: what was dropped in between would be missing, not old.
    await client.query(`LOCK TABLE ${tables.map(({ name }) => `goshawk.${name}`).join(', ')} IN ACCESS SHARE MODE`);
    const description = await describeDatabase(client, tables);
    return {
      description,
      // By way of SELECT: COPY of a partitioned table or a hypertable itself gives no rows.
      rows: (table) => client.query(copyTo(`COPY (SELECT ${columnList(table)} FROM goshawk.${table.name}) TO STDOUT (FORMAT binary)`)),
      close: () => client.end(),
    };
  } catch (error) {
    await client.end().catch(() => {});
    throw asPipelineError(error);
  }
}

const columnList = ({ columns }: BackedUpTable) => columns.map((column) => `"${column}"`).join(', ');

async function hasTables(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ has: boolean }>(`SELECT to_regclass('goshawk.migration') IS NOT NULL AS has`);
  return rows[0]?.has === true;
}

export interface LoadOptions {
  /** Of the user that is to own everything; an empty database. */
  readonly databaseUrl: string;
  readonly description: DatabaseDescription;
  /** Rows of a table, as `DatabaseSnapshot.rows` gave them. */
  readonly open: (table: BackedUpTable) => Readable;
  /**
   * True when the topics go on from where they are while the database goes back: numbers of reference versions then leave room for those given
   * out since, and all assets and zones are published again.
   */
  readonly isBehindTopics: boolean;
  readonly onTable: (table: BackedUpTable, done: number, total: number) => void;
  readonly log: Logger;
}

/** Numbers that may have been given out since the backup. */
const ROOM = 1_000_000;

/**
 * Fills an empty database: the tables of the backup's own version, its rows, all in one transaction; then the migrations since.
 * @returns Rows by table.
 * @throws ConfigError BACKUP_REFUSED when the database is not empty or the backup is of a version that this program does not know.
 */
export async function loadDatabase({ databaseUrl, description, open, isBehindTopics, onTable, log }: LoadOptions): Promise<Readonly<Record<string, number>>> {
  requireKnown(description);
  const client = openClient({ databaseUrl, applicationName: 'goshawk restore' });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query(PATIENT);
    if (await hasTables(client)) throw new ConfigError('BACKUP_REFUSED', 'The database to restore into is not empty.');
    await migrate({ databaseUrl, log, upTo: description.migrations.length });
    await client.query('BEGIN');
    const counts = await fill(client, description, open, onTable);
    if (isBehindTopics) await publishAgain(client);
    await client.query('COMMIT');
    await migrate({ databaseUrl, log });
    await client.query('ANALYZE');
    return counts;
  } catch (error) {
    throw asPipelineError(error);
  } finally {
    await client.end().catch(() => {});
  }
}

function requireKnown({ migrations }: DatabaseDescription): void {
  const known = readMigrations(new URL('migrations/', import.meta.url));
  for (const [index, { name, checksum }] of migrations.entries()) {
    if (known[index]?.checksum !== checksum)
      throw new ConfigError(
        'BACKUP_REFUSED',
        `The backup's database was made with ${name}, which this version ${known[index]?.name === name ? 'has otherwise' : 'does not know'}. Restore it with the version that made it, or a later one.`,
        { name },
      );
  }
}

async function fill(
  client: Client,
  { tables, days, sequences }: DatabaseDescription,
  open: LoadOptions['open'],
  onTable: LoadOptions['onTable'],
): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  // Migrations have put first rows there; CASCADE for tables that a backup leaves out and that refer to those it holds.
  await client.query(`TRUNCATE ${tables.map(({ name }) => `goshawk.${name}`).join(', ')} CASCADE`);
  for (const [table, list] of Object.entries(days)) await client.query('SELECT goshawk.prepare_days($1, $2::date[])', [table, list]);
  for (const [index, table] of tables.entries()) {
    onTable(table, index, tables.length);
    const into = client.query(copyFrom(`COPY goshawk.${table.name} (${columnList(table)}) FROM STDIN (FORMAT binary)`));
    await pipeline(open(table), into);
    counts[table.name] = into.rowCount;
  }
  for (const [owner, last] of Object.entries(sequences)) {
    const [table = '', column = ''] = owner.split('.');
    await client.query('SELECT setval(pg_get_serial_sequence($1, $2), $3)', [`goshawk.${table}`, column, last]);
  }
  return counts;
}

async function publishAgain(client: Client): Promise<void> {
  await client.query(`SELECT setval(s, coalesce(pg_sequence_last_value(s::regclass), 0) + ${ROOM}) FROM pg_get_serial_sequence('goshawk.outbox', 'id') AS s`);
  await client.query('SELECT goshawk.publish_asset(id, valid_from) FROM goshawk.asset ORDER BY id, valid_from');
  await client.query('SELECT goshawk.publish_zone(id, valid_from) FROM goshawk.zone ORDER BY id, valid_from');
  await client.query('SELECT goshawk.publish_subscription(s, s.enabled) FROM goshawk.subscription s ORDER BY s.id');
}

/**
 * Puts a filled database in the place of another on the same server: the other is kept under the name that is returned.
 * @throws FatalError DATABASE_REFUSED when somebody is connected to it, or the user may not rename it.
 */
export async function swapDatabases(databaseUrl: string, filled: string, stamp: string): Promise<string> {
  const { name, server } = splitUrl(databaseUrl);
  const kept = `${name}_before_${stamp}`;
  await onServer(server, async (client) => {
    const quote = (text: string) => client.escapeIdentifier(text);
    await client.query(`ALTER DATABASE ${quote(name)} RENAME TO ${quote(kept)}`);
    await client.query(`ALTER DATABASE ${quote(filled)} RENAME TO ${quote(name)}`).catch(async (error: unknown) => {
      await client.query(`ALTER DATABASE ${quote(kept)} RENAME TO ${quote(name)}`);
      throw error;
    });
  });
  return kept;
}

/** Makes an empty database beside the one of the address, on the same server. @returns its address. */
export async function createBeside(databaseUrl: string, name: string): Promise<string> {
  await onServer(splitUrl(databaseUrl).server, async (client) => {
    await client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(name)}`); // of a restore that was cut short
    await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)} ENCODING 'UTF8' TEMPLATE template0`);
  });
  return databaseUrl.replace(NAME_IN_URL, `$1${encodeURIComponent(name)}`);
}

export async function dropDatabase(databaseUrl: string, name: string): Promise<void> {
  await onServer(splitUrl(databaseUrl).server, (client) => client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(name)}`));
}

const NAME_IN_URL = /^(postgres(?:ql)?:\/\/[^/]*\/)([^?]*)/;

function splitUrl(databaseUrl: string): { readonly name: string; readonly server: string } {
  const [, , name = ''] = NAME_IN_URL.exec(databaseUrl) ?? [];
  if (name === '') throw new ConfigError('INVALID_CONFIG', 'DATABASE_URL names no database: postgresql://user@host:port/name.');
  return { name: decodeURIComponent(name), server: databaseUrl.replace(NAME_IN_URL, '$1postgres') };
}

async function onServer(server: string, work: (client: Client) => Promise<unknown>): Promise<void> {
  const client = openClient({ databaseUrl: server, applicationName: 'goshawk restore' });
  client.on('error', () => {});
  try {
    await client.connect();
    await work(client);
  } catch (error) {
    if ((error as { code?: string }).code === '55006')
      throw new FatalError(
        'DATABASE_REFUSED',
        'Somebody is connected to the database. Stop the stages, the API and other users, then restore again.',
        {},
        { cause: error },
      );
    throw asPipelineError(error);
  } finally {
    await client.end().catch(() => {});
  }
}
