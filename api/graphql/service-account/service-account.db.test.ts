import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApi } from '../../test/api.ts';
import type { TestApi } from '../../test/api.ts';
import { openTestDatabase, serverUrl } from '../../test/database.ts';
import type { TestDatabase } from '../../test/database.ts';

describe.skipIf(serverUrl === '')('service accounts over GraphQL', () => {
  let database: TestDatabase;
  let api: TestApi;
  let id: string;
  const viewer = async (secret: string) =>
    (
      await api.app.inject({
        method: 'POST',
        url: '/graphql',
        payload: { query: '{ viewer { user permissions } }' },
        headers: { authorization: `Bearer ${secret}` },
      })
    ).json();

  beforeAll(async () => {
    database = await openTestDatabase();
    api = await openTestApi(database);
    id = (await api.graphql('mutation { addServiceAccount(input: { name: "robot", roles: ["viewer"] }) { id keys { id } } }')).data.addServiceAccount.id;
  });
  afterAll(async () => {
    await api.close();
    await database.drop();
  });

  it('have keys whose secret is told once, and which say when and from where they were used', async () => {
    const { data } = await api.graphql(
      `mutation { addApiKey(accountId: "${id}", input: { permissions: ["alerts:read"], networks: ["127.0.0.0/8"] }) { secret key { id hint expiresAt lastUsedAt } } }`,
    );
    const { secret, key } = data.addApiKey;
    expect(secret).toMatch(/^gsk_[0-9A-Za-z]{49}$/);
    expect(key).toMatchObject({ hint: secret.slice(-4), lastUsedAt: null });
    expect((await viewer(secret)).data.viewer).toEqual({ user: 'service:robot', permissions: ['alerts:read'] });
    const list = await api.graphql('{ serviceAccounts { edges { node { name keys { id permissions networks lastUsedAt lastUsedFrom } } } } }');
    expect(list.data.serviceAccounts.edges[0].node).toEqual({
      name: 'robot',
      keys: [{ id: key.id, permissions: ['alerts:read'], networks: ['127.0.0.0/8'], lastUsedAt: expect.stringMatching(/Z$/), lastUsedFrom: '127.0.0.1' }],
    });
  });

  it('have another key after a rotation, and none after a revocation', async () => {
    const key = async (mutation: string, field: string) => (await api.graphql(`mutation { ${mutation} { secret key { id } } }`)).data[field];
    const first = await key(`addApiKey(accountId: "${id}", input: {})`, 'addApiKey');
    const second = await key(`rotateApiKey(accountId: "${id}", keyId: "${first.key.id}", overlapSeconds: 0)`, 'rotateApiKey');
    expect((await viewer(first.secret)).code).toBe('UNAUTHENTICATED');
    expect((await viewer(second.secret)).data.viewer.user).toBe('service:robot');
    await api.graphql(`mutation { revokeApiKey(accountId: "${id}", keyId: "${second.key.id}") { id } }`);
    expect((await viewer(second.secret)).code).toBe('UNAUTHENTICATED');
  });

  it('are refused while they are disabled, and gone when they are removed', async () => {
    const { data } = await api.graphql(`mutation { addApiKey(accountId: "${id}", input: {}) { secret } }`);
    const change = (parts: string) => api.graphql(`mutation { changeServiceAccount(id: "${id}", change: ${parts}) { disabledAt } }`);
    await change('{ disabled: true }');
    expect((await viewer(data.addApiKey.secret)).code).toBe('UNAUTHENTICATED');
    await change('{ disabled: false }');
    expect((await viewer(data.addApiKey.secret)).data.viewer.user).toBe('service:robot');
    await api.graphql(`mutation { removeServiceAccount(id: "${id}") { removedAt } }`);
    expect((await viewer(data.addApiKey.secret)).code).toBe('UNAUTHENTICATED');
    expect((await api.graphql('{ serviceAccounts { edges { node { name } } } }')).data.serviceAccounts.edges).toEqual([]);
    expect((await api.graphql('{ serviceAccounts(withRemoved: true) { edges { node { name } } } }')).data.serviceAccounts.edges).toHaveLength(1);
    expect((await change('{ disabled: false }')).errors?.[0]?.extensions.code).toBe('NOT_FOUND');
  });

  it.each(['10.0.0.0/33', '10.0.0', 'example.org', '10.0.0.1/', 'fe80::1%eth0', ''])('are not bound to the network "%s"', async (network) => {
    const mutation = `mutation { addApiKey(accountId: "${id}", input: { networks: ["${network}"] }) { secret } }`;
    expect((await api.graphql(mutation)).errors?.[0]?.extensions.code).toBe('INVALID_REQUEST');
  });
});
