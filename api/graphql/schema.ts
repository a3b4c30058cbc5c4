// One folder per type: its schema.graphql and its resolvers.ts. The folder is the registration.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { defaultFieldResolver, isAbstractType, isObjectType } from 'graphql';
import type { GraphQLFieldConfigMap, GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import { createSchema } from 'graphql-yoga';
import { requireRole } from '../gate/gate.ts';
import { accessOf } from '../gate/permissions.ts';
import type { ApiContext } from './context.ts';

const folder = new URL('.', import.meta.url);

/** Names of the folders that hold a schema.graphql, sorted. */
export const typeFolders = (): readonly string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(new URL(`${entry.name}/schema.graphql`, folder)))
    .map(({ name }) => name)
    .sort();

export const readTypeDefs = (): readonly string[] => typeFolders().map((name) => readFileSync(new URL(`${name}/schema.graphql`, folder), 'utf8'));

/** The whole schema; fields that the table of permissions names ask it before they answer. */
export async function loadSchema(): Promise<GraphQLSchema> {
  const resolvers = await Promise.all(
    typeFolders().map(async (name) => ((await import(new URL(`${name}/resolvers.ts`, folder).href)) as { readonly default: Record<string, never> }).default),
  );
  const schema = createSchema<ApiContext>({ typeDefs: [...readTypeDefs()], resolvers });
  guardRootFields(schema);
  refuseAbstractTypes(schema);
  return schema;
}

/** @throws Error for a root field that the table does not name: it would be open, so it is not there. */
function guardRootFields(schema: GraphQLSchema): void {
  for (const type of [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields() as unknown as GraphQLFieldConfigMap<unknown, ApiContext> & Record<string, { name: string }>)) {
      const name = `${type.name}.${field.name}`;
      if (accessOf(name) === undefined) throw new Error(`${name} has no entry in api/gate/fields.ts`);
      field.resolve = guarded(name, field.resolve);
      if (field.subscribe !== undefined) field.subscribe = guarded(name, field.subscribe);
    }
  }
}

/** @throws Error for an interface or a union: `execution/` plans what is asked before it knows of what type an object is. */
function refuseAbstractTypes(schema: GraphQLSchema): void {
  const found = Object.values(schema.getTypeMap()).find(isAbstractType);
  if (found !== undefined) throw new Error(`${found.name} is an interface or a union, which api/graphql/execution does not execute`);
}

function guarded(name: string, resolve: GraphQLFieldResolver<unknown, ApiContext> | undefined): GraphQLFieldResolver<unknown, ApiContext> {
  const answer = resolve ?? defaultFieldResolver;
  return (root, args, context, info) => {
    requireRole(context.principal, name);
    return answer(root, args, context, info);
  };
}
