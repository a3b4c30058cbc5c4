// SQL where a value belongs, in every text that a caller can send: it never becomes part of a statement, and never lets anything out.
import { getNamedType, isInputObjectType, isListType, isNonNullType, isScalarType } from 'graphql';
import type { GraphQLInputType } from 'graphql';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { MockInstance } from 'vitest';
import { accessOf } from '../gate/permissions.ts';
import { loadSchema } from '../graphql/schema.ts';
import { operationOf } from '../test/ask.ts';
import type { RootField } from '../test/ask.ts';
import { serverUrl } from '../test/database.ts';
import type { JsonSchema } from '../test/from-schema.ts';
import { BODIES, literalsOf, urlOf } from '../test/walk-questions.ts';
import { openWorld, SECRET } from '../test/walk-world.ts';
import type { World } from '../test/walk-world.ts';

/** Stands in every attempt, and nowhere else. */
const MARK = 'zq7mark';
const ATTEMPTS: readonly string[] = [`${MARK}' OR '1'='1`, `"${MARK}\\'; SELECT pg_sleep(60); --`, `${MARK}$1::text; DROP SCHEMA goshawk CASCADE /*`];
/** A name as the search language and reports take it, with what would end an identifier or a path of JSON. */
const NAMES: readonly string[] = [`${MARK}'||(SELECT 1)||'`, `${MARK}"`, `a.${MARK}'}`];

const schema = await loadSchema();
const roots: readonly RootField[] = [schema.getQueryType()!, schema.getMutationType()!].flatMap((type) =>
  Object.values(type.getFields()).map((field) => ({ name: `${type.name}.${field.name}`, field })),
);

/** Paths of arguments, and members of them, that take a text. */
function textsOf(path: readonly string[], type: GraphQLInputType): readonly (readonly [path: string, isList: boolean])[] {
  const isList = isListType(isNonNullType(type) ? type.ofType : type);
  const named = getNamedType(type);
  if (isScalarType(named)) return ['String', 'ID', 'Time', 'JSON', 'Count'].includes(named.name) ? [[path.join('.'), isList]] : [];
  if (!isInputObjectType(named) || path.length > 2) return [];
  return Object.values(named.getFields()).flatMap((member) => textsOf([...path, member.name], member.type));
}

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: JsonSchema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>> };
}

