import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Role } from '../gate/roles.ts';
import { openTestApi } from '../test/api.ts';
import type { Loose, TestApi } from '../test/api.ts';
import { openTestDatabase, serverUrl } from '../test/database.ts';
import type { TestDatabase } from '../test/database.ts';
import { seedOrganization } from '../test/seed.ts';

describe.skipIf(serverUrl === '')('saved searches', () => {
  let database: TestDatabase;
  let api: TestApi;
  beforeAll(async () => {
    database = await openTestDatabase();
    await seedOrganization(database.owner, 'other');
    api = await openTestApi(database);
  });
  afterAll(async () => {
    await api.close();
    await database.drop();
  });
  afterEach(() => database.owner.query('DELETE FROM goshawk.saved_search'));

  const as = async (
    user: string,
    query: string,
    variables: Record<string, unknown> = {},
    { roles = ['analyst'] as readonly Role[], organization = 'default' } = {},
  ) => {
    const headers = { authorization: `Bearer ${await api.token(roles, organization, user)}` };
    return (await api.app.inject({ method: 'POST', url: '/graphql', headers, payload: { query, variables } })).json();
  };
  const FIELDS = 'id kind name query columns from to filter { statuses minSeverity sort } isShared owner isMine revision';
  const add = (user: string, input: object, options = {}) =>
    as(
      user,
      `mutation ($input: NewSavedSearch!) { addSavedSearch(input: $input) { ${FIELDS} } }`,
      { input: { kind: 'alerts', name: 'Mine', ...input } },
      options,
    );
  const change = (user: string, id: string, wanted: object, options = {}) =>
    as(user, `mutation ($id: ID!, $change: SavedSearchChange!) { updateSavedSearch(id: $id, change: $change) { ${FIELDS} } }`, { id, change: wanted }, options);
  const names = async (user: string, kind?: string, options = {}) =>
    (await as(user, 'query ($kind: SavedSearchKind) { savedSearches(kind: $kind) { name } }', { kind }, options)).data.savedSearches.map(
      ({ name }: Loose) => name,
    );
  const codeOf = ({ errors }: Loose) => errors?.[0]?.extensions.code;

  it('keep what was saved', async () => {
    const { data } = await add('ada', {
      name: ' Credentials ',
      query: 'tag:t1003',
      from: 'now-7d',
      to: 'now',
      filter: { statuses: ['open'], minSeverity: 'high', sort: null },
    });
    expect(data.addSavedSearch).toMatchObject({
      kind: 'alerts',
      name: 'Credentials',
      query: 'tag:t1003',
      columns: [],
      from: 'now-7d',
      to: 'now',
      filter: { statuses: ['open'], minSeverity: 'high', sort: null },
      isShared: false,
      owner: 'ada',
      isMine: true,
      revision: 1,
    });
    expect((await add('ada', { kind: 'events', name: 'Credentials', columns: ['host.name'] })).data.addSavedSearch).toMatchObject({
      columns: ['host.name'],
      from: null,
    });
  });

  it("are one's own, and what others share, by name", async () => {
    await add('ada', { name: 'b of ada' });
    await add('ada', { name: 'C shared', isShared: true });
    await add('bob', { name: 'a of bob', kind: 'events' });
    expect(await names('ada')).toEqual(['b of ada', 'C shared']);
    expect(await names('bob')).toEqual(['a of bob', 'C shared']);
    expect(await names('bob', 'alerts')).toEqual(['C shared']);
    expect(await names('ada', undefined, { organization: 'other' })).toEqual([]);
  });

  it('are changed by their owner, or when shared by who may share; what is left out stays', async () => {
    const { id } = (await add('ada', { name: 'n', query: 'tag:x', isShared: true })).data.addSavedSearch;
    expect((await change('bob', id, { query: 'tag:y' })).data.updateSavedSearch).toMatchObject({ name: 'n', query: 'tag:y', owner: 'ada', revision: 2 });
    expect(codeOf(await change('eve', id, { query: 'tag:z' }, { roles: ['viewer'] }))).toBe('NOT_FOUND');
    expect(codeOf(await change('ada', id, { query: 'tag:z', revision: 1 }))).toBe('CONFLICT');
    const own = (await add('ada', { name: 'private' })).data.addSavedSearch.id;
    expect(codeOf(await change('bob', own, { name: 'taken' }))).toBe('NOT_FOUND');
    expect(codeOf(await as('bob', 'mutation ($id: ID!) { deleteSavedSearch(id: $id) }', { id: own }))).toBe('NOT_FOUND');
    expect((await as('ada', 'mutation ($id: ID!) { deleteSavedSearch(id: $id) }', { id: own })).data.deleteSavedSearch).toBe(own);
    expect(codeOf(await as('ada', 'mutation ($id: ID!) { deleteSavedSearch(id: $id) }', { id: own }))).toBe('NOT_FOUND');
  });

  it('are shared by those who may only; everybody may save for himself', async () => {
    const viewer = { roles: ['viewer'] as const };
    expect(codeOf(await add('eve', { isShared: true }, viewer))).toBe('FORBIDDEN');
    const { id } = (await add('eve', {}, viewer)).data.addSavedSearch;
    expect(codeOf(await change('eve', id, { isShared: true }, viewer))).toBe('FORBIDDEN');
    expect((await change('eve', id, { name: 'Renamed' }, viewer)).data.updateSavedSearch).toMatchObject({ name: 'Renamed', isMine: true });
  });

  it.each<[name: string, input: object, code: string]>([
    ['a name that is taken, case aside', { name: 'MINE' }, 'CONFLICT'],
    ['no name', { name: ' ' }, 'INVALID_REQUEST'],
    ['a search that cannot be read', { name: 'x', query: '(' }, 'INVALID_SEARCH'],
    ['a time that is none', { name: 'x', from: 'yesterday' }, 'INVALID_REQUEST'],
    ['an order that is none', { name: 'x', filter: { sort: 'newest' } }, 'INVALID_REQUEST'],
    ['NUL', { name: 'x\u0000' }, 'INVALID_REQUEST'],
  ])('refuse %s', async (_name, input, code) => {
    await add('ada', {});
    expect(codeOf(await add('ada', input))).toBe(code);
  });

  it('are there over REST', async () => {
    const rest = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, payload?: object) =>
      api.inject({ method, url: `/v2/saved-searches${url}`, ...(payload && { payload }) }, ['analyst']);
    const made = await rest('POST', '', { kind: 'events', name: 'n', query: 'host:web*' });
    expect([made.statusCode, made.json()]).toMatchObject([201, { name: 'n', owner: 'tester', createdAt: expect.stringMatching(/Z$/) as string }]);
    const { id } = made.json();
    expect((await rest('PATCH', `/${id}`, { name: 'm' })).json()).toMatchObject({ name: 'm', query: 'host:web*', revision: 2 });
    expect((await rest('GET', '?kind=events')).json().searches).toMatchObject([{ id }]);
    expect([(await rest('DELETE', `/${id}`)).statusCode, (await rest('DELETE', `/${id}`)).statusCode]).toEqual([204, 404]);
  });
});
