import avsc from 'avsc';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ourSchemas } from './codec.ts';
import { generateTypes } from './generate.ts';
import type { AvroSchema } from './schema.ts';
import { fullNameOf, isRecord, isUnion, readSchemas, selfContained } from './schema.ts';

const RELEASED = new URL('released/', import.meta.url);
const typeOf = (schema: AvroSchema) => avsc.Type.forSchema(selfContained(schema) as avsc.Schema, { wrapUnions: false });
const current = [...ourSchemas()].map(([name, schema]) => ({ name, schema }));

describe('released schemas', () => {
  const released = readdirSync(RELEASED)
    .filter((file) => file.endsWith('.avsc'))
    .map((file) => ({ file, schema: JSON.parse(readFileSync(new URL(file, RELEASED), 'utf8')) as AvroSchema }));
  it('holds at least one version of each schema', () => {
    expect(current.map(({ name }) => name).filter((name) => !released.some(({ schema }) => isRecord(schema) && fullNameOf(schema) === name))).toEqual([]);
  });
  it.each(released)('$file can still be read', ({ schema }) => {
    const ours = isRecord(schema) ? ourSchemas().get(fullNameOf(schema)) : undefined;
    expect(() => typeOf(ours!).createResolver(typeOf(schema))).not.toThrow();
  });
  it('would notice a field that is added without default', () => {
    const { schema } = released[0]!;
    const grown = isRecord(schema) ? { ...schema, fields: [...schema.fields, { name: 'added', type: 'string' }] } : schema;
    expect(() => typeOf(grown).createResolver(typeOf(schema))).toThrow();
  });
});

describe('every schema', () => {
  const faults = (schema: AvroSchema, path: string): string[] => {
    if (typeof schema === 'string') return [];
    if (isUnion(schema))
      return [
        ...(schema.length === 2 && schema[0] === 'null' ? [] : [`${path}: only ["null", X] unions`]),
        ...schema.flatMap((branch) => faults(branch, path)),
      ];
    if (isRecord(schema)) {
      return schema.fields.flatMap((field) => [
        ...(field.doc ? [] : [`${path}.${field.name}: no doc`]),
        ...(/^[a-z][A-Za-z0-9]*$/.test(field.name) ? [] : [`${path}.${field.name}: no camelCase name`]),
        ...(isUnion(field.type) && field.default !== null ? [`${path}.${field.name}: optional without default null`] : []),
        ...faults(field.type, `${path}.${field.name}`),
      ]);
    }
    if (schema.type === 'array') return schema.items === 'null' ? [`${path}: array of empty items`] : faults(schema.items, path);
    if (schema.type === 'map') return faults(schema.values, path);
    if (schema.type === 'float' || schema.type === 'double') return [`${path}: sums of floats depend on order`];
    return [];
  };
  it.each(current)('$name follows the rules', ({ name, schema }) => {
    expect(faults(schema, name)).toEqual([]);
  });
  it('has native as the last field of the event, and event before context', () => {
    const event = ourSchemas().get('goshawk.v1.Event');
    const enriched = ourSchemas().get('goshawk.v1.Enriched');
    expect(isRecord(event!) && event.fields.at(-1)?.name).toBe('native');
    expect(isRecord(enriched!) && enriched.fields.map((field) => field.name)).toEqual(['event', 'context']);
  });
  it('has types that were generated from it', () => {
    expect(readFileSync(new URL('types.gen.ts', import.meta.url), 'utf8')).toBe(generateTypes(readSchemas()));
  });
});