describe.skipIf(serverUrl === '')('SQL in place of a value', () => {
  let world: World;
  let statements: MockInstance;
  let paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  let schemas: Readonly<Record<string, JsonSchema>>;

  beforeAll(async () => {
    world = await openWorld();
    const description = (await world.api.inject({ url: '/openapi.json' })).json<{ paths: typeof paths; components?: { schemas: typeof schemas } }>();
    paths = description.paths;
    schemas = description.components?.schemas ?? {};
    statements = vi.spyOn(pg.Client.prototype, 'query');
  });
  afterAll(async () => {
    statements.mockRestore();
    await world.close();
  });

  /** What was sent to the database since the last time: statements, not the values beside them. */
  function sent(): readonly string[] {
    const texts = statements.mock.calls.map(([first]) =>
      typeof first === 'string' ? first : ((first as unknown as { readonly text?: string } | undefined)?.text ?? ''),
    );
    statements.mockClear();
    return texts;
  }
  async function attempt(what: string, ask: () => Promise<{ readonly statusCode: number; readonly body: string }>): Promise<string[]> {
    sent();
    const { statusCode, body } = await ask();
    return [
      ...sent()
        .filter((text) => text.includes(MARK))
        .map((text) => `${what} became SQL: ${text.slice(0, 200)}`),
      ...(statusCode >= 500 || body.includes('"UNEXPECTED"') ? [`${what}: ${statusCode} ${body.slice(0, 200)}`] : []),
    ];
  }

  it('sees statements, so that what follows proves something', async () => {
    sent();
    await world.api.graphql(`{ alerts(filter: { search: "${MARK}" }) { edges { cursor } } }`, {}, ['admin'], 'alpha');
    expect(sent().some((text) => text.includes('FROM api.'))).toBe(true);
    await world.database.owner.query(`SELECT '${MARK}'`);
    expect(sent().some((text) => text.includes(MARK))).toBe(true);
  });

  it.each(roots)('in every text of $name', async (root) => {
    const found: string[] = [];
    for (const [path, isList] of root.field.args.flatMap((argument) => textsOf([root.field.name, argument.name], argument.type)))
      for (const text of [...ATTEMPTS, NAMES[0]!]) {
        const literal = isList ? `[${JSON.stringify(text)}]` : JSON.stringify(text);
        const query = operationOf(root, { ...literalsOf(world.ids), [path]: literal }, 2);
        found.push(...(await attempt(`${path}: ${text}`, () => world.api.inject({ method: 'POST', url: '/graphql', payload: { query } }, ['admin'], 'beta'))));
      }
    expect(found).toEqual([]);
  });

  it('in every part of an address and every member of a body of the REST interface', async () => {
    const found: string[] = [];
    let tried = 0;
    for (const [path, methods] of Object.entries(paths))
      for (const [method, operation] of Object.entries(methods)) {
        const name = `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`;
        if (accessOf(name) === undefined || accessOf(name) === 'public') continue;
        const url = urlOf(name, world.ids);
        const send = async (what: string, to: string, payload?: object) => {
          tried += 1;
          const isUnsafe = method !== 'get';
          const body = isUnsafe ? { payload: payload ?? BODIES[name] ?? {} } : {};
          found.push(...(await attempt(`${name} ${what}`, () => world.api.inject({ method: method.toUpperCase(), url: to, ...body }, ['admin'], 'beta'))));
        };
        for (const text of ATTEMPTS) {
          for (const parameter of operation.parameters ?? [])
            if (parameter.in === 'query') await send(`?${parameter.name}`, `${url}?${parameter.name}=${encodeURIComponent(text)}`);
            else if (parameter.in === 'path')
              await send(`:${parameter.name}`, urlOf(name.replace(`:${parameter.name}`, encodeURIComponent(text).replaceAll("'", '%27')), world.ids));
          for (const [member, inner] of Object.entries(membersOf(operation)))
            await send(`.${member}`, url, { ...BODIES[name], [member]: inner.type === 'array' ? [text] : inner.type === 'object' ? { [text]: text } : text });
        }
      }
    expect(tried).toBeGreaterThan(300);
    expect(found).toEqual([]);
  });

  it.each([
    ['field', (name: string) => `{ eventTop(field: ${name}, from: "2026-01-01T00:00:00Z", to: "2027-01-01T00:00:00Z") { count } }`],
    ['search', (name: string) => `{ events(filter: { search: ${name} }) { edges { cursor } } }`],
  ])('in the name of a field, as %s', async (_what, queryOf) => {
    const found: string[] = [];
    for (const name of NAMES.flatMap((each) => [each, `${each}:x`, `"${each}":x`, `${each}>1`, `${each}=~"x"`, `${each}:*`, `event.${each}:[1 to 2]`])) {
      const payload = { query: queryOf(JSON.stringify(name)) };
      found.push(...(await attempt(name, () => world.api.inject({ method: 'POST', url: '/graphql', payload }, ['admin'], 'alpha'))));
    }
    expect(found).toEqual([]);
  });

  it('in a cursor, however it is put together', async () => {
    const found: string[] = [];
    for (const text of ATTEMPTS)
      for (const cursor of [
        text,
        Buffer.from(text).toString('base64url'),
        Buffer.from(JSON.stringify([1, text])).toString('base64url'),
        `1772366401000000-${text}`,
      ])
        for (const list of ['events', 'findings', 'alerts', 'deadLetters', 'auditEntries', 'hunts', 'rules', 'sensors', 'exceptions', 'fields']) {
          const payload = { query: `{ ${list}(after: ${JSON.stringify(cursor)}) { edges { cursor } } }` };
          found.push(...(await attempt(`${list} after ${cursor}`, () => world.api.inject({ method: 'POST', url: '/graphql', payload }, ['admin'], 'beta'))));
        }
    expect(found).toEqual([]);
  });

  it('has let nothing out of the other organization, and everything is still there', async () => {
    const { data } = await world.api.graphql(`{ events(filter: { search: "${MARK}' OR '1'='1" }) { edges { cursor } } }`, {}, ['admin'], 'alpha');
    expect(data.events.edges).toEqual([]);
    expect(JSON.stringify(await world.alpha())).toContain(SECRET);
  });

  function membersOf({ requestBody }: Operation): Readonly<Record<string, JsonSchema>> {
    const given = requestBody?.content['application/json']?.schema;
    const body = given?.$ref === undefined ? given : schemas[given.$ref.split('/').at(-1)!];
    return body?.properties ?? {};
  }
});
