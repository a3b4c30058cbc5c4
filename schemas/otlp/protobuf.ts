// As much of protobuf's wire format as OTLP needs, read into the JSON mapping of OTLP: 64-bit integers as text, ids in hex.
// Source: protobuf.dev, "Encoding"; opentelemetry.io, "OTLP Specification", section JSON Protobuf Encoding.

export type FieldKind = 'string' | 'bool' | 'int64' | 'uint32' | 'double' | 'fixed64' | 'fixed32' | 'hex' | 'base64' | 'message';
export interface Field {
  readonly name: string;
  readonly kind: FieldKind;
  /** Of a message. */
  readonly of?: Message;
  readonly isList?: boolean;
}
/** Fields by their number. */
export type Message = ReadonlyMap<number, Field>;

const MAX_DEPTH = 100; // protobuf's own readers stop there, too
const VARINT = 0;
const EIGHT_BYTES = 1;
const LENGTH = 2;
const FOUR_BYTES = 5;

const WIRE_OF: Readonly<Record<FieldKind, number>> = {
  string: LENGTH,
  hex: LENGTH,
  base64: LENGTH,
  message: LENGTH,
  bool: VARINT,
  int64: VARINT,
  uint32: VARINT,
  double: EIGHT_BYTES,
  fixed64: EIGHT_BYTES,
  fixed32: FOUR_BYTES,
};

/** @throws TypeError, whatever the bytes. Unknown fields are left out. */
export function decodeMessage(message: Message, bytes: Uint8Array): Record<string, unknown> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return read(message, buffer, 0, buffer.length, 0);
}

function read(message: Message, bytes: Buffer, start: number, end: number, depth: number): Record<string, unknown> {
  if (depth > MAX_DEPTH) throw new TypeError(`nested deeper than ${MAX_DEPTH}`);
  const result: Record<string, unknown> = {};
  let at = start;
  while (at < end) {
    const [tag, afterTag] = varint(bytes, at, end);
    const number = Number(tag >> 3n);
    const wire = Number(tag & 7n);
    const field = message.get(number);
    const [from, to] = extent(bytes, afterTag, end, wire);
    at = to;
    if (field === undefined) continue;
    if (WIRE_OF[field.kind] !== wire) throw new TypeError(`field ${field.name} has wire type ${wire}`);
    const value = valueOf(field, bytes, from, to, depth);
    if (field.isList === true) ((result[field.name] ??= []) as unknown[]).push(value);
    else result[field.name] = value;
  }
  return result;
}

/** Of the value: without its length prefix. */
function extent(bytes: Buffer, at: number, end: number, wire: number): readonly [from: number, to: number] {
  let from = at;
  let to: number;
  if (wire === VARINT) to = varint(bytes, at, end)[1];
  else if (wire === EIGHT_BYTES) to = at + 8;
  else if (wire === FOUR_BYTES) to = at + 4;
  else if (wire === LENGTH) {
    const [length, behind] = varint(bytes, at, end);
    if (length > BigInt(end - behind)) throw new TypeError('a field is longer than its message');
    from = behind;
    to = behind + Number(length);
  } else throw new TypeError(`wire type ${wire} is none`);
  if (to > end) throw new TypeError('the message is cut off');
  return [from, to];
}

function valueOf(field: Field, bytes: Buffer, from: number, to: number, depth: number): unknown {
  switch (field.kind) {
    case 'string':
      return bytes.toString('utf8', from, to);
    case 'hex':
      return bytes.toString('hex', from, to);
    case 'base64':
      return bytes.toString('base64', from, to);
    case 'message':
      return read(field.of!, bytes, from, to, depth + 1);
    case 'bool':
      return varint(bytes, from, to)[0] !== 0n;
    case 'int64':
      return BigInt.asIntN(64, varint(bytes, from, to)[0]).toString();
    case 'uint32':
      return Number(BigInt.asUintN(32, varint(bytes, from, to)[0]));
    case 'double': {
      const value = bytes.readDoubleLE(from);
      return Number.isFinite(value) ? value : String(value);
    }
    case 'fixed64':
      return bytes.readBigUInt64LE(from).toString();
    case 'fixed32':
      return bytes.readUInt32LE(from);
  }
}

function varint(bytes: Buffer, start: number, end: number): readonly [value: bigint, end: number] {
  let value = 0;
  let at = start;
  // Most are small: numbers up to 2^28 need no bigint.
  for (let shift = 0; shift < 28; shift += 7) {
    if (at >= end) throw new TypeError('the message is cut off');
    const byte = bytes[at++]!;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return [BigInt(value), at];
  }
  let large = BigInt(value);
  for (let shift = 28n; shift < 70n; shift += 7n) {
    if (at >= end) throw new TypeError('the message is cut off');
    const byte = bytes[at++]!;
    large |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return [large, at];
  }
  throw new TypeError('a number of more than ten bytes');
}
