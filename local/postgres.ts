// A PostgreSQL server for this installation alone: a socket inside its own closed folder, no TCP, no password.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, chown, lstat, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { ConfigError, FatalError } from '../pipeline/core/errors.ts';
import { runCommand } from './command.ts';
import type { Starting } from './kafka.ts';
import { startPart } from './part.ts';
import type { PartFolders } from './part.ts';
import { findPostgres } from './postgres-binaries.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import { waitUntilReady } from './ready.ts';
import { findIdentity } from './unprivileged.ts';
import type { Identity } from './unprivileged.ts';

const OWNER = 'goshawk';
/** A socket's path may have 107 bytes; `/.s.PGSQL.5432.lock` takes 19 of them, and some are left for us. */
const LONGEST_SOCKET_FOLDER = 85;
const MARKER = '.goshawk-complete';

export interface PreparedPostgres {
  readonly folder: string;
  readonly socketFolder: string;
  readonly binaries: PostgresBinaries;
  readonly identity: Identity;
}

/** `postgresql://goshawk@/<database>?host=<folder>`: the folder of the socket stands in the query, escaped. */
export const databaseUrl = (socketFolder: string, database: string): string => `postgresql://${OWNER}@/${database}?host=${encodeURIComponent(socketFolder)}`;

/** The server that would be used for `folder`, or null when there is none. Asked before anything starts. */
export async function choosePostgres(folder: string, env: NodeJS.ProcessEnv): Promise<PostgresBinaries | null> {
  const wanted = existsSync(join(folder, MARKER)) ? Number(readFileSync(join(folder, 'PG_VERSION'), 'utf8')) : null;
  const [best] = await findPostgres(env, wanted);
  if (best !== undefined && wanted !== null && best.major !== wanted) {
    throw new ConfigError(
      'PREREQUISITE_MISSING',
      `${folder} was made by PostgreSQL ${wanted}, and this machine has ${best.major}. Install PostgreSQL ${wanted} (Debian: postgresql-${wanted}), or choose another folder with --data.`,
    );
  }
  return best ?? null;
}

/**
 * Makes the database cluster where there is none.
 * @throws ConfigError as `findIdentity`; FatalError PART_DIED when initdb fails.
 */
export async function preparePostgres(folder: string, binaries: PostgresBinaries, signal: AbortSignal): Promise<PreparedPostgres> {
  if (!existsSync(join(folder, MARKER))) await rm(folder, { recursive: true, force: true }); // an initdb that was cut short
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const identity = await findIdentity(join(binaries.folder, 'postgres'), folder);
  await chmod(folder, 0o700);
  if (!existsSync(join(folder, MARKER))) {
    const [program, ...args] = [
      ...identity.prefix,
      join(binaries.folder, 'initdb'),
      '-D',
      folder,
      '-U',
      OWNER,
      '-A',
      'trust',
      '-E',
      'UTF8',
      '--locale=C.UTF-8',
      '--no-sync',
      '--no-instructions',
    ];
    const result = await runCommand(program, args, { cwd: '/', env: environment, signal });
    if (result.code !== 0) throw new FatalError('PART_DIED', `initdb failed in ${folder}:\n${result.output}`);
    await writeFile(join(folder, MARKER), `${binaries.folder}\n`);
  }
  return { folder, binaries, identity, socketFolder: await socketFolderFor(folder, identity) };
}

const environment = { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', TZ: 'UTC' };

/** The data folder itself, or for a long name one below the temporary folder that nobody else could have made. */
async function socketFolderFor(folder: string, { uid, gid }: Identity): Promise<string> {
  if (Buffer.byteLength(folder) <= LONGEST_SOCKET_FOLDER) return folder;
  const short = join(tmpdir(), `goshawk-${uid}-${createHash('sha256').update(folder).digest('hex').slice(0, 12)}`);
  await mkdir(short, { mode: 0o700 }).then(
    () => chown(short, uid, gid),
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    },
  );
  const found = await lstat(short);
  if (!found.isDirectory() || found.uid !== uid || (found.mode & 0o077) !== 0) {
    throw new ConfigError(
      'DATA_FOLDER',
      `${short} is needed for the database's socket and belongs to somebody else. Remove it, or choose a shorter folder with --data.`,
    );
  }
  return short;
}

export interface PostgresOptions {
  /** False for tests: a crash of the machine may lose the database, which is then thrown away anyway. */
  readonly isDurable: boolean;
}

export function startPostgres(prepared: PreparedPostgres, { isDurable }: PostgresOptions, folders: PartFolders, signal: AbortSignal): Starting {
  const { folder, socketFolder, binaries, identity } = prepared;
  const settings = {
    listen_addresses: '',
    unix_socket_directories: `"${socketFolder.replaceAll('"', '""')}"`,
    dynamic_shared_memory_type: 'mmap', // else kill -9 leaves segments in /dev/shm
    ...(isDurable ? {} : { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off', max_connections: '300' }),
  };
  const [program = '', ...args] = [
    ...identity.prefix,
    join(binaries.folder, 'postgres'),
    '-D',
    folder,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
  const part = startPart({ name: 'database', command: [program, ...args], cwd: folder, env: environment, stopSignal: 'INT' }, folders);
  if (socketFolder !== folder) void part.exited.then(() => rm(socketFolder, { recursive: true, force: true }));
  return { part, isReady: waitUntilReady(part, () => isDatabaseReady(databaseUrl(socketFolder, 'postgres')), signal) };
}

export async function isDatabaseReady(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } finally {
    await client.end().catch(() => {});
  }
}

/** Makes the database `goshawk` of a server that was just started, if it is not there. */
export async function ensureDatabase(socketFolder: string): Promise<string> {
  const client = new pg.Client({ connectionString: databaseUrl(socketFolder, 'postgres') });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [OWNER]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${OWNER}`);
  } finally {
    await client.end();
  }
  return databaseUrl(socketFolder, OWNER);
}
