// `./goshawk restore`: a whole installation into an empty folder, or the database of a backup into the installation it came from.
import { createReadStream, existsSync, readdirSync } from 'node:fs';
import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createZstdDecompress } from 'node:zlib';
import type { Logger } from 'pino';
import { ConfigError } from '../pipeline/core/errors.ts';
import { createBeside, dropDatabase, loadDatabase, swapDatabases } from '../store/backup.ts';
import { OWN_FILES, SERVER_FOLDERS, whileStopped } from './backup.ts';
import { readManifest, tableFile, verifyFiles } from './backup-manifest.ts';
import type { Manifest } from './backup-manifest.ts';
import { addressesFrom } from './choice.ts';
import { findRunning } from './installation.ts';
import type { Identity } from './installation.ts';
import { newClusterId } from './kafka.ts';
import { writeAtomically } from './project.ts';
import type { Report } from './report.ts';

export interface RestoreOptions {
  /** Folder of the backup, absolute. */
  readonly from: string;
  /** Data folder, absolute. */
  readonly data: string;
  /** Put the backup's database in the place of the installation's, whose topics stay as they are. */
  readonly onlyDatabase: boolean;
  readonly env: NodeJS.ProcessEnv;
  readonly report: Report;
  readonly signal: AbortSignal;
  readonly log: Logger;
}
export interface RestorePlan {
  readonly manifest: Manifest;
  /** `folder`: all of it into an empty data folder. `database`: the database of the installation in it, or of DATABASE_URL. */
  readonly into: 'folder' | 'database';
  /** What will happen, for people. */
  readonly sentences: readonly string[];
}

/**
 * Checks everything that can be checked before anything is changed: the backup is whole, and fits where it is to go.
 * @throws ConfigError BACKUP_REFUSED, ALREADY_RUNNING.
 */
export async function planRestore({ from, data, onlyDatabase, env, report }: RestoreOptions): Promise<RestorePlan> {
  const manifest = await readManifest(from);
  await verifyFiles(from, manifest, (done, total) => report.progress('restore', 'Checking the backup', done, total));
  const given = addressesFrom(env);
  const events = `made by Goshawk ${manifest.goshawk} on ${manifest.madeAt}`;
  if (!onlyDatabase) {
    if (manifest.topics === null)
      throw new ConfigError(
        'BACKUP_REFUSED',
        `${from} holds a database and no topics: its broker was not the installation's own. Restore it with --only-database.`,
      );
    if (given.database !== undefined || given.broker !== undefined)
      throw new ConfigError(
        'BACKUP_REFUSED',
        'KAFKA_BROKERS or DATABASE_URL is set: a whole installation is restored with servers of its own. Unset them, or use --only-database.',
      );
    if (existsSync(data) && readdirSync(data).length > 0)
      throw new ConfigError('BACKUP_REFUSED', `${data} is not empty. Restore into a new folder with --data, or only the database with --only-database.`);
    return {
      manifest,
      into: 'folder',
      sentences: [`Everything of the backup ${events} goes into ${data}, which is empty. Start it with ./goshawk up --data ${data}.`],
    };
  }
  if (findRunning(data) !== null) throw new ConfigError('ALREADY_RUNNING', `Goshawk runs in ${data}. Stop it, then restore its database.`);
  const identity = await readIdentity(data);
  const installationId = identity?.installationId ?? (env.GOSHAWK_INSTALLATION_ID || null);
  if (identity === null && given.database === undefined)
    throw new ConfigError(
      'BACKUP_REFUSED',
      `There is no installation in ${data}, and DATABASE_URL is not set. Without --only-database an empty folder takes the whole backup.`,
    );
  if (installationId !== null && manifest.installationId !== null && installationId !== manifest.installationId)
    throw new ConfigError(
      'BACKUP_REFUSED',
      `The backup is of installation ${manifest.installationId}, and this is ${installationId}: the ids of its events would be other ones. Restore into the installation it came from.`,
    );
  return {
    manifest,
    into: 'database',
    sentences: [
      `The database of the backup ${events} takes the place of ${given.database === undefined ? `the one in ${data}` : 'the one of DATABASE_URL'}; that one is kept beside it under another name.`,
      'The topics stay as they are: persist goes back to the positions of the backup and stores again what came since, once each.',
      'What only people wrote since (status of alerts, notes, users, assets, zones) is not in it.',
    ],
  };
}

