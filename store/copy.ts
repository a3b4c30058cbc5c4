// PostgreSQL's binary COPY format: rows into one large buffer that is used again for the next load.
// Signature, flags, extension; per row a field count and per field its length and bytes; a trailer. All big-endian (PostgreSQL documentation, COPY).
import { isUtf8 } from 'node:buffer';
import { RecordError } from '../pipeline/core/errors.ts';
import { addressBytes } from './address.ts';

const HEADER = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
const TRAILER = Buffer.from([0xff, 0xff]);
const EPOCH_MICROS = 946_684_800_000_000; // 2000-01-01, where PostgreSQL counts from
const TEXT_OID = 25;
const INT4_OID = 23;
const JSONB_VERSION = 1;
const SHORT = 32; // UTF-16 units; below, a loop is quicker than a call into native code

/**
 * Encodes rows, field by field in the order of the COPY statement's columns, each with the method of the column's type.
 * Null and undefined are NULL. What no text in PostgreSQL can hold, a NUL character or half a surrogate pair, becomes U+FFFD.
 * `slice` hands out views: they stay valid until `clear`.
 */
export class CopyRows {
  #bytes: Buffer;
  #end = 0;
  readonly #starts: number[] = [];
  #row = 0; // where the open row begins

  constructor(initialBytes = 1 << 20) {
    this.#bytes = Buffer.allocUnsafeSlow(initialBytes);
  }

  get rows(): number {
    return this.#starts.length;
  }
  get byteLength(): number {
    return this.#end;
  }

  /** Forgets all rows; the memory is kept. */
  clear(): void {
    this.#end = 0;
    this.#starts.length = 0;
  }

  beginRow(fields: number): void {
    this.#row = this.#end;
    this.#need(2);
    this.#bytes[this.#end++] = fields >>> 8;
    this.#bytes[this.#end++] = fields & 0xff;
  }
  endRow(): void {
    this.#starts.push(this.#row);
  }
  /** Takes back what was written since `beginRow`. */
  dropRow(): void {
    this.#end = this.#row;
  }

  /** Bytes of rows [from, to), without header and trailer. */
  slice(from: number, to: number): Buffer {
    return this.#bytes.subarray(this.#starts[from] ?? this.#end, this.#starts[to] ?? this.#end);
  }

  nothing(): void {
    this.#need(4);
    this.#length(-1);
  }

  text(value: string | null | undefined): void {
    if (value === null || value === undefined) return this.nothing();
    this.#need(4 + 3 * value.length);
    const start = this.#end;
    this.#end += 4;
    this.#characters(value);
    this.#patch(start, this.#end - start - 4);
  }

