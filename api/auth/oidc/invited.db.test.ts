// Who is invited comes by a provider; and what an account is linked to, and how that ends.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { serverUrl } from '../../test/database.ts';
import { PUBLIC_URL, TestBrowser } from '../../test/oidc-provider.ts';
import { failure, openOidcWorld, PLACE } from '../../test/oidc-world.ts';
import type { OidcWorld } from '../../test/oidc-world.ts';

describe.skipIf(serverUrl === '')('somebody who is invited', () => {
  let world: OidcWorld;
  let { database, provider, api, put, signIn, whoIs, audited }: OidcWorld = {} as OidcWorld;
  let n = 0;

  /** Somebody whom the provider knows, in no group unless said. */
  const comes = (claims: object = {}): string => {
    const subject = `subject ${++n}`;
    provider.people[subject] = { preferred_username: `person-${n}`, ...claims };
    provider.subject = subject;
    return subject;
  };
  const invite = async (name: string, more: object = {}, organization = 'default') => {
    const answer = await api.inject({ method: 'POST', url: '/auth/invitations', payload: { name, roles: ['responder'], ...more } }, ['admin'], organization);
    const { id, link } = answer.json();
    return { id, token: link.split('#')[1] as string };
  };
  /** From the link to our callback and where that leads. */
  const accept = async (token: string, browser = new TestBrowser(api), place = PLACE) => {
    const begun = await api.inject({ method: 'POST', url: `/auth/oidc/${place}/accept`, payload: { token } }, null);
    if (begun.statusCode !== 200) return { begun, browser, last: null };
    const [pair = ''] = String(begun.headers['set-cookie']).split(';');
    const [name = '', value = ''] = pair.split('=', 2);
    browser.cookies('goshawk.test').set(name, value);
    const { location } = await browser.follow(begun.json().location, /\/callback\?/);
    return { begun, browser, last: await browser.go(location!) };
  };
  const userNamed = async (name: string) => (await api.inject({ url: `/auth/users?search=${encodeURIComponent(name)}` }, ['admin'])).json().users[0];
  const isOpen = async (token: string) => (await api.inject({ method: 'POST', url: '/auth/invitations/look', payload: { token } }, null)).statusCode === 200;

  beforeAll(async () => {
    world = await openOidcWorld();
    ({ database, provider, api, put, signIn, whoIs, audited } = world);
  });
  beforeEach(() => put());
  afterAll(() => world.close());

  describe('with the link', () => {
    it('gets one account, of the name and roles of the invitation, which the groups do not change', async () => {
      const subject = comes({ groups: [] });
      const { id, token } = await invite('Ivy', { email: 'ivy@example.com' });
      const { last, browser } = await accept(token);
      expect([last!.status, last!.location]).toEqual([303, `${PUBLIC_URL}/`]);
      expect((await whoIs(browser)).user).toEqual({ name: 'Ivy', organization: 'default', roles: ['responder'] });
      expect(await userNamed('Ivy')).toMatchObject({
        email: 'ivy@example.com',
        hasPassword: false,
        identities: [{ provider: 'own', subject, keepsRoles: true }],
      });
      expect((await audited('invitation.accept')).at(-1)).toEqual({ actor: 'Ivy', object: 'Ivy', detail: { id, provider: 'own', subject, by: 'link' } });
      provider.people[subject]!.groups = ['leads'];
      await signIn(browser);
      expect((await whoIs(browser)).user.roles).toEqual(['responder']);
      expect(await isOpen(token)).toBe(false);
    });

    it('also where the provider makes no users, and has no name for them', async () => {
      await put({ provisions: false, groupRoles: [] });
      comes({ preferred_username: undefined });
      const { browser } = await accept((await invite('Nameless')).token);
      expect((await whoIs(browser)).user.name).toBe('Nameless');
      const later = new TestBrowser(api);
      await signIn(later);
      expect((await whoIs(later)).user.name).toBe('Nameless');
    });

    it('does not get a second account', async () => {
      comes({ groups: ['soc'] });
      await signIn();
      const { token } = await invite('Twice');
      const { last, browser } = await accept(token);
      expect(failure(last!)).toBe('has-account');
      expect((await whoIs(browser)).code).toBe('SESSION_ENDED');
      expect([await userNamed('Twice'), await isOpen(token)]).toEqual([undefined, true]);
      expect((await audited('session.refused')).at(-1)).toMatchObject({ actor: `person-${n}`, detail: { reason: 'has-account', provider: 'own' } });
    });

    it('does not get the account of somebody whose name was free when they were invited', async () => {
      comes();
      const { token } = await invite('Taken');
      await database.owner.query(`INSERT INTO goshawk.app_user (organization, name, roles) VALUES ('default', 'taken', '{viewer}')`);
      expect(failure((await accept(token)).last!)).toBe('name-taken');
      expect(await isOpen(token)).toBe(true);
    });

    it('comes too late when it is withdrawn while they sign in', async () => {
      comes();
      const { id, token } = await invite('Late');
      const browser = new TestBrowser(api);
      const begun = await api.inject({ method: 'POST', url: `/auth/oidc/${PLACE}/accept`, payload: { token } }, null);
      const [name = '', value = ''] = String(begun.headers['set-cookie']).split(';')[0]!.split('=', 2);
      browser.cookies('goshawk.test').set(name, value);
      const { location } = await browser.follow(begun.json().location, /\/callback\?/);
      expect((await api.inject({ method: 'DELETE', url: `/auth/invitations/${id}` }, ['admin'])).statusCode).toBe(200);
      expect(failure(await browser.go(location!))).toBe('invitation-over');
      expect(await userNamed('Late')).toBeUndefined();
    });

    it.each<[name: string, token: () => Promise<string>, place: string]>([
      ['a link that is none', async () => `gsi_${'a'.repeat(43)}`, PLACE],
      ['a link to another organization', async () => (await invite('Elsewhere', {}, 'other')).token, PLACE],
      ['a provider that is none', async () => (await invite('Nowhere')).token, 'default.none'],
    ])('does not begin with %s', async (_name, token, place) => {
      expect((await accept(await token(), undefined, place)).begun.json().code).toBe('NOT_FOUND');
    });

    it('begins on a page of ours only: else another site could have a browser accept', async () => {
      const payload = { token: (await invite('Crossed')).token };
      const answer = await api.inject({ method: 'POST', url: `/auth/oidc/${PLACE}/accept`, headers: { 'sec-fetch-site': 'cross-site' }, payload }, null);
      expect(answer.json().code).toBe('CROSS_SITE');
    });
  });

  describe('without the link', () => {
    const invited = (name: string, more: object = {}) => invite(name, { email: `${name}@example.com`, roles: ['analyst'], ...more });

    it('is known by the mail address that the provider has verified', async () => {
      const { token } = await invited('mia');
      const subject = comes({ email: 'Mia@Example.com', email_verified: true });
      const browser = new TestBrowser(api);
      await signIn(browser);
      expect((await whoIs(browser)).user).toEqual({ name: 'mia', organization: 'default', roles: ['analyst'] });
      expect((await audited('invitation.accept')).at(-1)).toMatchObject({ detail: { subject, by: 'mail' } });
      expect(await isOpen(token)).toBe(false);
    });

    it.each<[name: string, claims: object, more: object]>([
      ['an address that nobody verified', { email_verified: false }, {}],
      ['an address without a word on that', { email_verified: undefined }, {}],
      ['an address that says to be verified in words', { email_verified: 'true' }, {}],
      ['another address', { email: 'other@example.com' }, {}],
      ['roles that the provider gives to no group: who set it up need not hold them', {}, { roles: ['responder'] }],
    ])('is not known by %s', async (_name, claims, more) => {
      const name = `not-${++n}`;
      const { token } = await invited(name, more);
      comes({ email: `${name}@example.com`, email_verified: true, groups: ['soc'], ...claims });
      const browser = new TestBrowser(api);
      await signIn(browser);
      expect((await whoIs(browser)).user.name).toBe(`person-${n}`);
      expect(await isOpen(token)).toBe(true);
    });
  });

  describe('and has an account', () => {
    const linked = async (name: string) => {
      const subject = comes();
      const { browser } = await accept((await invite(name)).token);
      const { accessToken } = await whoIs(browser);
      const [identity] = (await userNamed(name)).identities;
      return { subject, browser, identity, user: await userNamed(name), authorization: `Bearer ${accessToken}` };
    };

    it('sees how they sign in, and does not lock themselves out', async () => {
      const { identity, authorization, subject } = await linked('Own');
      const seen = (await api.inject({ url: '/auth/identities', headers: { authorization } }, null)).json().identities;
      expect(seen).toEqual([{ ...identity, provider: 'own', label: 'Own', subject }]);
      const remove = () => api.inject({ method: 'DELETE', url: `/auth/identities/${identity.id}`, headers: { authorization } }, null);
      expect((await remove()).json()).toMatchObject({ code: 'CONFLICT', detail: expect.stringContaining('no other way') });
      await database.owner.query(`UPDATE goshawk.app_user SET password_hash = '$argon2id$x' WHERE name = 'Own'`);
      expect((await remove()).statusCode).toBe(204);
      expect((await api.inject({ url: '/auth/me', headers: { authorization } }, null)).statusCode).toBe(401); // the session came from it
      expect((await audited('user.unlink')).at(-1)).toMatchObject({ actor: 'Own', object: 'Own', detail: { provider: 'own', subject, sessions: 1 } });
    });

    it('has it taken away by an administrator: at once, and the next sign-in is a stranger’s', async () => {
      const { identity, user, authorization } = await linked('Gone');
      const url = `/auth/users/${user.id}/identities/${identity.id}`;
      expect((await api.inject({ method: 'DELETE', url }, ['viewer'])).statusCode).toBe(403);
      expect((await api.inject({ method: 'DELETE', url }, ['admin'], 'other')).statusCode).toBe(404);
      expect((await api.inject({ method: 'DELETE', url }, ['admin'])).json()).toMatchObject({ name: 'Gone', sessions: 0, identities: [] });
      expect((await api.inject({ url: '/auth/me', headers: { authorization } }, null)).statusCode).toBe(401);
      expect(failure(await signIn())).toBe('no-role');
      expect((await api.inject({ method: 'DELETE', url }, ['admin'])).statusCode).toBe(404);
    });

    it("keeps it when somebody names another user's", async () => {
      const [mine, theirs] = [await linked('Mine'), await linked('Theirs')];
      const unlink = 'mutation ($user: ID!, $identity: ID!) { unlinkIdentity(user: $user, identity: $identity) { identities { id } } }';
      const { errors } = await api.graphql(unlink, { user: mine.user.id, identity: theirs.identity.id }, ['admin']);
      expect(errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
      const answer = await api.inject(
        { method: 'DELETE', url: `/auth/identities/${theirs.identity.id}`, headers: { authorization: mine.authorization } },
        null,
      );
      expect([answer.statusCode, (await userNamed('Theirs')).identities.length]).toEqual([404, 1]);
    });

    it('is not touched by who may do less', async () => {
      const { identity, user } = await linked('Strong');
      await database.owner.query(`UPDATE goshawk.app_user SET roles = '{admin,platform_admin}' WHERE name = 'Strong'`);
      expect((await api.inject({ method: 'DELETE', url: `/auth/users/${user.id}/identities/${identity.id}` }, ['admin'])).json().code).toBe('FORBIDDEN');
    });
  });
});
