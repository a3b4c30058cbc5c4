// Signing in by a provider that others wrote (oidc-provider), from the first click to the session.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { INSTALLATION } from '../../test/api.ts';
import { signInByProvider } from '../../../store/queries/identity-providers.ts';
import { serverUrl } from '../../test/database.ts';
import { CLIENT, PUBLIC_URL, TestBrowser } from '../../test/oidc-provider.ts';
import { failure, openOidcWorld, PLACE } from '../../test/oidc-world.ts';
import type { OidcWorld } from '../../test/oidc-world.ts';

describe.skipIf(serverUrl === '')('an identity provider', () => {
  let world: OidcWorld;
  let { database, provider, api, settings, put, signIn, whoIs, audited }: OidcWorld = {} as OidcWorld;

  beforeAll(async () => {
    world = await openOidcWorld();
    ({ database, provider, api, settings, put, signIn, whoIs, audited } = world);
  });
  beforeEach(() => {
    provider.people.ada = { preferred_username: 'ada@example.com', email: 'ada@example.com', email_verified: true, groups: ['soc', 'others'] };
    provider.subject = 'ada';
  });
  afterAll(() => world.close());

  it("is listed for who is to sign in, without what is nobody else's business", async () => {
    expect((await api.inject({ url: '/auth/oidc' }, null)).json()).toEqual({ providers: [{ name: 'own', label: 'Own', start: `/auth/oidc/${PLACE}/start` }] });
    expect((await api.inject({ url: '/auth/oidc?organization=nowhere' }, null)).json()).toEqual({ providers: [] });
  });

  it('signs in, makes the user with the roles of its groups, and leads to the page that was asked for', async () => {
    const browser = new TestBrowser(api);
    const last = await signIn(browser, '/done?status=open');
    expect([last.status, last.location]).toEqual([303, `${PUBLIC_URL}/done?status=open`]);
    const { accessToken, user } = await whoIs(browser);
    expect(user).toEqual({ name: 'ada@example.com', organization: 'default', roles: ['analyst'] });
    const me = await api.inject({ url: '/auth/me', headers: { authorization: `Bearer ${accessToken}` } }, null);
    expect(me.json()).toMatchObject({ name: 'ada@example.com' });
    expect(await audited('user.add')).toMatchObject([{ actor: 'ada@example.com', detail: { provider: 'own', subject: 'ada', roles: ['analyst'] } }]);
    expect([...browser.cookies('goshawk.test').keys()]).toEqual(['goshawk_refresh_default']); // that of the sign-in is gone
  });

  it('knows the user again, and gives the roles of the groups anew', async () => {
    const before = new TestBrowser(api);
    await signIn(before);
    const { accessToken: old } = await whoIs(before);
    provider.people.ada!.groups = ['leads'];
    provider.people.ada!.preferred_username = 'renamed@example.com'; // names change, subjects do not
    const browser = new TestBrowser(api);
    await signIn(browser);
    expect((await whoIs(browser)).user).toEqual({ name: 'ada@example.com', organization: 'default', roles: ['admin'] });
    expect(await audited('user.change')).toMatchObject([{ detail: { before: { roles: ['analyst'] }, after: { roles: ['admin'] }, provider: 'own' } }]);
    // A token that tells of the roles before does not hold any more; the session goes on.
    await expect.poll(async () => (await api.inject({ url: '/auth/me', headers: { authorization: `Bearer ${old}` } }, null)).statusCode).toBe(401);
    expect((await whoIs(before)).user.roles).toEqual(['admin']);
  });

  it('lets two sign-ins of one browser go on side by side', async () => {
    const browser = new TestBrowser(api);
    const [one, two] = [await browser.follow(`/auth/oidc/${PLACE}/start`, /\/callback\?/), await browser.follow(`/auth/oidc/${PLACE}/start`, /\/callback\?/)];
    expect((await browser.go(two.location!)).location).toBe(`${PUBLIC_URL}/`);
    expect((await browser.go(one.location!)).location).toBe(`${PUBLIC_URL}/`);
  });

  it('makes one user of two first sign-ins at the same moment', async () => {
    const clients = await Promise.all([database.pool.connect(), database.pool.connect()]);
    const [first, second] = clients;
    const { rows } = await database.owner.query(`SELECT id FROM goshawk.identity_provider WHERE name = 'own'`);
    const enter = (client: typeof first) => signInByProvider(client, rows[0].id, { subject: 'twice', name: 'twice', roles: ['viewer'], email: null }, null);
    for (const client of clients) {
      await client.query('BEGIN');
      await client.query(`SELECT set_config('goshawk.organization', 'default', true)`);
    }
    const one = await enter(first);
    const other = enter(second);
    const waiting = `SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    await expect.poll(async () => Number((await database.owner.query(waiting)).rows[0].n)).toBe(1);
    await first.query('COMMIT');
    expect([one.outcome, await other]).toEqual(['provisioned', { outcome: 'signed_in', userId: one.userId }]);
    await second.query('COMMIT');
    for (const client of clients) client.release();
  });

  it('binds the sign-in to the browser by a cookie that scripts cannot read', async () => {
    const start = await api.inject({ url: `/auth/oidc/${PLACE}/start` }, null);
    expect(start.headers['set-cookie']).toMatch(/^goshawk_oidc_[0-9a-f]{16}=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=600$/);
    const { searchParams } = new URL(String(start.headers.location));
    expect(Object.fromEntries(searchParams)).toMatchObject({ response_type: 'code', code_challenge_method: 'S256', scope: 'openid profile email' });
    for (const name of ['state', 'nonce', 'code_challenge']) expect(searchParams.get(name)).toMatch(/^[\w-]{43}$/);
  });

  describe('lets nobody in', () => {
    const people: Readonly<Record<string, Record<string, unknown>>> = {
      bob: { preferred_username: 'bob', groups: ['nobody'] },
      namesake: { preferred_username: 'Local', groups: ['soc'] },
      nameless: { groups: ['soc'] },
    };
    beforeAll(async () => {
      Object.assign(provider.people, people);
      await database.owner.query(
        `INSERT INTO goshawk.app_user (organization, name, password_hash, roles) VALUES ('default', 'local', '$argon2id$x', '{platform_admin,admin}')`,
      );
    });
    afterAll(async () => void (await put()));

    it.each([
      ['without a role', 'bob', {}, 'no-role'],
      ['under the name of somebody whom the provider has not vouched for before', 'namesake', {}, 'name-taken'],
      ['without a name', 'nameless', {}, 'no-name'],
      ['without an account, when the provider makes none', 'carl', { provisions: false }, 'unknown'],
      ['from another domain of mail', 'carl', { emailDomains: ['example.org'] }, 'mail-domain'],
    ])('%s', async (_name, subject, more, reason) => {
      provider.people.carl = { preferred_username: 'carl', email: 'carl@example.com', email_verified: true, groups: ['soc'] };
      provider.subject = subject;
      expect((await put(more)).statusCode).toBe(200);
      const browser = new TestBrowser(api);
      const refused = await signIn(browser);
      expect([failure(refused), new URL(refused.url).pathname]).toEqual([reason, '/login']);
      expect((await whoIs(browser)).code).toBe('SESSION_ENDED');
      expect((await audited('session.refused')).at(-1)).toMatchObject({ detail: { reason, provider: 'own' } });
    });

    it('until an administrator links the account; what reaches beyond the organization stays as it was', async () => {
      await put();
      const link = (roles: readonly string[], user = 'LOCAL') =>
        api.inject({ method: 'POST', url: '/auth/identity-providers/own/links', payload: { subject: 'namesake', user } }, roles);
      expect((await link(['admin'])).statusCode).toBe(403); // would take over somebody who may do more
      expect((await link(['platform_admin'], 'nobody')).statusCode).toBe(404);
      expect((await link(['platform_admin'])).statusCode).toBe(204);
      expect((await link(['platform_admin'])).statusCode).toBe(409);
      provider.subject = 'namesake';
      const browser = new TestBrowser(api);
      await signIn(browser);
      expect((await whoIs(browser)).user).toEqual({ name: 'local', organization: 'default', roles: ['analyst', 'platform_admin'] });
    });

    it('whose account is disabled', async () => {
      await database.owner.query(`UPDATE goshawk.app_user SET disabled_at = now() WHERE name = 'local'`);
      provider.subject = 'namesake';
      expect(failure(await signIn())).toBe('disabled');
    });

    it('when the provider is disabled or removed, and ends the sessions that came from it', async () => {
      const browser = new TestBrowser(api);
      await signIn(browser);
      await put({ isDisabled: true });
      expect((await whoIs(browser)).code).toBe('SESSION_ENDED');
      expect((await api.inject({ url: `/auth/oidc/${PLACE}/start` }, null)).statusCode).toBe(404);
      expect((await api.inject({ url: '/auth/oidc' }, null)).json()).toEqual({ providers: [] });
    });
  });

  describe('is not fooled by', () => {
    /** Stops in front of our callback, with all that a browser has then. */
    const halfway = async (place = PLACE) => {
      const browser = new TestBrowser(api);
      const { location } = await browser.follow(`/auth/oidc/${place}/start`, /\/callback\?/);
      return { browser, callback: new URL(location!) };
    };

    it('a browser that did not begin the sign-in, as of a victim who was sent a link', async () => {
      const { callback, browser } = await halfway();
      const victim = new TestBrowser(api);
      expect(failure(await victim.go(callback.href))).toBe('not-begun-here');
      expect((await whoIs(victim)).code).toBe('SESSION_ENDED');
      expect((await browser.go(callback.href)).location).toBe(`${PUBLIC_URL}/`); // and has not spoilt it for who did
    });

    it('a state of one sign-in with the cookie of another', async () => {
      const [mine, theirs] = [await halfway(), await halfway()];
      const [[, secret]] = [...mine.browser.cookies('goshawk.test')] as [[string, string]];
      const [[name]] = [...theirs.browser.cookies('goshawk.test')] as [[string, string]];
      mine.browser.cookies('goshawk.test').set(name, secret);
      expect(failure(await mine.browser.go(theirs.callback.href))).toBe('not-begun-here');
    });

    it('an answer that comes twice', async () => {
      const { browser, callback } = await halfway();
      const cookies = [...browser.cookies('goshawk.test')];
      expect((await browser.go(callback.href)).location).toBe(`${PUBLIC_URL}/`);
      for (const [name, value] of cookies) browser.cookies('goshawk.test').set(name, value);
      expect(failure(await browser.go(callback.href))).toBe('not-begun-here');
    });

    it('a code that was used in another sign-in', async () => {
      const first = await halfway();
      await first.browser.go(first.callback.href);
      const second = await halfway();
      second.callback.searchParams.set('code', first.callback.searchParams.get('code')!);
      expect(failure(await second.browser.go(second.callback.href))).toBe('not-proved');
    });

    it('a code that was stolen before it was used: it wants the verifier of its own sign-in', async () => {
      const [victim, thief] = [await halfway(), await halfway()];
      thief.callback.searchParams.set('code', victim.callback.searchParams.get('code')!);
      expect(failure(await thief.browser.go(thief.callback.href))).toBe('not-proved');
    });

    it('an answer that is given to another provider', async () => {
      await put({ label: 'Second' }, 'second');
      const { browser, callback } = await halfway();
      callback.pathname = '/auth/oidc/default.second/callback';
      expect(failure(await browser.go(callback.href))).toBe('not-begun-here');
      await api.inject({ method: 'DELETE', url: '/auth/identity-providers/second' }, ['admin']);
    });

    it('an answer of another issuer', async () => {
      const { browser, callback } = await halfway();
      expect(callback.searchParams.get('iss')).toBe(provider.issuer);
      callback.searchParams.set('iss', 'https://evil.example');
      expect(failure(await browser.go(callback.href))).toBe('not-proved');
    });

    it('an answer without the issuer that this provider always names', async () => {
      const { browser, callback } = await halfway();
      callback.searchParams.delete('iss');
      expect(failure(await browser.go(callback.href))).toBe('not-proved');
    });

    it('an answer with two states', async () => {
      const { browser, callback } = await halfway();
      callback.searchParams.append('state', 'x');
      expect((await browser.go(callback.href)).location).not.toBe(`${PUBLIC_URL}/`);
    });

    it('an answer after its time', async () => {
      const { browser, callback } = await halfway();
      await database.owner.query(`UPDATE goshawk.oidc_flow SET expires_at = now() - interval '1 second'`);
      expect(failure(await browser.go(callback.href))).toBe('not-begun-here');
    });

    it('an answer that is a refusal', async () => {
      const { browser, callback } = await halfway();
      callback.searchParams.delete('code');
      callback.searchParams.set('error', 'access_denied');
      callback.searchParams.set('error_description', '<script>');
      const { location } = await browser.go(callback.href);
      expect(failure({ location, url: '' })).toBe('provider-refused');
      expect(location).not.toContain('script');
    });

    it('a page to go to that is elsewhere', async () => {
      const browser = new TestBrowser(api);
      const { location } = await browser.go(`/auth/oidc/${PLACE}/start?return_to=${encodeURIComponent('//evil.example/')}`);
      expect(location).toMatch(/^http:\/\/goshawk\.test\/login\?problem=INVALID_REQUEST&requestId=/);
      expect(browser.cookies('goshawk.test').size).toBe(0);
    });

    it('a name that is none', async () => {
      for (const place of ['own', 'default', 'default.', '.own', 'default.own.x', '..', "default.own'--", 'other.own'])
        expect((await api.inject({ url: `/auth/oidc/${encodeURIComponent(place)}/start` }, null)).statusCode).toBe(404);
    });
  });

  describe('ends sessions', () => {
    /** Signs out at the provider, which asks first. */
    const signOutThere = async (browser: TestBrowser, url: string) => {
      const page = await browser.follow(url);
      const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(page.body) ?? [];
      const [, action = ''] = /action="([^"]+)"/.exec(page.body) ?? [];
      return browser.go(action, 'POST', new URLSearchParams({ xsrf, logout: 'yes' }).toString());
    };
    const post = (form: string) =>
      api.inject(
        { method: 'POST', url: `/auth/oidc/${PLACE}/backchannel-logout`, headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: form },
        null,
      );

    it('here first, then tells where to end that of the provider, which tells us to end the others', async () => {
      const browser = new TestBrowser(api);
      await signIn(browser);
      // Another session of ours from the same one of the provider, as of another tab.
      const before = new Map(browser.cookies('goshawk.test'));
      browser.cookies('goshawk.test').clear();
      await signIn(browser);
      const other = new TestBrowser(api);
      for (const [name, value] of before) other.cookies('goshawk.test').set(name, value);
      const cookie = [...browser.cookies('goshawk.test')].map(([name, value]) => `${name}=${value}`).join('; ');

      const out = await api.inject({ method: 'POST', url: '/auth/oidc/logout', headers: { host: 'goshawk.test', cookie } }, null);
      expect(out.json().url).toMatch(new RegExp(`^${provider.issuer}/session/end\\?`));
      const state = new URL(out.json().url).searchParams.get('state');
      expect(state).toMatch(/^[\w-]{43}$/);
      expect(new URL(out.json().url).searchParams.get('id_token_hint')).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
      expect((await whoIs(browser)).code).toBe('SESSION_ENDED');

      const { accessToken } = await whoIs(other);
      provider.backchannel.length = 0;
      const done = await signOutThere(browser, out.json().url);
      expect(done.location).toBe(`${PUBLIC_URL}/login?state=${state}`);
      const [told = ''] = provider.backchannel;
      expect((await post(told)).statusCode).toBe(200);
      expect((await whoIs(other)).code).toBe('SESSION_ENDED');
      expect((await api.inject({ url: '/auth/me', headers: { authorization: `Bearer ${accessToken}` } }, null)).statusCode).toBe(401); // at once
      expect(await audited('session.end_by_provider')).toMatchObject([{ object: 'ada', detail: { provider: 'own', sessions: 1 } }]);
      expect((await post(told)).statusCode).toBe(400); // once only
    });

    it('only by a token that the provider has signed', async () => {
      for (const form of ['', 'logout_token=', 'logout_token=x', 'logout_token=eyJhbGciOiJub25lIn0.e30.']) expect((await post(form)).statusCode).toBe(400);
    });

    it('here alone when the organization does not want more', async () => {
      await put({ endsSession: false });
      const browser = new TestBrowser(api);
      await signIn(browser);
      const cookie = [...browser.cookies('goshawk.test')].map(([name, value]) => `${name}=${value}`).join('; ');
      expect((await api.inject({ method: 'POST', url: '/auth/oidc/logout', headers: { host: 'goshawk.test', cookie } }, null)).json()).toEqual({ url: null });
      expect((await whoIs(browser)).code).toBe('SESSION_ENDED');
      await put();
    });

    it('that did not come from a provider as ever', async () => {
      expect((await api.inject({ method: 'POST', url: '/auth/oidc/logout' }, null)).json()).toEqual({ url: null });
      const cross = await api.inject({ method: 'POST', url: '/auth/oidc/logout', headers: { 'sec-fetch-site': 'cross-site' } }, null);
      expect(cross.json().code).toBe('CROSS_SITE');
    });
  });

  describe('is set up', () => {
    it('with a secret that nobody sees again', async () => {
      const { rows } = await database.owner.query(`SELECT client_secret FROM goshawk.identity_provider WHERE name = 'own'`);
      expect(rows[0].client_secret).toMatch(/^v1\./);
      const everything = JSON.stringify([
        (await api.inject({ url: '/auth/identity-providers' })).json(),
        (await database.owner.query(`SELECT * FROM goshawk.audit`)).rows,
      ]);
      expect(everything).toContain('"hasSecret":true');
      expect(everything).not.toContain(CLIENT.secret);
      expect(everything).not.toContain(rows[0].client_secret);
      const { clientSecret: _left, ...rest } = settings();
      await api.inject({ method: 'PUT', url: '/auth/identity-providers/own', payload: rest });
      expect((await signIn()).location).toBe(`${PUBLIC_URL}/done`); // the secret stayed
    });

    it('for one organization', async () => {
      expect((await api.inject({ url: '/auth/identity-providers/own' }, ['admin'], 'other')).statusCode).toBe(404);
      expect((await api.inject({ method: 'DELETE', url: '/auth/identity-providers/own' }, ['admin'], 'other')).statusCode).toBe(404);
      expect((await api.inject({ url: '/auth/identity-providers' }, ['admin'], 'other')).json()).toEqual({ providers: [] });
    });

    it.each<[name: string, more: object, status: number]>([
      ['with a group of platform administrators', { groupRoles: [{ group: 'x', roles: ['platform_admin'] }] }, 400],
      ['with everybody a sensor', { defaultRoles: ['sensor'] }, 400],
      ['with a role that is not there', { defaultRoles: ['nobody'] }, 400],
      ['with tokens for another product', { audience: 'https://other.example/api' }, 400],
      ['with tokens for another organization', { audience: `urn:goshawk:${INSTALLATION}:other` }, 400],
      ['with ID tokens for access tokens', { audience: CLIENT.id }, 400],
      ['with an issuer inside of our network', { issuer: 'https://10.0.0.1/' }, 400],
      ['with metadata for an issuer', { issuer: 'https://169.254.169.254' }, 400],
      ['with an issuer that has a query', { issuer: 'https://login.example.com/?x=1' }, 400],
      ['with an issuer that is no address', { issuer: 'login.example.com' }, 400],
      ['without the scope of OpenID', { scopes: ['profile'] }, 400],
      ['with what it does not know', { isAdmin: true }, 400],
    ])('not %s', async (_name, more, status) => {
      expect((await put(more, 'wrong')).statusCode).toBe(status);
      expect((await api.inject({ url: '/auth/identity-providers/wrong' })).statusCode).toBe(404);
    });

    it('by a platform administrator for the audience of another product', async () => {
      const answer = await api.inject({ method: 'PUT', url: '/auth/identity-providers/free', payload: settings({ audience: 'https://other.example/api' }) }, [
        'platform_admin',
      ]);
      expect(answer.statusCode).toBe(200);
      const again = { method: 'PUT', url: '/auth/identity-providers/free', payload: settings({ audience: 'https://other.example/api' }) } as const;
      expect((await api.inject(again, ['platform_admin'], 'other')).json().code).toBe('CONFLICT'); // a token leads to one organization
      await api.inject({ method: 'DELETE', url: '/auth/identity-providers/free' });
    });

    it('and tried out', async () => {
      const tried = await api.inject({ method: 'POST', url: '/auth/identity-providers/own/try' });
      expect(tried.json()).toMatchObject({
        issuer: provider.issuer,
        hasLogout: true,
        hasBackchannelLogout: true,
        endpoints: { token_endpoint: `${provider.issuer}/token` },
      });
    });

    it('and tried out in vain, which says why', async () => {
      await put({ issuer: `${provider.issuer}/nowhere` }, 'lost');
      const tried = await api.inject({ method: 'POST', url: '/auth/identity-providers/lost/try' });
      expect([tried.statusCode, tried.json().code]).toEqual([502, 'PROVIDER_UNAVAILABLE']);
      expect(tried.json().detail).toMatch(/as an identity provider now: \w/);
      const start = await api.inject({ url: '/auth/oidc/default.lost/start' }, null);
      expect(start.json().detail).toMatch(/cannot be used as an identity provider now\. Try again; an administrator learns why/); // nobody is told what is inside
      expect((await api.inject({ url: '/auth/oidc/default.lost/start', headers: { accept: 'text/html' } }, null)).headers.location).toContain(
        'problem=PROVIDER_UNAVAILABLE',
      );
    });
  });
});
