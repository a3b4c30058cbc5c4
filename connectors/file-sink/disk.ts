// What is done to the file system. Tests put another in its place, which fails or dies between any two steps.
import { constants } from 'node:fs';
import { open, readdir, readFile, realpath, rename, stat, unlink } from 'node:fs/promises';

/** An open file; bytes are written where it is said, and are safe after `sync`. */
export interface OpenFile {
  readonly write: (bytes: Buffer, at: number) => Promise<void>;
  readonly truncate: (bytes: number) => Promise<void>;
  readonly sync: () => Promise<void>;
  readonly stat: () => Promise<{ readonly size: number; readonly ino: number; readonly isFile: boolean }>;
  readonly close: () => Promise<void>;
}
export interface Disk {
  /** For reading and writing; made when it is not there. A symbolic link is not followed. */
  readonly open: (path: string) => Promise<OpenFile>;
  /** Null when there is none. */
  readonly read: (path: string) => Promise<Buffer | null>;
  /** Null when there is none. */
  readonly inode: (path: string) => Promise<number | null>;
  readonly rename: (from: string, to: string) => Promise<void>;
  readonly remove: (path: string) => Promise<void>;
  readonly names: (folder: string) => Promise<readonly string[]>;
  readonly realpath: (path: string) => Promise<string>;
  /** Makes names in a folder safe: of files that were made or renamed. */
  readonly syncFolder: (folder: string) => Promise<void>;
}

const FLAGS = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW;
const MODE = 0o640;

const nullIfAbsent = (error: unknown): null => {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
  throw error;
};

export const disk: Disk = {
  async open(path) {
    const handle = await open(path, FLAGS, MODE);
    return {
      async write(bytes, at) {
        for (let done = 0; done < bytes.length;) done += (await handle.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
      },
      truncate: (bytes) => handle.truncate(bytes),
      sync: () => handle.datasync(),
      async stat() {
        const found = await handle.stat();
        return { size: found.size, ino: found.ino, isFile: found.isFile() };
      },
      close: () => handle.close(),
    };
  },
  read: (path) => readFile(path).catch(nullIfAbsent),
  inode: (path) => stat(path).then(({ ino }) => ino, nullIfAbsent),
  rename,
  remove: (path) => unlink(path),
  names: (folder) => readdir(folder),
  realpath: (path) => realpath(path),
  async syncFolder(folder) {
    const handle = await open(folder, constants.O_RDONLY);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};
