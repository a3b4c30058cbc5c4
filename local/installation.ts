// The data folder of an installation: its lock, who it is, and where its parts can be reached.
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { readFile, realpath, mkdir, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ConfigError } from '../pipeline/core/errors.ts';
import { newClusterId } from './kafka.ts';
import { tryLock } from './lock.ts';
import type { FolderLock } from './lock.ts';
import type { PartFolders } from './part.ts';
import { clearLeftover } from './part.ts';
import { identify, isRunning } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';
import { stateFolder, writeAtomically } from './project.ts';
import type { Report } from './report.ts';

/** What stays the same for the life of a data folder. Ports are preferences: taken ones are replaced. */
export interface Identity {
  /** Goes into event ids, hence belongs into every backup. */
  readonly installationId: string;
  readonly clusterId: string;
  readonly ports: Readonly<Record<string, number>>;
}

/** `<data>/installation.json`, there while the installation runs: other commands find it by this. */
export interface Addresses {
  readonly kafkaBrokers: string;
  readonly registryUrl: string;
  readonly databaseUrl: string;
  /** Null until the API serves, and when it is not part of this run. */
  readonly apiUrl: string | null;
  /** Of the worker of connectors, likewise. */
  readonly connectUrl: string | null;
  readonly clusterId: string;
  readonly installationId: string;
  readonly pid: number;
  readonly started: string;
}

export interface Installation {
  readonly folder: string;
  readonly temporary: string;
  readonly parts: PartFolders;
  readonly identity: Identity;
  readonly rememberPorts: (ports: Readonly<Record<string, number>>) => Promise<void>;
  readonly publish: (addresses: Omit<Addresses, 'pid' | 'started'>) => Promise<void>;
  /** Says to a start that comes too early that this one is ending. Never throws. */
  readonly announceStop: () => Promise<void>;
  /** Takes the addresses away and gives the lock back. Never throws. */
  readonly release: () => Promise<void>;
}

const NEEDED_MIB = 500;
const STOPPING_MS = 15_000;
const PARTS = ['broker', 'registry', 'database', 'collect', 'analyse', 'serve', 'connect', 'player'] as const;
/** Bootstrap installs nothing while one of these is alive. */
const runningFolder = join(stateFolder, 'running');

/**
 * Locks the folder, ends what a crash left running in it, empties its temporary folder.
 * @throws ConfigError ALREADY_RUNNING when another process holds it, DATA_FOLDER when it cannot be used, NO_SPACE below 500 MB.
 */
export async function openInstallation(given: string, report: Report, signal: AbortSignal): Promise<Installation> {
  const folder = await mkdir(given, { recursive: true }).then(
    () => realpath(given),
    (error: Error) => {
      throw new ConfigError('DATA_FOLDER', `The data folder ${given} cannot be made: ${error.message}.`);
    },
  );
  const { bavail, bsize } = await statfs(folder);
  const freeMib = Math.floor((bavail * bsize) / 1_048_576);
  if (freeMib < NEEDED_MIB)
    throw new ConfigError(
      'DATA_FOLDER',
      `Only ${freeMib} MB are free on the disk of ${folder}; a start wants ${NEEDED_MIB}. Make room, or choose another folder with --data.`,
    );
  const lock = await lockFolder(folder, report, signal);
  try {
    return await open(folder, lock, report);
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function open(folder: string, lock: FolderLock, report: Report): Promise<Installation> {
  const self = identify(process.pid) ?? { pid: process.pid, started: '' };
  const ownerFile = join(folder, 'owner.json');
  const addressFile = join(folder, 'installation.json');
  const runningFile = join(runningFolder, String(process.pid));
  const notes = join(folder, 'parts');
  const temporary = join(folder, 'tmp');
  await writeAtomically(ownerFile, JSON.stringify({ ...self, state: 'running' }));
  await announceRunning(runningFile, self);
  await rm(addressFile, { force: true });
  await Promise.all(
    PARTS.map((name) => clearLeftover(name, notes, folder, () => report.say('clean', `Waiting for a ${name} that an earlier run left behind.`))),
  );
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true });
  let identity = await loadIdentity(folder);
  return {
    folder,
    temporary,
    parts: { logs: join(folder, 'logs'), notes },
    get identity() {
      return identity;
    },
    async rememberPorts(ports) {
      identity = { ...identity, ports: { ...identity.ports, ...ports } };
      await writeAtomically(join(folder, 'identity.json'), JSON.stringify(identity));
    },
    publish: (addresses) => writeAtomically(addressFile, JSON.stringify({ ...addresses, ...self } satisfies Addresses, null, 2)),
    // Notes come last and may fail: on a full disk the parts must still end.
    announceStop: () => writeAtomically(ownerFile, JSON.stringify({ ...self, state: 'stopping' })).catch(() => {}),
    async release() {
      for (const file of [addressFile, ownerFile, runningFile]) await rm(file, { force: true }).catch(() => {});
      lock.release();
    },
  };
}

/** A project folder that belongs to somebody else holds no note, and that somebody installs nothing while we run, one hopes. */
async function announceRunning(file: string, { pid, started }: ProcessIdentity): Promise<void> {
  try {
    mkdirSync(runningFolder, { recursive: true });
    await writeAtomically(file, `${pid} ${started}\n`);
  } catch {
    // Only bootstrap's warning is lost.
  }
}

async function lockFolder(folder: string, report: Report, signal: AbortSignal): Promise<FolderLock> {
  let hasSaid = false;
  for (const end = performance.now() + STOPPING_MS; ; await delay(100, undefined, { signal })) {
    const lock = tryLock(folder);
    if (lock !== null) return lock;
    const owner = readOwner(folder);
    if (owner?.state !== 'stopping' || performance.now() > end) {
      throw new ConfigError(
        'ALREADY_RUNNING',
        `Goshawk runs already in ${folder}${owner === null ? '' : ` (process ${owner.pid})`}. Stop it, or choose another folder with --data.`,
      );
    }
    if (!hasSaid) report.say('lock', `Waiting for process ${owner.pid} to stop.`);
    hasSaid = true;
  }
}

function readOwner(folder: string): (ProcessIdentity & { readonly state: 'running' | 'stopping' }) | null {
  try {
    return JSON.parse(readFileSync(join(folder, 'owner.json'), 'utf8')) as ReturnType<typeof readOwner>;
  } catch {
    return null;
  }
}

/** The cluster id is stored before the broker's storage is formatted with it, so that a format cut short is done again with the same one. */
async function loadIdentity(folder: string): Promise<Identity> {
  const file = join(folder, 'identity.json');
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text !== null) return JSON.parse(text) as Identity;
  const identity: Identity = { installationId: randomUUID(), clusterId: newClusterId(), ports: {} };
  await writeAtomically(file, JSON.stringify(identity));
  return identity;
}

/** Addresses of the installation that runs in `folder`; null when none does. */
export function findRunning(folder: string): Addresses | null {
  try {
    const addresses = JSON.parse(readFileSync(join(folder, 'installation.json'), 'utf8')) as Addresses;
    return isRunning(addresses) ? addresses : null;
  } catch {
    return null;
  }
}

/** Deletes a data folder whose owner is gone; false when somebody holds it. */
export function deleteIfFree(folder: string): boolean {
  const lock = tryLock(folder);
  if (lock === null) return false;
  rmSync(folder, { recursive: true, force: true });
  lock.release();
  return true;
}
