// What somebody with few rights tries, to have more: OWASP API1 (objects of others), API3 (members that are not his to set), API5 (functions of others).
import type { InjectOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Permission } from '../../gate/roles.ts';
import { PASSWORD } from '../../test/access.ts';
import { openTestApi } from '../../test/api.ts';
import type { TestApi } from '../../test/api.ts';
import { openTestDatabase, serverUrl } from '../../test/database.ts';
import type { TestDatabase } from '../../test/database.ts';
import { seedOrganization } from '../../test/seed.ts';

const HELP_DESK: readonly Permission[] = ['alerts:read', 'users:read', 'users:manage', 'roles:manage', 'service-accounts:manage'];

describe.skipIf(serverUrl === '')('somebody who would have more than he has', () => {
  let database: TestDatabase;
  let api: TestApi;
  const ids: Record<string, string> = {};
  const call = async (
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    url: string,
    payload: object | undefined,
    roles: readonly string[],
    organization = 'alpha',
  ) => api.inject({ method, url, ...(payload && { payload }) }, roles, organization);
  const made = async (url: string, payload: object, roles: readonly string[] = ['admin'], organization = 'alpha'): Promise<Record<string, string>> => {
    const response = await call('POST', url, payload, roles, organization);
    expect([url, response.statusCode]).toEqual([url, 201]);
    return response.json();
  };
  const signIn = async (user: string, organization = 'alpha') => {
    const response = await api.inject({ method: 'POST', url: '/auth/login', payload: { user, password: PASSWORD, organization, refresh: 'body' } }, null);
    expect([user, response.statusCode]).toEqual([user, 200]);
    return response.json<{ accessToken: string; refreshToken: string }>();
  };
  const as = (token: string, request: InjectOptions) => api.inject({ ...request, headers: { authorization: `Bearer ${token}` } }, null);

  beforeAll(async () => {
    database = await openTestDatabase();
    for (const id of ['alpha', 'beta']) await seedOrganization(database.owner, id);
    api = await openTestApi(database);
    await made('/auth/roles', { name: 'help-desk', permissions: HELP_DESK });
    for (const [name, roles] of Object.entries({ ada: ['admin'], hal: ['help-desk'], vic: ['viewer'], max: ['help-desk'] }))
      ids[name] = (await made('/auth/users', { name, roles, password: PASSWORD })).id!;
    ids.bea = (await made('/auth/users', { name: 'bea', roles: ['admin'], password: PASSWORD }, ['admin'], 'beta')).id!;
    ids.robot = (await made('/auth/service-accounts', { name: 'robot', roles: ['admin'] })).id!;
    ids.robotKey = (await made(`/auth/service-accounts/${ids.robot}/keys`, {})).id!;
    ids.theirs = (await made('/auth/service-accounts', { name: 'theirs', roles: ['viewer'] }, ['admin'], 'beta')).id!;
  });
  afterAll(async () => {
    await api.close();
    await database.drop();
  });

  it.each<[name: string, method: 'POST' | 'PATCH' | 'DELETE', url: () => string, payload: object | undefined]>([
    ['gives himself a role', 'PATCH', () => `/auth/users/${ids.hal}`, { roles: ['help-desk', 'admin'] }],
    ['gives a friend a role', 'PATCH', () => `/auth/users/${ids.max}`, { roles: ['analyst'] }],
    ['makes an administrator', 'POST', () => '/auth/users', { name: 'new', roles: ['admin'], password: PASSWORD }],
    ['invites an administrator', 'POST', () => '/auth/invitations', { name: 'new', roles: ['admin'] }],
    ['invites one of the installation', 'POST', () => '/auth/invitations', { name: 'new', roles: ['platform_admin'] }],
    ['makes a role of more', 'POST', () => '/auth/roles', { name: 'more', permissions: ['alerts:read', 'rules:write'] }],
    ['adds to the role he holds', 'PATCH', () => '/auth/roles/help-desk', { permissions: [...HELP_DESK, 'audit:read'] }],
    ['takes the address of an administrator', 'PATCH', () => `/auth/users/${ids.ada}`, { email: 'hal@example.org' }],
    ['disables an administrator', 'PATCH', () => `/auth/users/${ids.ada}`, { disabled: true }],
    ['ends sessions of an administrator', 'DELETE', () => `/auth/users/${ids.ada}/sessions`, undefined],
    ['takes away the second factor of an administrator', 'POST', () => `/auth/users/${ids.ada}/reset-mfa`, undefined],
    ['makes a link for the password of an administrator', 'POST', () => `/auth/users/${ids.ada}/password-link`, undefined],
    ['makes an account for a program with more', 'POST', () => '/auth/service-accounts', { name: 'more', roles: ['admin'] }],
    ['makes himself a key of an account with more', 'POST', () => `/auth/service-accounts/${ids.robot}/keys`, {}],
    ['rotates a key of an account with more', 'POST', () => `/auth/service-accounts/${ids.robot}/keys/${ids.robotKey}/rotate`, {}],
    ['looks at settings', 'PATCH', () => '/auth/organization', { name: 'mine' }],
    ['makes an organization', 'POST', () => '/auth/organizations', { id: 'mine', name: 'Mine' }],
    ['suspends another organization', 'PATCH', () => '/auth/organizations/beta', { suspended: true }],
  ])('who manages users %s: refused', async (_name, method, url, payload) => {
    const response = await call(method, url(), payload, ['help-desk']);
    expect([response.statusCode, response.json().code]).toEqual([403, 'FORBIDDEN']);
  });

  it.each<[name: string, method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: () => string, payload: object | undefined]>([
    ['looks at a user', 'GET', () => `/auth/users/${ids.vic}`, undefined],
    ['changes a user', 'PATCH', () => `/auth/users/${ids.vic}`, { disabled: true }],
    ['ends sessions of a user', 'DELETE', () => `/auth/users/${ids.vic}/sessions`, undefined],
    ['lets a user try again', 'POST', () => `/auth/users/${ids.vic}/unlock`, undefined],
    ['takes away second factors of a user', 'POST', () => `/auth/users/${ids.vic}/reset-mfa`, undefined],
    ['makes a link for the password of a user', 'POST', () => `/auth/users/${ids.vic}/password-link`, undefined],
    ['changes a role', 'PATCH', () => '/auth/roles/help-desk', { description: 'mine' }],
    ['removes a role', 'DELETE', () => '/auth/roles/help-desk', undefined],
    ['gives out a role', 'PATCH', () => `/auth/users/${ids.bea}`, { roles: ['admin', 'help-desk'] }],
    ['looks at a service account', 'GET', () => `/auth/service-accounts/${ids.robot}`, undefined],
    ['makes a key of one', 'POST', () => `/auth/service-accounts/${ids.robot}/keys`, {}],
    ['revokes a key of one', 'DELETE', () => `/auth/service-accounts/${ids.robot}/keys/${ids.robotKey}`, undefined],
    ['revokes a key of one by an account of his own', 'DELETE', () => `/auth/service-accounts/${ids.theirs}/keys/${ids.robotKey}`, undefined],
    ['rotates a key of one by an account of his own', 'POST', () => `/auth/service-accounts/${ids.theirs}/keys/${ids.robotKey}/rotate`, {}],
  ])('an administrator of another organization %s: nothing there', async (_name, method, url, payload) => {
    const { statusCode } = await call(method, url(), payload, ['admin'], 'beta');
    expect([400, 404]).toContain(statusCode);
  });

  it.each<[name: string, method: 'POST' | 'PATCH', url: () => string, payload: object]>([
    ['another organization', 'POST', () => '/auth/users', { name: 'x', roles: ['viewer'], password: PASSWORD, organization: 'beta' }],
    ['the hash of a password', 'PATCH', () => `/auth/users/${ids.vic}`, { passwordHash: '$argon2id$x' }],
    ['an id', 'PATCH', () => `/auth/users/${ids.vic}`, { id: '00000000-0000-4000-8000-000000000001' }],
    ['a generation of tokens', 'PATCH', () => `/auth/users/${ids.vic}`, { generation: 1, roles: ['viewer'] }],
    ['the organization of an invitation', 'POST', () => '/auth/invitations', { name: 'x', roles: ['viewer'], organization: 'beta' }],
    ['the secret of a key', 'POST', () => `/auth/service-accounts/${ids.robot}/keys`, { secret: 'gsk_mine', hash: 'x' }],
    ['whose settings they are', 'PATCH', () => '/auth/organization', { id: 'beta', name: 'x' }],
    ['a role of what sends for a person', 'POST', () => '/auth/users', { name: 'x', roles: ['sensor'], password: PASSWORD }],
    ['a prototype', 'PATCH', () => `/auth/users/${ids.vic}`, JSON.parse('{"__proto__": {"roles": ["admin"]}, "constructor": {"prototype": {}}}') as object],
  ])('an administrator sets %s: refused', async (_name, method, url, payload) => {
    const response = await call(method, url(), payload, ['admin']);
    expect([response.statusCode, response.json().code]).toEqual([400, expect.stringMatching(/INVALID_REQUEST|MALFORMED_JSON/)]);
  });

  it('whose role is taken away loses it with the next request, and gets a token of the others by refreshing', async () => {
    const { accessToken, refreshToken } = await signIn('max');
    expect((await as(accessToken, { url: '/auth/users' })).statusCode).toBe(200);
    expect((await call('PATCH', `/auth/users/${ids.max}`, { roles: ['viewer'] }, ['admin'])).statusCode).toBe(200);
    await expect.poll(async () => (await as(accessToken, { url: '/auth/users' })).statusCode).toBe(401);
    const refreshed = (await api.inject({ method: 'POST', url: '/auth/refresh', payload: { refreshToken } }, null)).json<{ accessToken: string }>();
    expect((await as(refreshed.accessToken, { url: '/auth/users' })).statusCode).toBe(403);
    expect((await as(refreshed.accessToken, { url: '/v2/alerts' })).statusCode).toBe(200);
  });

  it('who is disabled is out with the next request, and cannot refresh or sign in', async () => {
    const { accessToken, refreshToken } = await signIn('max');
    await call('PATCH', `/auth/users/${ids.max}`, { disabled: true }, ['admin']);
    await expect.poll(async () => (await as(accessToken, { url: '/auth/me' })).statusCode).toBe(401);
    expect((await api.inject({ method: 'POST', url: '/auth/refresh', payload: { refreshToken } }, null)).statusCode).toBe(401);
    const again = await api.inject({ method: 'POST', url: '/auth/login', payload: { user: 'max', password: PASSWORD, organization: 'alpha' } }, null);
    expect(again.statusCode).toBe(401);
  });

  it('of an organization that is suspended is refused, whatever he shows; who runs the installation is not', async () => {
    const { accessToken } = await signIn('bea', 'beta');
    await call('PATCH', '/auth/organizations/beta', { suspended: true }, ['platform_admin'], 'default');
    expect((await as(accessToken, { url: '/v2/alerts' })).statusCode).toBeGreaterThanOrEqual(401);
    const fresh = await api.inject({ url: '/v2/alerts' }, ['admin'], 'beta');
    expect([fresh.statusCode, fresh.json().code]).toEqual([403, 'ORGANIZATION_SUSPENDED']);
    expect((await api.inject({ url: '/v2/alerts' }, ['platform_admin'], 'beta')).statusCode).toBe(200);
    await call('PATCH', '/auth/organizations/beta', { suspended: false }, ['platform_admin'], 'default');
    expect((await api.inject({ url: '/v2/alerts' }, ['admin'], 'beta')).statusCode).toBe(200);
  });

  it('accepts an invitation as no more than it says, and signs in', async () => {
    const { link } = await made('/auth/invitations', { name: 'ivy', roles: ['viewer'] });
    const token = link!.split('#')[1]!;
    const accept = (payload: object) => api.inject({ method: 'POST', url: '/auth/invitations/accept', payload }, null);
    expect((await accept({ token, password: PASSWORD, roles: ['admin'] })).statusCode).toBe(400);
    const look = await api.inject({ method: 'POST', url: '/auth/invitations/look', payload: { token } }, null);
    expect(look.json()).toMatchObject({ organization: 'alpha', name: 'ivy', roles: ['viewer'] });
    expect((await accept({ token, password: PASSWORD })).json()).toEqual({ organization: 'alpha', user: 'ivy' });
    const { accessToken } = await signIn('ivy');
    expect((await as(accessToken, { url: '/auth/me' })).json()).toMatchObject({ name: 'ivy', roles: ['viewer'] });
  });

  it('holds a key that is taken as a bearer token and by itself, also by the inputs of other protocols', async () => {
    const { id } = await made('/auth/service-accounts', { name: 'shipper', roles: ['engineer'] });
    const { secret } = await made(`/auth/service-accounts/${id}/keys`, { permissions: ['events:send'] });
    const bulk = (headers: Record<string, string>) =>
      api.inject({ method: 'POST', url: '/v2/events/bulk', payload: { events: [{ '@timestamp': '2026-03-01T12:00:00Z', message: 'x' }] }, headers }, null);
    expect((await bulk({ authorization: `Bearer ${secret}` })).statusCode).toBe(202);
    expect((await bulk({ 'x-api-key': secret! })).statusCode).toBe(202);
    expect((await bulk({ 'x-api-key': `${secret!.slice(0, -1)}!` })).statusCode).toBe(401);
    expect((await bulk({ 'x-api-key': await api.token(['admin'], 'alpha') })).statusCode).toBe(401);
    expect((await api.inject({ url: '/v2/alerts', headers: { 'x-api-key': secret! } }, null)).statusCode).toBe(403);
    const hec = await api.inject({ method: 'POST', url: '/services/collector', payload: { event: 'x' }, headers: { authorization: `Splunk ${secret}` } }, null);
    expect(hec.statusCode).toBe(200);
  });

  it('holds a key that was narrowed of an account of the installation: no role of the account makes up for it', async () => {
    const { id } = await made('/auth/service-accounts', { name: 'operator', roles: ['platform_admin'] }, ['platform_admin']);
    const { secret } = await made(`/auth/service-accounts/${id}/keys`, { permissions: ['sensors:manage', 'users:manage'] }, ['platform_admin']);
    const enrolment = { name: 'w', access: 'spiffe', spiffeId: 'spiffe://example.org/w' };
    expect((await as(secret!, { method: 'POST', url: '/v2/sensors', payload: enrolment })).json()).toMatchObject({ code: 'FORBIDDEN' });
    expect((await as(secret!, { method: 'PATCH', url: `/auth/users/${ids.vic}`, payload: { roles: ['admin'] } })).json()).toMatchObject({ code: 'FORBIDDEN' });
    expect((await as(secret!, { url: '/auth/organizations' })).statusCode).toBe(403);
    expect((await api.inject({ method: 'POST', url: '/v2/sensors', payload: enrolment }, ['platform_admin'], 'alpha')).statusCode).toBe(201);
  });

  it('gets a secret once: neither an idempotency key nor the register tells it again', async () => {
    const request: InjectOptions = { method: 'POST', url: `/auth/service-accounts/${ids.robot}/keys`, payload: {}, headers: { 'idempotency-key': 'once' } };
    const [one, two] = [await api.inject(request, ['admin'], 'alpha'), await api.inject(request, ['admin'], 'alpha')];
    expect([one.statusCode, two.statusCode]).toEqual([201, 201]);
    expect(two.json().secret).not.toBe(one.json().secret);
    const { rows } = await database.owner.query('SELECT i::text AS row FROM goshawk.idempotency i');
    expect(JSON.stringify(rows)).not.toContain('gsk_');
    expect((await call('GET', `/auth/service-accounts/${ids.robot}`, undefined, ['admin'])).body).not.toContain(one.json().secret.slice(4, 20));
  });
});
