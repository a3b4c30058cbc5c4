// The description held against the server: what it says is taken is taken or refused for a reason, what it says is answered is answered.
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessOf } from '../gate/permissions.ts';
import { isOfSensors, TAGS } from './operation.ts';
import { openTestApi } from '../test/api.ts';
import type { TestApi } from '../test/api.ts';
import { openTestDatabase, serverUrl } from '../test/database.ts';
import type { TestDatabase } from '../test/database.ts';
import { otherThan, valueOf } from '../test/from-schema.ts';
import type { JsonSchema } from '../test/from-schema.ts';
import { seedEvents } from '../test/seed.ts';

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: JsonSchema;
}
interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly object[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { readonly schema: JsonSchema }>> }>>;
}
interface Description {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
}

/** Requests for each operation: enough to find what every few of them break, few enough for every run of the tests. */
const RUNS = Number(process.env['GOSHAWK_TEST_REQUESTS'] ?? 12);
/** Bodies in the terms of others, which this document only names. */
const isOfOthers = (path: string): boolean => /^\/(services|v1|_bulk|elastic|\{index\}|_license)/.test(path);
/** It would end the sessions, keys or users that the other requests use. */
const ENDING: readonly string[] = ['POST /auth/logout', 'DELETE /auth/sessions', 'DELETE /auth/sessions/{id}'];

