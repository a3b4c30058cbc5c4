// Values that a schema can write: the emptiest, the fullest, and one for each symbol and branch that these leave out.
import type { AvroRecord, AvroSchema } from './schema.ts';
import { isRecord, isUnion } from './schema.ts';

/** Of a long that is a number here. */
const MOST = Number.MAX_SAFE_INTEGER - 1;

/** @param schema References replaced by definitions. */
export function sampleValues(schema: AvroRecord): unknown[] {
  const variants = Math.max(2, widest(schema));
  return Array.from({ length: variants }, (_unused, variant) => valueOf(schema, variant));
}

/** Variant 0 has null, zero and nothing in it; higher ones have values, and go through symbols by their number. */
function valueOf(schema: AvroSchema, variant: number): unknown {
  if (isUnion(schema)) return valueOf(schema[Math.min(variant, schema.length - 1)]!, variant);
  if (isRecord(schema)) return Object.fromEntries(schema.fields.map(({ name, type }) => [name, valueOf(type, variant)]));
  switch (typeof schema === 'string' ? schema : schema.type) {
    case 'null':
      return null;
    case 'boolean':
      return variant % 2 === 1;
    case 'int':
      return variant === 0 ? 0 : variant === 1 ? -(2 ** 31) : 2 ** 31 - 1;
    case 'long':
      return variant === 0 ? 0 : variant === 1 ? MOST : -1_700_000_000_123_456 - variant;
    case 'float':
    case 'double':
      return variant * 0.5;
    case 'string':
      return variant === 0 ? '' : `h\u00e9 \ud83e\udd85 ${variant}`;
    case 'bytes':
      return variant === 0 ? Buffer.alloc(0) : Buffer.from([0, 255, variant]);
    default:
  }
  if (typeof schema === 'string') throw new Error(`Type ${schema} is a reference`);
  switch (schema.type) {
    case 'enum':
      return schema.symbols[variant % schema.symbols.length];
    case 'fixed':
      return Buffer.alloc(schema.size, variant);
    case 'array':
      return variant === 0 ? [] : [valueOf(schema.items, variant), valueOf(schema.items, variant - 1)];
    case 'map':
      return variant === 0 ? {} : { key: valueOf(schema.values, variant) };
    default:
      throw new Error(`Type ${schema.type} is not known`);
  }
}

function widest(schema: AvroSchema): number {
  if (isUnion(schema)) return Math.max(schema.length, ...schema.map(widest));
  if (isRecord(schema)) return Math.max(0, ...schema.fields.map(({ type }) => widest(type)));
  if (typeof schema === 'string') return 0;
  if (schema.type === 'enum') return schema.symbols.length;
  if (schema.type === 'array') return widest(schema.items);
  if (schema.type === 'map') return widest(schema.values);
  return 0;
}
