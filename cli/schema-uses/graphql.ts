// GraphQL fields by the columns that their resolvers read, and the dashboard's queries by the fields that they ask for.
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildSchema, isObjectType, Kind, parse, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import { readTypeDefs, typeFolders } from '../../api/graphql/schema.ts';
import type { Use } from '../../domains/schema-impact/index.ts';
import type { Filling } from './columns.ts';

const ROOT = new URL('../../', import.meta.url);
type Resolvers = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export async function graphqlUses(all: readonly Filling[]): Promise<readonly Use[]> {
  const schema = buildSchema(readTypeDefs().join('\n'), { assumeValidSDL: true });
  const resolvers = new Map<string, Readonly<Record<string, unknown>>>();
  for (const name of typeFolders()) {
    const { default: own } = (await import(new URL(`api/graphql/${name}/resolvers.ts`, ROOT).href)) as { readonly default: Resolvers };
    for (const [type, fields] of Object.entries(own)) resolvers.set(type, fields);
  }
  const aliases = columnAliases();
  const uses: Use[] = [];
  for (const type of Object.values(schema.getTypeMap())) {
    const filled = all.filter(({ table }) => table === type.name.toLowerCase());
    if (!isObjectType(type) || filled.length === 0) continue;
    for (const field of Object.keys(type.getFields())) {
      const properties = propertiesRead(field, resolvers.get(type.name)?.[field]);
      for (const { column, path } of filled)
        if ([column, ...(aliases.get(column) ?? [])].some((name) => properties.has(camelCase(name))))
          uses.push({ kind: 'graphql field', name: `${type.name}.${field}`, where: 'api/graphql', path });
    }
  }
  return [...uses, ...queryUses(schema, uses)];
}

const camelCase = (column: string): string => column.replaceAll(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase());

/** Names under which the queries of the store hand out a column. */
function columnAliases(): ReadonlyMap<string, readonly string[]> {
  const aliases = new Map<string, string[]>();
  for (const file of globSync('store/queries/**/*.ts', { cwd: fileURLToPath(ROOT) })) {
    for (const [, column, alias] of readFileSync(new URL(file, ROOT), 'utf8').matchAll(/\b\w\.(\w+)(?:, '\w+')?\)? AS "(\w+)"/g))
      aliases.set(column!, [...(aliases.get(column!) ?? []), alias!]);
  }
  return aliases;
}

/** What a field's resolver takes of its row; without a resolver, the property of its name. */
function propertiesRead(field: string, resolver: unknown): ReadonlySet<string> {
  if (typeof resolver !== 'function') return new Set([field]);
  const read = new Set<string>();
  const row = new Proxy(
    {},
    {
      get(_target, name) {
        if (typeof name === 'string') read.add(name);
        return 0;
      },
    },
  );
  try {
    void Promise.resolve((resolver as (row: unknown, args: unknown, context: unknown) => unknown)(row, {}, {})).catch(() => undefined);
  } catch {
    // It wanted more than a row: what it has read of the row by then counts.
  }
  return read;
}

function queryUses(schema: ReturnType<typeof buildSchema>, fields: readonly Use[]): Use[] {
  const uses: Use[] = [];
  for (const file of globSync('dashboard/src/**/*.graphql', { cwd: fileURLToPath(ROOT) })) {
    for (const definition of parse(readFileSync(new URL(file, ROOT), 'utf8')).definitions) {
      if (definition.kind !== Kind.OPERATION_DEFINITION && definition.kind !== Kind.FRAGMENT_DEFINITION) continue;
      const asked = new Set<string>();
      const types = new TypeInfo(schema);
      visit(definition, visitWithTypeInfo(types, { Field: ({ name }) => void asked.add(`${types.getParentType()?.name ?? ''}.${name.value}`) }));
      for (const { name, path } of fields)
        if (asked.has(name)) uses.push({ kind: 'dashboard query', name: `${definition.name?.value ?? 'unnamed'} { ${name} }`, where: file, path });
    }
  }
  return uses;
}
