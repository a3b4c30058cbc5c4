// The API with a database that does not answer: what needs it says so, everything else goes on. And what every answer has.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PERMISSIONS } from './gate/permissions.ts';
import { openTestApi } from './test/api.ts';
import type { Loose, TestApi } from './test/api.ts';

describe('without a database', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await openTestApi();
  });
  afterAll(() => api.close());

  it.each<[name: string, method: 'GET' | 'POST', url: string, payload: object | undefined]>([
    ['events', 'GET', '/v2/events', undefined],
    ['an event', 'GET', '/v2/events/1-00000000000000000000000000000001', undefined],
    ['counts', 'GET', '/v2/events/stats', undefined],
    ['alerts', 'GET', '/v2/alerts', undefined],
    ['assets', 'GET', '/v2/assets', undefined],
    ['a new asset', 'POST', '/v2/assets', { name: 'a', kind: 'b' }],
    ['signing in', 'POST', '/auth/login', { user: 'a', password: 'b' }],
  ])('%s: says what is away, that nothing is lost and what to do', async (_name, method, url, payload) => {
    const response = await api.inject({ method, url, ...(payload && { payload }) });
    expect(response.json()).toMatchObject({
      status: 503,
      code: 'DATABASE_UNAVAILABLE',
      detail: expect.stringMatching(/events wait in their topics.*\.\/goshawk status/),
    });
    expect(response.headers['retry-after']).toBe('5');
  });

  it('answers the rest of a query', async () => {
    const { data } = await api.graphql('{ viewer { user } pipeline { state deadLetterCounts { name } parts { name state detail downSince } } }');
    expect(data).toMatchObject({ viewer: { user: 'tester' }, pipeline: { state: 'degraded', deadLetterCounts: null } });
    const database = data.pipeline.parts.find(({ name }: { name: string }) => name === 'database');
    expect(database).toMatchObject({ state: 'down', detail: expect.stringContaining('Events wait in their topics'), downSince: expect.any(String) });
  });

  it('says in a query what is away', async () => {
    const { errors } = await api.graphql('{ events { edges { cursor } } }');
    expect(errors).toMatchObject([
      { message: expect.stringContaining('The database is away'), path: ['events'], extensions: { code: 'DATABASE_UNAVAILABLE' } },
    ]);
    expect(JSON.stringify(errors)).not.toContain('ECONNREFUSED');
  });

  it('takes events: they are safe in the broker', async () => {
    expect((await api.inject({ method: 'POST', url: '/v2/events/bulk', payload: { events: [{ a: 1 }] } })).statusCode).toBe(202);
  });

  it('is up and not ready', async () => {
    expect((await api.inject({ url: '/health' }, null)).json()).toEqual({ status: 'up' });
    const ready = await api.inject({ url: '/health/ready' }, null);
    expect([ready.statusCode, ready.json().parts.find(({ name }: { name: string }) => name === 'database').state]).toEqual([503, 'down']);
    expect(ready.body).not.toContain('ECONNREFUSED'); // no token, no reasons
  });
});

