// One's own account: password and sessions.
import { hash } from '@node-rs/argon2';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestAccounts, PASSWORD } from '../test/accounts.ts';
import type { TestAccounts } from '../test/accounts.ts';
import { serverUrl } from '../test/database.ts';

const NEXT = 'tundra marmalade 44 sextant';

describe.skipIf(serverUrl === '')("one's own account", () => {
  let accounts: TestAccounts;
  let number = 0;
  let user: string;
  const change = (token: string, currentPassword: string, newPassword: string) =>
    accounts.post('/auth/change-password', { currentPassword, newPassword }, token);
  const isAlive = async (token: string) => (await accounts.ask('GET', '/auth/me', undefined, token)).status === 200;

  beforeAll(async () => {
    accounts = await openTestAccounts();
  });
  afterAll(() => accounts.close());
  beforeEach(async () => {
    user = `user-${++number}`;
    await accounts.addUser(user);
  });

  it('gets another password, which ends all other sessions at once', async () => {
    const [mine, other] = [await accounts.login(user), await accounts.login(user)];
    expect((await change(mine.accessToken, PASSWORD, NEXT)).status).toBe(204);
    expect([await isAlive(mine.accessToken), await isAlive(other.accessToken)]).toEqual([true, false]);
    expect((await accounts.post('/auth/refresh', { refreshToken: other.refreshToken })).body.code).toBe('SESSION_ENDED');
    expect((await accounts.post('/auth/refresh', { refreshToken: mine.refreshToken })).status).toBe(200);
    expect((await accounts.login(user)).code).toBe('LOGIN_FAILED');
    expect((await accounts.login(user, { password: NEXT })).accessToken).toBeDefined();
    expect(await accounts.audited('user.password')).toContain(`user.password ${user}`);
  });

  it.each<[name: string, next: (user: string) => string, detail: RegExp]>([
    ['too short', () => 'x7$k', /^Too short/],
    ['a common one, whatever signs are in it', () => 'P@ssw0rd1!', /^Too easy/],
    ['keys side by side', () => 'qwertzuiop', /^Too easy/],
    ['the own name with a year', (name) => `${name}-2026`, /^Too easy/],
    ['the name of the product', () => 'goshawk goshawk', /^Too easy/],
    ['the one that it is', () => PASSWORD, /^This is the password that you have/],
    ['longer than anybody types', () => 'correct horse battery '.repeat(20), /^Too long/],
  ])('does not get a password that is %s', async (_name, next, detail) => {
    const { accessToken } = await accounts.login(user);
    const { status, body } = await change(accessToken, PASSWORD, next(user));
    expect([status, body.code, body.errors]).toEqual([400, 'INVALID_REQUEST', [{ pointer: '/body/newPassword', detail: expect.stringMatching(detail) }]]);
    expect(JSON.stringify(body)).not.toContain(next(user));
  });

  it('is not changed by who does not know the password, however often they try', async () => {
    const { accessToken } = await accounts.login(user);
    for (let n = 0; n < 5; n++)
      expect((await change(accessToken, 'wrong', NEXT)).body.errors).toEqual([{ pointer: '/body/currentPassword', detail: 'This is not your password.' }]);
    expect((await change(accessToken, PASSWORD, NEXT)).body.code).toBe('SIGN_IN_DELAYED');
  });

  it('is nothing that a token of the command line has', async () => {
    const token = await accounts.api.token(['admin'], 'default', user);
    expect((await change(token, PASSWORD, NEXT)).body.code).toBe('SESSION_NEEDED');
    expect((await accounts.ask('GET', '/auth/sessions', undefined, token)).body.code).toBe('SESSION_NEEDED');
  });

  it('shows its sessions, and from where they were used', async () => {
    const { accessToken } = (await accounts.post('/auth/login', { user, password: PASSWORD, refresh: 'body' }, undefined, { 'user-agent': 'Lynx/1' })).body;
    await accounts.login(user);
    const { sessions } = (await accounts.ask('GET', '/auth/sessions', undefined, accessToken)).body;
    expect(sessions).toHaveLength(2);
    expect(sessions.find(({ isThisOne }: { isThisOne: boolean }) => isThisOne)).toMatchObject({
      methods: ['password'],
      address: '127.0.0.1',
      agent: 'Lynx/1',
      createdAt: expect.stringMatching(/Z$/),
    });
  });

  it('ends one session, whose access token and refresh token hold no more', async () => {
    const [mine, other] = [await accounts.login(user), await accounts.login(user)];
    const { sessions } = (await accounts.ask('GET', '/auth/sessions', undefined, mine.accessToken)).body;
    const { id } = sessions.find(({ isThisOne }: { isThisOne: boolean }) => !isThisOne);
    expect((await accounts.ask('DELETE', `/auth/sessions/${id}`, undefined, mine.accessToken)).status).toBe(204);
    expect([await isAlive(mine.accessToken), await isAlive(other.accessToken)]).toEqual([true, false]);
    expect((await accounts.post('/auth/refresh', { refreshToken: other.refreshToken })).body.code).toBe('SESSION_ENDED');
    expect((await accounts.ask('DELETE', `/auth/sessions/${id}`, undefined, mine.accessToken)).body.code).toBe('NOT_FOUND');
  });

  it('ends all sessions but this one', async () => {
    const [mine, one, two] = [await accounts.login(user), await accounts.login(user), await accounts.login(user)];
    expect((await accounts.ask('DELETE', '/auth/sessions', undefined, mine.accessToken)).status).toBe(204);
    expect([await isAlive(mine.accessToken), await isAlive(one.accessToken), await isAlive(two.accessToken)]).toEqual([true, false, false]);
  });

  it.each([
    ['of another user', false],
    ['that is no id', true],
  ])('does not end a session %s', async (_name, isWrongForm) => {
    const { accessToken } = await accounts.login(user);
    await accounts.addUser(`${user}-other`);
    const theirs = await accounts.login(`${user}-other`);
    const { sessions } = (await accounts.ask('GET', '/auth/sessions', undefined, theirs.accessToken)).body;
    const { status } = await accounts.ask('DELETE', `/auth/sessions/${isWrongForm ? "x'--" : sessions[0].id}`, undefined, accessToken);
    expect([status, await isAlive(theirs.accessToken)]).toEqual([404, true]);
  });

  it('logs out: the access token holds no more either', async () => {
    const { accessToken, refreshToken } = await accounts.login(user);
    expect((await accounts.post('/auth/logout', { refreshToken })).status).toBe(204);
    expect(await isAlive(accessToken)).toBe(false);
  });

  it('has its password hashed again at the next login, when hashing costs more now', async () => {
    const cheap = await hash(PASSWORD, { memoryCost: 8_192, timeCost: 1, parallelism: 1 });
    await accounts.database.owner.query('UPDATE goshawk.app_user SET password_hash = $1 WHERE name = $2', [cheap, user]);
    const hashOf = async () =>
      (await accounts.database.owner.query<{ hash: string }>('SELECT password_hash AS hash FROM goshawk.app_user WHERE name = $1', [user])).rows[0]!.hash;
    await accounts.login(user, { password: 'wrong' });
    expect(await hashOf()).toBe(cheap);
    expect((await accounts.login(user)).accessToken).toBeDefined();
    const raised = await hashOf();
    expect(raised).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect((await accounts.login(user)).accessToken).toBeDefined();
    expect(await hashOf()).toBe(raised);
  });

  it('may not live on a cookie that a page of another site makes a browser send', async () => {
    const response = await accounts.post('/auth/login', { user, password: PASSWORD });
    const [cookie = ''] = String(response.headers['set-cookie']).split(';');
    const refresh = (headers: Record<string, string>) => accounts.post('/auth/refresh', {}, undefined, { cookie, ...headers });
    expect((await refresh({ 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' })).body.code).toBe('CROSS_SITE');
    expect((await refresh({ origin: 'https://evil.example' })).body.code).toBe('CROSS_SITE');
    expect((await accounts.post('/auth/logout', {}, undefined, { cookie, origin: 'null' })).body.code).toBe('CROSS_SITE');
    expect((await accounts.post('/auth/login', { user, password: PASSWORD }, undefined, { origin: 'https://evil.example' })).body.code).toBe('CROSS_SITE');
    expect((await refresh({ 'sec-fetch-site': 'same-origin' })).status).toBe(200);
  });
});
