import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeFields } from '../../../store/fields.ts';
import { openTestApi } from '../../test/api.ts';
import type { Loose, TestApi } from '../../test/api.ts';
import { openTestDatabase, serverUrl } from '../../test/database.ts';
import type { TestDatabase } from '../../test/database.ts';
import { NOON } from '../../test/seed.ts';

const QUERY =
  'query ($filter: FieldFilter, $after: String, $first: Int) { fields(filter: $filter, after: $after, first: $first) { edges { node { dataset kind name types examples events share keys firstSeen state } } pageInfo { hasNextPage endCursor } } }';

describe.skipIf(serverUrl === '')('the field catalogue', () => {
  let database: TestDatabase;
  let api: TestApi;
  const counts = (organization: string, dataset: string, names: readonly string[]) => ({
    organization,
    dataset,
    events: 4,
    leftOut: 0,
    firstSeen: NOON,
    lastSeen: NOON,
    fields: names.map((name) => ({ kind: 'native' as const, name, types: ['text'], examples: ['x'], events: 2, keys: 0, firstSeen: NOON, lastSeen: NOON })),
  });
  beforeAll(async () => {
    database = await openTestDatabase();
    api = await openTestApi(database);
    const rows = [counts('default', 'b', ['Image', 'CommandLine', "it's"]), counts('default', 'a', ['é.*', 'n']), counts('other', 'a', ['hidden'])];
    const client = await database.owner.connect();
    for (const row of rows) await writeFields(client, [row]);
    client.release();
  });
  afterAll(async () => {
    await api?.close();
    await database?.drop();
  });
  const names = ({ edges }: { readonly edges: readonly { readonly node: { readonly dataset: string; readonly name: string } }[] }) =>
    edges.map(({ node }) => `${node.dataset} ${node.name}`);

  it("is the caller's, over GraphQL, page by page", async () => {
    const first = (await api.graphql(QUERY, { first: 2 }, ['viewer'])).data.fields;
    expect(first.edges[0].node).toEqual({
      dataset: 'a',
      kind: 'native',
      name: 'n',
      types: ['text'],
      examples: ['x'],
      events: 2,
      share: 0.5,
      keys: 0,
      firstSeen: '2026-03-01T12:00:00.000000Z',
      state: 'known',
    });
    expect([names(first), first.pageInfo.hasNextPage]).toEqual([['a n', 'a é.*'], true]);
    const rest = (await api.graphql(QUERY, { after: first.pageInfo.endCursor }, ['viewer'])).data.fields;
    expect([names(rest), rest.pageInfo.hasNextPage]).toEqual([['b CommandLine', 'b Image', "b it's"], false]);
  });

  it.each([
    [{ dataset: 'b', search: 'IM' }, ['b Image']],
    [{ search: "it's" }, ["b it's"]],
    [{ search: '%' }, []],
    [{ kind: 'ecs' }, []],
    [{ state: 'new' }, []],
  ])('is searched by %j', async (filter, found) => {
    expect(names((await api.graphql(QUERY, { filter }, ['viewer'])).data.fields)).toEqual(found);
  });

  it('refuses a cursor of another list', async () => {
    const after = Buffer.from(JSON.stringify([0, '0'.repeat(32)])).toString('base64url');
    expect((await api.graphql(QUERY, { after }, ['viewer'])).errors?.[0]?.extensions.code).toBe('INVALID_CURSOR');
  });

  it('is the same over REST', async () => {
    const page = await api.inject({ url: '/v2/fields?limit=1&dataset=b' }, ['viewer']);
    expect(page.json()).toEqual({ fields: [expect.objectContaining({ name: 'CommandLine', share: 0.5, lastSeen: '2026-03-01T12:00:00.000000Z' })] });
    const next = /<([^>]+)>/.exec(page.headers.link as string)![1]!;
    expect((await api.inject({ url: next }, ['viewer'])).json().fields[0].name).toBe('Image');
    expect((await api.inject({ url: '/v2/fields/datasets' }, ['viewer'])).json().datasets).toEqual([
      expect.objectContaining({ dataset: 'a', events: 4, fields: 2, newFields: 0, vanishedFields: 0, leftOut: 0 }),
      expect.objectContaining({ dataset: 'b', fields: 3 }),
    ]);
    expect((await api.inject({ url: '/v2/fields?kind=x' }, ['viewer'])).statusCode).toBe(400);
  });

  it('completes a search by names, values, operators and words', async () => {
    const offers = async (search: string) => {
      const { data, errors } = await api.graphql(
        'query ($search: String!, $caret: Int!) { searchCompletion(search: $search, caret: $caret) { text insert from to kind about type count } }',
        { search, caret: search.length },
      );
      expect(errors).toBeUndefined();
      return data.searchCompletion;
    };
    const inserts = async (search: string) => (await offers(search)).map(({ insert }: Loose) => insert);
    expect(await offers('a (Comm')).toContainEqual({
      text: 'CommandLine',
      insert: 'CommandLine:',
      from: 3,
      to: 7,
      kind: 'field',
      about: 'As the sensor names it, in b',
      type: 'text',
      count: 2,
    });
    expect(await inserts('severity>=h')).toEqual(['high']);
    expect(await offers('host.na')).toContainEqual(
      expect.objectContaining({ insert: 'host.name:', about: 'Host the event happened on, not seen yet', type: 'text', count: null }),
    );
    expect(await offers('seve')).toContainEqual(expect.objectContaining({ insert: 'severity:', about: 'Short for event.severity', type: 'severity' }));
    expect(await inserts('Image:')).toEqual(['x', ':*', ':(', '>=', '<=', '>', '<', ':[', '=~']);
    expect(await inserts('Image=~')).toEqual([]);
    expect(await inserts('a o')).toContain('or ');
    expect(await offers('"a phrase')).toEqual([]);
    expect(await offers("zzz'; DROP TABLE x; --")).toEqual([]);
  });
});
