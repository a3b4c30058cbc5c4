// Writes types.gen.ts from the .avsc files: one interface per record, one string union per enum, one constant per file.
import type { AvroRecord, AvroSchema } from './schema.ts';
import { isRecord, isUnion } from './schema.ts';

const PRIMITIVES: Readonly<Record<string, string>> = {
  string: 'string',
  boolean: 'boolean',
  int: 'number',
  long: 'number',
  float: 'number',
  double: 'number',
  bytes: 'Uint8Array',
  null: 'null',
};
const simpleName = (name: string) => name.slice(name.lastIndexOf('.') + 1);

/** The text of types.gen.ts. Throws when two files define one name differently. */
export function generateTypes(schemas: ReadonlyMap<string, AvroRecord>): string {
  const definitions = new Map<string, string>();
  const catalogue: string[] = [];

  const define = (name: string, text: string) => {
    const before = definitions.get(name);
    if (before !== undefined && before !== text) throw new Error(`Two schemas define ${name} differently`);
    definitions.set(name, text);
  };
  const tsType = (type: AvroSchema): string => {
    if (typeof type === 'string') return PRIMITIVES[type] ?? simpleName(type);
    if (isUnion(type))
      return type
        .map(tsType)
        .sort((a, b) => Number(a === 'null') - Number(b === 'null'))
        .join(' | ');
    switch (type.type) {
      case 'array':
        return `readonly ${/[ |]/.test(tsType(type.items)) ? `(${tsType(type.items)})` : tsType(type.items)}[]`;
      case 'map':
        return `Readonly<Record<string, ${tsType(type.values)}>>`;
      case 'enum':
        define(type.name, `/** ${type.doc} */\nexport type ${type.name} = ${type.symbols.map((symbol) => `'${symbol}'`).join(' | ')};`);
        return type.name;
      case 'record':
        return record(type);
      default:
        return PRIMITIVES[type.type] ?? 'never';
    }
  };
  const record = (schema: AvroRecord): string => {
    const lines = schema.fields.map((field) => `  /** ${field.doc} */\n  readonly ${field.name}: ${tsType(field.type)};`);
    define(schema.name, `/** ${schema.doc} */\nexport interface ${schema.name} {\n${lines.join('\n')}\n}`);
    return schema.name;
  };
  const fieldsOf = (schema: AvroRecord, prefix: readonly string[]) => {
    for (const field of schema.fields) {
      const path = [...prefix, field.name];
      const inner = isUnion(field.type) ? (field.type.find((branch) => branch !== 'null') ?? 'null') : field.type;
      if (isRecord(inner)) fieldsOf(inner, path);
      else if (field.ecs !== undefined) catalogue.push(`  '${field.ecs}': [${path.map((part) => `'${part}'`).join(', ')}],`);
    }
  };

  const constants: string[] = [];
  for (const [file, schema] of schemas) {
    record(schema);
    const name = file.replaceAll(/-(.)/g, (_all, letter: string) => letter.toUpperCase());
    constants.push(`  ${name}: { fullName: '${schema.namespace}.${schema.name}' } as { readonly fullName: string; readonly $type?: ${schema.name} },`);
    if (file === 'event' || file === 'context') fieldsOf(schema, [file]);
  }
  return [
    '// Written by `npm run gen` from the .avsc files beside it. Do not edit.',
    ...definitions.values(),
    `/** One per .avsc file. */\nexport const schemas = {\n${constants.join('\n')}\n};`,
    `/** ECS name to its place in Enriched, for the typed fields. */\nexport const ECS_PATHS: Readonly<Record<string, readonly string[]>> = {\n${catalogue.join('\n')}\n};`,
    '',
  ].join('\n\n');
}
