// Writes types.gen.ts from the .avsc files: one interface per record, one string union per enum, one constant per file.
import { readdirSync, readFileSync } from 'node:fs';

type AvroType = string | readonly AvroType[] | AvroRecord | AvroEnum | AvroArray | AvroMap | AvroPrimitive;
interface AvroPrimitive { readonly type: 'long' | 'int' | 'string' | 'bytes'; readonly logicalType?: string }
interface AvroArray { readonly type: 'array'; readonly items: AvroType }
interface AvroMap { readonly type: 'map'; readonly values: AvroType }
interface AvroEnum { readonly type: 'enum'; readonly name: string; readonly doc: string; readonly symbols: readonly string[] }
interface AvroField { readonly name: string; readonly type: AvroType; readonly doc: string; readonly ecs?: string; readonly default?: unknown }
export interface AvroRecord { readonly type: 'record'; readonly name: string; readonly namespace?: string; readonly doc: string; readonly fields: readonly AvroField[] }

/** Every schema in `dir`, by file name without its ending, in the order of the names. */
export function readSchemas(dir: URL): ReadonlyMap<string, AvroRecord> {
  const files = readdirSync(dir).filter((file) => file.endsWith('.avsc')).sort();
  return new Map(files.map((file) => [file.replace('.avsc', ''), JSON.parse(readFileSync(new URL(file, dir), 'utf8')) as AvroRecord]));
}

const PRIMITIVES: Readonly<Record<string, string>> = { string: 'string', boolean: 'boolean', int: 'number', long: 'number', float: 'number', double: 'number', bytes: 'Uint8Array', null: 'null' };
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
  const tsType = (type: AvroType): string => {
    if (typeof type === 'string') return PRIMITIVES[type] ?? simpleName(type);
    if (Array.isArray(type)) return (type as readonly AvroType[]).map(tsType).sort((a, b) => Number(a === 'null') - Number(b === 'null')).join(' | ');
    const t = type as Exclude<AvroType, string | readonly AvroType[]>;
    switch (t.type) {
      case 'array': return `readonly ${/[ |]/.test(tsType(t.items)) ? `(${tsType(t.items)})` : tsType(t.items)}[]`;
      case 'map': return `Readonly<Record<string, ${tsType(t.values)}>>`;
      case 'enum':
        define(t.name, `/** ${t.doc} */\nexport type ${t.name} = ${t.symbols.map((symbol) => `'${symbol}'`).join(' | ')};`);
        return t.name;
      case 'record': return record(t);
      default: return PRIMITIVES[t.type] ?? 'never';
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
      const inner = (Array.isArray(field.type) ? field.type.find((branch) => branch !== 'null') : field.type) as AvroType;
      if (typeof inner === 'object' && 'type' in inner && inner.type === 'record') fieldsOf(inner, path);
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
