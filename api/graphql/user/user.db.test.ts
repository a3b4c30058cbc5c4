import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PASSWORD } from '../../test/access.ts';
import { openTestApi } from '../../test/api.ts';
import type { TestApi } from '../../test/api.ts';
import { openTestDatabase, serverUrl } from '../../test/database.ts';
import type { TestDatabase } from '../../test/database.ts';

describe.skipIf(serverUrl === '')('users over GraphQL', () => {
  let database: TestDatabase;
  let api: TestApi;
  let ids: string[];
  const codeOf = async (query: string) => (await api.graphql(query)).errors?.[0]?.extensions.code;

  beforeAll(async () => {
    database = await openTestDatabase();
    api = await openTestApi(database);
    ids = [];
    for (const [name, roles] of [
      ['root', ['admin']],
      ['ada', ['analyst']],
      ['bob', ['viewer']],
    ] as const)
      ids.push(
        (await api.inject({ method: 'POST', url: '/auth/users', payload: { name, roles, password: PASSWORD, email: `${name}@example.org` } })).json().id,
      );
  });
  afterAll(async () => {
    await api.close();
    await database.drop();
  });

  it('come page by page, newest first, each once', async () => {
    const query =
      'query ($after: String) { users(first: 2, after: $after) { edges { node { name email roles hasPassword sessions disabledAt } } pageInfo { hasNextPage endCursor } } }';
    const { data: one } = await api.graphql(query);
    expect(one.users.edges[0].node).toEqual({ name: 'bob', email: 'bob@example.org', roles: ['viewer'], hasPassword: true, sessions: 0, disabledAt: null });
    expect(one.users.pageInfo.hasNextPage).toBe(true);
    const { data: two } = await api.graphql(query, { after: one.users.pageInfo.endCursor });
    expect([...one.users.edges, ...two.users.edges].map(({ node }) => node.name)).toEqual(['bob', 'ada', 'root']);
    expect(two.users.pageInfo.hasNextPage).toBe(false);
    expect((await api.graphql('{ users(filter: { search: "AD", disabled: false }) { edges { node { name } } } }')).data.users.edges).toEqual([
      { node: { name: 'ada' } },
    ]);
  });

  it('are found by id, or not', async () => {
    expect((await api.graphql(`{ user(id: "${ids[1]}") { name } }`)).data.user).toEqual({ name: 'ada' });
    for (const id of ['00000000-0000-4000-8000-000000000001', 'ada', '']) expect((await api.graphql(`{ user(id: "${id}") { name } }`)).data.user).toBeNull();
  });

  it('are changed in parts: what is left out stays, an address of null goes', async () => {
    const change = (parts: string) => api.graphql(`mutation { changeUser(id: "${ids[1]}", change: ${parts}) { name email roles disabledAt } }`);
    expect((await change('{ roles: ["analyst", "auditor"] }')).data.changeUser).toMatchObject({ roles: ['analyst', 'auditor'], email: 'ada@example.org' });
    expect((await change('{ email: null }')).data.changeUser).toMatchObject({ roles: ['analyst', 'auditor'], email: null });
    expect((await change('{ disabled: true }')).data.changeUser.disabledAt).toMatch(/Z$/);
  });

  it.each<[what: string, query: () => string, code: string]>([
    ['nothing to change', () => `mutation { changeUser(id: "${ids[1]}", change: {}) { id } }`, 'INVALID_REQUEST'],
    ['a role that is not there', () => `mutation { changeUser(id: "${ids[1]}", change: { roles: ["ghost"] }) { id } }`, 'INVALID_REQUEST'],
    ['a name that another has', () => `mutation { changeUser(id: "${ids[1]}", change: { name: "BOB" }) { id } }`, 'CONFLICT'],
    ['the last administrator', () => `mutation { changeUser(id: "${ids[0]}", change: { disabled: true }) { id } }`, 'CONFLICT'],
    ['what is no id', () => 'mutation { changeUser(id: "x", change: { disabled: true }) { id } }', 'NOT_FOUND'],
    ['sessions of nobody', () => 'mutation { endUserSessions(id: "00000000-0000-4000-8000-000000000001") }', 'NOT_FOUND'],
    ['a name with a colon', () => 'mutation { inviteUser(input: { name: "service:x", roles: ["viewer"] }) { link } }', 'INVALID_REQUEST'],
    ['a search with NUL', () => '{ users(filter: { search: "\\u0000" }) { edges { cursor } } }', 'INVALID_REQUEST'],
    ['a cursor of another list', () => '{ users(after: "W10") { edges { cursor } } }', 'INVALID_CURSOR'],
  ])('are refused %s', async (_what, query, code) => {
    expect(await codeOf(query())).toBe(code);
  });

  it('are invited by a link that is told once', async () => {
    const { data } = await api.graphql(
      'mutation { inviteUser(input: { name: "eve", roles: ["viewer"], hours: 1 }) { link invitation { id name createdBy acceptedAt } } }',
    );
    expect(data.inviteUser.link).toMatch(/\/invitation#gsi_[\w-]{43}$/);
    expect(data.inviteUser.invitation).toMatchObject({ name: 'eve', createdBy: 'tester', acceptedAt: null });
    const list = async () => (await api.graphql('{ invitations { edges { node { name } } } }')).data.invitations.edges;
    expect(await list()).toEqual([{ node: { name: 'eve' } }]);
    const revoked = await api.graphql(`mutation { revokeInvitation(id: "${data.inviteUser.invitation.id}") { revokedAt } }`);
    expect(revoked.data.revokeInvitation.revokedAt).toMatch(/Z$/);
    expect(await list()).toEqual([]);
  });
});
