// A file system in memory whose process, or whose power, ends at any step. What was not made safe survives the one and not the other.
import { basename, dirname, join } from 'node:path';
import type { Disk } from '../disk.ts';

interface Inode {
  readonly ino: number;
  bytes: Buffer;
  /** What survives the power. */
  safe: Buffer;
}
export class Crash extends Error {}

export class MemoryDisk {
  #names = new Map<string, Inode>();
  #safeNames = new Map<string, Inode>();
  #nextIno = 1;
  /** Steps that were taken. */
  steps = 0;
  /** The step at which it ends, half done; and none follows. */
  diesAt = Infinity;
  /** Fails at this step, once, and lives on. */
  failsAt = Infinity;

  /** Goes on, as after a restart. */
  restart(power: 'kept' | 'lost'): void {
    this.diesAt = Infinity;
    if (power === 'kept') return;
    this.#names = new Map(this.#safeNames);
    for (const inode of this.#names.values()) inode.bytes = Buffer.from(inode.safe);
  }
  text(path: string): string {
    return this.#names.get(path)?.bytes.toString('utf8') ?? '';
  }
  put(path: string, text: string): void {
    const inode = { ino: this.#nextIno++, bytes: Buffer.from(text), safe: Buffer.from(text) };
    this.#names.set(path, inode);
    this.#safeNames.set(path, inode);
  }
  paths(): readonly string[] {
    return [...this.#names.keys()].toSorted();
  }

  readonly disk: Disk = {
    open: async (path) => {
      this.#step(() => {
        if (!this.#names.has(path)) this.#names.set(path, { ino: this.#nextIno++, bytes: Buffer.alloc(0), safe: Buffer.alloc(0) });
      });
      const inode = this.#names.get(path)!;
      return {
        write: async (bytes, at) =>
          this.#step(
            () => put(inode, bytes, at),
            () => put(inode, bytes.subarray(0, bytes.length / 2), at),
          ),
        truncate: async (size) =>
          this.#step(() => (inode.bytes = Buffer.concat([inode.bytes.subarray(0, size), Buffer.alloc(Math.max(0, size - inode.bytes.length))]))),
        sync: async () => this.#step(() => (inode.safe = Buffer.from(inode.bytes))),
        stat: async () => ({ size: inode.bytes.length, ino: inode.ino, isFile: true }),
        close: async () => {},
      };
    },
    read: async (path) => this.#names.get(path)?.bytes ?? null,
    inode: async (path) => this.#names.get(path)?.ino ?? null,
    rename: async (from, to) =>
      this.#step(() => {
        this.#names.set(to, this.#names.get(from)!);
        this.#names.delete(from);
      }),
    remove: async (path) => this.#step(() => this.#names.delete(path)),
    names: async (folder) => [...this.#names.keys()].filter((path) => dirname(path) === folder).map((path) => basename(path)),
    realpath: async (path) => join(path),
    syncFolder: async () => this.#step(() => (this.#safeNames = new Map(this.#names))),
  };

  #step(work: () => unknown, half: () => unknown = () => {}): void {
    if (this.steps >= this.diesAt) throw new Crash('The process is dead.');
    this.steps += 1;
    if (this.steps === this.diesAt || this.steps === this.failsAt) {
      half();
      if (this.steps === this.diesAt) throw new Crash('The process dies.');
      throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', syscall: 'write' });
    }
    work();
  }
}

function put(inode: Inode, bytes: Buffer, at: number): void {
  const size = Math.max(inode.bytes.length, at + bytes.length);
  const all = Buffer.alloc(size);
  inode.bytes.copy(all);
  bytes.copy(all, at);
  inode.bytes = all;
}
