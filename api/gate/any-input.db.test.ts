// Whatever comes in, the answer is the caller's mistake or a result, never ours.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApi } from '../test/api.ts';
import type { TestApi } from '../test/api.ts';
import { openTestDatabase, serverUrl } from '../test/database.ts';
import type { TestDatabase } from '../test/database.ts';

const ID = '00000000-0000-4000-8000-000000000000';
/** Bodies that are right but for one member, which is anything. */
const RIGHT: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'POST /v2/events': { event: { a: 1 }, format: 'auto', source: 'any' },
  'POST /v2/events/bulk': { events: [{ a: 1 }, 'x'], format: 'auto', source: 'any' },
  'POST /v2/assets': { name: 'a', kind: 'b', hostnames: ['c'], addresses: ['10.0.0.1'], owner: 'd', criticality: 1, validFrom: '2026-01-01T00:00:00Z' },
  [`PUT /v2/assets/${ID}`]: { name: 'a', kind: 'b', validFrom: '2026-01-01T00:00:00Z' },
  'POST /v2/zones': { name: 'a', cidr: '10.0.0.0/8', kind: 'internal', validFrom: '2026-01-01T00:00:00Z' },
  [`PUT /v2/zones/${ID}`]: { name: 'a', cidr: '10.0.0.0/8', kind: 'internal' },
  'POST /auth/refresh': { refreshToken: 'x', refresh: 'body' },
  'POST /auth/logout': { refreshToken: 'x' },
  'POST /graphql': { query: '{ viewer { user } }', variables: {}, operationName: null },
};
const QUERIES: Readonly<Record<string, readonly string[]>> = {
  '/v2/events': ['from', 'to', 'dataset', 'sensor', 'host', 'user', 'address', 'minSeverity', 'search', 'limit', 'cursor'],
  '/v2/events/stats': ['from', 'to', 'by', 'spanSeconds', 'search', 'address'],
  '/v2/alerts': ['from', 'to', 'minSeverity', 'status', 'search', 'limit', 'cursor'],
  '/v2/assets': ['at', 'limit', 'cursor'],
  '/v2/zones': ['at', 'limit', 'cursor'],
};
const DOCUMENTS: Readonly<Record<string, string>> = {
  search: 'query ($x: String) { events(filter: { search: $x }) { edges { cursor } } }',
  address: 'query ($x: String) { events(filter: { address: $x }) { edges { cursor } } }',
  hosts: 'query ($x: [String!]) { events(filter: { host: $x }) { edges { cursor } } }',
  first: 'query ($x: Int) { events(first: $x) { edges { cursor } } }',
  after: 'query ($x: String) { alerts(after: $x) { edges { cursor } } }',
  time: 'query ($x: Time!) { eventCounts(from: $x, to: $x, spanSeconds: 1) { count } }',
  span: 'query ($x: Int!) { eventCounts(from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z", spanSeconds: $x) { count } }',
  field: 'query ($x: String!) { eventTop(field: $x, from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z") { count } }',
  event: 'query ($x: ID!) { event(id: $x) { id } finding(id: $x) { id } alert(id: $x) { id } }',
  alertSearch: 'query ($x: String) { alerts(filter: { search: $x }) { edges { cursor } } }',
  change: 'mutation ($x: AlertChange!) { updateAlerts(ids: ["00000000000000000000000000000001"], change: $x) { id } }',
  ids: 'mutation ($x: [ID!]!) { updateAlerts(ids: $x, change: { status: open }) { id } }',
  letters: 'query ($x: String) { deadLetters(filter: { code: $x }) { edges { cursor } } }',
};

const odd = fc.oneof(
  fc.constantFrom(
    '',
    '\0',
    'a\0b',
    '%',
    '\\',
    '\u{1F600}',
    '\ud800',
    '(',
    '"',
    'a:',
    'source.ip:x',
    '10.0.0.0/33',
    '0',
    '-1',
    '1e999',
    '99999999999999999999',
    'null',
    '__proto__',
    '2026-02-30T00:00:00Z',
    '0001-01-01T00:00:00Z',
    '9999-12-31T23:59:59Z',
    'WzEsImEiXQ',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ maxLength: 40 }),
);
const anything = fc.oneof(fc.jsonValue({ maxDepth: 3 }), odd, fc.array(odd, { maxLength: 3 }), fc.double(), fc.maxSafeInteger());

describe.skipIf(serverUrl === '')('any input', () => {
  let database: TestDatabase;
  let api: TestApi;
  beforeAll(async () => {
    database = await openTestDatabase();
    api = await openTestApi(database);
  });
  afterAll(async () => {
    await api.close();
    await database.drop();
  });

  async function check(options: Parameters<TestApi['inject']>[0]): Promise<void> {
    const response = await api.inject(options, ['admin']);
    const { code, errors, detail } = response.statusCode >= 400 && response.body !== '' ? response.json() : {};
    expect([response.statusCode < 500, code]).toEqual([true, code]);
    for (const { pointer } of Array.isArray(errors) ? errors : []) if (pointer !== undefined) expect(pointer).toMatch(/^\//);
    if (response.headers['content-type']?.toString().startsWith('application/problem+json')) expect(detail).not.toBe('');
  }

  it.each(Object.keys(RIGHT))('as the body of %s', async (name) => {
    const [method, url] = name.split(' ') as ['POST', string];
    const send = (payload: unknown) =>
      check({ method, url, payload: JSON.stringify(payload) ?? 'null', headers: { 'content-type': 'application/json', accept: 'application/json' } });
    await send(RIGHT[name]);
    const members = Object.keys(RIGHT[name] ?? {});
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          anything,
          fc.tuple(fc.constantFrom(...members), anything).map(([member, value]) => ({ ...RIGHT[name], [member]: value })),
        ),
        send,
      ),
      { numRuns: 100 },
    );
  });

  it.each(Object.keys(QUERIES))('in the query of %s', async (url) => {
    const parameters = fc.dictionary(fc.constantFrom(...(QUERIES[url] ?? []), 'unknown'), odd, { maxKeys: 3 });
    await fc.assert(
      fc.asyncProperty(parameters, (query) =>
        check({ url: `${url}?${new URLSearchParams(Object.entries(query).map(([name, value]) => [name, value.toWellFormed()])).toString()}` }),
      ),
      { numRuns: 100 },
    );
  });

  it('as an id', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('/v2/events/', '/v2/assets/', '/v2/zones/'), odd, (path, id) =>
        check({ url: path + encodeURIComponent(id.toWellFormed()) }),
      ),
      { numRuns: 100 },
    );
  });

  it.each(Object.keys(DOCUMENTS))('as a variable of a query: %s', async (name) => {
    await fc.assert(
      fc.asyncProperty(anything, async (x) => {
        const { errors = [] } = await api.graphql(DOCUMENTS[name] ?? '', { x });
        const codes = errors.map(({ extensions }) => extensions.code);
        expect(codes.filter((code) => code === undefined || code === 'UNEXPECTED' || code === 'DATABASE_UNAVAILABLE')).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('as a query', async () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '(',
      ')',
      'query',
      'events',
      'viewer',
      'user',
      '$x',
      ':',
      '...',
      'fragment',
      'on',
      'Query',
      '"a"',
      '1',
      '@skip',
      '[',
      ']',
      '!',
      '__schema',
      'mutation',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 20 }), async (pieces) => {
        await check({ method: 'POST', url: '/graphql', payload: { query: pieces.join(' ') } });
      }),
      { numRuns: 100 },
    );
  });
});
