// The file that is written: its bytes count once the journal says so, and full files get a number for a name.
import { ConfigError } from '../../pipeline/core/errors.ts';
import type { Disk, OpenFile } from './disk.ts';
import { Journal } from './journal.ts';
import type { Reached } from './journal.ts';
import type { Place } from './place.ts';

export interface Rotation {
  /** Before a write that would make it larger. */
  readonly bytes: number;
  /** Of a file that was begun longer ago; 0 = never. */
  readonly ms: number;
  /** Full files that are kept; 0 = all. */
  readonly keep: number;
}

export class LogFile {
  readonly #place: Place;
  readonly #disk: Disk;
  readonly #rotation: Rotation;
  readonly #journal: Journal;
  #file: OpenFile;
  #inode: number;
  /** Its predecessor has gone, and the journal does not say so yet. */
  #isUnsaid = false;

  private constructor(place: Place, disk: Disk, rotation: Rotation, journal: Journal, file: OpenFile, inode: number) {
    this.#place = place;
    this.#disk = disk;
    this.#rotation = rotation;
    this.#journal = journal;
    this.#file = file;
    this.#inode = inode;
  }

  static async open(place: Place, disk: Disk, rotation: Rotation, nowMs: number): Promise<LogFile> {
    const { file, size, ino } = await openData(place, disk);
    try {
      await disk.syncFolder(place.folder);
      // What lay there before the first journal stays.
      const journal = await Journal.open(place.journal, disk, { file: 1, bytes: size, begunMs: nowMs, reached: new Map() });
      const log = new LogFile(place, disk, rotation, journal, file, ino);
      await log.#recover(size, nowMs).catch(async (error: unknown) => {
        await journal.close();
        throw error;
      });
      return log;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Of partitions that this file has records of. */
  get reached(): ReadonlyMap<string, Reached> {
    return this.#journal.standing.reached;
  }

  /** Call before `append`. @returns Whether what comes next is the first of a file. */
  async prepare(upToBytes: number, nowMs: number): Promise<boolean> {
    // Somebody may have moved it away, or emptied it.
    if (this.#isUnsaid || (await this.#disk.inode(this.#place.path)) !== this.#inode) await this.#begin(nowMs);
    const { size } = await this.#file.stat();
    if (size < this.#journal.standing.bytes) await this.#journal.write({ ...this.#journal.standing, bytes: size });
    const { bytes, begunMs } = this.#journal.standing;
    const isFull = bytes > 0 && (bytes + upToBytes > this.#rotation.bytes || (this.#rotation.ms > 0 && nowMs - begunMs >= this.#rotation.ms));
    if (isFull) await this.#rotate(nowMs);
    return this.#journal.standing.bytes === 0;
  }

  /** Both are safe when it resolves; when it fails neither counts, and it may be called again. */
  async append(bytes: Buffer, reached: ReadonlyMap<string, Reached>): Promise<void> {
    const { file, bytes: end, begunMs } = this.#journal.standing;
    await this.#file.truncate(end); // what a write has left that failed, or whose process died before the journal had it
    await this.#file.write(bytes, end);
    await this.#file.sync();
    await this.#journal.write({ file, bytes: end + bytes.length, begunMs }, reached);
  }

  async close(): Promise<void> {
    await this.#file.close();
    await this.#journal.close();
  }

  /** After a process that may have died anywhere. */
  async #recover(size: number, nowMs: number): Promise<void> {
    const { file, bytes } = this.#journal.standing;
    if ((await this.#disk.inode(this.#place.archive(file))) !== null) return this.#journalBegun(nowMs); // it had its name already
    if (size < bytes) await this.#journal.write({ ...this.#journal.standing, bytes: size }); // somebody has emptied it, or moved it away
  }

  async #rotate(nowMs: number): Promise<void> {
    const { file } = this.#journal.standing;
    await this.#disk.rename(this.#place.path, this.#place.archive(file));
    this.#isUnsaid = true;
    await this.#begin(nowMs);
    if (this.#rotation.keep === 0) return;
    const names = await this.#disk.names(this.#place.folder);
    for (const name of names) {
      const number = this.#place.archived(name);
      if (number !== null && number <= file - this.#rotation.keep) await this.#disk.remove(this.#place.archive(number));
    }
  }

  async #begin(nowMs: number): Promise<void> {
    const { file, ino } = await openData(this.#place, this.#disk);
    await this.#file.close();
    this.#file = file;
    this.#inode = ino;
    this.#isUnsaid = true;
    await this.#disk.syncFolder(this.#place.folder);
    await this.#journalBegun(nowMs);
  }

  async #journalBegun(nowMs: number): Promise<void> {
    await this.#file.truncate(0);
    await this.#journal.write({ file: this.#journal.standing.file + 1, bytes: 0, begunMs: nowMs });
    this.#isUnsaid = false;
  }
}

async function openData({ path }: Place, disk: Disk): Promise<{ readonly file: OpenFile; readonly size: number; readonly ino: number }> {
  const file = await disk.open(path);
  const { size, ino, isFile } = await file.stat();
  if (isFile) return { file, size, ino };
  await file.close();
  throw new ConfigError('SINK_MISCONFIGURED', `path: ${path} is there and is no file.`);
}
