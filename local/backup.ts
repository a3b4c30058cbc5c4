// `./goshawk backup`: database and topics of an installation, the database first, so that it is never ahead of the topics.
import { createWriteStream, existsSync, readdirSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createZstdCompress } from 'node:zlib';
import { ConfigError } from '../pipeline/core/errors.ts';
import type { DatabaseSnapshot } from '../store/backup.ts';
import { openSnapshot } from '../store/backup.ts';
import type { Manifest } from './backup-manifest.ts';
import { tableFile, writeManifest } from './backup-manifest.ts';
import { copyFrozen, freezeFiles } from './backup-topics.ts';
import type { Frozen } from './backup-topics.ts';
import { addressesFrom } from './choice.ts';
import { findRunning, openInstallation } from './installation.ts';
import type { Identity } from './installation.ts';
import type { Report } from './report.ts';
import { planServices, startServices } from './services.ts';
import { createSupervisor } from './supervisor.ts';
import { version } from './version.ts';

export interface BackupOptions {
  /** Absolute; made if missing, must be empty. */
  readonly to: string;
  /** Absolute. */
  readonly data: string;
  readonly env: NodeJS.ProcessEnv;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/** What a local installation needs to be itself again, besides database and topics: who it is, its signing key, the ids of its schemas, the signed reports of its ledger. */
export const OWN_FILES = ['identity.json', 'schemas.json', 'keys', 'ledger', 'audit', 'player.json'] as const;
/** What the broker and the registry write. */
export const SERVER_FOLDERS = ['kafka/data', 'registry'] as const;

/**
 * Makes a backup of the installation in `data`, running or not, or, where there is none, of the database of DATABASE_URL alone. The folder is
 * readable by its owner only: it holds the key that signs tokens.
 * @throws ConfigError BACKUP_REFUSED when `to` is not empty or there is nothing to back up; errors of `openInstallation`, `startServices`, `openSnapshot`.
 */
export async function backUp(options: BackupOptions): Promise<Manifest> {
  const { to, data, env } = options;
  if (existsSync(to) && readdirSync(to).length > 0) throw new ConfigError('BACKUP_REFUSED', `${to} is not empty. A backup gets a folder of its own.`);
  const running = findRunning(data);
  const given = addressesFrom(env);
  await mkdir(to, { recursive: true, mode: 0o700 });
  try {
    if (running !== null) {
      if (running.databaseUrl === '')
        throw new ConfigError('BACKUP_REFUSED', `What runs in ${data} has no database (it was started with --only). Stop it, then back up.`);
      return await copyAll(options, running.databaseUrl, hasTopics(data) && given.broker === undefined);
    }
    if (!existsSync(join(data, 'identity.json'))) {
      if (given.database !== undefined) return await copyAll(options, given.database, false);
      throw new ConfigError('BACKUP_REFUSED', `There is no installation in ${data}, and DATABASE_URL is not set: there is nothing to back up.`);
    }
    return await whileStopped(options, (databaseUrl) => copyAll(options, databaseUrl, hasTopics(data)));
  } catch (error) {
    await rm(to, { recursive: true, force: true }).catch(() => {});
    throw error;
  }
}

const hasTopics = (data: string) => existsSync(join(data, 'kafka/data/meta.properties'));

/** Locks the installation, so that nothing starts meanwhile, and runs its database alone. */
export async function whileStopped<T>(
  { data, env, report, signal }: Pick<BackupOptions, 'data' | 'env' | 'report' | 'signal'>,
  work: (databaseUrl: string) => Promise<T>,
): Promise<T> {
  const plan = await planServices(['database'], data, env);
  const supervisor = createSupervisor();
  const installation = await openInstallation(data, report, signal);
  try {
    const { databaseUrl } = await startServices(installation, plan, { report, signal, isDurable: true, onPart: supervisor.addService });
    return await work(databaseUrl);
  } finally {
    await supervisor.stopAll();
    await installation.release();
  }
}

async function copyAll({ to, data, env, report, signal }: BackupOptions, databaseUrl: string, withTopics: boolean): Promise<Manifest> {
  const snapshot = await openSnapshot(databaseUrl);
  // On the file system of the data folder, for links do not reach another; in its temporary folder, which the next start empties.
  const stage = withTopics ? await mkdtemp(join(data, 'tmp/backup-')) : null;
  try {
    // At once after the snapshot: the less lies between the two, the less is stored again after a restore.
    const frozen = stage === null ? null : await freezeFiles(data, SERVER_FOLDERS, ['broker', 'registry'], stage);
    if (frozen !== null && frozen.frozenMs > 0)
      report.say('backup', `The broker stood still for ${Math.ceil(frozen.frozenMs)} ms.`, { frozenMs: Math.ceil(frozen.frozenMs) });
    await copyTables(snapshot, to, report, signal);
    if (frozen !== null) await copyTopics(frozen, { to, data, report, signal });
    if (frozen === null)
      report.say('backup', 'The broker is not of this installation: its topics are not in this backup. docs/operating/backup.md says how to keep them.');
    const identity = await readIdentity(data);
    return await writeManifest(to, {
      goshawk: version,
      madeAt: new Date().toISOString(),
      installationId: identity?.installationId ?? (env.GOSHAWK_INSTALLATION_ID || null),
      database: snapshot.description,
      topics:
        frozen === null || identity === null ? null : { clusterId: identity.clusterId, kafka: await kafkaVersion(data), frozenMs: Math.ceil(frozen.frozenMs) },
    });
  } finally {
    await snapshot.close().catch(() => {});
    if (stage !== null) await rm(stage, { recursive: true, force: true });
  }
}

async function copyTables({ description: { tables }, rows }: DatabaseSnapshot, to: string, report: Report, signal: AbortSignal): Promise<void> {
  await mkdir(join(to, 'database'), { recursive: true, mode: 0o700 });
  for (const [index, table] of tables.entries()) {
    report.progress('backup', 'Copying tables', index, tables.length);
    await pipeline(rows(table), createZstdCompress(), createWriteStream(join(to, tableFile(table.name)), { mode: 0o600 }), { signal });
  }
}

async function copyTopics(frozen: Frozen, { to, data, report, signal }: Pick<BackupOptions, 'to' | 'data' | 'report' | 'signal'>): Promise<void> {
  await copyFrozen(frozen, to, (done, total) => {
    signal.throwIfAborted();
    report.progress('backup', 'Copying topics', done, total);
  });
  for (const name of OWN_FILES) if (existsSync(join(data, name))) await cp(join(data, name), join(to, name), { recursive: true, preserveTimestamps: true });
}

async function readIdentity(data: string): Promise<Identity | null> {
  const text = await readFile(join(data, 'identity.json'), 'utf8').catch(() => null);
  return text === null ? null : (JSON.parse(text) as Identity);
}

/** By the name of the broker's own jar; '' when there is none. */
async function kafkaVersion(data: string): Promise<string> {
  const libs = join(data, 'kafka/libs');
  const [, found = ''] = /kafka-clients-([\w.-]+)\.jar/.exec(existsSync(libs) ? readdirSync(libs).join('\n') : '') ?? [];
  return found;
}
