import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ApiConfig } from '../../config.ts';
import { openTestAccounts } from '../../test/accounts.ts';
import type { TestAccounts } from '../../test/accounts.ts';
import { openAuthenticator } from '../../test/authenticator.ts';
import type { Authenticator } from '../../test/authenticator.ts';
import type { Loose } from '../../test/api.ts';
import { serverUrl } from '../../test/database.ts';

describe.skipIf(serverUrl === '')('the domain of passkeys', () => {
  it.each<[name: string, config: Partial<ApiConfig>, domain: string, origin: string, others: string]>([
    [
      'is that of the public address',
      { publicUrl: 'https://soc.example.org:8443' },
      'soc.example.org',
      'https://soc.example.org:8443',
      'https://soc.example.org',
    ],
    [
      'may be one above it',
      { publicUrl: 'https://soc.example.org', passkeyDomain: 'example.org' },
      'example.org',
      'https://soc.example.org',
      'https://example.org',
    ],
    [
      'may have addresses of its own',
      { passkeyDomain: 'example.org', passkeyOrigins: ['https://a.example.org'] },
      'example.org',
      'https://a.example.org',
      'https://example.org',
    ],
  ])('%s', async (_name, config, domain, origin, others) => {
    const accounts = await openTestAccounts(config);
    try {
      await accounts.addUser('ada');
      const { accessToken } = await accounts.login('ada');
      const device = openAuthenticator();
      const register = async (from: string) => {
        const { body } = await accounts.post('/auth/passkeys/options', {}, accessToken);
        return [body.rp.id, (await accounts.post('/auth/passkeys', { credential: device.create(body, { domain, origin: from }) }, accessToken)).status];
      };
      expect(await register(others)).toEqual([domain, 401]);
      expect(await register(origin)).toEqual([domain, 201]);
    } finally {
      await accounts.close();
    }
  });
});

