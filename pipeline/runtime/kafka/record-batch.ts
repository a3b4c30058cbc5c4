// Record batches, format version 2: https://kafka.apache.org/documentation/#recordbatch
import type { Headers, RawRecord } from '../port.ts';
import { CODEC, compress, decompress } from './compression.ts';
import type { Compression } from './compression.ts';
import { crc32c } from './crc32c.ts';

export interface BatchRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: Headers;
}
export interface BatchProducer {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly firstSequence: number;
  readonly isTransactional: boolean;
}

const HEADER_BYTES = 61;
const IS_LOG_APPEND_TIME = 0x08;
const IS_TRANSACTIONAL = 0x10;
const IS_CONTROL = 0x20;
const NO_HEADERS: Headers = [];
export const WRONG_CHECKSUM = 'Checksum of the batch is wrong';

/** Bytes of an unsigned varint. */
const sizeOfVarint = (value: number): number => (value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : value < 0x10000000 ? 4 : 5);
/** Lengths are zig-zag: 2n, and 1 for null. */
const sizeOfBytes = (bytes: Buffer | null): number => (bytes === null ? 1 : sizeOfVarint(bytes.length * 2) + bytes.length);

let cursor = 0; // of the writer and the reader below; both are synchronous
function writeVarint(out: Buffer, value: number): void {
  while (value >= 0x80) {
    out[cursor++] = (value & 0x7f) | 0x80;
    value >>>= 7;
  }
  out[cursor++] = value;
}
function writeBytes(out: Buffer, bytes: Buffer | null): void {
  if (bytes === null) {
    out[cursor++] = 1;
    return;
  }
  writeVarint(out, bytes.length * 2);
  out.set(bytes, cursor);
  cursor += bytes.length;
}

function sizeOfBody({ key, value, headers = NO_HEADERS }: BatchRecord, offsetDelta: number): number {
  let size = 2 + sizeOfVarint(offsetDelta * 2) + sizeOfBytes(key) + sizeOfBytes(value) + sizeOfVarint(headers.length * 2);
  for (const [name, bytes] of headers) {
    const length = Buffer.byteLength(name);
    size += sizeOfVarint(length * 2) + length + sizeOfBytes(bytes);
  }
  return size;
}

function writeRecords(records: readonly BatchRecord[], sizes: Int32Array, out: Buffer, at: number): void {
  cursor = at;
  for (let i = 0; i < records.length; i++) {
    const { key, value, headers = NO_HEADERS } = records[i]!;
    writeVarint(out, sizes[i]! * 2);
    out[cursor++] = 0; // attributes: none are defined
    out[cursor++] = 0; // timestamp delta: all records of a batch are sent at the same time
    writeVarint(out, i * 2);
    writeBytes(out, key);
    writeBytes(out, value);
    writeVarint(out, headers.length * 2);
    for (const [name, bytes] of headers) {
      const length = Buffer.byteLength(name);
      writeVarint(out, length * 2);
      out.write(name, cursor, length);
      cursor += length;
      writeBytes(out, bytes);
    }
  }
}

let scratch = Buffer.allocUnsafe(1_048_576); // uncompressed records on their way to the compressor

/**
 * A batch, complete with checksum, behind `headroom` bytes that the caller fills.
 *
 * @param timestampMs Of all records; brokers overwrite it where the topic says LogAppendTime.
 */