  /** UTF-8 bytes of a text; bytes that are no UTF-8 become U+FFFD. */
  utf8(value: Uint8Array): void {
    if (!isUtf8(value) || value.includes(0)) return this.text(Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8'));
    this.bytes(value);
  }

  bytes(value: Uint8Array | null | undefined): void {
    if (value === null || value === undefined) return this.nothing();
    this.#need(4 + value.length);
    this.#length(value.length);
    this.#bytes.set(value, this.#end);
    this.#end += value.length;
  }

  /** A bytea from lower-case or upper-case hex. @throws RecordError INVALID_EVENT for anything else */
  hex(value: string | null | undefined): void {
    if (value === null || value === undefined) return this.nothing();
    const count = value.length >>> 1;
    this.#need(4 + count);
    this.#length(count);
    let bad = value.length & 1;
    for (let i = 0; i < count; i += 1) {
      const high = HEX[value.charCodeAt(2 * i)] ?? 255;
      const low = HEX[value.charCodeAt(2 * i + 1)] ?? 255;
      bad |= (high | low) & 0xf0;
      this.#bytes[this.#end++] = (high << 4) | low;
    }
    if (bad !== 0) throw new RecordError('INVALID_EVENT', 'An id is not in hex', { length: value.length });
  }

  bool(value: boolean): void {
    this.#need(5);
    this.#length(1);
    this.#bytes[this.#end++] = value ? 1 : 0;
  }

  /** @throws RecordError INVALID_EVENT outside of 16 bits */
  int2(value: number | null | undefined): void {
    if (value === null || value === undefined) return this.nothing();
    if ((value << 16) >> 16 !== value) throw outOfRange('a smallint', value);
    this.#need(6);
    this.#length(2);
    this.#bytes[this.#end++] = value >> 8;
    this.#bytes[this.#end++] = value;
  }

  /** @throws RecordError INVALID_EVENT outside of 32 bits */
  int4(value: number | null | undefined): void {
    if (value === null || value === undefined) return this.nothing();
    if ((value | 0) !== value) throw outOfRange('an integer', value);
    this.#need(8);
    this.#length(4);
    this.#int32(value);
  }

  /** @throws RecordError INVALID_EVENT for fractions and beyond 2^53 */
  int8(value: number | null | undefined): void {
    if (value === null || value === undefined) return this.nothing();
    if (!Number.isSafeInteger(value)) throw outOfRange('a bigint', value);
    this.#need(12);
    this.#length(8);
    this.#int64(value);
  }

  float8(value: number | null | undefined): void {
    if (value === null || value === undefined) return this.nothing();
    this.#need(12);
    this.#length(8);
    this.#end = this.#bytes.writeDoubleBE(value, this.#end);
  }

  /** Microseconds since 1970. @throws RecordError INVALID_EVENT outside of the years 1715 to 2255 */
  time(micros: number | null | undefined): void {
    if (micros === null || micros === undefined) return this.nothing();
    if (!isStorableTime(micros)) throw outOfRange('a time', micros);
    this.#need(12);
    this.#length(8);
    this.#int64(micros - EPOCH_MICROS);
  }

  /** An address without network, IPv4 or IPv6. @returns false, and writes NULL, when the text is none. */
  inet(value: string | null | undefined): boolean {
    if (value === null || value === undefined) {
      this.nothing();
      return true;
    }
    this.#need(4 + 4 + 16);
    const size = addressBytes(value, this.#bytes, this.#end + 8);
    if (size === 0) {
      this.nothing();
      return false;
    }
    this.#length(4 + size);
    this.#bytes[this.#end++] = size === 4 ? 2 : 3; // family
    this.#bytes[this.#end++] = size * 8; // bits of the network: all
    this.#bytes[this.#end++] = 0; // not a cidr
    this.#bytes[this.#end++] = size;
    this.#end += size;
    return true;
  }

  /** text[], one-dimensional. */
  textArray(values: readonly string[]): void {
    const start = this.#end;
    this.#need(24);
    this.#end += 4;
    this.#int32(values.length === 0 ? 0 : 1); // dimensions
    this.#int32(0); // no nulls
    this.#int32(TEXT_OID);
    if (values.length > 0) {
      this.#int32(values.length);
      this.#int32(1); // lower bound
      for (const value of values) this.text(value);
    }
    this.#patch(start, this.#end - start - 4);
  }

  /** integer[], one-dimensional. */
  int4Array(values: readonly number[] | null): void {
    if (values === null) return this.nothing();
    this.#need(24 + 8 * values.length);
    this.#length((values.length === 0 ? 12 : 20) + 8 * values.length);
    this.#int32(values.length === 0 ? 0 : 1); // dimensions
    this.#int32(0); // no nulls
    this.#int32(INT4_OID);
    if (values.length === 0) return;
    this.#int32(values.length);
    this.#int32(1); // lower bound
    for (const value of values) {
      this.#length(4);
      this.#int32(value);
    }
  }

  /** Opens a jsonb; what is written with the `json...` methods until `endJson` must be one JSON document. */
  beginJson(): void {
    this.#need(5);
    this.#json = this.#end;
    this.#end += 4;
    this.#bytes[this.#end++] = JSONB_VERSION;
  }
  endJson(): void {
    this.#patch(this.#json, this.#end - this.#json - 4);
  }
  /** The document last written as jsonb. A view: valid until the next row. */
  lastJson(): Buffer {
    return this.#bytes.subarray(this.#json + 5, this.#end);
  }
  #json = 0;

  /** ASCII that is JSON already: punctuation, names, numbers. */
  jsonRaw(ascii: string): void {
    this.#need(ascii.length);
    const bytes = this.#bytes;
    let end = this.#end;
    for (let i = 0; i < ascii.length; i += 1) bytes[end++] = ascii.charCodeAt(i);
    this.#end = end;
  }

  jsonString(value: string): void {
    this.#need(2 + 6 * value.length);
    this.#bytes[this.#end++] = 0x22;
    if (value.length < SHORT || JSON_SPECIAL.test(value)) this.#escaped(value);
    else this.#end += this.#bytes.write(value, this.#end);
    this.#bytes[this.#end++] = 0x22;
  }

  /** Any plain value, as JSON.stringify writes it. */
  json(value: unknown): void {
    this.beginJson();
    const text = JSON.stringify(value, replaceUnstorable);
    this.#need(3 * text.length);
    this.#characters(text);
    this.endJson();
  }

  #characters(value: string): void {
    const bytes = this.#bytes;
    if (value.length >= SHORT) {
      this.#end += bytes.write(value.includes('\0') ? value.replaceAll('\0', '\ufffd') : value, this.#end);
      return;
    }
    let end = this.#end;
    for (let i = 0; i < value.length; i += 1) {
      const c = value.charCodeAt(i);
      if (c === 0 || c > 0x7f) {
        end = this.#end + bytes.write(value.replaceAll('\0', '\ufffd'), this.#end);
        break;
      }
      bytes[end++] = c;
    }
    this.#end = end;
  }

  #escaped(value: string): void {
    const bytes = this.#bytes;
    let end = this.#end;
    for (let i = 0; i < value.length; i += 1) {
      let c = value.charCodeAt(i);
      if (c < 0x80) {
        if (c === 0x22 || c === 0x5c) {
          bytes[end++] = 0x5c;
          bytes[end++] = c;
        } else if (c >= 0x20) {
          bytes[end++] = c;
        } else if (c === 0) {
          bytes[end++] = 0xef;
          bytes[end++] = 0xbf;
          bytes[end++] = 0xbd;
        } else {
          end += bytes.write(`\\u00${c < 16 ? '0' : ''}${c.toString(16)}`, end);
        }
      } else if (c < 0x800) {
        bytes[end++] = 0xc0 | (c >> 6);
        bytes[end++] = 0x80 | (c & 0x3f);
      } else {
        if (c >= 0xd800 && c < 0xe000) {
          const low = c < 0xdc00 ? value.charCodeAt(i + 1) : Number.NaN;
          if (low >= 0xdc00 && low < 0xe000) {
            i += 1;
            const point = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
            bytes[end++] = 0xf0 | (point >> 18);
            bytes[end++] = 0x80 | ((point >> 12) & 0x3f);
            bytes[end++] = 0x80 | ((point >> 6) & 0x3f);
            bytes[end++] = 0x80 | (point & 0x3f);
            continue;
          }
          c = 0xfffd;
        }
        bytes[end++] = 0xe0 | (c >> 12);
        bytes[end++] = 0x80 | ((c >> 6) & 0x3f);
        bytes[end++] = 0x80 | (c & 0x3f);
      }
    }
    this.#end = end;
  }

