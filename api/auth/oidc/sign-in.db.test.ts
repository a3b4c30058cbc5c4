// Signing in by a provider that others wrote (oidc-provider), from the first click to the session.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openOutbound } from '../../../outbound/client.ts';
import { config as outboundConfig } from '../../../outbound/config.ts';
import { INSTALLATION, openTestApi } from '../../test/api.ts';
import type { Loose, TestApi } from '../../test/api.ts';
import { openTestDatabase, serverUrl } from '../../test/database.ts';
import type { TestDatabase } from '../../test/database.ts';
import { CLIENT, openTestProvider, PUBLIC_URL, TestBrowser } from '../../test/oidc-provider.ts';
import type { TestProvider } from '../../test/oidc-provider.ts';
import { seedOrganization } from '../../test/seed.ts';

const PLACE = 'default.own';
const AUDIENCE = `urn:goshawk:${INSTALLATION}:default`;

describe.skipIf(serverUrl === '')('an identity provider', () => {
  let database: TestDatabase;
  let provider: TestProvider;
  let api: TestApi;
  const settings = (more: object = {}) => ({
    label: 'Own',
    issuer: provider.issuer,
    clientId: CLIENT.id,
    clientSecret: CLIENT.secret,
    groupRoles: [
      { group: 'soc', roles: ['analyst'] },
      { group: 'leads', roles: ['admin'] },
    ],
    ...more,
  });
  const put = (more: object = {}, name = 'own', organization = 'default') =>
    api.inject({ method: 'PUT', url: `/auth/identity-providers/${name}`, payload: settings(more) }, ['admin'], organization);
  const signIn = (browser = new TestBrowser(api), to = '/done') => browser.follow(`/auth/oidc/${PLACE}/start?return_to=${encodeURIComponent(to)}`);
  const failure = ({ location, url }: { readonly location: string | null; readonly url: string }) => new URL(location ?? url).searchParams.get('reason');
  /** Who the browser is, by its refresh cookie. */
  const whoIs = async (browser: TestBrowser): Promise<Loose> => {
    const cookie = [...browser.cookies('goshawk.test')].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await api.inject({ method: 'POST', url: '/auth/refresh', headers: { host: 'goshawk.test', cookie } }, null);
    for (const each of [answer.headers['set-cookie'] ?? []].flat()) {
      const [name = '', value = ''] = each.split(';')[0]!.split('=', 2);
      browser.cookies('goshawk.test').set(name, value);
    }
    return answer.json();
  };
  const audited = async (action: string) =>
    (await database.owner.query('SELECT actor, object, detail FROM goshawk.audit WHERE action = $1 ORDER BY seq', [action])).rows as Loose[];

  beforeAll(async () => {
    database = await openTestDatabase();
    await seedOrganization(database.owner, 'other');
    provider = await openTestProvider({ places: [PLACE, 'other.own', 'default.second'], audience: AUDIENCE });
    const outbound = openOutbound({ ...outboundConfig.parse({}), allow: [provider.issuer] });
    api = await openTestApi(database, { config: { publicUrl: PUBLIC_URL }, deps: { outbound, wallMicros: () => Date.now() * 1_000 } });
    expect((await put()).json()).toMatchObject({ name: 'own', hasSecret: true, callbackUrl: `${PUBLIC_URL}/auth/oidc/${PLACE}/callback` });
  });
  beforeEach(() => {
    provider.people.ada = { preferred_username: 'ada@example.com', email: 'ada@example.com', email_verified: true, groups: ['soc', 'others'] };
    provider.subject = 'ada';
  });
  afterAll(async () => {
    await api.close();
    await provider.close();
    await database.drop();
  });

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
});
