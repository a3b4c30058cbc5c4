// OWASP API2 (2023), broken authentication: forged tokens at every way in, tokens of one kind used as another, what sign-in gives away by the work
// it does, names that look alike, and pages of others that use a browser's cookie. What a token is made of is in api/auth/auth.test.ts.
import { generateKeyPairSync } from 'node:crypto';
import { createClient } from 'graphql-ws';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CLOSE } from '../live/protocol.ts';
import { openTestAccounts, PASSWORD } from '../test/accounts.ts';
import type { TestAccounts } from '../test/accounts.ts';
import { INSTALLATION } from '../test/api.ts';
import { serverUrl } from '../test/database.ts';

const ISSUER = `urn:goshawk:${INSTALLATION}`;
/** Other than 401: Splunk says 403 to a token that is none. */
const REFUSES: Readonly<Record<string, number>> = { HEC: 403 };
const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe.skipIf(serverUrl === '')('who is not who he says', () => {
  let accounts: TestAccounts;
  let base: string;
  let ada: { readonly accessToken: string; readonly refreshToken: string };
  beforeAll(async () => {
    accounts = await openTestAccounts();
    await accounts.database.owner.query(`INSERT INTO goshawk.organization (id, name) VALUES ('beta', 'Beta') ON CONFLICT DO NOTHING`);
    await accounts.addUser('ada', ['admin']);
    await accounts.addUser('bea', ['admin'], 'beta');
    ada = await accounts.login('ada');
    base = await accounts.api.app.listen({ host: '127.0.0.1', port: 0 });
  });
  afterAll(() => accounts.close());

  const now = () => Math.floor(Date.now() / 1_000);
  const claims = (over: object = {}) => ({
    iss: ISSUER,
    aud: 'goshawk-api',
    sub: 'ada',
    org: 'default',
    roles: ['platform_admin'],
    iat: now(),
    exp: now() + 600,
    ...over,
  });
  const publicKey = async () => (await (await fetch(`${base}/.well-known/jwks.json`)).json()) as { keys: { x: string; kid: string }[] };
  const part = (token: string, index: number) => JSON.parse(Buffer.from(token.split('.')[index]!, 'base64url').toString()) as Record<string, unknown>;

  const FORGED: Readonly<Record<string, () => Promise<string>>> = {
    'none as algorithm': async () => `${encoded({ alg: 'none', typ: 'at+jwt' })}.${encoded(claims())}.`,
    'None, as some libraries read it': async () => `${encoded({ alg: 'nOnE', typ: 'at+jwt' })}.${encoded(claims())}.`,
    'no signature at all': async () => `${encoded({ alg: 'EdDSA', typ: 'at+jwt', kid: (await publicKey()).keys[0]!.kid })}.${encoded(claims())}.`,
    'a shared secret that everybody knows: the public key': async () => {
      const [key] = (await publicKey()).keys;
      return new SignJWT(claims()).setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: key!.kid }).sign(Buffer.from(key!.x, 'base64url'));
    },
    'a secret that is empty': async () => {
      const input = `${encoded({ alg: 'HS256', typ: 'at+jwt' })}.${encoded(claims())}`;
      return `${input}.${(await import('node:crypto')).createHmac('sha256', '').update(input).digest('base64url')}`;
    },
    'a key that it brings itself': async () => {
      const own = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
      const header = { alg: 'EdDSA', typ: 'at+jwt', kid: (await publicKey()).keys[0]!.kid, jwk: await exportJWK(own.publicKey) };
      return new SignJWT(claims()).setProtectedHeader(header).sign(own.privateKey);
    },
    'a key that is fetched from where it says': async () => {
      const own = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
      return new SignJWT(claims())
        .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: 'x', jku: `${base}/.well-known/jwks.json`, x5u: base })
        .sign(own.privateKey);
    },
    RSA: async () => {
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
      return new SignJWT(claims()).setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid: (await publicKey()).keys[0]!.kid }).sign(privateKey);
    },
    'claims that were changed': async () => {
      const [header, , signature] = ada.accessToken.split('.');
      return `${header}.${encoded({ ...part(ada.accessToken, 1), org: 'beta', roles: ['platform_admin'] })}.${signature}`;
    },
    'the signature of another token': async () => [...ada.accessToken.split('.').slice(0, 2), (await accounts.api.token(['viewer'])).split('.')[2]].join('.'),
    'a refresh token': async () => ada.refreshToken,
    'a token in itself': async () => encoded(ada.accessToken),
    'nothing but dots': async () => '...',
    'a member more': async () => `${ada.accessToken}.x`,
    'a key that was never given out': async () => 'gsk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    'a name of a prototype': async () => '__proto__.constructor.toString',
    'ten thousand characters': async () => 'e'.repeat(10_000),
  };

  describe.each(Object.keys(FORGED))('with a token that has %s', (name) => {
    it('is let in nowhere', async () => {
      const token = await FORGED[name]!();
      const inject = (url: string, headers: Record<string, string>, method: 'GET' | 'POST' = 'GET', payload?: object) =>
        accounts.api.inject({ method, url, headers, ...(payload && { payload }) }, null);
      const bearer = { authorization: `Bearer ${token}` };
      const basic = { authorization: `Basic ${Buffer.from(`x:${token}`).toString('base64')}` };
      const ways: readonly (readonly [way: string, answer: { statusCode: number }])[] = [
        ['REST', await inject('/v2/events', bearer)],
        ['a header of keys', await inject('/v2/events', { 'x-api-key': token })],
        ['an address', await inject(`/v2/events?access_token=${token}&token=${token}`, {})],
        ['a cookie', await inject('/v2/events', { cookie: `token=${token}; access_token=${token}; goshawk_refresh_default=${token}` })],
        ['GraphQL', await inject('/graphql', bearer, 'POST', { query: '{ viewer { user } }' })],
        ['GraphQL in an address', await inject('/graphql?query={viewer{user}}', bearer)],
        ['HEC', await inject('/services/collector', { authorization: `Splunk ${token}` }, 'POST', { event: 'x' })],
        ['bulk', await inject('/_bulk', basic, 'POST', {})],
        ['OTLP', await inject('/v1/logs', bearer, 'POST', { resourceLogs: [] })],
        ['sessions', await inject('/auth/sessions', bearer)],
        ['a second factor', await inject('/auth/setup-mfa', bearer, 'POST', { mfaToken: token, password: PASSWORD })],
      ];
      expect(
        ways.filter(([way, { statusCode }]) => statusCode !== (REFUSES[way] ?? 401) && statusCode !== 414).map(([way, { statusCode }]) => [way, statusCode]),
      ).toEqual([]);
      if (name !== 'a refresh token') expect((await accounts.post('/auth/refresh', { refreshToken: token.slice(0, 300) })).status).toBe(401);
      expect(await liveCloses(token)).toBe(CLOSE.UNAUTHENTICATED.code);
      expect(await graphqlCloses(token)).toBe(4_403);
    });
  });

  it('is let in with the right token by all of these ways', async () => {
    const inject = (url: string, headers: Record<string, string>) => accounts.api.inject({ url, headers }, null);
    expect((await inject('/v2/events', { authorization: `Bearer ${ada.accessToken}` })).statusCode).toBe(200);
    expect((await inject('/graphql?query={viewer{user}}', { authorization: `Bearer ${ada.accessToken}` })).json().data.viewer.user).toBe('ada');
    expect(await graphqlCloses(ada.accessToken)).toBeNull();
  });

  it('carries no session of one organization into another', async () => {
    const { refreshToken } = await accounts.login('ada');
    const [, id, secret] = refreshToken.split('.');
    for (const organization of ['beta', '', '__proto__', "default'--", 'DEFAULT', 'default ']) {
      const { status, body } = await accounts.post('/auth/refresh', { refreshToken: [organization, id, secret].join('.') });
      expect([organization, status, body.code]).toEqual([organization, 401, 'SESSION_ENDED']);
    }
    expect((await accounts.post('/auth/refresh', { refreshToken })).body.user).toMatchObject({ name: 'ada', organization: 'default' });
  });

  it.each<[name: string, body: string]>([
    ['a list of guesses', JSON.stringify(['a', 'b', 'c'].map((password) => ({ user: 'ada', password, refresh: 'body' })))],
    ['a list as the password', '{"user":"ada","password":["a","b","c"],"refresh":"body"}'],
    ['a list as the user', '{"user":["ada","bea"],"password":"a","refresh":"body"}'],
    ['an operator of another database', '{"user":"ada","password":{"$ne":null},"refresh":"body"}'],
    ['a pattern', '{"user":{"$regex":".*"},"password":"a","refresh":"body"}'],
    ['nothing', '{"user":"ada","password":null,"refresh":"body"}'],
    ['a number', '{"user":"ada","password":0,"refresh":"body"}'],
    ['truth', '{"user":"ada","password":true,"refresh":"body"}'],
    ['one password of many', `{"user":"ada","password":"a","password":"${PASSWORD}","passwords":["b"],"refresh":"body"}`],
  ])('tries one password with one request: %s', async (_name, payload) => {
    const { statusCode } = await accounts.api.inject({ method: 'POST', url: '/auth/login', payload, headers: { 'content-type': 'application/json' } }, null);
    expect(statusCode).toBe(400);
  });

  describe('learns nothing from how much work it is to refuse him', () => {
    /** The statements, in their order, without what differs. */
    async function workOf(body: object): Promise<readonly string[]> {
      await accounts.database.owner.query('TRUNCATE goshawk.sign_in_attempt');
      const query = vi.spyOn(pg.Client.prototype, 'query');
      try {
        const { status, body: answer } = await accounts.post('/auth/login', { refresh: 'body', ...body });
        expect([status, answer.code]).toEqual([401, 'LOGIN_FAILED']);
        return query.mock.calls
          .map(([first]) => (typeof first === 'string' ? first : (first as unknown as { readonly text: string }).text))
          .filter((text) => /sign_in|attempt|credential|account|app_user|session/.test(text)); // others run by themselves
      } finally {
        query.mockRestore();
      }
    }
    it.each<[name: string, body: object]>([
      ['a name that nobody has', { user: 'nobody', password: 'wrong' }],
      ['a name of another organization', { user: 'bea', password: PASSWORD }],
      ['an organization that is not there', { user: 'ada', password: PASSWORD, organization: 'nowhere' }],
      ['an organization that cannot be', { user: 'ada', password: PASSWORD, organization: '../etc' }],
      ['a long name', { user: 'n'.repeat(200), password: 'wrong' }],
      ['a long password', { user: 'ada', password: 'p'.repeat(1_000) }],
      ['a user who is disabled', { user: 'dan', password: PASSWORD }],
    ])('%s: the same statements as for a wrong password', async (_name, body) => {
      const id = await accounts.addUser('dan').catch(() => null);
      if (id !== null) await accounts.ask('PATCH', `/auth/users/${id}`, { disabled: true }, await accounts.api.token(['admin']));
      const expected = await workOf({ user: 'ada', password: 'wrong' });
      expect(expected.length).toBeGreaterThan(2);
      expect(await workOf(body)).toEqual(expected);
    });
  });

  describe('has a name that looks like another', () => {
    const add = async (name: string) =>
      accounts.ask('POST', '/auth/users', { name, roles: ['viewer'], password: PASSWORD }, await accounts.api.token(['admin']));
    it.each([
      ['Cyrillic letters', 'аda'],
      ['full width', 'ａｄａ'],
      ['mathematical letters', '𝐚𝐝𝐚'],
      ['a mark that is not seen', 'a\u200bda'],
      ['a joiner', 'a\u200dda'],
      ['the other direction', 'a\u202eda'],
      ['a soft hyphen', 'a\u00adda'],
      ['a space at the end', 'ada '],
      ['a space that does not break', 'ada\u00a0'],
      ['capitals', 'ADA'],
      ['a line of its own', 'ada\nrole: admin'],
      ['a colour', '\u001b[31mada'],
      ['a service account', 'service:ada'],
    ])('%s: signs in as nobody else, and is refused as a new name', async (_name, name) => {
      await accounts.database.owner.query('TRUNCATE goshawk.sign_in_attempt');
      const before = await accounts.post('/auth/login', { user: name, password: PASSWORD, refresh: 'body' });
      if (before.status === 200) expect(before.body.user.name).toBe('ada'); // capitals and spaces around it make no other name
      const { status, body } = await add(name);
      expect([status, body.code]).toEqual([
        expect.toSatisfy((each: number) => each === 400 || each === 409),
        expect.stringMatching(/INVALID_REQUEST|CONFLICT/),
      ]);
    });
  });

  describe('is a page of another site, with a cookie that is not its own', () => {
    const HOST = 'soc.example.org';
    const browser = (headers: Record<string, string>) => ({ host: HOST, 'content-type': 'application/json', ...headers });
    const EVIL: readonly (readonly [name: string, headers: Record<string, string>])[] = [
      ['a script of it', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
      ['a script of a neighbour', { origin: 'https://wiki.example.org', 'sec-fetch-site': 'same-site' }],
      ['an old browser', { origin: 'https://evil.example' }],
      ['a frame in a sandbox', { origin: 'null' }],
      ['who claims the origin and is betrayed by the browser', { origin: `https://${HOST}`, 'sec-fetch-site': 'cross-site' }],
    ];
    it.each(EVIL)('%s can sign nobody in, nor refresh, nor sign out', async (_name, headers) => {
      const jar = await accounts.api.inject({ method: 'POST', url: '/auth/login', headers: browser({}), payload: { user: 'ada', password: PASSWORD } }, null);
      const set = String(jar.headers['set-cookie']);
      expect(set).toMatch(/HttpOnly; SameSite=Strict/);
      const cookie = set.split(';')[0]!;
      const attempts: readonly (readonly [url: string, payload: object])[] = [
        ['/auth/login', { user: 'bea', organization: 'beta', password: PASSWORD }],
        ['/auth/refresh', {}],
        ['/auth/logout', {}],
        ['/auth/oidc/logout', {}],
        ['/auth/verify-mfa', { mfaToken: 'x', code: '123456' }],
        ['/auth/passkeys/sign-in', { organization: 'default', credential: CREDENTIAL }],
      ];
      for (const [url, payload] of attempts) {
        const answer = await accounts.api.inject({ method: 'POST', url, headers: browser({ ...headers, cookie }), payload }, null);
        expect([url, answer.statusCode, answer.json().code, answer.headers['set-cookie']]).toEqual([url, 403, 'CROSS_SITE', undefined]);
      }
      const own = await accounts.api.inject(
        { method: 'POST', url: '/auth/refresh', headers: browser({ cookie, 'sec-fetch-site': 'same-origin' }), payload: {} },
        null,
      );
      expect(own.statusCode).toBe(200);
    });

    it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', ''])(
      'a form, which asks nobody before it sends: %s',
      async (type) => {
        for (const url of ['/auth/login', '/auth/refresh', '/auth/logout', '/graphql', '/v2/assets']) {
          const headers = { host: HOST, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site', ...(type !== '' && { 'content-type': type }) };
          const payload = '{"user":"ada","password":"x"}';
          const { statusCode } = await accounts.api.inject({ method: 'POST', url, headers, payload }, null);
          expect([url, [400, 401, 403, 415].includes(statusCode)]).toEqual([url, true]);
        }
      },
    );

    it('a cookie opens nothing but what begins with /auth, and there only sessions', async () => {
      const jar = await accounts.api.inject({ method: 'POST', url: '/auth/login', headers: browser({}), payload: { user: 'ada', password: PASSWORD } }, null);
      const cookie = String(jar.headers['set-cookie']).split(';')[0]!;
      for (const url of ['/auth/me', '/auth/sessions', '/auth/users', '/v2/events', '/graphql?query={viewer{user}}'])
        expect([url, (await accounts.api.inject({ url, headers: browser({ cookie }) }, null)).statusCode]).toEqual([url, 401]);
    });
  });

  /** The close code of /live for a first message with this token. */
  async function liveCloses(token: string): Promise<number> {
    const socket = new WebSocket(`${base.replace('http', 'ws')}/live`);
    const closed = new Promise<number>((resolve) => socket.addEventListener('close', ({ code }) => resolve(code), { once: true }));
    socket.addEventListener('open', () => socket.send(JSON.stringify({ token })), { once: true });
    return closed;
  }
  /** Null when it is let in. */
  async function graphqlCloses(token: string): Promise<number | null> {
    const client = createClient({ url: `${base.replace('http', 'ws')}/graphql`, connectionParams: { authorization: `Bearer ${token}` }, retryAttempts: 0 });
    const ended = Promise.withResolvers<number | null>();
    client.subscribe(
      { query: '{ viewer { user } }' },
      { next: () => ended.resolve(null), error: (error) => ended.resolve((error as { code?: number }).code ?? -1), complete: () => ended.resolve(null) },
    );
    const code = await ended.promise;
    await client.dispose();
    return code;
  }
});

const CREDENTIAL = {
  id: 'AAAA',
  rawId: 'AAAA',
  type: 'public-key',
  clientExtensionResults: {},
  response: { clientDataJSON: 'AAAA', authenticatorData: 'AAAA', signature: 'AAAA' },
};