describe.skipIf(serverUrl === '')('a passkey', () => {
  let accounts: TestAccounts;
  let number = 0;
  let user: string;
  let token: string;
  let device: Authenticator;

  const optionsToRegister = async () => (await accounts.post('/auth/passkeys/options', {}, token)).body;
  const register = (credential: object, name = 'Laptop') => accounts.post('/auth/passkeys', { name, credential }, token);
  const optionsToSignIn = async (more: object = {}) => (await accounts.post('/auth/passkeys/sign-in/options', more)).body;
  const signIn = (credential: object, more: object = {}) => accounts.post('/auth/passkeys/sign-in', { credential, refresh: 'body', ...more });
  const registered = async (): Promise<Loose> => (await register(device.create(await optionsToRegister()))).body;

  beforeAll(async () => {
    accounts = await openTestAccounts();
  });
  afterAll(() => accounts.close());
  beforeEach(async () => {
    user = `user-${++number}`;
    await accounts.addUser(user);
    token = (await accounts.login(user)).accessToken;
    device = openAuthenticator();
  });

  it('is asked for with what browsers need', async () => {
    expect(await optionsToRegister()).toMatchObject({
      challenge: expect.stringMatching(/^[\w-]{43}$/),
      rp: { id: 'localhost', name: 'Goshawk' },
      user: { name: `${user}@default`, displayName: user },
      attestation: 'none',
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    });
    expect(await optionsToSignIn()).toMatchObject({ rpId: 'localhost', userVerification: 'required', allowCredentials: [] });
  });

  it('signs in without a password, and says which account it is of', async () => {
    expect((await registered()).recoveryCodes).toHaveLength(10);
    const { status, body } = await signIn(device.get(await optionsToSignIn()));
    expect([status, body.user]).toEqual([200, { name: user, organization: 'default', roles: ['analyst'] }]);
    const { body: list } = await accounts.ask('GET', '/auth/sessions', undefined, body.accessToken);
    expect(list.sessions[0].methods).toEqual(['passkey']);
    const { body: keys } = await accounts.ask('GET', '/auth/passkeys', undefined, body.accessToken);
    expect(keys.passkeys).toEqual([{ id: device.id, name: 'Laptop', isBackedUp: false, createdAt: expect.any(String), usedAt: expect.any(String) }]);
    expect((await accounts.audited('mfa.add')).at(-1)).toBe(`mfa.add ${user}`);
  });

  it('is the second factor after a password', async () => {
    await registered();
    const { code, mfa } = await accounts.login(user);
    expect([code, mfa.methods]).toEqual(['MFA_REQUIRED', ['passkey', 'recovery']]);
    const options = await optionsToSignIn({ mfaToken: mfa.token });
    expect(options.allowCredentials).toEqual([{ id: device.id, type: 'public-key', transports: ['internal'] }]);
    // Touching it is enough after a password.
    const { status, body } = await signIn(device.get(options, { isVerified: false }), { mfaToken: mfa.token });
    expect(status).toBe(200);
    const { body: list } = await accounts.ask('GET', '/auth/sessions', undefined, body.accessToken);
    expect(list.sessions[0].methods).toEqual(['password', 'passkey']);
  });

  it('of another account is no second factor for this one', async () => {
    await registered();
    const other = openAuthenticator();
    const mine = user;
    await accounts.addUser(`${mine}-thief`);
    token = (await accounts.login(`${mine}-thief`)).accessToken;
    await register(other.create(await optionsToRegister()));
    const { mfa } = await accounts.login(mine);
    const { body } = await signIn(other.get(await optionsToSignIn({ mfaToken: mfa.token })), { mfaToken: mfa.token });
    expect(body.code).toBe('PASSKEY_REFUSED');
  });

  it('answers a challenge once', async () => {
    await registered();
    const answer = device.get(await optionsToSignIn());
    const answers = await Promise.all([signIn(answer), signIn(answer)]);
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 401]);
    expect((await signIn(answer)).body.code).toBe('PASSKEY_REFUSED');
  });

  it('does not answer a challenge that was given for something else', async () => {
    await registered();
    const { mfa } = await accounts.login(user);
    const second = await optionsToSignIn({ mfaToken: mfa.token });
    expect((await signIn(device.get(second))).body.code).toBe('PASSKEY_REFUSED');
    expect((await signIn(device.get(await optionsToSignIn()), { mfaToken: mfa.token })).body.code).toBe('PASSKEY_REFUSED');
    expect((await register(openAuthenticator().create(await optionsToSignIn()))).body.code).toBe('PASSKEY_REFUSED');
  });

  it('answers no challenge that is old', async () => {
    await registered();
    const options = await optionsToSignIn();
    await accounts.database.owner.query(`UPDATE goshawk.passkey_challenge SET expires_at = now() - interval '1 second'`);
    expect((await signIn(device.get(options))).body.code).toBe('PASSKEY_REFUSED');
  });

  it.each<[name: string, page: Parameters<Authenticator['get']>[1]]>([
    ['from a page of another site', { origin: 'https://goshawk.example.net' }],
    ['from a page whose name only begins like ours', { origin: 'http://localhost.example.net' }],
    ['for another domain', { domain: 'example.net' }],
    ['without its owner', { isPresent: false }],
    ['of a device that was not unlocked', { isVerified: false }],
    ['with a counter that went back, as a copy of the device has it', { counter: 1 }],
  ])('is refused %s', async (_name, page) => {
    await register(device.create(await optionsToRegister(), { counter: 7 }));
    expect((await signIn(device.get(await optionsToSignIn(), page))).body.code).toBe('PASSKEY_REFUSED');
    expect((await accounts.audited('session.refused')).length).toBeGreaterThan(0);
  });

  it('is refused with a signature of another device', async () => {
    await registered();
    const forged = openAuthenticator().get(await optionsToSignIn());
    expect((await signIn({ ...forged, id: device.id, rawId: device.id })).body.code).toBe('PASSKEY_REFUSED');
  });

  it.each<[name: string, page: Parameters<Authenticator['create']>[1]]>([
    ['from a page of another site', { origin: 'https://goshawk.example.net' }],
    ['for another domain', { domain: 'example.net' }],
    ['on a device that was not unlocked', { isVerified: false }],
  ])('is not registered %s', async (_name, page) => {
    expect((await register(device.create(await optionsToRegister(), page))).body.code).toBe('PASSKEY_REFUSED');
  });

  it('is registered once', async () => {
    await registered();
    expect((await register(device.create(await optionsToRegister()))).body.code).toBe('CONFLICT');
  });

  it('is not found in another organization', async () => {
    await registered();
    await accounts.database.owner.query(`INSERT INTO goshawk.organization (id, name) VALUES ('other', 'Other') ON CONFLICT DO NOTHING`);
    const { body } = await signIn(device.get(await optionsToSignIn({ organization: 'other' })), { organization: 'other' });
    expect(body.code).toBe('PASSKEY_REFUSED');
  });

  it('stops working for a user who is disabled', async () => {
    await registered();
    await accounts.database.owner.query('UPDATE goshawk.app_user SET disabled_at = now() WHERE name = $1', [user]);
    expect((await signIn(device.get(await optionsToSignIn()))).status).toBe(404);
  });

  it('is removed, and then is none', async () => {
    await registered();
    const { status } = await accounts.ask('DELETE', `/auth/passkeys/${device.id}`, undefined, token);
    expect(status).toBe(204);
    expect((await accounts.ask('DELETE', `/auth/passkeys/${device.id}`, undefined, token)).body.code).toBe('NOT_FOUND');
    expect((await signIn(device.get(await optionsToSignIn()))).body.code).toBe('PASSKEY_REFUSED');
    expect((await accounts.login(user)).accessToken).toBeDefined();
  });

  it('of others is not removed', async () => {
    await registered();
    await accounts.addUser(`${user}-other`);
    const { accessToken } = await accounts.login(`${user}-other`);
    expect((await accounts.ask('DELETE', `/auth/passkeys/${device.id}`, undefined, accessToken)).status).toBe(404);
  });

  it('is added only after a proof, when the sign-in is long ago', async () => {
    const { micros } = accounts.clock;
    accounts.clock.micros += 700_000_000;
    expect((await optionsToRegister()).code).toBe('REAUTHENTICATION_NEEDED');
    accounts.clock.micros = micros;
  });

  it.each<[name: string, credential: object]>([
    ['nothing', {}],
    ['another kind', { id: 'a', rawId: 'a', type: 'password', response: { clientDataJSON: 'e30' } }],
    ['what is no base64url', { id: 'a b', rawId: 'a', type: 'public-key', response: { clientDataJSON: 'e30' } }],
    ['what holds no challenge', { id: 'a', rawId: 'a', type: 'public-key', response: { clientDataJSON: 'e30' } }],
    ['what is no JSON', { id: 'a', rawId: 'a', type: 'public-key', response: { clientDataJSON: '____' } }],
  ])('is not %s', async (_name, credential) => {
    const { status, body } = await signIn(credential);
    expect([400, 401]).toContain(status);
    expect(['INVALID_REQUEST', 'PASSKEY_REFUSED']).toContain(body.code);
  });
});
