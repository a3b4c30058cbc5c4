import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PERMISSION_NAMES, ROLES } from '../../gate/roles.ts';
import { openTestApi } from '../../test/api.ts';
import type { TestApi } from '../../test/api.ts';
import { openTestDatabase, serverUrl } from '../../test/database.ts';
import type { TestDatabase } from '../../test/database.ts';

describe.skipIf(serverUrl === '')('roles over GraphQL', () => {
  let database: TestDatabase;
  let api: TestApi;

  beforeAll(async () => {
    database = await openTestDatabase();
    api = await openTestApi(database);
  });
  afterAll(async () => {
    await api.close();
    await database.drop();
  });

  it('are the built-in ones, then the own ones, of permissions that are told in words', async () => {
    await api.graphql('mutation { addRole(input: { name: "night", permissions: ["alerts:work", "alerts:read", "alerts:read"] }) { name } }');
    const { data } = await api.graphql('{ roles { name isBuiltIn permissions createdBy users } permissions { name text isOwnable } }');
    expect(data.roles.map(({ name }: { name: string }) => name)).toEqual([...ROLES, 'night']);
    expect(data.roles.at(-1)).toEqual({ name: 'night', isBuiltIn: false, permissions: ['alerts:read', 'alerts:work'], createdBy: 'tester', users: 0 });
    expect(data.roles[0]).toMatchObject({ name: 'platform_admin', isBuiltIn: true, createdBy: null, users: null });
    expect(data.permissions.map(({ name }: { name: string }) => name)).toEqual(PERMISSION_NAMES);
    expect(data.permissions).toContainEqual({ name: 'organizations:manage', text: expect.stringMatching(/\.$/), isOwnable: false });
  });

  it('are in force with the next request, for who holds one', async () => {
    const alerts = async () =>
      (await api.graphql('{ alerts { edges { cursor } } viewer { permissions } }', {}, ['night'])).errors?.[0]?.extensions.code ?? 'shown';
    expect(await alerts()).toBe('shown');
    await api.graphql('mutation { changeRole(name: "night", change: { permissions: ["rules:read"] }) { name } }');
    expect(await alerts()).toBe('FORBIDDEN');
    await api.graphql('mutation { removeRole(name: "night") { name } }');
    expect((await api.graphql('{ viewer { permissions } }', {}, ['night'])).data.viewer.permissions).toEqual([]);
  });

  it.each<[what: string, mutation: string, code: string]>([
    ['the name of one that is built in', 'addRole(input: { name: "admin", permissions: ["alerts:read"] }) { name }', 'INVALID_REQUEST'],
    ['a permission that is not there', 'addRole(input: { name: "x", permissions: ["alerts:everything"] }) { name }', 'INVALID_REQUEST'],
    ['nothing that it allows', 'addRole(input: { name: "x", permissions: [] }) { name }', 'INVALID_REQUEST'],
    ['what is for who runs the installation', 'addRole(input: { name: "x", permissions: ["organizations:manage"] }) { name }', 'INVALID_REQUEST'],
    ['a change when it is not there', 'changeRole(name: "ghost", change: { description: "x" }) { name }', 'NOT_FOUND'],
    ['a removal when it is built in', 'removeRole(name: "viewer") { name }', 'NOT_FOUND'],
  ])('are refused %s', async (_what, mutation, code) => {
    expect((await api.graphql(`mutation { ${mutation} }`)).errors?.[0]?.extensions.code).toBe(code);
  });
});
