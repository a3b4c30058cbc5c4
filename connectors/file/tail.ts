// Follows a file as it grows: whole lines only, through rotation (another file by the same name) and truncation.
import { open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

export interface TailOptions {
  readonly path: string;
  readonly start: 'beginning' | 'end';
  /** Longer lines are left out and counted. */
  readonly maxLineBytes: number;
  /** Resolves when the lines are kept; nothing is read before. False ends the tail. */
  readonly onLines: (lines: readonly Buffer[]) => Promise<boolean>;
  readonly onTooLong: () => void;
}

const CHUNK_BYTES = 262_144;
const NEWLINE = 0x0a;

export class Tail {
  readonly #options: TailOptions;
  #handle: FileHandle | null = null;
  #inode = 0n;
  /** Of the next byte to read. */
  #position = 0;
  #partial: Buffer[] = [];
  #partialBytes = 0;
  #isSkipping = false;
  #isFirstLook = true;

  constructor(options: TailOptions) {
    this.#options = options;
  }

  /** Reads what is there now. A file that is not there (yet, or any more) is no error. @returns False when `onLines` ended it. */
  async look(): Promise<boolean> {
    const found = await stat(this.#options.path, { bigint: true }).catch(() => null);
    const isOther = found !== null && found.ino !== this.#inode;
    if (this.#handle !== null && isOther) {
      // Rotated: what is left of the old one comes first, then the new one from its beginning.
      if (!(await this.#read()) || !(await this.#flush())) return false;
      await this.close();
    }
    if (this.#handle === null) {
      if (found === null) {
        this.#isFirstLook = false; // what appears later is new from its beginning
        return true;
      }
      this.#handle = await open(this.#options.path, 'r');
      const { ino, size } = await this.#handle.stat({ bigint: true });
      this.#inode = ino;
      this.#position = this.#isFirstLook && this.#options.start === 'end' ? Number(size) : 0;
    }
    this.#isFirstLook = false;
    const { size } = await this.#handle.stat();
    if (size < this.#position) {
      this.#position = 0; // truncated and written anew
      this.#forget();
    }
    return this.#read();
  }

  async close(): Promise<void> {
    await this.#handle?.close();
    this.#handle = null;
    this.#forget();
  }

  async #read(): Promise<boolean> {
    for (;;) {
      const { bytesRead, buffer } = await this.#handle!.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, this.#position);
      if (bytesRead === 0) return true;
      const lines = this.#linesOf(buffer.subarray(0, bytesRead));
      if (lines.length > 0 && !(await this.#options.onLines(lines))) return false;
      this.#position += bytesRead;
    }
  }

  /** A last line that nobody will end any more. */
  async #flush(): Promise<boolean> {
    const rest = this.#linesOf(Buffer.from([NEWLINE]));
    return rest.length === 0 || this.#options.onLines(rest);
  }

  #linesOf(chunk: Buffer): Buffer[] {
    const lines: Buffer[] = [];
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); ; end = chunk.indexOf(NEWLINE, from)) {
      this.#hold(chunk.subarray(from, end < 0 ? chunk.length : end));
      if (end < 0) return lines;
      if (this.#isSkipping) this.#options.onTooLong();
      else {
        const line = Buffer.concat(this.#partial);
        const text = line.at(-1) === 0x0d ? line.subarray(0, -1) : line;
        if (text.length > 0) lines.push(text);
      }
      this.#forget();
      from = end + 1;
    }
  }

  #hold(part: Buffer): void {
    if (this.#isSkipping) return;
    this.#partialBytes += part.length;
    if (this.#partialBytes > this.#options.maxLineBytes) {
      this.#forget();
      this.#isSkipping = true;
    } else if (part.length > 0) this.#partial.push(part);
  }

  #forget(): void {
    this.#partial = [];
    this.#partialBytes = 0;
    this.#isSkipping = false;
  }
}
