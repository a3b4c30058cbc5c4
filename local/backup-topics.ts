// The files of the broker and the registry, of one moment. What runs is stopped by SIGSTOP while its files are listed, linked and measured, so
// the copy is what kill -9 at that moment would have left, from which a broker recovers; without the page cache's loss that a power cut brings.
// Log segments only grow or are replaced whole, hence a link and a length are enough: their bytes are copied when the broker goes on.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, createWriteStream, readFileSync } from 'node:fs';
import { copyFile, link, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { isRunning } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';

/** Rebuilt from the logs at the next start, kept by a stopped broker only: these are mapped and change in place. */
const DERIVED = /\.(index|timeindex|txnindex|snapshot)$/;
const NEVER = /(\.lock|\.deleted|\.cleaned|\.tmp)$/;
const GROWING = /\.log$/;

export interface FrozenFile {
  /** Relative to the data folder. */
  readonly path: string;
  /** The bytes to copy, from the start of the file. */
  readonly bytes: number;
  /** Where the bytes lie now: a link, or a copy that was made at once. */
  readonly at: string;
}
export interface Frozen {
  readonly files: readonly FrozenFile[];
  readonly frozenMs: number;
}

/**
 * Takes hold of all files below `folders`, as they are at one moment.
 * @param data The data folder.
 * @param folders Relative to it.
 * @param parts Names of the parts that write there; those that do not run need not be stopped.
 * @param stage An empty folder on the same file system as `data`; the caller deletes it.
 */
export async function freezeFiles(data: string, folders: readonly string[], parts: readonly string[], stage: string): Promise<Frozen> {
  const running = parts.flatMap((name) => readNote(join(data, 'parts', `${name}.json`)) ?? []);
  const before = await listing(data, folders, running.length > 0); // making folders takes most of the time, and need not wait for anybody
  for (const folder of new Set(before.map((path) => dirname(path)))) await mkdir(join(stage, folder), { recursive: true });
  const thaw = await freeze(running);
  const beganMs = performance.now();
  try {
    const paths = await listing(data, folders, running.length > 0);
    const files: FrozenFile[] = [];
    for (const path of paths) {
      const [from, at] = [join(data, path), join(stage, path)];
      const { size } = await stat(from);
      await mkdir(dirname(at), { recursive: true });
      if (GROWING.test(path)) await link(from, at);
      else await copyFile(from, at);
      files.push({ path, bytes: size, at });
    }
    return { files, frozenMs: running.length > 0 ? performance.now() - beganMs : 0 };
  } finally {
    await thaw();
  }
}

async function listing(data: string, folders: readonly string[], isRunningNow: boolean): Promise<readonly string[]> {
  const found: string[] = [];
  for (const folder of folders) {
    const entries = await readdir(join(data, folder), { recursive: true, withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    for (const entry of entries) {
      const path = relative(data, join(entry.parentPath, entry.name));
      if (!entry.isFile() || NEVER.test(path) || /-(delete|stray)(\/|$)/.test(dirname(path)) || (isRunningNow && DERIVED.test(path))) continue;
      found.push(path);
    }
  }
  return found;
}

/** Copies what was taken hold of into `to`, at leisure. */
export async function copyFrozen({ files }: Frozen, to: string, onFile: (done: number, total: number) => void): Promise<void> {
  for (const [index, { path, bytes, at }] of files.entries()) {
    onFile(index, files.length);
    const target = join(to, path);
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    await pipeline(bytes === 0 ? [] : createReadStream(at, { end: bytes - 1 }), createWriteStream(target, { mode: 0o600 }));
    await rm(at);
  }
}

function readNote(file: string): readonly [ProcessIdentity] | null {
  try {
    const identity = JSON.parse(readFileSync(file, 'utf8')) as ProcessIdentity | null;
    return identity !== null && isRunning(identity) ? [identity] : null;
  } catch {
    return null;
  }
}

/**
 * Stops process groups, and gives their threads a moment to come out of the system. A small shell lets them go on when its input ends, so that they do not stay stopped when we are killed meanwhile.
 * @returns lets them go on.
 */
async function freeze(parts: readonly ProcessIdentity[]): Promise<() => Promise<void>> {
  if (parts.length === 0) return async () => {};
  const groups = parts.map(({ pid }) => `-${pid}`).join(' ');
  const script = `trap '' INT TERM HUP; kill -s STOP -- ${groups}; sleep 0.05; echo frozen; read -r x; kill -s CONT -- ${groups}`;
  const shell = spawn('/bin/sh', ['-c', script], { stdio: ['pipe', 'pipe', 'ignore'], detached: true });
  const closed = once(shell, 'close');
  await Promise.race([once(shell.stdout, 'data'), closed]);
  return async () => {
    shell.stdin.end();
    await closed;
  };
}
