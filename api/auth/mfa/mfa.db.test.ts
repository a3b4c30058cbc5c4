import { SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestAccounts, PASSWORD } from '../../test/accounts.ts';
import type { TestAccounts } from '../../test/accounts.ts';
import { serverUrl } from '../../test/database.ts';
import { LIMITS } from '../lockout.ts';
import { STEP_SECONDS, totpCode } from './totp.ts';

const STEP_MICROS = STEP_SECONDS * 1_000_000;

describe.skipIf(serverUrl === '')('the second factor', () => {
  let accounts: TestAccounts;
  let number = 0;
  let user: string;
  let userId: string;

  /** What the application shows now. */
  const codeOf = (secret: string, stepsAhead = 0) => totpCode(secret, Math.floor(accounts.clock.micros / STEP_MICROS) + stepsAhead);
  /** Sets the application up. The clock moves on, so that its next code was not used. */
  async function enrol(): Promise<{ readonly secret: string; readonly recoveryCodes: readonly string[]; readonly token: string }> {
    const { accessToken: token } = await accounts.login(user);
    const { body: proposal } = await accounts.post('/auth/setup-mfa', {}, token);
    const { body } = await accounts.post('/auth/verify-mfa', { code: codeOf(proposal.secret) }, token);
    accounts.clock.micros += STEP_MICROS;
    return { secret: proposal.secret, recoveryCodes: body.recoveryCodes, token };
  }
  const verify = (mfaToken: string, code: string) => accounts.post('/auth/verify-mfa', { mfaToken, code, refresh: 'body' });
  const wantMfa = async (roles: readonly string[]) => accounts.ask('PATCH', '/auth/organization', { mfaRoles: roles }, await accounts.api.token(['admin']));

  beforeAll(async () => {
    accounts = await openTestAccounts();
  });
  afterAll(() => accounts.close());
  beforeEach(async () => {
    accounts.clock.micros = Date.now() * 1_000; // a user's sessions begin by the database's
    user = `user-${++number}`;
    userId = await accounts.addUser(user);
    await wantMfa([]);
  });

  it('is not asked of who has none', async () => {
    expect((await accounts.login(user)).accessToken).toBeDefined();
  });

  it('counts from the moment that a code was proved, and not before', async () => {
    const { accessToken } = await accounts.login(user);
    await accounts.post('/auth/setup-mfa', {}, accessToken);
    expect((await accounts.login(user)).accessToken).toBeDefined();
    const { body } = await accounts.post('/auth/verify-mfa', { code: '000000' }, accessToken);
    expect(body).toMatchObject({ code: 'MFA_FAILED', errors: [{ pointer: '/body/code' }] });
    expect((await accounts.ask('GET', '/auth/mfa', undefined, accessToken)).body).toEqual({
      isRequired: false,
      totpSince: null,
      passkeys: 0,
      recoveryCodes: 0,
    });
  });

  it('is asked for after the password, and signs in', async () => {
    const { secret, recoveryCodes } = await enrol();
    expect(recoveryCodes).toHaveLength(10);
    const { code, status, mfa } = await accounts.login(user);
    expect([status, code, mfa]).toEqual([401, 'MFA_REQUIRED', { token: expect.any(String), expiresIn: 300, methods: ['totp', 'recovery'], mustEnrol: false }]);
    const { body } = await verify(mfa.token, codeOf(secret));
    expect(body).toMatchObject({ user: { name: user }, refreshToken: expect.any(String) });
    const { body: list } = await accounts.ask('GET', '/auth/sessions', undefined, body.accessToken);
    expect(list.sessions.find(({ isThisOne }: { isThisOne: boolean }) => isThisOne).methods).toEqual(['password', 'totp']);
    expect((await accounts.audited('mfa.add')).at(-1)).toBe(`mfa.add ${user}`);
  });

  it('takes a code once, also when it comes twice at once', async () => {
    const { secret } = await enrol();
    const { mfa } = await accounts.login(user);
    const code = codeOf(secret);
    const answers = await Promise.all([verify(mfa.token, code), verify(mfa.token, code), verify(mfa.token, code)]);
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 401, 401]);
    expect((await verify(mfa.token, code)).body.code).toBe('MFA_FAILED');
    accounts.clock.micros += STEP_MICROS;
    expect((await verify(mfa.token, codeOf(secret))).status).toBe(200);
  });

  it('does not take the code again with which it was set up', async () => {
    const { secret } = await enrol();
    const { mfa } = await accounts.login(user);
    expect((await verify(mfa.token, codeOf(secret, -1))).body.code).toBe('MFA_FAILED');
  });

  it('is replaced by a recovery code, once each, however it is typed', async () => {
    const { recoveryCodes } = await enrol();
    const { mfa } = await accounts.login(user);
    const [first = '', second = ''] = recoveryCodes;
    const { status, body } = await verify(mfa.token, ` ${first.toUpperCase().replaceAll('-', ' ')}`);
    expect(status).toBe(200);
    expect((await verify(mfa.token, first)).body.code).toBe('MFA_FAILED');
    expect((await verify(mfa.token, second)).status).toBe(200);
    expect((await accounts.ask('GET', '/auth/mfa', undefined, body.accessToken)).body).toMatchObject({ recoveryCodes: 8 });
    const { body: renewed } = await accounts.post('/auth/recovery-codes', {}, body.accessToken);
    expect((await verify(mfa.token, recoveryCodes[2]!)).body.code).toBe('MFA_FAILED');
    expect((await verify(mfa.token, renewed.recoveryCodes[0])).status).toBe(200);
  });

  it('cannot be guessed: who fails waits, as with passwords', async () => {
    const { secret } = await enrol();
    const { mfa } = await accounts.login(user);
    for (let n = 0; n < LIMITS.factor.free; n++) expect((await verify(mfa.token, '000000')).body.code).toBe('MFA_FAILED');
    const { status, headers } = await verify(mfa.token, codeOf(secret));
    expect([status, headers['retry-after']]).toEqual([429, String(LIMITS.factor.firstSeconds)]);
    expect((await accounts.login(user)).code).toBe('MFA_REQUIRED'); // a new sign-in does not begin the count anew
    expect((await verify((await accounts.login(user)).mfa.token, codeOf(secret))).status).toBe(429);
    expect((await accounts.post(`/auth/users/${userId}/unlock`, {}, await accounts.api.token(['admin']))).status).toBe(204);
    expect((await verify(mfa.token, codeOf(secret))).status).toBe(200);
  });

  it('has a token in between that is good for nothing else', async () => {
    await enrol();
    const { mfa } = await accounts.login(user);
    for (const [method, url] of [
      ['GET', '/auth/me'],
      ['GET', '/auth/sessions'],
      ['GET', '/v2/events'],
      ['POST', '/auth/change-password'],
    ] as const)
      expect([url, (await accounts.ask(method, url, method === 'POST' ? { currentPassword: 'x', newPassword: 'y' } : undefined, mfa.token)).body.code]).toEqual(
        [url, 'UNAUTHENTICATED'],
      );
    expect((await accounts.post('/auth/refresh', { refreshToken: mfa.token.slice(0, 300) })).body.code).toBe('SESSION_ENDED');
  });

  it('does not take an access token for the one in between', async () => {
    const { token, secret } = await enrol();
    expect((await verify(token, codeOf(secret))).body.code).toBe('UNAUTHENTICATED');
  });

  it.each<[name: string, alg: string]>([
    ['without signature', 'none'],
    ['signed with the public key as a secret', 'HS256'],
  ])('does not take a token %s', async (_name, alg) => {
    await enrol();
    const { body: jwks } = await accounts.ask('GET', '/.well-known/jwks.json');
    const claims = { org: 'default', methods: ['password'], enrol: false };
    const header = { alg, kid: jwks.keys[0].kid, typ: 'goshawk-mfa+jwt' };
    const forged =
      alg === 'none'
        ? `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${Buffer.from(JSON.stringify({ ...claims, sub: userId, exp: 9e9 })).toString('base64url')}.`
        : await new SignJWT(claims).setProtectedHeader(header).setSubject(userId).setExpirationTime('1h').sign(Buffer.from(jwks.keys[0].x, 'base64url'));
    expect((await verify(forged, '000000')).body.code).toBe('UNAUTHENTICATED');
  });

  it('is wanted of roles that the organization names: who has none sets one up while signing in', async () => {
    const { accessToken: before } = await accounts.login(user);
    expect((await wantMfa(['analyst', 'admin'])).body).toMatchObject({ mfaRoles: ['analyst', 'admin'] });
    expect((await accounts.ask('GET', '/auth/mfa', undefined, before)).body.isRequired).toBe(true);
    const { code, mfa } = await accounts.login(user);
    expect([code, mfa.mustEnrol, mfa.methods]).toEqual(['MFA_REQUIRED', true, []]);
    expect((await verify(mfa.token, '123456')).body.code).toBe('CONFLICT');
    const { body: proposal } = await accounts.post('/auth/setup-mfa', { mfaToken: mfa.token });
    const { body } = await verify(mfa.token, codeOf(proposal.secret));
    expect(body).toMatchObject({ accessToken: expect.any(String), recoveryCodes: expect.arrayContaining([expect.any(String)]) });
    // The first token in between cannot be used to set up another one.
    expect((await accounts.post('/auth/setup-mfa', { mfaToken: mfa.token })).body.code).toBe('CONFLICT');
    accounts.clock.micros += STEP_MICROS;
    expect((await accounts.post('/auth/disable-mfa', { code: codeOf(proposal.secret) }, body.accessToken)).body.code).toBe('CONFLICT');
  });

  it('is not wanted of other roles', async () => {
    await wantMfa(['admin']);
    expect((await accounts.login(user)).accessToken).toBeDefined();
  });

  it('is kept sealed, and only hashes of recovery codes', async () => {
    const { secret, recoveryCodes } = await enrol();
    const { rows } = await accounts.database.owner.query<{ secret: string }>('SELECT secret FROM goshawk.totp WHERE user_id = $1', [userId]);
    expect(rows[0]!.secret).toMatch(/^v1\.[0-9a-f]{8}\./);
    const { rows: all } = await accounts.database.owner.query(
      `SELECT t::text FROM goshawk.totp t UNION ALL SELECT c::text FROM goshawk.recovery_code c UNION ALL SELECT a::text FROM goshawk.audit a`,
    );
    const text = JSON.stringify(all);
    for (const each of [secret, ...recoveryCodes, ...recoveryCodes.map((code) => Buffer.from(code).toString('hex'))]) expect(text).not.toContain(each);
  });

  it('is not kept with an idempotency key, nor is anything that a password could be guessed from', async () => {
    const { accessToken } = await accounts.login(user);
    const headers = { 'idempotency-key': 'once' };
    const [one, two] = [await accounts.post('/auth/setup-mfa', {}, accessToken, headers), await accounts.post('/auth/setup-mfa', {}, accessToken, headers)];
    expect(one.body.secret).not.toBe(two.body.secret);
    await accounts.post('/auth/verify-mfa', { code: codeOf(two.body.secret) }, accessToken, headers);
    await accounts.post('/auth/recovery-codes', { password: PASSWORD }, accessToken, headers);
    await accounts.post('/auth/change-password', { currentPassword: PASSWORD, newPassword: 'tundra marmalade 44 sextant' }, accessToken, headers);
    expect((await accounts.database.owner.query('SELECT FROM goshawk.idempotency')).rowCount).toBe(0);
  });

  it('is changed by who has it only after a proof, when the sign-in is long ago', async () => {
    const { token } = await enrol();
    accounts.clock.micros += 601_000_000;
    expect((await accounts.post('/auth/setup-mfa', {}, token)).body.code).toBe('REAUTHENTICATION_NEEDED');
    expect((await accounts.post('/auth/recovery-codes', { password: 'wrong' }, token)).body.code).toBe('REAUTHENTICATION_NEEDED');
    expect((await accounts.post('/auth/setup-mfa', { password: PASSWORD }, token)).status).toBe(200);
  });

  it('is taken away with a code', async () => {
    const { token, secret } = await enrol();
    expect((await accounts.post('/auth/disable-mfa', { code: '000000' }, token)).body.code).toBe('MFA_FAILED');
    expect((await accounts.post('/auth/disable-mfa', { code: codeOf(secret) }, token)).status).toBe(204);
    expect((await accounts.login(user)).accessToken).toBeDefined();
  });

  it('is taken away by an administrator for who has lost it; their sessions end', async () => {
    const { token } = await enrol();
    const url = `/auth/users/${userId}/reset-mfa`;
    expect((await accounts.post(url, {}, await accounts.api.token(['admin'], 'beta'))).status).toBe(404);
    expect((await accounts.post(url, {}, await accounts.api.token(['admin']))).status).toBe(204);
    expect((await accounts.ask('GET', '/auth/me', undefined, token)).status).toBe(401);
    expect((await accounts.login(user)).accessToken).toBeDefined();
  });

  it('asks for a proof of who one is before it shows a secret', async () => {
    expect((await accounts.post('/auth/setup-mfa')).body).toMatchObject({ code: 'INVALID_REQUEST', errors: [{ pointer: '/body/mfaToken' }] });
    expect((await accounts.post('/auth/setup-mfa', {}, await accounts.api.token(['admin']))).body.code).toBe('SESSION_NEEDED');
  });
});
