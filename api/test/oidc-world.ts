// The API with an organization that signs in by a provider, and what tests of that ask of both.
import { expect } from 'vitest';
import { openOutbound } from '../../outbound/client.ts';
import { config as outboundConfig } from '../../outbound/config.ts';
import { INSTALLATION, openTestApi } from './api.ts';
import type { Loose, TestApi } from './api.ts';
import { openTestDatabase } from './database.ts';
import type { TestDatabase } from './database.ts';
import { CLIENT, openTestProvider, PUBLIC_URL, TestBrowser } from './oidc-provider.ts';
import type { Step, TestProvider } from './oidc-provider.ts';
import { seedOrganization } from './seed.ts';

export const PLACE = 'default.own';

export interface OidcWorld {
  readonly database: TestDatabase;
  readonly provider: TestProvider;
  readonly api: TestApi;
  /** What the provider `own` is, as an administrator writes it. */
  readonly settings: (more?: object) => Record<string, unknown>;
  readonly put: (more?: object, name?: string, organization?: string) => ReturnType<TestApi['inject']>;
  readonly signIn: (browser?: TestBrowser, to?: string) => Promise<Step>;
  /** Who the browser is, by its refresh cookie; or the problem. */
  readonly whoIs: (browser: TestBrowser) => Promise<Loose>;
  readonly audited: (action: string) => Promise<Loose[]>;
  readonly close: () => Promise<void>;
}

/** Of a refusal: why, as the sign-in page is told. */
export const failure = ({ location, url }: { readonly location: string | null; readonly url: string }): string | null =>
  new URL(location ?? url).searchParams.get('reason');

/** Organizations `default`, which has the provider, and `other`, which has none. */
export async function openOidcWorld(): Promise<OidcWorld> {
  const database = await openTestDatabase();
  await seedOrganization(database.owner, 'other');
  const provider = await openTestProvider({ places: [PLACE, 'other.own', 'default.second'], audience: `urn:goshawk:${INSTALLATION}:default` });
  const outbound = openOutbound({ ...outboundConfig.parse({}), allow: [provider.issuer] });
  const api = await openTestApi(database, { config: { publicUrl: PUBLIC_URL }, deps: { outbound, wallMicros: () => Date.now() * 1_000 } });
  const settings = (more: object = {}) => ({
    label: 'Own',
    issuer: provider.issuer,
    clientId: CLIENT.id,
    clientSecret: CLIENT.secret,
    endsSession: true,
    groupRoles: [
      { group: 'soc', roles: ['analyst'] },
      { group: 'leads', roles: ['admin'] },
    ],
    ...more,
  });
  const put = (more: object = {}, name = 'own', organization = 'default') =>
    api.inject({ method: 'PUT', url: `/auth/identity-providers/${name}`, payload: settings(more) }, ['admin'], organization);
  expect((await put()).json()).toMatchObject({ name: 'own', hasSecret: true, callbackUrl: `${PUBLIC_URL}/auth/oidc/${PLACE}/callback` });
  return {
    database,
    provider,
    api,
    settings,
    put,
    signIn: (browser = new TestBrowser(api), to = '/done') => browser.follow(`/auth/oidc/${PLACE}/start?return_to=${encodeURIComponent(to)}`),
    async whoIs(browser) {
      const cookie = [...browser.cookies('goshawk.test')].map(([name, value]) => `${name}=${value}`).join('; ');
      const answer = await api.inject({ method: 'POST', url: '/auth/refresh', headers: { host: 'goshawk.test', cookie } }, null);
      for (const each of [answer.headers['set-cookie'] ?? []].flat()) {
        const [name = '', value = ''] = each.split(';')[0]!.split('=', 2);
        browser.cookies('goshawk.test').set(name, value);
      }
      return answer.json();
    },
    audited: async (action) => (await database.owner.query('SELECT actor, object, detail FROM goshawk.audit WHERE action = $1 ORDER BY seq', [action])).rows,
    async close() {
      await api.close();
      await provider.close();
      await database.drop();
    },
  };
}
