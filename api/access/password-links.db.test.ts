// Who forgot the password, from the link that an administrator makes to the next sign-in.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LIMITS } from '../auth/lockout.ts';
import { STEP_SECONDS, totpCode } from '../auth/mfa/totp.ts';
import { openTestAccounts, PASSWORD } from '../test/accounts.ts';
import type { TestAccounts } from '../test/accounts.ts';
import { serverUrl } from '../test/database.ts';

const NEXT = 'tundra marmalade 44 sextant';
const NOT_OPEN = { code: 'NOT_FOUND', detail: expect.stringMatching(/^This link is not open/) };

describe.skipIf(serverUrl === '')('a link for a new password', () => {
  let accounts: TestAccounts;
  let admin: string;
  let number = 0;
  let user: string;
  let id: string;
  const ask = async (token = admin, of = id) => accounts.post(`/auth/users/${of}/password-link`, {}, token);
  const made = async (token = admin): Promise<string> => (await ask(token)).body.link.split('#')[1]!;
  const look = (token: string) => accounts.post('/auth/password-link/look', { token });
  const accept = (token: string, password = NEXT) => accounts.post('/auth/password-link/accept', { token, password });
  const change = async (of: string, body: object) => expect((await accounts.ask('PATCH', `/auth/users/${of}`, body, admin)).status).toBe(200);
  const owner = (text: string, ...values: readonly unknown[]) => accounts.database.owner.query(text, [...values]);

  beforeAll(async () => {
    accounts = await openTestAccounts({ publicUrl: 'https://goshawk.example', loginsPerMinute: 10_000 });
    admin = await accounts.api.token(['admin', 'platform_admin']);
  });
  afterAll(() => accounts.close());
  beforeEach(async () => {
    user = `user-${++number}`;
    id = await accounts.addUser(user);
  });

  it('is shown once, holds for a day, and is kept as a hash', async () => {
    const { status, body, headers } = await ask();
    expect([status, body.user, headers['cache-control']]).toEqual([201, user, 'no-store']);
    expect(body.link).toMatch(/^https:\/\/goshawk\.example\/password#gsp_[\w-]{43}$/);
    const { rows } = await owner(`SELECT expires_at - now() BETWEEN '23:59' AND '24:00' AS "isADay" FROM goshawk.password_link WHERE user_id = $1`, id);
    expect(rows).toEqual([{ isADay: true }]);
    const dump = await owner('SELECT l::text AS row FROM goshawk.password_link l UNION ALL SELECT a::text FROM goshawk.audit a');
    expect(dump.rows.length).toBeGreaterThan(1);
    expect(JSON.stringify(dump.rows)).not.toContain(body.link.split('gsp_')[1]);
  });

  it('says whose password it is for, to whoever holds it', async () => {
    expect((await look(await made())).body).toMatchObject({ organization: 'default', name: user, expiresAt: expect.any(String) });
  });

  it('gives another password and ends all sessions at once, and the audit has who made it and who used it', async () => {
    const open = await accounts.login(user);
    const { status, body } = await accept(await made());
    expect([status, body]).toEqual([200, { organization: 'default', user }]);
    expect((await accounts.ask('GET', '/auth/me', undefined, open.accessToken)).status).toBe(401);
    expect((await accounts.post('/auth/refresh', { refreshToken: open.refreshToken })).body.code).toBe('SESSION_ENDED');
    expect((await accounts.login(user)).code).toBe('LOGIN_FAILED');
    expect((await accounts.login(user, { password: NEXT })).accessToken).toBeDefined();
    const { rows } = await owner(`SELECT actor, action, detail FROM goshawk.audit WHERE object = $1 AND action IN ('password_link.add', 'password_link.accept', 'user.password') ORDER BY seq`, user); // prettier-ignore
    expect(rows).toEqual([
      { actor: 'tester', action: 'password_link.add', detail: { id } },
      { actor: user, action: 'password_link.accept', detail: { id, madeBy: 'tester' } },
      { actor: user, action: 'user.password', detail: {} },
    ]);
  });

  it('is used by one of several who have it', async () => {
    const token = await made();
    const answers = await Promise.all([1, 2, 3].map((n) => accept(token, `${NEXT} ${n}`)));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 404, 404]);
    expect(answers.find(({ status }) => status === 404)?.body).toMatchObject(NOT_OPEN);
    const winner = answers.findIndex(({ status }) => status === 200) + 1;
    expect((await accounts.login(user, { password: `${NEXT} ${winner}` })).accessToken).toBeDefined();
  });

  it('lets in who has guessed wrong too often', async () => {
    for (let n = 0; n < LIMITS.account.free; n++) await accounts.post('/auth/login', { user, password: 'wrong' });
    expect((await accounts.login(user)).code).toBe('SIGN_IN_DELAYED');
    await accept(await made());
    expect((await accounts.login(user, { password: NEXT })).accessToken).toBeDefined();
  });

  it('leaves the second factor, and what was guessed wrong of it', async () => {
    const { accessToken } = await accounts.login(user);
    const { secret } = (await accounts.post('/auth/setup-mfa', { password: PASSWORD }, accessToken)).body;
    await accounts.post('/auth/verify-mfa', { code: totpCode(secret, Math.floor(accounts.clock.micros / 1_000_000 / STEP_SECONDS)) }, accessToken);
    const guess = async (password: string) => {
      const { mfa } = await accounts.login(user, { password });
      return (await accounts.post('/auth/verify-mfa', { mfaToken: mfa.token, code: '000000' })).body.code;
    };
    for (let n = 0; n < LIMITS.factor.free; n++) expect(await guess(PASSWORD)).toBe('MFA_FAILED');
    await accept(await made());
    expect((await accounts.login(user, { password: NEXT })).code).toBe('MFA_REQUIRED');
    expect(await guess(NEXT)).toBe('SIGN_IN_DELAYED');
  });

  it('wants a password that is hard to guess, and stays open until there is one', async () => {
    const token = await made();
    expect((await accept(token, `${user}-2026`)).body).toMatchObject({ code: 'INVALID_REQUEST', errors: [{ pointer: '/body/password' }] });
    expect((await accept(token)).status).toBe(200);
  });

  it.each<[name: string, close: (token: string) => Promise<unknown>]>([
    ['it was used', (token) => accept(token)],
    ['another was made', () => made()],
    ['its day is over', () => owner('UPDATE goshawk.password_link SET expires_at = now() WHERE user_id = $1', id)],
    ['the user is disabled', () => change(id, { disabled: true })],
    ['the user was disabled meanwhile', async () => [await change(id, { disabled: true }), await change(id, { disabled: false })]],
    ['the user has other roles', () => change(id, { roles: ['admin'] })],
    ['the user has another name', () => change(id, { name: `${user}-too` })],
    ['the user has another address', () => change(id, { email: `${user}@example.org` })],
    ['the user has changed the password', async () => accounts.post('/auth/change-password', { currentPassword: PASSWORD, newPassword: `${NEXT} too` }, (await accounts.login(user)).accessToken)], // prettier-ignore
    ['there is no such user any more', () => owner('DELETE FROM goshawk.app_user WHERE id = $1', id)],
  ])("is nobody's any more when %s, and does not say why or whose it was", async (_name, close) => {
    const token = await made();
    await close(token);
    for (const { status, body } of [await look(token), await accept(token)]) {
      expect([status, body]).toEqual([404, expect.objectContaining(NOT_OPEN)]);
      expect(JSON.stringify(body)).not.toContain(user);
    }
  });

  it.each<[name: string, close: (maker: string) => Promise<unknown>]>([
    ['is disabled', (maker) => change(maker, { disabled: true })],
    ['has other roles', (maker) => change(maker, { roles: ['viewer'] })],
    ['has another name', (maker) => change(maker, { name: `maker-${number}-too` })],
  ])('ends when who made it %s', async (_name, close) => {
    const maker = await accounts.addUser(`maker-${number}`, ['admin']);
    const token = await made((await accounts.login(`maker-${number}`)).accessToken);
    expect((await look(token)).status).toBe(200);
    await close(maker);
    expect((await look(token)).body).toMatchObject(NOT_OPEN);
  });

  it('ends when the service account that made it is disabled', async () => {
    const account = (await accounts.post('/auth/service-accounts', { name: `bot-${number}`, roles: ['admin'] }, admin)).body.id;
    const key = (await accounts.post(`/auth/service-accounts/${account}/keys`, {}, admin)).body.secret;
    const token = await made(key);
    expect((await look(token)).status).toBe(200);
    expect((await accounts.ask('PATCH', `/auth/service-accounts/${account}`, { disabled: true }, admin)).status).toBe(200);
    expect((await look(token)).body).toMatchObject(NOT_OPEN);
  });

  it('ends when a role of the user comes to give more: who made it may not hold that', async () => {
    const role = `role-${number}`;
    expect((await accounts.post('/auth/roles', { name: role, permissions: ['alerts:read'] }, admin)).status).toBe(201);
    await change(id, { roles: [role] });
    const token = await made();
    expect((await accounts.ask('PATCH', `/auth/roles/${role}`, { permissions: ['alerts:read', 'users:manage'] }, admin)).status).toBe(200);
    expect((await look(token)).body).toMatchObject(NOT_OPEN);
  });

  it('holds through a sign-in, and through changes of others', async () => {
    const token = await made();
    await accounts.login(user);
    await change(await accounts.addUser(`${user}-other`), { roles: ['viewer'] });
    expect((await look(token)).status).toBe(200);
  });

  it('is not open while the organization is suspended', async () => {
    const token = await made();
    await owner(`UPDATE goshawk.organization SET suspended_at = now() WHERE id = 'default'`);
    expect([(await look(token)).status, (await accept(token)).status]).toEqual([404, 404]);
    await owner(`UPDATE goshawk.organization SET suspended_at = NULL WHERE id = 'default'`);
    expect((await accept(token)).status).toBe(200);
  });

  it.each(['', 'gsp_', `gsp_${'a'.repeat(43)}`, `gsi_${'a'.repeat(43)}`, "gsp_'; DROP TABLE"])('of the token "%s" there is none', async (token) => {
    expect((await accept(token)).body).toMatchObject(NOT_OPEN);
  });

  it('is no invitation, and an invitation is none', async () => {
    const { link } = (await accounts.post('/auth/invitations', { name: `${user}-new`, roles: ['viewer'] }, admin)).body;
    expect((await accept(link.split('#')[1])).body).toMatchObject(NOT_OPEN);
    expect((await accounts.post('/auth/invitations/accept', { token: await made(), password: NEXT })).status).toBe(404);
  });

  describe('is refused, and the one before stays open,', () => {
    it.each<[name: string, token: () => Promise<string>, status: number, detail: RegExp]>([
      ['to who may not manage users', () => accounts.api.token(['analyst']), 403, /users:manage/],
      ['to another organization', () => accounts.api.token(['admin'], 'beta'), 404, /no user of this id/],
      ['to who holds less than the user', () => helpDesk(), 403, /do not hold yourself/],
      ['for oneself', async () => (await accounts.login(user)).accessToken, 409, /^This is your own account/],
    ])('%s', async (_name, token, status, detail) => {
      await change(id, { roles: ['admin'] });
      const before = await made();
      const { status: given, body } = await ask(await token());
      expect([given, body.detail]).toEqual([status, expect.stringMatching(detail)]);
      expect((await look(before)).status).toBe(200);
    });
    const helpDesk = async () => {
      await accounts.post('/auth/roles', { name: `help-${number}`, permissions: ['users:read', 'users:manage'] }, admin);
      await accounts.addUser(`hal-${number}`, [`help-${number}`]);
      return (await accounts.login(`hal-${number}`)).accessToken;
    };
  });

  it('is not made for who is disabled', async () => {
    await change(id, { disabled: true });
    expect((await ask()).body).toMatchObject({ code: 'CONFLICT', detail: `${user} is disabled: enable the user first.` });
  });

  it('is not made for who signs in by a provider only, and says by which; who has no way in at all gets one', async () => {
    // An address, so that no name server is asked.
    const provider = { label: 'Corp', issuer: 'https://93.184.215.14', clientId: 'x' };
    expect((await accounts.ask('PUT', `/auth/identity-providers/${user}`, provider, admin)).status).toBeLessThan(300);
    expect((await accounts.post(`/auth/identity-providers/${user}/links`, { subject: 'x', user }, admin)).status).toBeLessThan(300);
    await owner('UPDATE goshawk.app_user SET password_hash = NULL WHERE id = $1', id);
    expect((await ask()).body).toMatchObject({ code: 'CONFLICT', detail: expect.stringMatching(/no password here, but signs in by Corp/) });
    await owner('DELETE FROM goshawk.user_identity WHERE user_id = $1', id);
    expect((await accept(await made())).status).toBe(200);
    expect((await accounts.login(user, { password: NEXT })).accessToken).toBeDefined();
  });

  it('does not give way to a role that is given while it is made', async () => {
    const role = `help-${number}`;
    await accounts.post('/auth/roles', { name: role, permissions: ['users:read', 'users:manage'] }, admin);
    await change(id, { roles: [role] });
    const token = await accounts.api.token([role]);
    expect((await ask(token)).status).toBe(201);
    const client = await accounts.database.owner.connect();
    try {
      await client.query('BEGIN');
      await client.query(`UPDATE goshawk.app_user SET roles = '{admin}' WHERE id = $1`, [id]);
      const asking = ask(token);
      await expect.poll(async () => (await owner(`SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)).rows[0].n).toBe(1); // prettier-ignore
      await client.query('COMMIT');
      expect((await asking).body.code).toBe('FORBIDDEN');
    } finally {
      client.release();
    }
  });
});
