// OWASP API9 (2023), improper inventory: what anybody may ask is a list that is read, what is not described is one too, and nothing old is left.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessOf, PERMISSIONS } from '../gate/permissions.ts';
import { openTestApi } from '../test/api.ts';
import type { TestApi } from '../test/api.ts';
import { openTestDatabase, serverUrl } from '../test/database.ts';
import type { TestDatabase } from '../test/database.ts';

/** Without a token, and why. A line more here is a decision. */
const PUBLIC: readonly (readonly [pattern: RegExp, why: string])[] = [
  [/^GET \/health(\/ready)?$/, 'load balancers have no tokens; says up or not'],
  [/^GET \/\.well-known\/jwks\.json$/, 'public keys'],
  [/^GET \/(openapi\.json|docs(\/.*)?)$/, 'the description, which is in the repository'],
  [/^GET \/(\*)?$/, 'the dashboard, which is in the repository'],
  [/^POST \/auth\/(login|refresh|logout|setup-mfa|verify-mfa)$/, 'proved by what is in the body'],
  [/^POST \/auth\/passkeys\/sign-in(\/options)?$/, 'proved by what is in the body'],
  [/^POST \/auth\/((invitations|password-link)\/(look|accept)|oidc\/:provider\/accept)$/, 'proved by the token of the link'],
  [/^(GET \/auth\/oidc(\/:provider\/(start|callback))?|POST \/auth\/oidc\/(logout|:provider\/backchannel-logout))$/, 'signing in by a provider, who proves it'],
  [
    /^(GET|POST|PUT) \/(services\/collector|(elastic\/)?(:index\/)?_bulk|(elastic\/)?_license|elastic)/,
    'token as the protocol carries it; api/attacks/api2 tries them',
  ],
  [/^GET \/(graphql|live)$/, 'pages and upgrades; the operation or first message has the token'],
];
/** In no description of REST, and why. */
const UNDESCRIBED: readonly RegExp[] = [
  /^GET \/(openapi\.json|docs.*|metrics|\*)?$/, // pages and numbers
  /^(GET|POST) \/graphql$/, // has a schema of its own
  /^GET \/live$/, // docs/reference/live.md
  /^(GET|POST|PUT) \/(services\/collector|(elastic\/)?(:index\/)?_bulk|(elastic\/)?_license|elastic)/, // protocols of others
  /^POST \/v1\/logs$/, // OTLP
];
const routes = Object.keys(PERMISSIONS).filter((name) => /^[A-Z]+ \//.test(name));

describe.skipIf(serverUrl === '')('the inventory', () => {
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

  it('has nothing public but what was decided, and no reason that is left over', () => {
    const open = routes.filter((name) => accessOf(name) === 'public');
    expect(open.filter((name) => !PUBLIC.some(([pattern]) => pattern.test(name)))).toEqual([]);
    expect(PUBLIC.filter(([pattern]) => !open.some((name) => pattern.test(name)))).toEqual([]);
  });

  it('describes every route that is not a page or a protocol of its own', async () => {
    const { paths } = (await api.inject({ url: '/openapi.json' }, null)).json<{ paths: Record<string, Record<string, unknown>> }>();
    const described = new Set(
      Object.entries(paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`)),
    );
    expect(routes.filter((name) => !described.has(name) && !UNDESCRIBED.some((pattern) => pattern.test(name)))).toEqual([]);
    expect([...described].filter((name) => accessOf(name) === undefined)).toEqual([]);
  });

  it('describes no address of this machine, and nothing of how it is made', async () => {
    const { body } = await api.inject({ url: '/openapi.json' }, null);
    expect(body).not.toMatch(/127\.0\.0\.1:\d|localhost:\d|postgres(ql)?:\/\/|node_modules|TODO|FIXME/);
  });

  it('has one version, and says so of all others', async () => {
    for (const version of ['v0', 'v1', 'v3', 'v10', 'v2beta']) {
      const { statusCode, body } = await api.inject({ url: `/${version}/events` });
      expect([version, statusCode, body.includes('"id"')]).toEqual([version, 404, false]);
    }
    expect(routes.filter((name) => / \/v\d/.test(name) && !/ \/(v2\/|v1\/logs)/.test(name))).toEqual([]);
  });

  it.each([
    '/debug',
    '/debug/pprof',
    '/console',
    '/admin',
    '/actuator',
    '/actuator/env',
    '/.env',
    '/.git/config',
    '/server-status',
    '/phpinfo.php',
    '/swagger.json',
    '/api-docs',
    '/graphiql',
    '/playground',
    '/altair',
    '/voyager',
    '/trace',
    '/heapdump',
    '/json/version',
    '/config',
    '/backup.sql',
    '/package.json',
    '/test',
    '/internal',
  ])('has no %s', async (url) => {
    const { statusCode, body } = await api.inject({ url, headers: { accept: '*/*' } }, ['platform_admin']);
    expect([statusCode, JSON.parse(body).code]).toEqual([404, 'NOT_FOUND']);
  });

  it('tells a stranger which part is up, and nothing of where, of which version, or why', async () => {
    for (const url of ['/health', '/health/ready'])
      expect((await api.inject({ url }, null)).body).not.toMatch(/version|detail|url|0\.0\.0-test|\d+\.\d+|linux|ECONN|Error/);
    expect((await api.inject({ url: '/metrics', remoteAddress: '203.0.113.9' }, null)).statusCode).toBe(401);
    expect((await api.inject({ url: '/metrics', headers: { 'x-forwarded-for': '127.0.0.1' } }, null)).statusCode).toBe(401);
  });
});
