// What of a file counts: its length, and for each partition where to go on. A line for each write, which is what commits it: bytes of the file behind the
// last line's length were written by a process that died before it could say so, and are cut off.
import { dirname } from 'node:path';
import type { Disk, OpenFile } from './disk.ts';

/** Of a partition, in the order in which its records are written. */
export interface Reached {
  /** Offset after the last record that was settled. */
  readonly next: number;
  /** Latest append time of its records: one that was appended later is another, whatever its offset, for the topic was made anew. Milliseconds. */
  readonly timestampMs: number;
}
export interface Standing {
  /** Number of the file, from 1; full files are named by it. */
  readonly file: number;
  readonly bytes: number;
  /** When the file was begun, milliseconds since 1970. */
  readonly begunMs: number;
  /** By `topic/partition`. */
  readonly reached: ReadonlyMap<string, Reached>;
}
type Entry = readonly [file: number, bytes: number, begunMs: number, reached: Readonly<Record<string, readonly [next: number, timestampMs: number]>>];

/** Lines are folded into one when there are more bytes. */
const FOLD_BYTES = 1_048_576;

export const isOlder = (a: Reached, b: Reached): boolean => a.timestampMs < b.timestampMs || (a.timestampMs === b.timestampMs && a.next < b.next);

/** @returns What a journal says; null when there is none, or nothing in it. A last line that was cut off does not count. */
export async function readJournal(path: string, disk: Disk): Promise<Standing | null> {
  const bytes = await disk.read(path);
  return bytes === null ? null : standingOf(bytes);
}

export class Journal {
  readonly #path: string;
  readonly #disk: Disk;
  #file: OpenFile;
  #bytes: number;
  #standing: Standing;

  private constructor(path: string, disk: Disk, file: OpenFile, standing: Standing) {
    this.#path = path;
    this.#disk = disk;
    this.#file = file;
    this.#standing = standing;
    this.#bytes = FOLD_BYTES;
  }

  /** @param first What holds where nothing was written yet. */
  static async open(path: string, disk: Disk, first: Standing): Promise<Journal> {
    const standing = (await readJournal(path, disk)) ?? first;
    const journal = new Journal(path, disk, await disk.open(path), standing);
    try {
      await journal.#foldUp();
      return journal;
    } catch (error) {
      await journal.close();
      throw error;
    }
  }

  get standing(): Standing {
    return this.#standing;
  }

  /** Safe when it resolves; when it fails, nothing of it counts. @param reached Of partitions that went on. */
  async write(next: Omit<Standing, 'reached'>, reached: ReadonlyMap<string, Reached> = new Map()): Promise<void> {
    if (this.#bytes >= FOLD_BYTES) await this.#foldUp();
    const line = lineOf({ ...next, reached });
    await this.#file.truncate(this.#bytes); // what a write that failed has left
    await this.#file.write(line, this.#bytes);
    await this.#file.sync();
    this.#bytes += line.length;
    this.#standing = { ...next, reached: new Map([...this.#standing.reached, ...reached]) };
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  /** Into a file of one line that takes the place of this one. When it fails, one of the two is there, and this one or the other is open. */
  async #foldUp(): Promise<void> {
    const path = `${this.#path}.new`;
    const line = lineOf(this.#standing);
    const file = await this.#disk.open(path);
    try {
      await file.truncate(0);
      await file.write(line, 0);
      await file.sync();
      await this.#disk.rename(path, this.#path);
    } catch (error) {
      await file.close();
      throw error;
    }
    const old = this.#file;
    this.#file = file;
    await old.close();
    await this.#disk.syncFolder(dirname(this.#path));
    this.#bytes = line.length;
  }
}

function lineOf({ file, bytes, begunMs, reached }: Standing): Buffer {
  const entry: Entry = [file, bytes, begunMs, Object.fromEntries([...reached].map(([key, { next, timestampMs }]) => [key, [next, timestampMs]]))];
  return Buffer.from(`${JSON.stringify(entry)}\n`);
}

function standingOf(bytes: Buffer): Standing | null {
  const reached = new Map<string, Reached>();
  let last: Entry | null = null;
  for (const line of bytes.toString('utf8').split('\n').slice(0, -1)) {
    const entry = entryOf(line);
    if (entry === null) break;
    last = entry;
    for (const [key, [next, timestampMs]] of Object.entries(entry[3])) reached.set(key, { next, timestampMs });
  }
  return last === null ? null : { file: last[0], bytes: last[1], begunMs: last[2], reached };
}

/** Null for a line that was not written whole. */
function entryOf(line: string): Entry | null {
  try {
    const entry = JSON.parse(line) as Entry;
    return Array.isArray(entry) && entry.length === 4 ? entry : null;
  } catch {
    return null;
  }
}
