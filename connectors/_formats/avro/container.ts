// Avro object container files and single-object encoding: https://avro.apache.org/docs/1.12.0/specification
import { createHash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';

const MAGIC = Buffer.from('Obj\u0001', 'latin1');
/** Of values, before they are packed. */
const BLOCK_BYTES = 262_144;

/** A zig-zag variable-length integer. Not negative, 2^46 at most. */
function long(value: number): Buffer {
  const bytes: number[] = [];
  let left = value * 2;
  for (; left > 127; left = Math.floor(left / 128)) bytes.push((left % 128) | 128);
  return Buffer.from([...bytes, left]);
}
const bytes = (content: Buffer): Buffer => Buffer.concat([long(content.length), content]);
const text = (content: string): Buffer => bytes(Buffer.from(content));

/** A file, packed by `deflate`. Equal values give an equal file: its sync marker is a hash of them. */
export function containerFile(schema: string, values: readonly Buffer[]): Buffer {
  const hash = createHash('md5').update(schema);
  for (const value of values) hash.update(value);
  const sync = hash.digest();
  const metadata = [long(2), text('avro.schema'), text(schema), text('avro.codec'), text('deflate'), long(0)];
  const parts = [MAGIC, ...metadata, sync];
  for (let at = 0; at < values.length;) {
    let end = at;
    for (let size = 0; end < values.length && size < BLOCK_BYTES; end++) size += values[end]!.length;
    parts.push(long(end - at), bytes(deflateRawSync(Buffer.concat(values.slice(at, end)))), sync);
    at = end;
  }
  return Buffer.concat(parts);
}

const EMPTY = 0xc15d213aa4d7a795n;
const TABLE = BigUint64Array.from({ length: 256 }, (_, index) => {
  let fingerprint = BigInt(index);
  for (let bit = 0; bit < 8; bit++) fingerprint = (fingerprint >> 1n) ^ (EMPTY & -(fingerprint & 1n));
  return fingerprint;
});
/** CRC-64-AVRO of a schema in parsing canonical form. */
export function fingerprintOf(canonical: string): bigint {
  let fingerprint = EMPTY;
  for (const byte of Buffer.from(canonical)) fingerprint = (fingerprint >> 8n) ^ TABLE[Number((fingerprint ^ BigInt(byte)) & 0xffn)]!;
  return fingerprint;
}

/** In front of single objects: two bytes, then the fingerprint of their schema. */
export function singleObjectHead(canonical: string): Buffer {
  const head = Buffer.alloc(10);
  head.writeUInt16BE(0xc301);
  head.writeBigUInt64LE(fingerprintOf(canonical), 2);
  return head;
}
