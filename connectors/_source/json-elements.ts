// Cuts the elements out of an array inside a JSON text that comes in pieces, as they are: numbers keep all their digits, and only one element is in memory.
import { RecordError } from '../../pipeline/core/errors.ts';

/** `isWhole` false: it is longer than may be, and this is its beginning. */
export interface Piece {
  readonly bytes: Buffer;
  readonly isWhole: boolean;
}
/** What cuts a stream of bytes into records. */
export interface Splitter {
  readonly push: (chunk: Buffer) => readonly Piece[];
  /** @throws RecordError DECODE_FAILED when the text is not at its end. */
  readonly end: () => readonly Piece[];
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const isSpace = (byte: number) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
const isOpening = (byte: number) => byte === 0x7b || byte === 0x5b;
const isClosing = (byte: number) => byte === 0x7d || byte === 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;
const ARRAY = 0x5b;
const OBJECT = 0x7b;
const MAX_KEY_BYTES = 1_000;
const BYTE_ORDER_MARK: ReadonlySet<number> = new Set([0xef, 0xbb, 0xbf]);

/** Bytes of one value, as far as they are kept. */
class Captured {
  readonly #maxBytes: number;
  #parts: Buffer[] = [];
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }
  add(part: Buffer): void {
    if (this.#bytes <= this.#maxBytes && part.length > 0) this.#parts.push(part.subarray(0, this.#maxBytes + 1 - this.#bytes));
    this.#bytes += part.length;
  }
  piece(): Piece {
    return { bytes: Buffer.concat(this.#parts), isWhole: this.#bytes <= this.#maxBytes };
  }
}

/**
 * What lies at `path` (names of members, from the outermost object inwards): each element where it is an array, itself where it is an object, nothing
 * where it is something else or not there. What the elements hold is not checked, only where they end.
 */
export class JsonElements implements Splitter {
  readonly #path: readonly string[];
  readonly #maxBytes: number;
  /** Opening brackets of the containers that are open. */
  readonly #open: number[] = [];
  /** Containers from the outside that lie on the path. */
  #onPath = 0;
  #isInString = false;
  #isEscaped = false;
  #isBeforeText = true;
  #hasEnded = false;
  /** The last string that was read where a key may be. */
  #key: Captured | null = null;
  #isKeyNext = false;
  /** The next value is the one that the path leads to, or leads through. */
  #isNextOnPath = true;
  /** Depth of the array whose elements are wanted; -1 = not inside of it. */
  #target = -1;
  #element: Captured | null = null;
  #isFound = false;
  /** A number, true, false or null is being read: it ends with what follows. */
  #isScalar = false;

  constructor(path: readonly string[], maxBytes: number) {
    this.#path = path;
    this.#maxBytes = maxBytes;
  }

  push(chunk: Buffer): readonly Piece[] {
    const pieces: Piece[] = [];
    let from = 0; // of the part of this chunk that belongs to the element or key at hand
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]!;
      if (this.#isInString) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (byte === BACKSLASH) this.#isEscaped = true;
        else if (byte === QUOTE) {
          this.#isInString = false;
          if (this.#key !== null) this.#key.add(chunk.subarray(from, at));
          else if (this.#isElementOver()) pieces.push(this.#finish(chunk.subarray(from, at + 1)));
        }
        continue;
      }
      if (this.#isScalar && (isSpace(byte) || byte === COMMA || isClosing(byte))) {
        this.#isScalar = false;
        if (this.#isElementOver()) pieces.push(this.#finish(chunk.subarray(from, at)));
      }
      if (isSpace(byte) || (this.#isBeforeText && BYTE_ORDER_MARK.has(byte))) continue;
      this.#isBeforeText = false;
      if (this.#hasEnded) throw new RecordError('DECODE_FAILED', 'Something follows the JSON text.');
      if (byte === COMMA) {
        this.#isKeyNext = this.#open.at(-1) === OBJECT;
        this.#isNextOnPath = false;
      } else if (byte === COLON) this.#nameRead();
      else if (isClosing(byte)) {
        const piece = this.#close(byte, chunk, from, at);
        if (piece !== null) pieces.push(piece);
      } else {
        if (this.#open.length === 0 && !isOpening(byte)) throw new RecordError('DECODE_FAILED', 'The text is no JSON object or array.');
        if (this.#isAtPath()) this.#isFound = true;
        if (this.#isElementNext(byte)) {
          this.#element = new Captured(this.#maxBytes);
          from = at;
        }
        if (isOpening(byte)) this.#openContainer(byte);
        else if (byte === QUOTE) {
          this.#isInString = true;
          if (this.#isKeyNext && this.#element === null) {
            this.#key = new Captured(MAX_KEY_BYTES);
            from = at + 1;
          }
        } else if (!this.#isScalar) this.#isScalar = true;
        this.#isKeyNext = isOpening(byte) && byte === OBJECT;
      }
    }
    if (this.#element !== null) this.#element.add(chunk.subarray(from));
    else if (this.#key !== null && this.#isInString) this.#key.add(chunk.subarray(from));
    return pieces;
  }

  /** Whether there was anything where the path leads, be it null. */
  get isFound(): boolean {
    return this.#isFound;
  }

  end(): readonly Piece[] {
    if (this.#open.length > 0 || this.#isInString) throw new RecordError('DECODE_FAILED', 'The JSON text ends before it is complete.');
    return [];
  }

  /** Whether the value that begins here is wanted. */
  #isElementNext(byte: number): boolean {
    if (this.#element !== null || this.#isScalar) return false;
    if (this.#target >= 0) return this.#open.length === this.#target;
    return this.#isAtPath() && byte === OBJECT;
  }

  #isAtPath(): boolean {
    const { length } = this.#path;
    return this.#element === null && this.#target < 0 && this.#isNextOnPath && this.#onPath === length && this.#open.length === length;
  }

  #openContainer(byte: number): void {
    const depth = this.#open.length;
    const isOnPath = this.#isNextOnPath && this.#onPath === depth && this.#element === null;
    this.#open.push(byte);
    this.#isNextOnPath = false;
    if (!isOnPath) return;
    if (depth === this.#path.length) {
      if (byte === ARRAY) this.#target = depth + 1;
    } else if (byte === OBJECT) this.#onPath = depth + 1;
  }

  #nameRead(): void {
    const key = this.#key;
    this.#key = null;
    this.#isKeyNext = false;
    const depth = this.#open.length;
    this.#isNextOnPath = key !== null && this.#target < 0 && this.#onPath === depth && depth > 0 && nameOf(key.piece()) === this.#path[depth - 1];
  }

  #close(byte: number, chunk: Buffer, from: number, at: number): Piece | null {
    const opened = this.#open.pop();
    if (opened === undefined || byte !== opened + 2) throw new RecordError('DECODE_FAILED', 'The JSON text closes what is not open.');
    const depth = this.#open.length;
    this.#isKeyNext = false;
    this.#isNextOnPath = false;
    this.#hasEnded = depth === 0;
    if (this.#element !== null && this.#isElementOver()) return this.#finish(chunk.subarray(from, at + 1));
    if (depth < this.#target) this.#target = -1;
    this.#onPath = Math.min(this.#onPath, depth);
    return null;
  }

  /** Of the element at hand, when a value has just ended. */
  #isElementOver(): boolean {
    return this.#element !== null && this.#open.length === (this.#target >= 0 ? this.#target : this.#path.length);
  }

  #finish(last: Buffer): Piece {
    const element = this.#element!;
    element.add(last);
    this.#element = null;
    return element.piece();
  }
}

function nameOf({ bytes, isWhole }: Piece): string | null {
  if (!isWhole) return null;
  const text = bytes.toString('utf8');
  if (!text.includes('\\')) return text;
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    return null;
  }
}
