// Runs code on a record that notes which of its fields are read: uses come from the code itself, not from a list beside it.
import type { AvroSchema } from '../../schemas/avro/schema.ts';
import { isRecord, isUnion } from '../../schemas/avro/schema.ts';

const TIME_MICROS = 1_700_000_000_000_000;
const TEXT = '192.0.2.7'; // an address where one is wanted, text elsewhere

/** A record with every field filled, so that no branch of the code that reads it is left out for want of a value. @param text Of every text in it */
export function filled(schema: AvroSchema, text = TEXT): unknown {
  if (isUnion(schema)) return filled(schema.find((branch) => branch !== 'null') ?? 'null', text);
  if (isRecord(schema)) return Object.fromEntries(schema.fields.map(({ name, type }) => [name, filled(type, text)]));
  switch (typeof schema === 'string' ? schema : schema.type) {
    case 'null':
      return null;
    case 'boolean':
      return true;
    case 'int':
      return 7;
    case 'long':
      return TIME_MICROS;
    case 'bytes':
      return Buffer.from('{"a":1}');
    case 'string':
      return text;
    default:
  }
  if (typeof schema === 'string') throw new Error(`Type ${schema} is a reference`);
  if (schema.type === 'enum') return schema.symbols[0];
  if (schema.type === 'array') return [filled(schema.items, text)];
  if (schema.type === 'map') return { key: filled(schema.values, text) };
  throw new Error(`Type ${schema.type} is not known`);
}

/**
 * `value` as it is, but `read` is told the dotted path of each leaf that is taken: a text, number, list or map.
 * @param path Of `value` itself.
 */
export function watched<T>(value: T, path: string, schema: AvroSchema, read: (path: string) => void): T {
  const type = isUnion(schema) ? (schema.find((branch) => branch !== 'null') ?? 'null') : schema;
  if (!isRecord(type) || typeof value !== 'object' || value === null) return value;
  const fields = new Map(type.fields.map((field) => [field.name, field.type]));
  return new Proxy(value, {
    get(target, name) {
      const inner = (target as Record<string | symbol, unknown>)[name];
      const field = typeof name === 'string' ? fields.get(name) : undefined;
      if (field === undefined) return inner;
      const at = `${path}.${String(name)}`;
      const plain = isUnion(field) ? (field.find((branch) => branch !== 'null') ?? 'null') : field;
      if (isRecord(plain)) return watched(inner, at, plain, read);
      if (typeof plain === 'object' && !isUnion(plain) && plain.type === 'array' && isRecord(plain.items)) {
        const { items } = plain;
        return (inner as readonly unknown[]).map((item) => watched(item, at, items, read));
      }
      read(at);
      return inner;
    },
  });
}
