// What comes before an operation runs: hashes instead of texts, lists of queries, several operations at once, who may read the schema.
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApi } from '../test/api.ts';
import type { Loose, TestApi } from '../test/api.ts';
import { readAllowList } from './documents.ts';
import { QUERY_LIMITS } from './limits.ts';

const VIEWER = '{ viewer { user } }';
const sha = (text: string) => createHash('sha256').update(text).digest('hex');
const persisted = (sha256Hash: unknown, version: unknown = 1) => ({ persistedQuery: { version, sha256Hash } });
const folder = mkdtempSync(join(tmpdir(), 'goshawk-queries-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('over HTTP', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await openTestApi();
  });
  afterAll(() => api.close());

  const post = async (payload: unknown, roles: Parameters<TestApi['inject']>[1] = ['admin'], headers: Record<string, string> = {}) => {
    const answer = await api.inject({ method: 'POST', url: '/graphql', payload: payload as object, headers }, roles);
    return { status: answer.statusCode, type: answer.headers['content-type'], body: answer.json() };
  };
  const codeOf = ({ body }: { readonly body: Loose }): unknown => body.errors?.[0]?.extensions.code ?? body.code;

  it('says what an operation cost', async () => {
    expect((await post({ query: VIEWER })).body).toEqual({
      data: { viewer: { user: 'tester' } },
      extensions: { cost: { requested: 1, limit: QUERY_LIMITS.cost } },
    });
  });

  it('answers a hash once it has had the text', async () => {
    const query = '{ viewer { user organization } }';
    const extensions = persisted(sha(query));
    expect(codeOf(await post({ extensions }))).toBe('PERSISTED_QUERY_NOT_FOUND');
    expect((await post({ extensions })).body.errors[0].message).toBe('PersistedQueryNotFound');
    expect(codeOf(await post({ query, extensions }))).toBeUndefined();
    expect((await post({ extensions })).body.data.viewer.organization).toBe('default');
    const address = `/graphql?extensions=${encodeURIComponent(JSON.stringify(extensions))}`;
    expect((await api.inject({ url: address })).json().data.viewer.organization).toBe('default');
  });

  it('does not remember a query that does not hold', async () => {
    const query = '{ nonsense }';
    const extensions = persisted(sha(query));
    expect(codeOf(await post({ query, extensions }))).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(codeOf(await post({ extensions }))).toBe('PERSISTED_QUERY_NOT_FOUND');
  });

  it.each<[name: string, payload: unknown, code: string]>([
    ['a hash of another text', { query: VIEWER, extensions: persisted(sha('x')) }, 'INVALID_REQUEST'],
    ['a hash that is none', { query: VIEWER, extensions: persisted('abc') }, 'INVALID_REQUEST'],
    ['another version of hashes', { query: VIEWER, extensions: persisted(sha(VIEWER), 2) }, 'INVALID_REQUEST'],
    ['no query', {}, 'INVALID_REQUEST'],
    ['a query that is no text', { query: 5 }, 'INVALID_REQUEST'],
    ['variables that are a list', { query: VIEWER, variables: [] }, 'INVALID_REQUEST'],
    ['several operations of which none is named', { query: 'query A { viewer { user } } query B { viewer { user } }' }, 'INVALID_REQUEST'],
    ['an operation that is not there', { query: 'query A { viewer { user } }', operationName: 'C' }, 'INVALID_REQUEST'],
    ['a text that is no query', { query: '{' }, 'GRAPHQL_PARSE_FAILED'],
    ['a long text', { query: `{ viewer { user } } #${'x'.repeat(QUERY_LIMITS.characters)}` }, 'QUERY_TOO_COMPLEX'],
    ['a bomb of aliases', { query: `{ ${Array.from({ length: 100 }, (_, n) => `a${n}: viewer { user }`).join(' ')} }` }, 'QUERY_TOO_COMPLEX'],
    [
      'a bomb of fragments',
      {
        query: `{ ...f0 } ${Array.from({ length: 50 }, (_, n) => `fragment f${n} on Query { ${n === 49 ? 'viewer { user }' : `...f${n + 1} ...f${n + 1}`} }`).join(' ')}`,
      },
      'QUERY_TOO_COMPLEX',
    ],
    ['fragments that go round in circles', { query: '{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }' }, 'GRAPHQL_VALIDATION_FAILED'],
    ['no operations at all', [], 'QUERY_TOO_COMPLEX'],
    ['too many at once', Array.from({ length: QUERY_LIMITS.batch + 1 }, () => ({ query: VIEWER })), 'QUERY_TOO_COMPLEX'],
    ['a subscription among others', [{ query: VIEWER }, { query: 'subscription { eventTail { leftOut } }' }], 'INVALID_REQUEST'],
  ])('refuses %s', async (_name, payload, code) => {
    const answer = await post(payload);
    expect([codeOf(answer), answer.status]).toEqual([code, 200]);
  });

  it('answers several operations in their order, each with its own mistakes', async () => {
    const { body } = await post([{ query: VIEWER }, { query: '{ nonsense }' }, { query: '{ viewer { organization } }' }]);
    expect(body.map(({ data, errors }: Loose) => data?.viewer ?? errors[0].extensions.code)).toEqual([
      { user: 'tester' },
      'GRAPHQL_VALIDATION_FAILED',
      { organization: 'default' },
    ]);
  });

  it('gives several operations one budget', async () => {
    const dear = `{ events(first: 200) { edges { node { provenance { topic } } } } a: events(first: 200) { edges { node { provenance { topic } } } } b: alerts(first: 200) { edges { node { events { id } findings { id } entities { type } } } } }`;
    const { body } = await post(Array.from({ length: 5 }, () => ({ query: dear })));
    const codes = body.map(({ errors, extensions }: Loose) => (extensions?.cost === undefined ? errors[0].extensions.code : 'asked'));
    expect(codes).toEqual(['asked', 'asked', 'asked', 'QUERY_TOO_COMPLEX', 'QUERY_TOO_COMPLEX']);
  });

  it('tells clients that know GraphQL over HTTP by the status that nothing was asked', async () => {
    const accept = { accept: 'application/graphql-response+json' };
    expect(await post({ query: '{' }, ['admin'], accept)).toMatchObject({ status: 400, type: 'application/graphql-response+json; charset=utf-8' });
    expect((await post({ query: VIEWER }, ['admin'], accept)).status).toBe(200);
  });

  it('asks proxies to pass on at once what is told by SSE', async () => {
    const payload = { query: 'subscription { alertChanged { id } }' };
    const { headers } = await api.inject({ method: 'POST', url: '/graphql', headers: { accept: 'text/event-stream' }, payload }, ['sensor']);
    expect(headers).toMatchObject({ 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
  });

  it('changes nothing by GET', async () => {
    const query = encodeURIComponent('mutation { retireRule(id: "x") { id } }');
    expect((await api.inject({ url: `/graphql?query=${query}` })).json().errors[0].extensions.code).toBe('METHOD_NOT_ALLOWED');
  });

  it.each<[role: Parameters<TestApi['token']>[0][number], code: string | undefined]>([
    ['viewer', undefined],
    ['auditor', undefined],
    ['sensor', 'FORBIDDEN'],
  ])('shows the schema to those that read: %s', async (role, code) => {
    for (const query of ['{ __schema { queryType { name } } }', '{ ...f } fragment f on Query { x: __type(name: "Event") { name } }'])
      expect(codeOf(await post({ query }, [role]))).toBe(code);
    expect(codeOf(await post({ query: '{ viewer { __typename user } }' }, [role]))).toBeUndefined();
  });
});

