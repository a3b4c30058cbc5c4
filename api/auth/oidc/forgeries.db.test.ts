// Tokens as attackers make them: ID tokens at sign-in, access tokens on the API, logout tokens.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openOutbound } from '../../../outbound/client.ts';
import { config as outboundConfig } from '../../../outbound/config.ts';
import { INSTALLATION, openTestApi } from '../../test/api.ts';
import type { TestApi } from '../../test/api.ts';
import { openTestDatabase, serverUrl } from '../../test/database.ts';
import type { TestDatabase } from '../../test/database.ts';
import { hmacBy, jwt, openFalseProvider, publicPem, rsa, signedBy, strangers, unsigned } from '../../test/false-provider.ts';
import type { FalseProvider, Signer } from '../../test/false-provider.ts';
import { PUBLIC_URL, TestBrowser } from '../../test/oidc-provider.ts';
import { seedOrganization } from '../../test/seed.ts';

const PLACE = 'default.false';
const AUDIENCE = `urn:goshawk:${INSTALLATION}:default`;
/** As openid-client sees it, which has no other clock. */
const now = () => Math.floor(Date.now() / 1_000);

describe.skipIf(serverUrl === '')('a token', () => {
  let database: TestDatabase;
  let provider: FalseProvider;
  let api: TestApi;
  /** Moves forward only. */
  const clock = { micros: Date.now() * 1_000 };
  const wall = () => Math.floor(clock.micros / 1_000_000);
  const put = (more: object = {}, name = 'false') =>
    api.inject({
      method: 'PUT',
      url: `/auth/identity-providers/${name}`,
      payload: {
        label: 'False',
        issuer: provider.issuer,
        clientId: 'goshawk',
        groupRoles: [{ group: 'soc', roles: ['analyst'] }],
        audience: AUDIENCE,
        ...more,
      },
    });

  beforeAll(async () => {
    database = await openTestDatabase();
    await seedOrganization(database.owner, 'other');
    provider = await openFalseProvider();
    const outbound = openOutbound({ ...outboundConfig.parse({}), allow: [provider.issuer] });
    api = await openTestApi(database, { config: { publicUrl: PUBLIC_URL }, deps: { outbound, wallMicros: () => clock.micros } });
    expect((await put()).statusCode).toBe(200);
  });
  afterAll(async () => {
    await api.close();
    await provider.close();
    await database.drop();
  });

  describe('at the sign-in', () => {
    /** What the browser is told after the provider has answered with such a token. */
    const outcomeOf = async (claims: object, header: object = {}, by?: Signer) => {
      const browser = new TestBrowser(api);
      const { location } = await browser.go(`/auth/oidc/${PLACE}/start`);
      const asked = new URL(location!).searchParams;
      const right = {
        iss: provider.issuer,
        aud: 'goshawk',
        sub: 'ada',
        iat: now(),
        exp: now() + 60,
        nonce: asked.get('nonce'),
        preferred_username: 'ada',
        groups: ['soc'],
      };
      provider.idToken = jwt({ ...right, ...claims }, header, by);
      const callback = await browser.go(`/auth/oidc/${PLACE}/callback?code=x&state=${asked.get('state')}`);
      return new URL(callback.location!).searchParams.get('reason') ?? new URL(callback.location!).searchParams.get('problem') ?? 'signed in';
    };

    it('holds when it is right', async () => {
      expect(await outcomeOf({})).toBe('signed in');
    });

    it.each<[name: string, claims: object, header?: object, by?: Signer]>([
      ['without signature', {}, { alg: 'none' }, unsigned],
      ['without signature in another spelling', {}, { alg: 'nOnE' }, unsigned],
      ['signed with the public key for a secret', {}, { alg: 'HS256' }, hmacBy(publicPem())],
      ['signed with the client id for a secret', {}, { alg: 'HS256' }, hmacBy('goshawk')],
      ['signed by a stranger', {}, {}, signedBy(strangers.privateKey)],
      ['signed by a stranger whose key is in the header', {}, { jwk: strangers.publicKey.export({ format: 'jwk' }) }, signedBy(strangers.privateKey)],
      ['signed by a stranger whose keys are at an address in the header', {}, { jku: 'https://evil.example/jwks' }, signedBy(strangers.privateKey)],
      ['of a key that is not there', {}, { kid: 'two' }],
      ['of a key with a path for a name', {}, { kid: '../../dev/null' }],
      ['with something critical that nobody knows', {}, { crit: ['x'], x: 1 }],
      ['of another issuer', { iss: 'https://evil.example' }],
      ['of the issuer with a slash', { iss: 'http://127.0.0.1/' }],
      ['for another client', { aud: 'other' }],
      ['for several clients, given to another', { aud: ['goshawk', 'other'], azp: 'other' }],
      ['that has expired', { exp: now() - 600, iat: now() - 700 }],
      ['without an end', { exp: undefined }],
      ['with another nonce', { nonce: 'of somebody else' }],
      ['without a nonce', { nonce: undefined }],
      ['that is not valid yet', { nbf: now() + 600 }],
      ['of nobody', { sub: undefined }],
    ])('does not when it is %s', async (_name, claims, header, by) => {
      expect(await outcomeOf(claims, header, by)).toBe('not-proved');
    });

    it('does not when its nonce was of another sign-in: each nonce is good for one', async () => {
      const browser = new TestBrowser(api);
      const first = new URL((await browser.go(`/auth/oidc/${PLACE}/start`)).location!).searchParams;
      expect(await outcomeOf({ nonce: first.get('nonce') })).toBe('not-proved');
    });

    it.each<[name: string, description: Record<string, unknown>]>([
      ['says to be another issuer', { issuer: 'https://evil.example' }],
      ['has no keys', { jwks_uri: undefined }],
      ['has its keys in a file', { jwks_uri: 'file:///etc/passwd' }],
      ['sends browsers to a script', { authorization_endpoint: 'javascript:alert(1)' }],
      ['sends browsers to a script when they sign out', { end_session_endpoint: 'javascript:alert(1)' }],
      ['signs with nothing, and only with nothing', { id_token_signing_alg_values_supported: ['none'] }],
      ['signs with secrets only', { id_token_signing_alg_values_supported: ['HS256'] }],
    ])('is not asked for from a provider that %s', async (_name, description) => {
      provider.description = description;
      expect((await put()).statusCode).toBe(200); // the client is made anew
      const { location } = await new TestBrowser(api).go(`/auth/oidc/${PLACE}/start`);
      provider.description = {};
      await put();
      expect(new URL(location!).searchParams.get('problem')).toBe('PROVIDER_UNAVAILABLE');
    });

    it('does not go without a signature although the provider says that it may', async () => {
      provider.description = { id_token_signing_alg_values_supported: ['none', 'HS256', 'RS256'] };
      await put();
      expect(await outcomeOf({}, { alg: 'none' }, unsigned)).toBe('not-proved');
      expect(await outcomeOf({}, { alg: 'HS256' }, hmacBy(publicPem()))).toBe('not-proved');
      expect(await outcomeOf({})).toBe('signed in');
      provider.description = {};
      await put();
    });

    it('is not fetched from inside of our network, although the description says so', async () => {
      provider.description = { token_endpoint: 'http://169.254.169.254/latest/meta-data', jwks_uri: 'http://127.0.0.1:1/jwks' };
      await put();
      expect(await outcomeOf({})).toBe('PROVIDER_UNAVAILABLE');
      provider.description = {};
      await put();
    });
  });

  describe('of a provider on the API', () => {
    const right = () => ({ iss: provider.issuer, aud: AUDIENCE, sub: 'bot', exp: wall() + 300, groups: ['soc'] });
    const ask = async (token: string) => api.inject({ url: '/auth/me', headers: { authorization: `Bearer ${token}` } }, null);
    const access = (claims: object = {}, header: object = {}, by?: Signer) => jwt({ ...right(), ...claims }, header, by);

    it("says who asks, with the roles of its groups, and a name that is nobody else's", async () => {
      expect((await ask(access())).json()).toMatchObject({ name: 'false:bot', organization: 'default', roles: ['analyst'] });
      expect((await ask(access({ preferred_username: 'admin' }))).json()).toMatchObject({ name: 'false:admin' });
    });

    it('of somebody who has signed in says the name of the account, and stops with it', async () => {
      const { rows } = await database.owner.query(
        `SELECT u.id, u.name FROM goshawk.app_user u JOIN goshawk.user_identity i ON i.user_id = u.id WHERE i.subject = 'ada'`,
      );
      expect((await ask(access({ sub: 'ada' }))).json()).toMatchObject({ name: rows[0].name });
      await database.owner.query('UPDATE goshawk.app_user SET disabled_at = now() WHERE id = $1', [rows[0].id]);
      expect((await ask(access({ sub: 'ada', jti: 'another' }))).statusCode).toBe(401);
      clock.micros += 31_000_000; // the first is remembered for half a minute
      expect((await ask(access({ sub: 'ada' }))).statusCode).toBe(401);
    });

    it.each<[name: string, claims: object, header?: object, by?: Signer]>([
      ['without signature', {}, { alg: 'none' }, unsigned],
      ['signed with the public key for a secret', {}, { alg: 'HS256' }, hmacBy(publicPem())],
      ['signed by a stranger', {}, {}, signedBy(strangers.privateKey)],
      ['signed by a stranger whose key is in the header', {}, { jwk: strangers.publicKey.export({ format: 'jwk' }) }, signedBy(strangers.privateKey)],
      ['of a key that is not there', {}, { kid: 'two' }],
      ['with something critical that nobody knows', {}, { crit: ['x'], x: 1 }],
      ['for another organization', { aud: `urn:goshawk:${INSTALLATION}:other` }],
      ['for the client, as ID tokens are', { aud: 'goshawk' }],
      ['for nobody', { aud: undefined }],
      ['of another issuer', { iss: 'https://evil.example' }],
      ['of no issuer', { iss: undefined }],
      ['that has expired', { exp: wall() - 60 }],
      ['without an end', { exp: undefined }],
      ['that is not valid yet', { nbf: wall() + 600 }],
      ['of nobody', { sub: undefined }],
      ['without a group that has a role', { groups: ['others'] }],
      ['with roles that it gives itself', { groups: [], roles: ['admin'], org: 'default' }],
    ])('is refused when it is %s', async (_name, claims, header, by) => {
      const answer = await ask(access(claims, header, by));
      expect([answer.statusCode, answer.json().code]).toEqual([401, 'UNAUTHENTICATED']);
    });

    it('that says to be ours is checked with our keys', async () => {
      const forged = jwt(
        { iss: `urn:goshawk:${INSTALLATION}`, aud: 'goshawk-api', sub: 'admin', org: 'default', roles: ['platform_admin'], exp: wall() + 60 },
        { typ: 'at+jwt' },
      );
      expect((await ask(forged)).statusCode).toBe(401);
    });

    it('is checked with new keys as soon as they are there, and strangers do not make us ask for them again and again', async () => {
      const next = signedBy(strangers.privateKey);
      provider.keys = { one: rsa.publicKey, two: strangers.publicKey };
      clock.micros += 40_000_000;
      // The set was read less than half a minute ago, so one unknown key alone does not bring it again.
      const before = provider.keyRequests;
      for (let n = 0; n < 20; n += 1) await ask(access({ jti: n }, { kid: `unknown-${n}` }, next));
      expect(provider.keyRequests - before).toBeLessThanOrEqual(1);
      expect((await put({ label: 'Changed' })).statusCode).toBe(200);
      clock.micros += 31_000_000;
      expect((await ask(access({}, { kid: 'two' }, next))).json()).toMatchObject({ name: 'false:bot' });
      provider.keys = { one: rsa.publicKey };
    });

    it('opens what its roles open, and nothing of another organization', async () => {
      const bearer = { authorization: `Bearer ${access()}` };
      expect((await api.inject({ url: '/v2/alerts', headers: bearer }, null)).statusCode).toBe(200);
      expect((await api.inject({ url: '/auth/identity-providers', headers: bearer }, null)).statusCode).toBe(403);
    });

    it('is nothing any more when the provider takes none', async () => {
      const token = access({ jti: 'last' });
      expect((await ask(token)).statusCode).toBe(200);
      await put({ audience: null });
      clock.micros += 31_000_000;
      expect((await ask(token)).statusCode).toBe(401);
      await put();
    });
  });

  describe('that ends sessions', () => {
    const EVENT = { 'http://schemas.openid.net/event/backchannel-logout': {} };
    let n = 0;
    const right = () => ({ iss: provider.issuer, aud: 'goshawk', iat: wall(), exp: wall() + 60, jti: `j${(n += 1)}`, sub: 'ada', events: EVENT });
    const send = async (claims: object, header: object = {}, by?: Signer) => {
      const payload = new URLSearchParams({ logout_token: jwt({ ...right(), ...claims }, header, by) }).toString();
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      return (await api.inject({ method: 'POST', url: `/auth/oidc/${PLACE}/backchannel-logout`, headers, payload }, null)).statusCode;
    };

    it('holds when it is right', async () => {
      expect(await send({})).toBe(200);
    });

    it.each<[name: string, claims: object, header?: object, by?: Signer]>([
      ['without signature', {}, { alg: 'none' }, unsigned],
      ['signed with the public key for a secret', {}, { alg: 'HS256' }, hmacBy(publicPem())],
      ['signed by a stranger', {}, {}, signedBy(strangers.privateKey)],
      ['an ID token, with a nonce', { nonce: 'x' }],
      ['with a nonce that is null', { nonce: null }],
      ['an ID token, without the event', { events: undefined }],
      ['of another event', { events: { 'http://schemas.openid.net/event/other': {} } }],
      ['for another client', { aud: 'other' }],
      ['of another issuer', { iss: 'https://evil.example' }],
      ['old', { iat: wall() - 600 }],
      ['of the future', { iat: wall() + 600 }],
      ['that has expired', { exp: wall() - 60 }],
      ['whose event is no object', { events: { 'http://schemas.openid.net/event/backchannel-logout': 'x' } }],
      ['with an empty id', { jti: '' }],
      ['of a session without a name', { sub: undefined, sid: '' }],
      ['without a time', { iat: undefined }],
      ['without an id', { jti: undefined }],
      ['of nobody and no session', { sub: undefined }],
    ])('is refused when it is %s', async (_name, claims, header, by) => {
      expect(await send(claims, header, by)).toBe(400);
    });

    it('is taken once', async () => {
      expect(await send({ jti: 'same' })).toBe(200);
      expect(await send({ jti: 'same' })).toBe(400);
    });
  });
});