describe.skipIf(serverUrl === '')('the description', () => {
  let database: TestDatabase;
  let api: TestApi;
  let description: Description;
  let ajv: Ajv2020;
  beforeAll(async () => {
    database = await openTestDatabase();
    await seedEvents(database.owner, [{ n: 1 }, { n: 2 }]);
    api = await openTestApi(database, { config: { requestsPerMinute: 1_000_000 } });
    await api.app.ready();
    description = (await api.inject({ url: '/openapi.json' }, null)).json();
    ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: 'api', components: description.components });
  });
  afterAll(async () => {
    await api.close();
    await database.drop();
  });
  const operations = () =>
    Object.entries(description.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
    );
  const resolve = (ref: string): JsonSchema => description.components.schemas[ref.split('/').at(-1)!]!;

  it('is a document of OpenAPI 3.1', async () => {
    expect(await new Validator().validate(JSON.parse(JSON.stringify(description)))).toMatchObject({ valid: true });
    expect(description.openapi).toMatch(/^3\.1/);
  });

  it('has every route that is not hidden, says what each is for, what it answers, and whether it needs a token', () => {
    const faults = operations().flatMap(({ path, method, operation }) => {
      const name = `${method} ${path}`;
      const codes = Object.keys(operation.responses);
      const access = accessOf(`${method} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`);
      const isPublic = access === 'public' && !isOfSensors(access, method, operation.tags);
      return [
        ...((operation.summary ?? '') === '' ? [`${name} has no summary`] : []),
        ...((operation.tags ?? ['']).every((tag) => tag in TAGS) ? [] : [`${name} has no tag, or one that is not described`]),
        ...(codes.some((code) => /^[23]/.test(code)) ? [] : [`${name} says of no success`]),
        ...(codes.includes('default') && codes.includes('429') ? [] : [`${name} does not say what else it answers`]),
        ...(isPublic === (operation.security?.length === 0) ? [] : [`${name} does not say who may`]),
      ];
    });
    expect(faults).toEqual([]);
    const ids = operations().map(({ operation }) => operation.operationId ?? '');
    expect(ids.filter((id, index) => !/^[a-z]\w*$/.test(id) || ids.indexOf(id) !== index)).toEqual([]);
    expect(operations().length).toBeGreaterThan(100);
  });

  it('bounds every whole number that it takes: the database has no larger ones', () => {
    const unbounded = (schema: unknown, name: string): readonly string[] => {
      if (typeof schema !== 'object' || schema === null) return [];
      const { type, maximum } = schema as { readonly type?: unknown; readonly maximum?: number };
      const own = type === 'integer' && (maximum ?? Number.MAX_SAFE_INTEGER) === Number.MAX_SAFE_INTEGER ? [name] : [];
      return [...own, ...Object.entries(schema).flatMap(([key, part]) => unbounded(part, `${name} ${key}`))];
    };
    const found = operations().flatMap(({ path, method, operation }) => [
      ...(operation.parameters ?? []).flatMap((one) => unbounded(one.schema, `${method} ${path} ${one.name}`)),
      ...unbounded(operation.requestBody, `${method} ${path}`),
    ]);
    expect(found).toEqual(['GET /v2/audit cursor']); // the number of a row, a bigint
  });

  it('is right about what is asked and answered, for requests that it allows and for others', async () => {
    const token = await api.token(['platform_admin', 'admin']);
    const faults: string[] = [];
    for (const { path, method, operation } of operations()) {
      if (isOfOthers(path) || ENDING.includes(`${method} ${path}`)) continue;
      await fc.assert(
        fc.asyncProperty(requestOf(operation), async ({ values, query, body, isAllowed }) => {
          const answer = await api.app.inject({
            method: method as 'GET',
            url: `${path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(plain(values[name] ?? 'x')) || 'x')}${query}`,
            headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
            ...(body !== undefined && { payload: JSON.stringify(body) }),
          });
          const fault = faultOf(operation, answer.statusCode, answer.headers['content-type'] ?? '', answer.body, isAllowed);
          if (fault !== undefined)
            faults.push(`${method} ${path}${query} ${JSON.stringify(body)?.slice(0, 300) ?? ''}: ${answer.statusCode} ${fault} ${answer.body.slice(0, 300)}`);
        }),
        { numRuns: RUNS, seed: 7 },
      );
    }
    expect(faults).toEqual([]);
  }, 300_000);

  it('is right about who needs a token', async () => {
    const open: string[] = [];
    for (const { path, method, operation } of operations()) {
      if (operation.security?.length === 0) continue;
      const answer = await api.app.inject({
        method: method as 'GET',
        url: path.replaceAll(/\{\w+\}/g, 'x'),
        headers: { 'content-type': 'application/json' },
        ...(method !== 'GET' && { payload: '{}' }),
      });
      if (answer.statusCode !== 401) open.push(`${method} ${path}: ${answer.statusCode}`);
    }
    expect(open).toEqual([]);
  });

  /** `isAllowed`: as the document says; else one part of it is not. */
  function requestOf({ parameters = [], requestBody }: Operation) {
    const path = parameters.filter((one) => one.in === 'path');
    const inQuery = parameters.filter((one) => one.in === 'query');
    const schema = requestBody?.content['application/json']?.schema;
    const query = fc.record(Object.fromEntries(inQuery.map((one) => [one.name, valueOf(one.schema, resolve)])), {
      requiredKeys: inQuery.filter((one) => one.required === true).map(({ name }) => name),
    });
    const body = schema === undefined ? fc.constant(undefined) : valueOf(schema, resolve);
    return fc
      .record({
        values: fc.record(Object.fromEntries(path.map((one) => [one.name, valueOf(one.schema, resolve)]))),
        query: query.map(queryText),
        body:
          schema === undefined
            ? body
            : fc.oneof(
                { weight: 3, arbitrary: body.map((value) => ({ value, isAllowed: true })) },
                { weight: 1, arbitrary: otherThan(schema).map((value) => ({ value, isAllowed: false })) },
              ),
      })
      .map(({ body: chosen, ...rest }) => {
        const { value, isAllowed } = (chosen ?? { value: undefined, isAllowed: true }) as { readonly value: unknown; readonly isAllowed: boolean };
        return { ...rest, body: value, isAllowed };
      });
  }

  function faultOf({ responses }: Operation, status: number, type: string, text: string, isAllowed: boolean): string | undefined {
    const declared = responses[String(status)] ?? responses[`${String(status)[0]}XX`] ?? (status >= 400 ? responses['default'] : undefined);
    if (status === 500) return 'is our mistake';
    if (declared === undefined) return 'is not declared';
    if (status < 300 && !isAllowed) return 'takes what it says that it does not';
    const media = type.split(';')[0] ?? '';
    const contents = declared.content;
    if (contents === undefined) return undefined;
    const content = contents[media];
    if (content === undefined) return `is ${media}, which is not declared`;
    if (!/[/+]json$/.test(media)) return undefined;
    const validate = ajv.compile(JSON.parse(JSON.stringify(content.schema).replaceAll('"#/components', '"api#/components')) as object);
    return validate(JSON.parse(text)) ? undefined : `does not have the declared form: ${ajv.errorsText(validate.errors)}`;
  }
});

function queryText(values: Readonly<Record<string, unknown>>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(values))
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) search.append(name, plain(one));
  return search.size === 0 ? '' : `?${search}`;
}

const plain = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
