import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApi } from '../test/api.ts';
import type { TestApi } from '../test/api.ts';
import { openTestDatabase, serverUrl } from '../test/database.ts';
import type { TestDatabase } from '../test/database.ts';
import { seedOrganization } from '../test/seed.ts';
import { createFirstAdministrator } from './sessions.ts';

describe.skipIf(serverUrl === '')('signing in', () => {
  let database: TestDatabase;
  let api: TestApi;
  let password: string;
  const post = (url: string, payload?: object, headers: Record<string, string> = {}) =>
    api.inject({ method: 'POST', url, headers, ...(payload && { payload }) }, null);
  const login = async (more: object = {}) => (await post('/auth/login', { user: 'admin', password, refresh: 'body', ...more })).json();
  const cookieOf = (response: Awaited<ReturnType<typeof post>>) => String(response.headers['set-cookie']);

  beforeAll(async () => {
    database = await openTestDatabase();
    await seedOrganization(database.owner, 'other');
    api = await openTestApi(database);
    const [one, two] = await Promise.all([createFirstAdministrator(database.pool), createFirstAdministrator(database.pool)]);
    expect([one, two].filter((each) => each !== null)).toHaveLength(1); // of two processes that start at once, one makes it
    password = (one ?? two)!;
  });
  afterAll(async () => {
    await api.close();
    await database.drop();
  });

  it('makes one administrator for good', async () => {
    expect(await createFirstAdministrator(database.pool)).toBeNull();
  });

  it('answers with a token that says who one is', async () => {
    const { accessToken, tokenType, expiresIn, user } = await login({ user: 'ADMIN' });
    expect({ tokenType, expiresIn, user }).toEqual({
      tokenType: 'Bearer',
      expiresIn: 900,
      user: { name: 'admin', organization: 'default', roles: ['platform_admin', 'admin'] },
    });
    const me = await api.inject({ url: '/auth/me', headers: { authorization: `Bearer ${accessToken}` } }, null);
    expect(me.json()).toMatchObject({ name: 'admin', organization: 'default' });
  });

  it.each<[name: string, body: object]>([
    ['a wrong password', { password: 'wrong' }],
    ['an unknown name', { user: 'nobody' }],
    ['another organization', { organization: 'other' }],
    ['an organization that does not exist', { organization: 'nowhere' }],
    ['an organization that cannot exist', { organization: "a'; DROP" }],
  ])('says the same of %s', async (_name, body) => {
    const response = await post('/auth/login', { user: 'admin', password, ...body });
    const { requestId: _requestId, ...document } = response.json();
    expect(response.statusCode).toBe(401);
    expect(document).toEqual({
      type: 'urn:goshawk:problem:LOGIN_FAILED',
      title: 'Name or password is wrong.',
      status: 401,
      code: 'LOGIN_FAILED',
      detail: expect.stringContaining('Check name, password and organization'),
    });
  });

  it('keeps the refresh token from scripts in a browser', async () => {
    const response = await post('/auth/login', { user: 'admin', password });
    expect(response.json().refreshToken).toBeUndefined();
    expect(cookieOf(response)).toMatch(/^goshawk_refresh_\w+=default\.[^;]+; Path=\/auth; HttpOnly; SameSite=Strict; Max-Age=\d+$/);
    const [cookie = ''] = cookieOf(response).split(';');
    const again = await post('/auth/refresh', undefined, { cookie });
    expect(again.statusCode).toBe(200);
    expect(cookieOf(again).split(';')[0]).not.toBe(cookie);
    const out = await post('/auth/logout', undefined, { cookie: cookieOf(again).split(';')[0]! });
    expect([out.statusCode, cookieOf(out)]).toEqual([204, expect.stringContaining('Max-Age=0')]);
    expect((await post('/auth/refresh', undefined, { cookie: cookieOf(again).split(';')[0]! })).json().code).toBe('SESSION_ENDED');
  });

  it('changes the refresh token with each use', async () => {
    const first = (await login()).refreshToken;
    const second = (await post('/auth/refresh', { refreshToken: first })).json().refreshToken;
    expect(second).not.toBe(first);
    expect((await post('/auth/refresh', { refreshToken: second })).statusCode).toBe(200);
  });

  it('lets two tabs refresh at the same moment, and gives one of them the new token', async () => {
    const { refreshToken } = await login();
    const answers = await Promise.all([post('/auth/refresh', { refreshToken }), post('/auth/refresh', { refreshToken })]);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200]);
    expect(answers.filter((answer) => answer.json().refreshToken !== undefined)).toHaveLength(1);
  });

  it('ends the session when a token comes again later, for whoever has it', async () => {
    const first = (await login()).refreshToken;
    const second = (await post('/auth/refresh', { refreshToken: first })).json().refreshToken;
    await database.owner.query(`UPDATE goshawk.session SET used_at = used_at - interval '1 minute'`);
    expect((await post('/auth/refresh', { refreshToken: first })).json().code).toBe('SESSION_ENDED');
    expect((await post('/auth/refresh', { refreshToken: second })).json().code).toBe('SESSION_ENDED');
    const { rows } = await database.owner.query(`SELECT count(*) AS n FROM goshawk.audit WHERE action = 'session.reused'`);
    expect(rows[0].n).toBe(1);
  });

  it('knows each token that it ever gave out: an old one that comes again ends it too', async () => {
    const first = (await login()).refreshToken;
    let last = first;
    for (let n = 0; n < 3; n++) last = (await post('/auth/refresh', { refreshToken: last })).json().refreshToken;
    expect((await post('/auth/refresh', { refreshToken: first })).json().code).toBe('SESSION_ENDED');
    expect((await post('/auth/refresh', { refreshToken: last })).json().code).toBe('SESSION_ENDED');
  });

  it('is not ended by who knows its name and no token of it', async () => {
    const { refreshToken } = await login();
    const [organization, id] = refreshToken.split('.');
    expect((await post('/auth/refresh', { refreshToken: `${organization}.${id}.${'a'.repeat(43)}` })).json().code).toBe('SESSION_ENDED');
    expect((await post('/auth/refresh', { refreshToken })).statusCode).toBe(200);
  });

  it('gives one of many that come at once the new token, whoever that is', async () => {
    const { refreshToken } = await login();
    const answers = await Promise.all(Array.from({ length: 10 }, () => post('/auth/refresh', { refreshToken })));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array.from({ length: 10 }, () => 200));
    const next = answers.map((answer) => answer.json().refreshToken).filter((token) => token !== undefined);
    expect(next).toHaveLength(1);
    expect((await post('/auth/refresh', { refreshToken: next[0] })).statusCode).toBe(200);
  });

  it('lives without use for as long as its organization wants', async () => {
    const change = (sessionHours: number | null) => api.inject({ method: 'PATCH', url: '/auth/organization', payload: { sessionHours } }, ['admin']);
    const hoursOf = async (refreshToken: string) => {
      const text = 'SELECT round(extract(epoch FROM expires_at - used_at) / 3600)::integer AS hours FROM goshawk.session WHERE id = $1';
      return (await database.owner.query(text, [refreshToken.split('.')[1]])).rows[0].hours;
    };
    const before = (await login()).refreshToken;
    expect((await change(2)).statusCode).toBe(200);
    expect([await hoursOf(before), await hoursOf((await login()).refreshToken)]).toEqual([336, 2]);
    expect(await hoursOf((await post('/auth/refresh', { refreshToken: before })).json().refreshToken)).toBe(2);
    await change(null);
  });

  it('ends some day, however much it is used', async () => {
    const { refreshToken } = await login();
    await database.owner.query(`UPDATE goshawk.session SET ends_at = now() + interval '1 hour'`);
    expect((await post('/auth/refresh', { refreshToken })).statusCode).toBe(200);
    const { rows } = await database.owner.query('SELECT expires_at = ends_at AS "isCut" FROM goshawk.session WHERE id = $1', [refreshToken.split('.')[1]]);
    expect(rows).toEqual([{ isCut: true }]);
  });

  it('ends with its time, and when the user is disabled', async () => {
    const { refreshToken } = await login();
    await database.owner.query('UPDATE goshawk.session SET expires_at = now()');
    expect((await post('/auth/refresh', { refreshToken })).json().code).toBe('SESSION_ENDED');
    const later = (await login()).refreshToken;
    await database.owner.query('UPDATE goshawk.app_user SET disabled_at = now()');
    expect((await post('/auth/refresh', { refreshToken: later })).json().code).toBe('SESSION_ENDED');
    expect((await post('/auth/login', { user: 'admin', password })).json().code).toBe('LOGIN_FAILED');
    await database.owner.query('UPDATE goshawk.app_user SET disabled_at = NULL');
  });

  it.each([
    ['nothing', undefined],
    ['text', { refreshToken: 'x' }],
    ['another form', { refreshToken: 'default.1.2' }],
    ['an unknown session', { refreshToken: `default.00000000-0000-4000-8000-000000000000.${'a'.repeat(43)}` }],
  ])('refuses to refresh with %s', async (_name, body) => {
    expect((await post('/auth/refresh', body)).json().code).toBe('SESSION_ENDED');
  });

  it('keeps no token that could be used', async () => {
    const { refreshToken } = await login();
    const { rows } = await database.owner.query('SELECT token_hash FROM goshawk.session');
    const secret = Buffer.from(refreshToken.split('.')[2], 'base64url');
    expect(rows.some(({ token_hash: hash }) => secret.equals(hash))).toBe(false);
  });
});
