// Walks a whole record without making values: for the first stage that admits Avro written by others.
import type { AvroSchema } from './schema.ts';
import { isUnion } from './schema.ts';
import { CodecError } from './codec.ts';

interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
  items: number;
}
type Walk = (cursor: Cursor) => void;

/**
 * A function that walks one body of `schema` from `from` and returns where it ends. It bounds the items of all arrays and maps together,
 * since a count of 2e7 empty items fits into five bytes and is believed by decoders.
 * @param schema With references replaced by definitions.
 * @throws CodecError TRUNCATED, INVALID_VALUE (bad tag, negative length, too many items, bytes left over)
 */
export function bodyCheck(schema: AvroSchema, maxItems = 100_000): (bytes: Uint8Array, from: number) => void {
  const walk = walkOf(schema, maxItems);
  return (bytes, from) => {
    const cursor = { bytes, at: from, items: 0 };
    walk(cursor);
    if (cursor.at !== bytes.length) throw new CodecError('INVALID_VALUE', `${bytes.length - cursor.at} bytes are left over behind the value`);
  };
}

function walkOf(schema: AvroSchema, maxItems: number): Walk {
  if (isUnion(schema)) {
    const branches = schema.map((branch) => walkOf(branch, maxItems));
    return (cursor) => {
      const branch = branches[long(cursor)];
      if (branch === undefined) throw new CodecError('INVALID_VALUE', 'Union has no such branch');
      branch(cursor);
    };
  }
  switch (typeof schema === 'string' ? schema : schema.type) {
    case 'null':
      return () => undefined;
    case 'boolean':
      return (cursor) => skip(cursor, 1);
    case 'int':
    case 'long':
      return (cursor) => void long(cursor);
    case 'float':
      return (cursor) => skip(cursor, 4);
    case 'double':
      return (cursor) => skip(cursor, 8);
    case 'string':
    case 'bytes':
      return (cursor) => skip(cursor, long(cursor));
    default:
  }
  if (typeof schema === 'string') throw new CodecError('UNKNOWN_SCHEMA', `Type ${schema} is a reference`);
  switch (schema.type) {
    case 'fixed':
      return (cursor) => skip(cursor, schema.size);
    case 'enum':
      return (cursor) => {
        const symbol = long(cursor);
        if (symbol < 0 || symbol >= schema.symbols.length) throw new CodecError('INVALID_VALUE', `${schema.name} has no symbol ${symbol}`);
      };
    case 'record': {
      const fields = schema.fields.map((field) => walkOf(field.type, maxItems));
      return (cursor) => {
        for (const field of fields) field(cursor);
      };
    }
    case 'array': {
      const item = walkOf(schema.items, maxItems);
      return (cursor) => blocks(cursor, maxItems, item);
    }
    case 'map': {
      const value = walkOf(schema.values, maxItems);
      return (cursor) =>
        blocks(cursor, maxItems, (inner) => {
          skip(inner, long(inner));
          value(inner);
        });
    }
    default:
      throw new CodecError('UNKNOWN_SCHEMA', `Type ${schema.type} is not walked`);
  }
}

function blocks(cursor: Cursor, maxItems: number, item: Walk): void {
  for (let count = long(cursor); count !== 0; count = long(cursor)) {
    if (count < 0) {
      count = -count;
      long(cursor); // size of the block in bytes: not needed, and not to be believed
    }
    cursor.items += count;
    if (cursor.items > maxItems) throw new CodecError('INVALID_VALUE', `More than ${maxItems} items`);
    for (let i = 0; i < count; i++) item(cursor);
  }
}

function skip(cursor: Cursor, bytes: number): void {
  if (bytes < 0) throw new CodecError('INVALID_VALUE', 'Negative length');
  cursor.at += bytes;
  if (cursor.at > cursor.bytes.length) throw new CodecError('TRUNCATED', 'Value ends too early');
}

/** Zigzag varint of at most ten bytes. Beyond 2^53 the value is inexact, which no length or tag may be anyway. */
function long(cursor: Cursor): number {
  let value = 0;
  let scale = 1;
  for (let i = 0; i < 10; i++) {
    const byte = cursor.bytes[cursor.at++];
    if (byte === undefined) throw new CodecError('TRUNCATED', 'Value ends too early');
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    scale *= 128;
  }
  throw new CodecError('INVALID_VALUE', 'Number is longer than ten bytes');
}
