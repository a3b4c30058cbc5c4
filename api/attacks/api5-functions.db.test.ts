// OWASP API5 (2023), broken authorization of functions: the walk asks each route as each role; here the same functions are asked for by another name,
// another method, or inside of something else.
import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Loose } from '../test/api.ts';
import { serverUrl } from '../test/database.ts';
import { ALERT, openWorld, SECRET } from '../test/walk-world.ts';
import type { World } from '../test/walk-world.ts';

describe.skipIf(serverUrl === '')('a function that is not for everybody', () => {
  let world: World;
  let base: URL;
  beforeAll(async () => {
    world = await openWorld();
    base = new URL(await world.api.app.listen({ host: '127.0.0.1', port: 0 }));
  });
  afterAll(() => world.close());
  const bearer = async (roles: readonly string[]) => `Bearer ${await world.api.token(roles, 'alpha')}`;

  /** As it is written, without a client that would put it right. */
  async function raw(method: string, target: string, authorization: string, ...headers: string[]): Promise<string> {
    const socket = connect(Number(base.port), '127.0.0.1');
    socket.write(
      [
        `${method} ${target} HTTP/1.1`,
        'host: h',
        'connection: close',
        ...(authorization === '' ? [] : [`authorization: ${authorization}`]),
        ...headers,
        '',
        '',
      ].join('\r\n'),
    );
    return text(socket);
  }

  describe('by another address', () => {
    const ADDRESSES: readonly string[] = [
      '//v2/audit',
      '/v2//audit',
      '/v2/./audit',
      '/v2/x/../audit',
      '/V2/AUDIT',
      '/v2/audit/',
      '/v2/audit;x=1',
      '/v2/audit%2f',
      '/v2/audit%00',
      '/v2/audit%20',
      '/v2/audit.json',
      '/v2/audit/.',
      '/v2%2faudit',
      '/v2/%61udit',
      '/v2/aud%69t',
      '/v2/audit?',
      '/v2/audit#x',
      '/v2\\audit',
      '/docs/../v2/audit',
      '/docs/static/..%2f..%2fv2%2faudit',
      '/docs/static/../../v2/audit',
      '/assets/..%2fv2/audit',
      '/health/../v2/audit',
      'http://evil.example/v2/audit',
      'http://127.0.0.1/v2/audit',
      '/v1/audit',
      '/v2/audit/export',
      '/v2/audit%2fexport',
    ];
    it.each(ADDRESSES)('%s', async (address) => {
      for (const authorization of ['', await bearer(['viewer'])]) {
        const answer = await raw('GET', address, authorization);
        expect([authorization === '', /^HTTP\/1\.1 (30[0-9]|40[0-9]|410)/.test(answer), answer.includes(SECRET)]).toEqual([authorization === '', true, false]);
      }
    });

    it('is there for who may, so that the refusals prove something', async () => {
      expect(await raw('GET', '/v2/audit', await bearer(['auditor']))).toMatch(new RegExp(`^HTTP/1.1 200[^]*${SECRET}`));
    });

    it.each([
      '/docs/static/..%2f..%2f..%2fpackage.json',
      '/docs/static/%2e%2e/%2e%2e/package.json',
      '/docs/static/....//package.json',
      '/..%2fpackage.json',
      '/%5c..%5cpackage.json',
      '/docs/static//etc/passwd',
    ])('no file of the machine is behind %s', async (address) => {
      expect(await raw('GET', address, '')).toMatch(/^HTTP\/1\.1 (400|403|404)/);
    });
  });

  describe('by another method', () => {
    it('which a header, a member of an address or of a body claims', async () => {
      const before = await world.alpha();
      const headers = Object.fromEntries(
        ['x-http-method-override', 'x-http-method', 'x-method-override', 'x-original-url', 'x-rewrite-url'].map((name) => [
          name,
          /url/.test(name) ? '/v2/audit' : 'DELETE',
        ]),
      );
      for (const url of [`/v2/assets/${world.ids.asset}`, `/v2/zones/${world.ids.zone}`, '/v2/events'])
        for (const [method, roles] of [
          ['GET', ['admin']],
          ['GET', ['viewer']],
          ['POST', ['viewer']],
        ] as const) {
          const payload = method === 'POST' ? { payload: { _method: 'DELETE' } } : {};
          await world.api.inject({ method, url: `${url}?_method=DELETE`, headers, ...payload }, roles, 'alpha');
        }
      const after = await world.alpha();
      expect([after.asset, after.zone]).toEqual([before.asset, before.zone]);
    });

    it('HEAD asks for what GET asks for, OPTIONS for nothing', async () => {
      for (const url of ['/v2/audit', '/v2/audit/export', '/auth/users']) {
        expect([url, (await world.api.inject({ method: 'HEAD', url }, null)).statusCode]).toEqual([url, 401]);
        expect([url, (await world.api.inject({ method: 'HEAD', url }, ['sensor'], 'alpha')).statusCode]).toEqual([url, 403]);
        expect([url, (await world.api.inject({ method: 'OPTIONS', url }, null)).body.includes(SECRET)]).toEqual([url, false]);
      }
    });
  });

  describe('of GraphQL', () => {
    const CLOSE = `updateAlerts(ids: ["${ALERT}"], change: { status: closed }) { id }`;
    const viewer = ['viewer'] as const;
    const ask = (payload: object, roles: readonly string[] = viewer, headers: Record<string, string> = {}) =>
      world.api.inject({ method: 'POST', url: '/graphql', payload, headers }, roles, 'alpha');
    const codes = (body: string): readonly string[] =>
      ([JSON.parse(body)].flat() as readonly Loose[]).flatMap(({ errors = [] }) => errors.map((error: Loose) => error.extensions.code));
    const status = async () => (await world.api.graphql(`{ alert(id: "${ALERT}") { status } }`, {}, ['viewer'], 'alpha')).data.alert.status;

    it.each<[name: string, payload: object]>([
      ['as it is', { query: `mutation { ${CLOSE} }` }],
      ['under another name', { query: `mutation { viewer: ${CLOSE} }` }],
      ['in a fragment', { query: `mutation { ...f } fragment f on Mutation { ... on Mutation { a: ${CLOSE} } }` }],
      ['beside a query that is allowed', { query: `query A { viewer { user } } mutation B { ${CLOSE} }`, operationName: 'B' }],
      [
        'only if a variable says so',
        { query: `mutation ($go: Boolean!) { updateAlerts(ids: ["${ALERT}"], change: { status: closed }) @include(if: $go) { id } }`, variables: { go: true } },
      ],
      ['twice, of which one fails', { query: `mutation { a: ${CLOSE} b: ${CLOSE} }` }],
    ])('a mutation %s is for who works on alerts', async (_name, payload) => {
      expect(codes((await ask(payload)).body)).toContain('FORBIDDEN');
      expect(codes((await ask([{ query: '{ viewer { user } }' }, payload])).body)).toContain('FORBIDDEN');
      expect((await ask(payload, viewer, { accept: 'text/event-stream' })).body).toContain('FORBIDDEN');
      expect(await status()).toBe('open');
    });

    it('a text that somebody with more rights has asked gives nobody else his rights', async () => {
      const query = `{ users { edges { node { name } } } auditEntries { edges { node { action object } } } }`;
      const extensions = { persistedQuery: { version: 1, sha256Hash: createHash('sha256').update(query).digest('hex') } };
      const first = await ask({ query, extensions }, ['admin', 'auditor']);
      const second = await ask({ extensions }, ['sensor']);
      expect([codes(second.body).includes('FORBIDDEN'), second.body.includes(SECRET)]).toEqual([true, false]);
      expect(first.statusCode).toBe(200);
    });

    it('a mutation does not come by GET, nor when a query of the same document does', async () => {
      for (const [query, name] of [
        [`mutation { ${CLOSE} }`, ''],
        [`query A { viewer { user } } mutation B { ${CLOSE} }`, 'B'],
      ] as const) {
        const { body } = await world.api.inject({ url: `/graphql?query=${encodeURIComponent(query)}&operationName=${name}` }, ['analyst'], 'alpha');
        expect(codes(body)).toEqual(['METHOD_NOT_ALLOWED']);
      }
      expect(await status()).toBe('open');
    });

    it.each([
      '{ __schema { queryType { name } } }',
      '{ a: __type(name: "User") { name fields { name } } }',
      '{ ...f } fragment f on Query { __schema { types { name } } }',
      '{ viewer { user } ... on Query { b: __schema { types { name } } } }',
    ])('the schema is for who reads, however it is asked: %s', async (query) => {
      expect(codes((await ask({ query }, ['sensor'])).body)).toContain('FORBIDDEN');
      expect(codes((await ask([{ query }], ['sensor'])).body)).toContain('FORBIDDEN');
      expect(JSON.stringify(await overSocket(query, ['sensor']))).toContain('FORBIDDEN');
      expect(codes((await ask({ query }, ['viewer'])).body)).toEqual([]);
    });

    it('nothing more is to be had over a socket', async () => {
      expect(JSON.stringify(await overSocket(`mutation { ${CLOSE} }`, ['viewer']))).toContain('FORBIDDEN');
      expect(JSON.stringify(await overSocket('{ users { edges { node { name } } } }', ['sensor']))).toContain('FORBIDDEN');
      expect(JSON.stringify(await overSocket('{ viewr { user } }', ['sensor']))).not.toContain('Did you mean');
      expect(await status()).toBe('open');
    });
  });

  async function overSocket(query: string, roles: readonly string[]): Promise<unknown> {
    const client = createClient({
      url: `${base.href.replace('http', 'ws')}graphql`,
      connectionParams: { authorization: await bearer(roles) },
      retryAttempts: 0,
    });
    const ended = Promise.withResolvers<unknown>();
    client.subscribe({ query }, { next: ended.resolve, error: ended.resolve, complete: () => ended.resolve(null) });
    const answer = await ended.promise;
    await client.dispose();
    return answer;
  }
});
