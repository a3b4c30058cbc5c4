// The lock of a folder: an exclusive transaction on an empty SQLite file. The system drops it when the holder dies, however it dies.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';

export interface FolderLock {
  readonly release: () => void;
}

const SQLITE_BUSY = 5;

/** Null when another process holds it. The folder is made if it is missing. */
export function tryLock(folder: string): FolderLock | null {
  mkdirSync(folder, { recursive: true });
  const database = new DatabaseSync(join(folder, 'lock.db'), { timeout: 0 });
  try {
    database.exec('PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return null;
    throw error;
  }
  return { release: () => database.close() };
}

/** Asks again and again rather than letting SQLite wait: that would block the event loop and with it Ctrl-C. Throws when `signal` aborts. */
export async function waitForLock(folder: string, signal: AbortSignal, onWait: () => void): Promise<FolderLock> {
  for (let round = 0; ; round++) {
    const lock = tryLock(folder);
    if (lock !== null) return lock;
    if (round === 0) onWait();
    await delay(200, undefined, { signal });
  }
}
