import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApi } from '../../test/api.ts';
import type { TestApi } from '../../test/api.ts';
import { openTestDatabase, serverUrl } from '../../test/database.ts';
import type { TestDatabase } from '../../test/database.ts';

const SECRET = 'kept-between-the-two';
const SAVE = 'mutation ($name: ID!, $input: IdentityProviderInput!, $replaces: Time) { saveIdentityProvider(name: $name, input: $input, replaces: $replaces)';
/** An address, so that no name server is asked. */
const CORP = { label: 'Corp', issuer: 'https://93.184.215.14', clientId: 'goshawk' };

describe.skipIf(serverUrl === '')('identity providers over GraphQL', () => {
  let database: TestDatabase;
  let api: TestApi;
  beforeAll(async () => {
    database = await openTestDatabase();
    api = await openTestApi(database, { config: { publicUrl: 'https://soc.example.org' } });
  });
  afterAll(async () => {
    await api.close();
    await database.drop();
  });

  const save = async (name: string, input: object, replaces: string | null, fields = 'changedAt', roles = ['admin']) => {
    const { data, errors } = await api.graphql(`${SAVE} { ${fields} } }`, { name, input, replaces }, roles);
    return { saved: data?.saveIdentityProvider, code: errors?.[0]?.extensions.code, message: errors?.[0]?.message };
  };
  const provider = async (name: string, fields: string) => (await api.graphql(`{ identityProvider(name: "${name}") { ${fields} } }`)).data.identityProvider;

  it('are made with what REST would make, and show all but the secret', async () => {
    const input = { ...CORP, clientSecret: SECRET, groupRoles: [{ group: 'soc', roles: ['analyst'] }], emailDomains: ['Example.org'] };
    const fields = `name label issuer clientId hasSecret scopes nameClaim groupsClaim groupRoles { group roles } defaultRoles emailDomains provisions audience disabledAt
      createdBy addresses { callbackUrl backchannelLogoutUrl ownAudience }`;
    const { saved } = await save('corp', input, null, fields);
    const own = 'urn:goshawk:00000000-0000-4000-8000-000000000001:default';
    expect(saved).toEqual({
      ...CORP,
      name: 'corp',
      hasSecret: true,
      scopes: ['openid', 'profile', 'email'],
      nameClaim: 'preferred_username',
      groupsClaim: 'groups',
      groupRoles: [{ group: 'soc', roles: ['analyst'] }],
      defaultRoles: [],
      emailDomains: ['example.org'],
      provisions: true,
      audience: null,
      disabledAt: null,
      createdBy: 'tester',
      addresses: {
        callbackUrl: 'https://soc.example.org/auth/oidc/default.corp/callback',
        backchannelLogoutUrl: 'https://soc.example.org/auth/oidc/default.corp/backchannel-logout',
        ownAudience: own,
      },
    });
    const rest = await api.inject({ url: '/auth/identity-providers/corp' });
    expect(rest.json()).toMatchObject({ hasSecret: true, callbackUrl: saved.addresses.callbackUrl, ownAudience: own });
    const { rows } = await database.owner.query('SELECT row_to_json(a)::text AS entry FROM goshawk.audit a');
    expect(rows.map(({ entry }) => entry).join('\n')).not.toContain(SECRET);
  });

  it('keep a secret that is left out, and lose one that is null', async () => {
    const { changedAt } = await provider('corp', 'changedAt');
    const { saved } = await save('corp', { ...CORP, label: 'Corporation' }, changedAt, 'changedAt label hasSecret');
    expect(saved).toMatchObject({ label: 'Corporation', hasSecret: true });
    expect((await save('corp', { ...CORP, clientSecret: null }, saved.changedAt, 'hasSecret')).saved).toEqual({ hasSecret: false });
  });

  it('are changed only by who has seen the last change', async () => {
    const { changedAt } = await provider('corp', 'changedAt');
    expect(await save('corp', CORP, null)).toMatchObject({ code: 'CONFLICT', message: 'There is an identity provider of this name already.' });
    const both = await Promise.all([save('corp', { ...CORP, label: 'One' }, changedAt), save('corp', { ...CORP, label: 'Other' }, changedAt)]);
    expect(both.flatMap(({ code }) => code ?? [])).toEqual(['CONFLICT']);
    expect((await save('gone', CORP, changedAt)).message).toBe('It was removed meanwhile.');
    const twice = await Promise.all([save('twice', CORP, null), save('twice', CORP, null)]);
    expect(twice.flatMap(({ code }) => code ?? [])).toEqual(['CONFLICT']);
  });

  it('are disabled, and removed', async () => {
    const { changedAt } = await provider('twice', 'changedAt');
    expect((await save('twice', { ...CORP, isDisabled: true }, changedAt, 'disabledAt')).saved.disabledAt).toMatch(/Z$/);
    expect((await api.graphql('mutation { removeIdentityProvider(name: "twice") }')).data).toEqual({ removeIdentityProvider: true });
    expect(await provider('twice', 'name')).toBeNull();
    expect((await api.graphql('{ identityProviders { name } }')).data.identityProviders).toEqual([{ name: 'corp' }]);
  });

  it.each<[what: string, name: string, change: object]>([
    ['a name that is no part of an address', 'Corp!', {}],
    ['an issuer with a query', 'x', { issuer: 'https://93.184.215.14/?a' }],
    ['scopes without openid', 'x', { scopes: ['email'] }],
    ['the audience of another organization', 'x', { audience: 'urn:goshawk:00000000-0000-4000-8000-000000000001:acme' }],
    ['a role that is given to no group', 'x', { defaultRoles: ['platform_admin'] }],
  ])('are refused %s', async (_what, name, change) => {
    expect((await save(name, { ...CORP, ...change }, null)).code).toBe('INVALID_REQUEST');
  });

  it('give no role that who makes them does not hold, and reach no address inside', async () => {
    await api.inject({ method: 'POST', url: '/auth/roles', payload: { name: 'people', permissions: ['users:read', 'users:manage'] } });
    expect((await save('x', { ...CORP, defaultRoles: ['admin'] }, null, 'name', ['people'])).code).toBe('FORBIDDEN');
    expect((await save('x', { ...CORP, issuer: 'https://169.254.169.254' }, null)).code).toBe('OUTBOUND_REFUSED');
  });

  it.each(['tryIdentityProvider(name: "ghost") { issuer }', 'tryIdentityProvider(name: "a\\u0000b") { issuer }', 'removeIdentityProvider(name: "../x")'])(
    '%s finds none',
    async (mutation) => {
      expect((await api.graphql(`mutation { ${mutation} }`)).errors?.[0]?.extensions.code).toBe('NOT_FOUND');
    },
  );

  it('say what is to be entered at the provider before there is one', async () => {
    const { data } = await api.graphql('{ identityProviderAddresses(name: "next") { callbackUrl } }');
    expect(data.identityProviderAddresses.callbackUrl).toBe('https://soc.example.org/auth/oidc/default.next/callback');
    expect((await api.graphql('{ identityProviderAddresses(name: "a/b") { callbackUrl } }')).errors?.[0]?.extensions.code).toBe('INVALID_REQUEST');
  });

  it('link who has an account, once', async () => {
    await api.inject({ method: 'POST', url: '/auth/users', payload: { name: 'ada', roles: ['viewer'], password: 'plum harbour violet engine' } });
    const link = async (user: string) => api.graphql(`mutation { linkIdentity(provider: "corp", subject: "s-1", user: "${user}") }`);
    expect((await link('ada')).data).toEqual({ linkIdentity: true });
    expect((await link('nobody')).errors?.[0]?.extensions.code).toBe('NOT_FOUND');
  });
});
