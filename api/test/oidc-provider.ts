// An identity provider that others wrote, on this machine, and a browser that goes back and forth between it and the API.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import type { JWK } from 'jose';
import { Provider } from 'oidc-provider';
import type { TestApi } from './api.ts';

/** Where the API is, as the provider and browsers know it. */
export const PUBLIC_URL = 'http://goshawk.test';
export const CLIENT = { id: 'goshawk', secret: 'a secret of thirty-two letters..' };

export interface TestProvider {
  readonly issuer: string;
  /** Private keys that sign; the first signs now. */
  readonly keys: JWK[];
  /** Claims by subject; to be changed at will. */
  readonly people: Record<string, Record<string, unknown>>;
  /** Who sits before the browser. */
  subject: string;
  /** Bodies that were posted to the back channel. */
  readonly backchannel: string[];
  readonly close: () => Promise<void>;
}

export interface ProviderOptions {
  readonly places: readonly string[];
  readonly audience: string;
  /** Where the API is, when not there. */
  readonly publicUrl?: string;
}

export async function openTestProvider({ places, audience, publicUrl = PUBLIC_URL }: ProviderOptions): Promise<TestProvider> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const keys = [{ ...(await exportJWK(privateKey)), kid: 'one', use: 'sig', alg: 'RS256' }];
  const state: Omit<TestProvider, 'close'> = { issuer, keys, people: {}, subject: 'ada', backchannel: [] };
  const provider = new Provider(issuer, {
    jwks: { keys },
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        redirect_uris: places.map((place) => `${publicUrl}/auth/oidc/${place}/callback`),
        post_logout_redirect_uris: [`${publicUrl}/login`],
        backchannel_logout_uri: `${publicUrl}/auth/oidc/${places[0]}/backchannel-logout`,
        backchannel_logout_session_required: true,
        grant_types: ['authorization_code', 'client_credentials'],
        response_types: ['code'],
      },
    ],
    cookies: { keys: ['of the test'] },
    ttl: { Interaction: 600, Grant: 600, Session: 600, AccessToken: 600, ClientCredentials: 600, IdToken: 600, AuthorizationCode: 60 },
    pkce: { required: () => true },
    claims: { openid: ['sub'], profile: ['preferred_username', 'groups'], email: ['email', 'email_verified'] },
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: { enabled: true },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({ scope: 'api', audience, accessTokenFormat: 'jwt' as const, jwt: { sign: { alg: 'RS256' as const } } }),
      },
    },
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    findAccount: (_ctx, id) => (state.people[id] === undefined ? undefined : { accountId: id, claims: async () => ({ sub: id, ...state.people[id] }) }),
    async loadExistingGrant(ctx) {
      const known = ctx.oidc.session!.grantIdFor(ctx.oidc.client!.clientId);
      if (known !== undefined) return ctx.oidc.provider.Grant.find(known);
      const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client!.clientId, accountId: ctx.oidc.session!.accountId! });
      grant.addOIDCScope('openid profile email');
      await grant.save();
      return grant;
    },
    fetch: async (_url, options) => {
      state.backchannel.push((options?.body as { toString: () => string } | undefined)?.toString() ?? '');
      return new Response(null, { status: 200 });
    },
  });
  provider.on('server_error', (_ctx, error) => console.error(error)); // a mistake of the test
  const answer = provider.callback();
  server.on('request', (request, response) => {
    if (request.url?.startsWith('/interaction/') !== true) return void answer(request, response);
    void provider.interactionFinished(request, response, { login: { accountId: state.subject } });
  });
  return Object.assign(state, {
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
}

export interface Step {
  readonly url: string;
  readonly status: number;
  readonly location: string | null;
  readonly body: string;
}

/** Keeps cookies by host, and follows redirects as it is told. */
export class TestBrowser {
  readonly #api: TestApi;
  readonly #jars = new Map<string, Map<string, string>>();

  constructor(api: TestApi) {
    this.#api = api;
  }

  async go(url: string, method: 'GET' | 'POST' = 'GET', body?: string): Promise<Step> {
    const { host, pathname, search, origin } = new URL(url, PUBLIC_URL);
    const jar = this.cookies(host);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { accept: 'text/html', cookie, ...(body !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }) };
    let status: number;
    let location: string | null;
    let set: readonly string[];
    let text: string;
    if (origin === PUBLIC_URL) {
      const answer = await this.#api.app.inject({
        method,
        url: `${pathname}${search}`,
        headers: { ...headers, host },
        ...(body !== undefined && { payload: body }),
      });
      [status, location, text] = [answer.statusCode, answer.headers.location ?? null, answer.body];
      set = [answer.headers['set-cookie'] ?? []].flat();
    } else {
      const answer = await fetch(url, { method, headers, redirect: 'manual', ...(body !== undefined && { body }) });
      [status, location, text] = [answer.status, answer.headers.get('location'), await answer.text()];
      set = answer.headers.getSetCookie();
    }
    for (const each of set) {
      const [pair = ''] = each.split(';');
      const [name = '', value = ''] = pair.split('=', 2);
      if (value === '' || /max-age=0/i.test(each)) jar.delete(name);
      else jar.set(name, value);
    }
    return { url: new URL(url, PUBLIC_URL).href, status, location: location === null ? null : new URL(location, new URL(url, PUBLIC_URL)).href, body: text };
  }

  /** Until there is no redirect, or the next address is one that `until` matches: that one is not asked. */
  async follow(url: string, until?: RegExp): Promise<Step> {
    let step = await this.go(url);
    for (let hops = 0; step.location !== null && until?.test(step.location) !== true && new URL(step.location).pathname !== '/done'; hops += 1) {
      if (hops > 12) throw new Error(`No end of redirects: ${step.location}`);
      step = await this.go(step.location);
    }
    return step;
  }

  cookies(host: string): Map<string, string> {
    const jar = this.#jars.get(host) ?? new Map<string, string>();
    this.#jars.set(host, jar);
    return jar;
  }
}