describe('with a list of queries', () => {
  let api: TestApi;
  beforeAll(async () => {
    const file = join(folder, 'queries.json');
    writeFileSync(file, JSON.stringify({ [sha(VIEWER)]: VIEWER }));
    api = await openTestApi(undefined, { config: { queriesFile: file } });
  });
  afterAll(() => api.close());

  it.each<[name: string, payload: object, code: string | undefined]>([
    ['answers a listed query', { query: VIEWER }, undefined],
    ['answers it by its hash, unasked before', { extensions: persisted(sha(VIEWER)) }, undefined],
    ['refuses any other', { query: '{ viewer { organization } }' }, 'QUERY_NOT_LISTED'],
    ['refuses another that brings its hash', { query: '{ viewer { roles } }', extensions: persisted(sha('{ viewer { roles } }')) }, 'QUERY_NOT_LISTED'],
    ['refuses the schema', { query: '{ __schema { queryType { name } } }' }, 'QUERY_NOT_LISTED'],
  ])('%s', async (_name, payload, code) => {
    const { errors } = (await api.inject({ method: 'POST', url: '/graphql', payload })).json();
    expect(errors?.[0].extensions.code).toBe(code);
  });

  it.each([
    ['no JSON', '{'],
    ['a list', '[]'],
    ['a hash of another text', JSON.stringify({ [sha('x')]: 'y' })],
  ])('refuses a file that is %s', (_name, text) => {
    const file = join(folder, 'wrong.json');
    writeFileSync(file, text);
    expect(() => readAllowList(file)).toThrow(expect.objectContaining({ code: 'INVALID_CONFIG' }) as Error);
  });

  it('refuses a file that is not there', () => {
    expect(() => readAllowList(join(folder, 'none.json'))).toThrow(/cannot be read/);
  });
});
