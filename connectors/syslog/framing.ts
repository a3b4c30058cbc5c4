// Syslog messages from a stream of bytes (RFC 6587; RFC 5425 is its octet counting over TLS).
import type { InputDrop } from '../../pipeline/core/connector.ts';

/** What a chunk completed. Messages are copies: they outlive the socket's buffer. */
export interface Framed {
  readonly messages: readonly Buffer[];
  /** Messages that were left out, for this reason. */
  readonly dropped: ReadonlyMap<InputDrop, number>;
  /** Why nothing that follows can be told apart: the connection is of no more use. */
  readonly fault: string | null;
}
/** A message may be too large and is then left out; a length beyond this is not believed at all. */
const MAX_LENGTH = 64 << 20;
const SPACE = 0x20;
const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const NUL = 0x00;
const ZERO = 0x30;
const NINE = 0x39;

/**
 * One connection's framing, told by its first byte: a digit counts octets, anything else
 * ends messages with a newline.
 * Holds at most one message of `maxBytes`; of a larger one nothing is kept: it is left out whole and counted, whatever its length says.
 */
export class Framer {
  readonly #maxBytes: number;
  #framing: 'octets' | 'lines' | null = null;
  #parts: Buffer[] = [];
  #held = 0;
  /** Octets still to come of the message; null = its length is being read. */
  #missing: number | null = null;
  #length = '';
  #isSkipping = false;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes that are kept until the message is whole. */
  get heldBytes(): number {
    return this.#held;
  }

  push(chunk: Buffer): Framed {
    const found = new Found();
    let at = 0;
    while (at < chunk.length && found.fault === null) {
      this.#framing ??= isDigit(chunk[at]!) && chunk[at] !== ZERO ? 'octets' : 'lines';
      at = this.#framing === 'octets' ? this.#pushOctets(chunk, at, found) : this.#pushLines(chunk, at, found);
    }
    if (found.fault !== null) this.#forget();
    return found;
  }

  /** The connection has ended: a last line needs no newline; a message that is shorter than its length says was cut off. */
  end(): Framed {
    const found = new Found();
    if (this.#isSkipping) found.drop('too-large');
    else if (this.#framing === 'octets' && (this.#missing !== null || this.#length !== '')) found.drop('malformed');
    else if (this.#held > 0) this.#finish(found);
    this.#forget();
    return found;
  }

  #pushOctets(chunk: Buffer, start: number, found: Found): number {
    let at = start;
    if (this.#missing === null) {
      for (; at < chunk.length && chunk[at] !== SPACE; at += 1) {
        const byte = chunk[at]!;
        // Some senders end a counted message with a newline that they do not count.
        if (this.#length === '' && (byte === NEWLINE || byte === CARRIAGE_RETURN)) continue;
        if (!isDigit(byte) || (this.#length === '' && byte === ZERO)) return found.give('The length before a message is no number.', chunk);
        this.#length += String.fromCharCode(byte);
        if (Number(this.#length) > MAX_LENGTH) return found.give(`A message of ${this.#length} bytes or more is announced.`, chunk);
      }
      if (at === chunk.length) return at;
      if (this.#length === '') return found.give('There is no length before a message.', chunk);
      this.#missing = Number(this.#length);
      this.#length = '';
      this.#isSkipping = this.#missing > this.#maxBytes;
      at += 1;
    }
    const end = Math.min(chunk.length, at + this.#missing);
    if (!this.#isSkipping) this.#hold(chunk, at, end);
    this.#missing -= end - at;
    if (this.#missing === 0) {
      this.#finish(found);
    }
    return end;
  }

  #pushLines(chunk: Buffer, start: number, found: Found): number {
    const newline = chunk.indexOf(NEWLINE, start);
    const end = newline < 0 ? chunk.length : newline;
    if (this.#held + end - start > this.#maxBytes) {
      this.#forget();
      this.#isSkipping = true;
    }
    if (!this.#isSkipping) this.#hold(chunk, start, end);
    if (newline < 0) return end;
    this.#finish(found);
    return end + 1;
  }

  #hold(chunk: Buffer, from: number, to: number): void {
    if (from === to) return;
    this.#parts.push(Buffer.from(chunk.subarray(from, to)));
    this.#held += to - from;
    // A byte at a time would cost an object each.
    if (this.#parts.length > 64) this.#parts = [Buffer.concat(this.#parts)];
  }

  #finish(found: Found): void {
    if (this.#isSkipping) found.drop('too-large');
    else {
      const whole = this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts);
      let end = whole.length;
      while (end > 0 && ENDINGS.has(whole[end - 1]!)) end -= 1;
      if (end > 0) found.messages.push(whole.subarray(0, end));
    }
    this.#forget();
  }

  #forget(): void {
    this.#parts = [];
    this.#held = 0;
    this.#missing = null;
    this.#length = '';
    this.#isSkipping = false;
  }
}

class Found implements Framed {
  readonly messages: Buffer[] = [];
  readonly dropped = new Map<InputDrop, number>();
  fault: string | null = null;

  drop(reason: InputDrop): void {
    this.dropped.set(reason, (this.dropped.get(reason) ?? 0) + 1);
  }
  /** Gives the rest of the chunk up. */
  give(fault: string, { length }: Buffer): number {
    this.fault = fault;
    this.drop('malformed');
    return length;
  }
}

const ENDINGS = new Set([NEWLINE, CARRIAGE_RETURN, NUL]);
const isDigit = (byte: number): boolean => byte >= ZERO && byte <= NINE;