export function encodeBatch(records: readonly BatchRecord[], producer: BatchProducer, compression: Compression, timestampMs: number, headroom = 0): Buffer {
  const sizes = new Int32Array(records.length);
  let rawBytes = 0;
  for (let i = 0; i < records.length; i++) {
    const size = sizeOfBody(records[i]!, i);
    sizes[i] = size;
    rawBytes += sizeOfVarint(size * 2) + size;
  }
  let out: Buffer;
  if (compression === 'none') {
    out = Buffer.allocUnsafe(headroom + HEADER_BYTES + rawBytes);
    writeRecords(records, sizes, out, headroom + HEADER_BYTES);
  } else {
    if (scratch.length < rawBytes) scratch = Buffer.allocUnsafe(rawBytes);
    writeRecords(records, sizes, scratch, 0);
    const packed = compress(scratch.subarray(0, rawBytes));
    out = Buffer.allocUnsafe(headroom + HEADER_BYTES + packed.length);
    out.set(packed, headroom + HEADER_BYTES);
  }
  out.writeBigInt64BE(0n, headroom); // base offset: the broker's
  out.writeInt32BE(out.length - headroom - 12, headroom + 8);
  out.writeInt32BE(0, headroom + 12); // leader epoch: the broker's
  out[headroom + 16] = 2;
  out.writeInt16BE(CODEC[compression] | (producer.isTransactional ? IS_TRANSACTIONAL : 0), headroom + 21);
  out.writeInt32BE(records.length - 1, headroom + 23);
  out.writeBigInt64BE(BigInt(timestampMs), headroom + 27);
  out.writeBigInt64BE(BigInt(timestampMs), headroom + 35);
  out.writeBigInt64BE(producer.producerId, headroom + 43);
  out.writeInt16BE(producer.producerEpoch, headroom + 51);
  out.writeInt32BE(producer.firstSequence, headroom + 53);
  out.writeInt32BE(records.length, headroom + 57);
  out.writeUInt32BE(crc32c(out, headroom + 21, out.length), headroom + 17);
  return out;
}

export interface BatchHeader {
  /** Of the batch in its buffer: [at, end). */
  readonly at: number;
  readonly end: number;
  readonly baseOffset: number;
  /** Offset after the last that the batch covers, also where compaction took the last record. */
  readonly nextOffset: number;
  readonly magic: number;
  readonly isControl: boolean;
  readonly isTransactional: boolean;
  readonly producerId: number;
  /** Of the batch, markers too. Brokers check it when they take the batch, and compaction keeps it right. */
  readonly records: number;
}
const int64 = (bytes: Buffer, at: number): number => bytes.readInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4);

/**
 * The header at `at`, or undefined when the batch is not there whole: fetches are cut at a limit of bytes.
 *
 * @throws RangeError when the size cannot be that of a batch: nobody can say where the next one begins.
 */
export function readHeader(bytes: Buffer, at: number): BatchHeader | undefined {
  if (at + HEADER_BYTES > bytes.length) return undefined;
  const end = at + 12 + bytes.readInt32BE(at + 8);
  if (end > bytes.length) return undefined;
  if (end < at + HEADER_BYTES) throw new RangeError(`A batch of ${end - at} bytes is none`);
  const attributes = bytes.readInt16BE(at + 21);
  const baseOffset = int64(bytes, at);
  const magic = bytes[at + 16]!;
  return {
    at,
    end,
    baseOffset,
    magic,
    nextOffset: baseOffset + (magic === 2 ? Math.max(0, bytes.readInt32BE(at + 23)) : 0) + 1,
    isControl: (attributes & IS_CONTROL) !== 0,
    isTransactional: (attributes & IS_TRANSACTIONAL) !== 0,
    producerId: int64(bytes, at + 43),
    records: magic === 2 ? bytes.readInt32BE(at + 57) : 1,
  };
}

/** Whether the checksum over everything behind it is right. */
export const isIntact = (bytes: Buffer, { at, end }: BatchHeader): boolean => crc32c(bytes, at + 21, end) === bytes.readUInt32BE(at + 17);

/** A control batch has one record, whose key is int16 version, int16 type: 0 = abort, 1 = commit. */
export function isAbortMarker(bytes: Buffer, { at, end }: BatchHeader): boolean {
  const body = at + HEADER_BYTES;
  cursor = body;
  readVarint(bytes, end);
  cursor += 1;
  skipVarlong(bytes, end);
  readVarint(bytes, end);
  const keyLength = readVarint(bytes, end);
  return keyLength >= 4 && bytes.readInt16BE(cursor + 2) === 0;
}

