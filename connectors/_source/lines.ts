// Cuts bytes that come in pieces into lines: LF or CR LF, empty ones left out, the last one with or without an end.
import type { Piece, Splitter } from './json-elements.ts';

const NEWLINE = 0x0a;
const RETURN = 0x0d;

export class Lines implements Splitter {
  readonly #maxBytes: number;
  #parts: Buffer[] = [];
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  push(chunk: Buffer): readonly Piece[] {
    const pieces: Piece[] = [];
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      this.#hold(chunk.subarray(from, end));
      this.#cut(pieces);
      from = end + 1;
    }
    this.#hold(chunk.subarray(from));
    return pieces;
  }

  end(): readonly Piece[] {
    const pieces: Piece[] = [];
    this.#cut(pieces);
    return pieces;
  }

  /** One byte more than may be is kept, for a carriage return that is none of the line's. */
  #hold(part: Buffer): void {
    const room = this.#maxBytes + 1 - Math.min(this.#bytes, this.#maxBytes + 1);
    if (room > 0 && part.length > 0) this.#parts.push(part.subarray(0, room));
    this.#bytes += part.length;
  }

  #cut(pieces: Piece[]): void {
    const whole = Buffer.concat(this.#parts);
    const isLong = this.#bytes > this.#maxBytes + 1;
    const bytes = !isLong && whole.at(-1) === RETURN ? whole.subarray(0, -1) : whole;
    if (bytes.length > 0) pieces.push({ bytes, isWhole: !isLong && bytes.length <= this.#maxBytes });
    this.#parts = [];
    this.#bytes = 0;
  }
}