describe('every answer', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await openTestApi(undefined, { config: { requestsPerMinute: 50, loginsPerMinute: 3 } });
  });
  afterAll(() => api.close());

  it("carries a request id: the caller's own, or a new one", async () => {
    expect((await api.inject({ url: '/health', headers: { 'x-request-id': 'my-id.1' } })).headers['x-request-id']).toBe('my-id.1');
    for (const id of ['two words', 'x'.repeat(65), '"><script>'])
      expect((await api.inject({ url: '/nothing', headers: { 'x-request-id': id } })).headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    const { requestId } = (await api.inject({ url: '/nothing', headers: { 'x-request-id': 'mine' } })).json();
    expect(requestId).toBe('mine');
  });

  it('keeps browsers from guessing, framing and foreign scripts', async () => {
    const { headers } = await api.inject({ url: '/' }, null);
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'content-security-policy': expect.stringContaining(`script-src 'self'`) });
    expect(headers['content-security-policy']).toContain(`frame-ancestors 'none'`);
    expect(headers).toMatchObject({ 'x-frame-options': 'DENY', 'referrer-policy': 'no-referrer', 'strict-transport-security': expect.any(String) });
  });

  it.each<[name: string, options: Parameters<TestApi['inject']>[0], status: number, code: string]>([
    ['an unknown address', { url: '/v2/nothing' }, 404, 'NOT_FOUND'],
    ['another method', { method: 'PATCH', url: '/v2/assets' }, 405, 'METHOD_NOT_ALLOWED'],
    [
      'another method, whatever its body is',
      { method: 'PATCH', url: '/v2/assets', payload: '{', headers: { 'content-type': 'application/json' } },
      405,
      'METHOD_NOT_ALLOWED',
    ],
    ['another method, whatever its header fields are', { method: 'PUT', url: '/v2/assets', headers: { 'idempotency-key': ' ' } }, 405, 'METHOD_NOT_ALLOWED'],
    ['a body that is no JSON', { method: 'POST', url: '/v2/assets', payload: '{', headers: { 'content-type': 'application/json' } }, 400, 'MALFORMED_JSON'],
    ['an empty body', { method: 'POST', url: '/v2/assets', payload: '', headers: { 'content-type': 'application/json' } }, 400, 'MALFORMED_JSON'],
    [
      'a bulk body that is no JSON',
      { method: 'POST', url: '/v2/events/bulk', payload: '[1,', headers: { 'content-type': 'application/json' } },
      400,
      'MALFORMED_JSON',
    ],
    ['another media type', { method: 'POST', url: '/v2/assets', payload: '<a/>', headers: { 'content-type': 'text/xml' } }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['a body that is too large', { method: 'POST', url: '/v2/assets', payload: { name: 'x'.repeat(2_000_000) } }, 413, 'BODY_TOO_LARGE'],
    ['an address that cannot be read', { url: '/v2/events/%zz' }, 400, 'INVALID_REQUEST'],
    [
      'poisoned JSON',
      { method: 'POST', url: '/v2/assets', payload: '{"__proto__":{"x":1},"name":"a","kind":"b"}', headers: { 'content-type': 'application/json' } },
      400,
      'MALFORMED_JSON',
    ],
    ['a wrong token', { url: '/v2/events', headers: { authorization: 'Bearer x.y.z' } }, 401, 'UNAUTHENTICATED'],
    ['another scheme', { url: '/v2/events', headers: { authorization: 'Basic YTpi' } }, 401, 'UNAUTHENTICATED'],
  ])('to %s is a problem document', async (_name, options, status, code) => {
    const response = await api.inject(options, options.headers?.authorization === undefined ? ['admin'] : null);
    expect([response.statusCode, response.headers['content-type'], response.json().code]).toEqual([status, 'application/problem+json; charset=utf-8', code]);
    expect(response.json()).toMatchObject({
      type: `urn:goshawk:problem:${code}`,
      title: expect.any(String),
      detail: expect.any(String),
      requestId: response.headers['x-request-id'],
    });
  });

  it('says how many requests are left, and when to come again', async () => {
    const { headers } = await api.inject({ url: '/auth/me' });
    expect(headers).toMatchObject({ 'ratelimit-limit': '50', 'ratelimit-remaining': expect.any(String), 'ratelimit-reset': expect.any(String) });
    const logins = [];
    for (let n = 0; n < 4; n += 1) logins.push(await api.inject({ method: 'POST', url: '/auth/login', payload: { user: 'a', password: 'b' } }, null));
    expect(logins.map(({ statusCode }) => statusCode)).toEqual([503, 503, 503, 429]); // the database is away; the limit holds all the same
    expect(logins[3]?.json()).toMatchObject({ code: 'RATE_LIMITED', detail: expect.stringMatching(/^Wait \d+ s/) });
    expect(logins[3]?.headers['retry-after']).toMatch(/^\d+$/);
  });
});

it('counts what GraphQL queries ask for, not only how many there are', async () => {
  const api = await openTestApi(undefined, { config: { queryCostPerMinute: 25 } });
  const ask = () => api.graphql('{ pipeline { parts { name } } }'); // 1, and 10 for a list that has no length
  expect([(await ask()).errors, (await ask()).errors]).toEqual([undefined, undefined]);
  const { errors } = await ask();
  expect(errors).toMatchObject([
    { message: expect.stringMatching(/objects that queries ask for/), extensions: { code: 'RATE_LIMITED', retryAfterSeconds: expect.any(Number) } },
  ]);
  await api.close();
});