export interface Restored {
  /** Rows by table. */
  readonly rows: Readonly<Record<string, number>>;
  /** Name of the database that was there before; null when there was none. */
  readonly keptDatabase: string | null;
}

/** Does what was planned. What fails leaves an empty folder, or the database that was there. */
export async function restore(plan: RestorePlan, options: RestoreOptions): Promise<Restored> {
  return plan.into === 'folder' ? intoFolder(plan.manifest, options) : intoDatabase(plan.manifest, options);
}

async function intoFolder(manifest: Manifest, options: RestoreOptions): Promise<Restored> {
  const { from, data, report } = options;
  await mkdir(data, { recursive: true });
  try {
    report.say('restore', 'Copying the topics.');
    for (const name of [...SERVER_FOLDERS, ...OWN_FILES]) {
      if (existsSync(join(from, name))) await cp(join(from, name), join(data, name), { recursive: true, preserveTimestamps: true });
    }
    const identity = JSON.parse(await readFile(join(data, 'identity.json'), 'utf8')) as Identity;
    await becomeAnotherCluster(data, identity);
    const rows = await whileStopped(options, (databaseUrl) => load(databaseUrl, manifest, options, false));
    return { rows, keptDatabase: null };
  } catch (error) {
    for (const name of readdirSync(data)) await rm(join(data, name), { recursive: true, force: true });
    throw error;
  }
}

/**
 * The original may still run on this machine, and the files name its controller's port: with the same id, two brokers would make one cluster of
 * both and spoil both. Event ids are made of the installation's id, which stays.
 */
async function becomeAnotherCluster(data: string, identity: Identity): Promise<void> {
  const clusterId = newClusterId();
  const meta = join(data, 'kafka/data/meta.properties');
  await writeAtomically(meta, (await readFile(meta, 'latin1')).replace(/^cluster\.id=.*$/m, `cluster.id=${clusterId}`));
  await writeAtomically(join(data, 'identity.json'), JSON.stringify({ ...identity, clusterId, ports: {} } satisfies Identity));
}

async function intoDatabase(manifest: Manifest, options: RestoreOptions): Promise<Restored> {
  const { database } = addressesFrom(options.env);
  const work = async (databaseUrl: string): Promise<Restored> => {
    const stamp = new Date()
      .toISOString()
      .replaceAll(/[-:]|\.\d+/g, '')
      .toLowerCase();
    const filled = `goshawk_restoring_${stamp}`;
    const beside = await createBeside(databaseUrl, filled);
    try {
      const rows = await load(beside, manifest, options, true);
      return { rows, keptDatabase: await swapDatabases(databaseUrl, filled, stamp) };
    } catch (error) {
      await dropDatabase(databaseUrl, filled).catch(() => {});
      throw error;
    }
  };
  return database === undefined ? whileStopped(options, work) : work(database);
}

function load(
  databaseUrl: string,
  { database }: Manifest,
  { from, report, signal, log }: RestoreOptions,
  isBehindTopics: boolean,
): Promise<Readonly<Record<string, number>>> {
  return loadDatabase({
    databaseUrl,
    description: database,
    open: ({ name }) => {
      const file = createReadStream(join(from, tableFile(name)));
      const rows = file.pipe(createZstdDecompress());
      file.on('error', (error) => rows.destroy(error));
      return rows;
    },
    isBehindTopics,
    onTable: (_table, done, total) => {
      signal.throwIfAborted();
      report.progress('restore', 'Loading tables', done, total);
    },
    log,
  });
}

async function readIdentity(data: string): Promise<Identity | null> {
  const text = await readFile(join(data, 'identity.json'), 'utf8').catch(() => null);
  return text === null ? null : (JSON.parse(text) as Identity);
}
