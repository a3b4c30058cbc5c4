// Avro schemas as JSON, read from the .avsc files.
import { readdirSync, readFileSync } from 'node:fs';

export interface AvroField {
  readonly name: string;
  readonly type: AvroSchema;
  readonly doc?: string;
  readonly ecs?: string;
  readonly default?: unknown;
}
export interface AvroRecord {
  readonly type: 'record';
  readonly name: string;
  readonly namespace?: string;
  readonly doc?: string;
  readonly fields: readonly AvroField[];
}
export interface AvroEnum {
  readonly type: 'enum';
  readonly name: string;
  readonly namespace?: string;
  readonly doc?: string;
  readonly symbols: readonly string[];
  readonly default?: string;
}
export interface AvroFixed {
  readonly type: 'fixed';
  readonly name: string;
  readonly namespace?: string;
  readonly size: number;
}
export interface AvroArray {
  readonly type: 'array';
  readonly items: AvroSchema;
}
export interface AvroMap {
  readonly type: 'map';
  readonly values: AvroSchema;
}
export interface AvroPrimitive {
  readonly type: 'null' | 'boolean' | 'int' | 'long' | 'float' | 'double' | 'string' | 'bytes';
  readonly logicalType?: string;
}
export type AvroSchema = string | readonly AvroSchema[] | AvroRecord | AvroEnum | AvroFixed | AvroArray | AvroMap | AvroPrimitive;

export const isUnion = (schema: AvroSchema): schema is readonly AvroSchema[] => Array.isArray(schema);
export const isRecord = (schema: AvroSchema): schema is AvroRecord => typeof schema === 'object' && !isUnion(schema) && schema.type === 'record';
export const isNamed = (schema: AvroSchema): schema is AvroRecord | AvroEnum | AvroFixed =>
  typeof schema === 'object' && !isUnion(schema) && (schema.type === 'record' || schema.type === 'enum' || schema.type === 'fixed');
export const fullNameOf = (schema: AvroRecord | AvroEnum | AvroFixed, namespace = ''): string =>
  schema.name.includes('.') ? schema.name : [schema.namespace ?? namespace, schema.name].filter(Boolean).join('.');

const PRIMITIVES = new Set(['null', 'boolean', 'int', 'long', 'float', 'double', 'string', 'bytes']);
const HERE = new URL('./', import.meta.url);

/** Every .avsc of `dir`, by file name without its ending, in the order of the names. */
export function readSchemas(dir: URL = HERE): ReadonlyMap<string, AvroRecord> {
  const files = readdirSync(dir)
    .filter((file) => file.endsWith('.avsc'))
    .sort();
  return new Map(files.map((file) => [file.replace('.avsc', ''), JSON.parse(readFileSync(new URL(file, dir), 'utf8')) as AvroRecord]));
}

/**
 * `schema` with every reference replaced by its definition, so that parts of it can be cut out alone.
 * A result that is to be registered goes through `selfContained`, which defines each name once.
 * @throws Error when a name is defined nowhere, or a type contains itself.
 */
export function inlined(schema: AvroSchema, all: Iterable<AvroSchema>): AvroSchema {
  const known = new Map<string, AvroSchema>();
  const collect = (type: AvroSchema, namespace: string): void => {
    if (typeof type === 'string') return;
    if (isUnion(type)) return type.forEach((branch) => collect(branch, namespace));
    if (isNamed(type)) {
      known.set(fullNameOf(type, namespace), type);
      if (isRecord(type)) type.fields.forEach((field) => collect(field.type, type.namespace ?? namespace));
    } else if (type.type === 'array') collect(type.items, namespace);
    else if (type.type === 'map') collect(type.values, namespace);
  };
  for (const one of all) collect(one, '');
  collect(schema, '');
  const walk = (type: AvroSchema, namespace: string, open: readonly string[]): AvroSchema => {
    if (typeof type === 'string') {
      if (PRIMITIVES.has(type)) return type;
      const name = type.includes('.') ? type : `${namespace}.${type}`;
      const found = known.get(name);
      if (found === undefined) throw new Error(`Avro type ${name} is defined nowhere`);
      if (open.includes(name)) throw new Error(`Avro type ${name} contains itself`);
      return walk(found, name.slice(0, name.lastIndexOf('.')), open);
    }
    if (isUnion(type)) return type.map((branch) => walk(branch, namespace, open));
    if (isRecord(type)) {
      const inner = type.namespace ?? namespace;
      const name = fullNameOf(type, namespace);
      return { ...type, namespace: inner, fields: type.fields.map((field) => ({ ...field, type: walk(field.type, inner, [...open, name]) })) };
    }
    if (isNamed(type)) return { ...type, namespace: type.namespace ?? namespace };
    if (type.type === 'array') return { ...type, items: walk(type.items, namespace, open) };
    if (type.type === 'map') return { ...type, values: walk(type.values, namespace, open) };
    return type;
  };
  return walk(schema, '', []);
}

/** An inlined schema in which the second and later uses of a name are references again, as Avro demands. */
export function selfContained(schema: AvroSchema): AvroSchema {
  const seen = new Set<string>();
  const walk = (type: AvroSchema): AvroSchema => {
    if (typeof type === 'string') return type;
    if (isUnion(type)) return type.map(walk);
    if (isNamed(type)) {
      const name = fullNameOf(type);
      if (seen.has(name)) return name;
      seen.add(name);
      return isRecord(type) ? { ...type, fields: type.fields.map((field) => ({ ...field, type: walk(field.type) })) } : type;
    }
    if (type.type === 'array') return { ...type, items: walk(type.items) };
    if (type.type === 'map') return { ...type, values: walk(type.values) };
    return type;
  };
  return walk(schema);
}
