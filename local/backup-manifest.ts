// What a backup says about itself. `manifest.json` is written last: a folder without it is a backup that was cut short.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ConfigError } from '../pipeline/core/errors.ts';
import type { DatabaseDescription } from '../store/backup-plan.ts';
import { writeAtomically } from './project.ts';

const FORMAT = 1;

export interface BackupFile {
  /** Relative to the backup's folder, with forward slashes. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}
export interface Manifest {
  readonly format: number;
  /** Version of the program that made it. */
  readonly goshawk: string;
  readonly madeAt: string;
  /** Part of every event id: only an installation with the same one can take the rows. Null where none was known. */
  readonly installationId: string | null;
  readonly database: DatabaseDescription;
  /** Null when the broker is not this installation's own: its topics stay where they are. */
  readonly topics: {
    readonly clusterId: string;
    readonly kafka: string;
    /** How long the broker stood still; 0 when it was not running. */
    readonly frozenMs: number;
  } | null;
  readonly files: readonly BackupFile[];
}

const manifestOf = (folder: string) => join(folder, 'manifest.json');
export const tableFile = (name: string): string => `database/${name}.copy.zst`;

/** Adds the checksums of all files in the folder and makes it a backup. */
export async function writeManifest(folder: string, manifest: Omit<Manifest, 'format' | 'files'>): Promise<Manifest> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files: BackupFile[] = [];
  for (const path of paths.sort())
    files.push({ path: relative(folder, path).replaceAll(sep, '/'), bytes: (await stat(path)).size, sha256: await checksum(path) });
  const whole: Manifest = { format: FORMAT, ...manifest, files };
  await writeAtomically(manifestOf(folder), JSON.stringify(whole, null, 2));
  return whole;
}

/** @throws ConfigError BACKUP_REFUSED when the folder holds no backup, or one of another format. */
export async function readManifest(folder: string): Promise<Manifest> {
  const text = await readFile(manifestOf(folder), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
    throw new ConfigError('BACKUP_REFUSED', `${folder} holds no complete backup: there is no manifest.json in it.`);
  });
  const manifest = JSON.parse(text) as Manifest;
  if (manifest.format !== FORMAT)
    throw new ConfigError(
      'BACKUP_REFUSED',
      `${folder} has format ${manifest.format}, and this version reads ${FORMAT}. Restore it with Goshawk ${manifest.goshawk}.`,
    );
  return manifest;
}

/** Reads every byte. @throws ConfigError BACKUP_REFUSED that names all files that are missing or changed. */
export async function verifyFiles(folder: string, { files }: Manifest, onFile: (done: number, total: number) => void): Promise<void> {
  const wrong: string[] = [];
  for (const [index, { path, bytes, sha256 }] of files.entries()) {
    onFile(index, files.length);
    const found = await stat(join(folder, path)).catch(() => null);
    if (found === null) wrong.push(`${path} is missing`);
    else if (found.size !== bytes || (await checksum(join(folder, path))) !== sha256) wrong.push(`${path} was changed`);
  }
  if (wrong.length > 0) throw new ConfigError('BACKUP_REFUSED', `The backup in ${folder} is damaged:\n${wrong.join('\n')}`);
}

async function checksum(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