  #length(length: number): void {
    this.#int32(length);
  }
  #int32(value: number): void {
    const bytes = this.#bytes;
    bytes[this.#end] = value >> 24;
    bytes[this.#end + 1] = value >> 16;
    bytes[this.#end + 2] = value >> 8;
    bytes[this.#end + 3] = value;
    this.#end += 4;
  }
  #int64(value: number): void {
    this.#int32(Math.floor(value / 0x1_0000_0000));
    this.#int32(value | 0); // the low 32 bits, also of what exceeds them
  }
  #patch(at: number, length: number): void {
    const end = this.#end;
    this.#end = at;
    this.#int32(length);
    this.#end = end;
  }
  #need(bytes: number): void {
    if (this.#end + bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(2 * (this.#end + bytes));
    this.#bytes.copy(larger, 0, 0, this.#end); // views that were handed out keep the old memory
    this.#bytes = larger;
  }
}

/** What goes before and after the rows. */
export const copyFrame = { header: HEADER, trailer: TRAILER } as const;

// From 1715, where the distance to PostgreSQL's epoch is exact in a number, to 2255, where the distance to 1970 is.
const FIRST_TIME = -8_047_036_800_000_000;
/** Whole microseconds that can be stored exactly: of the years 1715 to 2255. */
export const isStorableTime = (micros: number): boolean => micros >= FIRST_TIME && Number.isSafeInteger(micros);

// eslint-disable-next-line no-control-regex
const JSON_SPECIAL = /["\\\u0000-\u001f\ud800-\udfff]/;
const UNSTORABLE = /\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const replaceUnstorable = (_key: string, value: unknown): unknown =>
  typeof value === 'string' && JSON_SPECIAL.test(value) ? value.replace(UNSTORABLE, '\ufffd') : value;

const HEX: Readonly<Record<number, number>> = (() => {
  const values = new Uint8Array(256).fill(255);
  for (let digit = 0; digit < 16; digit++) {
    const text = digit.toString(16);
    values[text.charCodeAt(0)] = digit;
    values[text.toUpperCase().charCodeAt(0)] = digit;
  }
  return values;
})();

const outOfRange = (type: string, value: number) => new RecordError('INVALID_EVENT', `${value} does not fit ${type}`, { value });