/** Zig-zag varint of up to 32 bits. */
function readVarint(bytes: Buffer, end: number): number {
  let value = 0;
  for (let shift = 0; shift < 35; shift += 7) {
    if (cursor >= end) break;
    const byte = bytes[cursor++]!;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
  }
  throw new RangeError('Varint is malformed');
}
function skipVarlong(bytes: Buffer, end: number): void {
  for (let i = 0; i < 10; i++) if (cursor < end && bytes[cursor++]! < 0x80) return;
  throw new RangeError('Varint is malformed');
}
/** Zig-zag varint of up to 64 bits, as a number: timestamps and their differences fit. */
function readVarlong(bytes: Buffer, end: number): number {
  if (cursor < end && bytes[cursor]! < 0x80) {
    const byte = bytes[cursor++]!;
    return (byte >>> 1) ^ -(byte & 1);
  }
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    if (cursor >= end) break;
    const byte = bytes[cursor++]!;
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return Number((value >> 1n) ^ -(value & 1n));
  }
  throw new RangeError('Varint is malformed');
}
function readBytes(bytes: Buffer, end: number): Buffer | null {
  const length = readVarint(bytes, end);
  if (length < 0) return null;
  if (cursor + length > end) throw new RangeError('Record is cut off');
  const start = cursor;
  cursor += length;
  return bytes.subarray(start, cursor);
}

/**
 * The records of a batch from offset `from` on. Keys and values are views into `bytes`, or into what it was unpacked to.
 *
 * @throws RangeError, or an error of zlib, when the batch is malformed, its checksum is wrong or it unpacks to too much. The checksum of
 *   an uncompressed batch is not looked at: that would cost as much as all the rest.
 */
export function decodeRecords(bytes: Buffer, header: BatchHeader, from: number): RawRecord[] {
  const { at, end, baseOffset, magic, records: count } = header;
  if (magic !== 2) throw new RangeError(`Record format ${magic} is not supported`);
  const attributes = bytes.readInt16BE(at + 21);
  const codec = attributes & 7;
  const baseTimestamp = int64(bytes, at + 27);
  const appendedAtMs = attributes & IS_LOG_APPEND_TIME ? int64(bytes, at + 35) : undefined;
  let body = bytes;
  let bodyEnd = end;
  cursor = at + HEADER_BYTES;
  if (codec !== CODEC.none) {
    if (!isIntact(bytes, header)) throw new RangeError(WRONG_CHECKSUM);
    body = decompress(codec, bytes.subarray(at + HEADER_BYTES, end));
    bodyEnd = body.length;
    cursor = 0;
  }
  if (count < 0 || count * 7 > bodyEnd - cursor) throw new RangeError('Record count is malformed'); // a record has 7 bytes at least
  const records: RawRecord[] = [];
  for (let i = 0; i < count; i++) {
    const recordEnd = readVarint(body, bodyEnd) + cursor;
    if (recordEnd > bodyEnd || recordEnd <= cursor) throw new RangeError('Record is cut off');
    cursor += 1;
    const timestampDelta = readVarlong(body, recordEnd);
    const offset = baseOffset + readVarint(body, recordEnd);
    if (offset >= from) {
      const key = readBytes(body, recordEnd);
      const value = readBytes(body, recordEnd);
      records.push({ key, value, headers: readHeaders(body, recordEnd), timestampMs: appendedAtMs ?? baseTimestamp + timestampDelta, offset });
    }
    cursor = recordEnd;
  }
  if (cursor !== bodyEnd) throw new RangeError('The batch holds more than the records that it names');
  return records;
}

function readHeaders(body: Buffer, end: number): Headers {
  const count = readVarint(body, end);
  if (count <= 0) return NO_HEADERS;
  const headers: [string, Buffer][] = [];
  for (let i = 0; i < count; i++) {
    const name = readName(body, end, i);
    headers.push([name, readBytes(body, end) ?? EMPTY]);
  }
  return headers;
}

const lastNames: string[] = [];
/** Records of a topic tend to have the same headers: to compare a name with the one before costs less than to make it. */
function readName(body: Buffer, end: number, index: number): string {
  const length = readVarint(body, end);
  if (length < 0) return '';
  if (cursor + length > end) throw new RangeError('Record is cut off');
  const start = cursor;
  cursor += length;
  const last = lastNames[index];
  if (last?.length === length) {
    let i = 0;
    while (i < length && last.charCodeAt(i) === body[start + i]) i++;
    if (i === length) return last; // as many bytes as characters, hence ASCII
  }
  const name = body.toString('utf8', start, cursor);
  if (index < 8) lastNames[index] = name;
  return name;
}
const EMPTY = Buffer.alloc(0);