/** Pages, what other protocols speak, and answers to clients of Elasticsearch that ask whom they have before them. */
const UNDESCRIBED = /^\/(\*|docs.*|graphql|live|metrics|openapi\.json|_license|elastic\/?|elastic\/_license)?$/;

describe('pages and descriptions', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await openTestApi();
  });
  afterAll(() => api.close());

  it('describes every REST route in OpenAPI 3.1', async () => {
    const { openapi, paths, components } = (await api.inject({ url: '/openapi.json' }, null)).json();
    expect(openapi).toBe('3.1.0');
    // Every route has a row there: the walk sees to that.
    const routes = Object.keys(PERMISSIONS)
      .map((key) => /^[A-Z]+ (\/.*)$/.exec(key)?.[1])
      .filter((url) => url !== undefined && !UNDESCRIBED.test(url))
      .map((url) => url!.replaceAll(/:(\w+)/g, '{$1}'));
    expect(Object.keys(paths).sort()).toEqual([...new Set(routes)].sort());
    expect(components.securitySchemes.bearer).toMatchObject({ scheme: 'bearer' });
    expect(paths['/v2/events/bulk'].post.requestBody.content['application/json'].schema).toMatchObject({
      type: 'object',
      required: ['events'],
      properties: { events: { type: 'array', minItems: 1, maxItems: 1_000 } },
    });
    expect(paths['/v2/assets'].post.responses.default.content['application/problem+json'].schema).toEqual({ $ref: '#/components/schemas/Problem' });
    expect(components.schemas.Problem.required).toContain('code');
    const undescribed = Object.entries<Loose>(paths).flatMap(([path, methods]) =>
      Object.entries<Loose>(methods)
        .filter(([, { summary, tags }]) => !summary || !tags)
        .map(([method]) => `${method} ${path}`),
    );
    expect(undescribed).toEqual([]);
  });

  it('shows the description to browsers, with everything that the page needs', async () => {
    const page = await api.inject({ url: '/docs/' }, null);
    expect(page.headers['content-security-policy']).not.toMatch(/https:|upgrade-insecure-requests|script-src[^;]*unsafe|frame-ancestors 'self'/);
    const parts = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => new URL(address!, 'http://here/docs/'));
    expect(parts.length).toBeGreaterThan(3);
    for (const { pathname, host } of parts) expect([pathname, host, (await api.inject({ url: pathname }, null)).statusCode]).toEqual([pathname, 'here', 200]);
  });

  it('shows the query explorer to browsers, with nothing from elsewhere', async () => {
    const page = await api.inject({ url: '/graphql', headers: { accept: 'text/html' } }, null);
    expect([page.statusCode, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    const policy = String(page.headers['content-security-policy']);
    const [script] = /<script[^>]*>([\s\S]*?)<\/script>/.exec(page.body)!.slice(1);
    expect(policy).toContain(`script-src 'sha256-${createHash('sha256').update(script!).digest('base64')}' blob:;`); // and nothing else
    expect(policy).toMatch(/default-src 'none'.*connect-src 'self';.*frame-ancestors 'none'/);
    expect(page.body).not.toMatch(/<(script|link)[^>]+(src|href)=["']?https?:/);
  });

  it('answers a query over GET too', async () => {
    expect((await api.inject({ url: `/graphql?query=${encodeURIComponent('{ viewer { user } }')}` })).json()).toMatchObject({
      data: { viewer: { user: 'tester' } },
    });
  });

  it('gives metrics by declared route, to this machine or with a token', async () => {
    await api.inject({ url: '/v2/events/secret-id' });
    await api.inject({ url: '/what-is-not-there' });
    const { body } = await api.inject({ url: '/metrics' }, null);
    expect(body).toContain('route="/v2/events/:id"');
    expect(body).toContain('route="none"');
    expect(body).not.toContain('secret-id');
    expect((await api.inject({ url: '/metrics', remoteAddress: '192.0.2.1' }, null)).statusCode).toBe(401);
    expect((await api.inject({ url: '/metrics', headers: { 'x-forwarded-for': '192.0.2.1' } }, null)).statusCode).toBe(401);
    expect((await api.inject({ url: '/metrics', remoteAddress: '192.0.2.1' })).statusCode).toBe(200);
  });

  it('says that the dashboard is not built', async () => {
    expect((await api.inject({ url: '/' }, null)).body).toContain('The dashboard is not built');
  });
});
