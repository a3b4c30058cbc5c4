import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApi } from '../../test/api.ts';
import type { Loose, TestApi } from '../../test/api.ts';
import { openTestDatabase, serverUrl } from '../../test/database.ts';
import type { TestDatabase } from '../../test/database.ts';
import { hexId, NOON, seedEvents } from '../../test/seed.ts';

const SECOND = 1_000_000;
const id = (n: number, time = NOON + n * SECOND) => `${time}-${hexId(n)}`;

describe.skipIf(serverUrl === '')('events over GraphQL', () => {
  let database: TestDatabase;
  let api: TestApi;
  beforeAll(async () => {
    database = await openTestDatabase();
    await seedEvents(database.owner, [
      ...[0, 1, 2].map((n) => ({
        n,
        columns: { dataset: 'a.log', host_name: 'web01', severity: 10, category: ['web', 'network'] },
        detail: { 'related.ip': ['10.0.0.1', '10.0.0.2'], labels: { sample: 'true' } },
      })),
      ...[3, 4].map((n) => ({ n, time: NOON + 3 * SECOND, columns: { dataset: 'b.log', source_ip: '192.0.2.1', source_port: 1_234 } })), // at one time
      { n: 5, time: NOON + 60 * SECOND, columns: { dataset: 'a.log' }, native: 'no JSON at all' },
    ]);
    api = await openTestApi(database);
  });
  afterAll(async () => {
    await api.close();
    await database.drop();
  });

  it('pages through all events once, also where times are equal', async () => {
    const found: string[] = [];
    let after: string | null = null;
    for (let pages = 0; pages < 10; pages += 1) {
      const { data }: Loose = await api.graphql(
        'query ($after: String) { events(first: 2, after: $after) { edges { cursor node { id } } pageInfo { hasNextPage endCursor } } }',
        { after },
      );
      found.push(...data.events.edges.map(({ node }: { node: { id: string } }) => node.id));
      after = data.events.pageInfo.endCursor;
      if (!data.events.pageInfo.hasNextPage) break;
    }
    expect(found).toEqual([id(5, NOON + 60 * SECOND), id(4, NOON + 3 * SECOND), id(3, NOON + 3 * SECOND), id(2), id(1), id(0)]);
  });

  it('pages the other way, towards newer events', async () => {
    const page = async (args: string) => {
      const { data } = await api.graphql(`{ events(${args}) { edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`);
      return data.events;
    };
    const last = await page('last: 2');
    expect(last.edges.map(({ node }: Loose) => node.id)).toEqual([id(1), id(0)]);
    expect(last.pageInfo).toEqual({ hasNextPage: false, hasPreviousPage: true, startCursor: last.edges[0].cursor, endCursor: last.edges[1].cursor });
    const before = await page(`last: 3, before: "${last.pageInfo.startCursor}"`);
    expect(before.edges.map(({ node }: Loose) => node.id)).toEqual([id(4, NOON + 3 * SECOND), id(3, NOON + 3 * SECOND), id(2)]);
    const first = await page(`last: 5, before: "${before.pageInfo.startCursor}"`);
    expect(first.edges.map(({ node }: Loose) => node.id)).toEqual([id(5, NOON + 60 * SECOND)]);
    expect(first.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
  });

  it('ignores whose organization a cursor was made in', async () => {
    const made = Buffer.from(JSON.stringify([NOON + 60 * SECOND, hexId(999), 'other'])).toString('base64url');
    const { errors } = await api.graphql(`{ events(after: "${made}") { edges { node { id } } } }`);
    expect(errors?.[0]?.extensions.code).toBe('INVALID_CURSOR');
    const plain = Buffer.from(JSON.stringify([NOON + 61 * SECOND, hexId(999)])).toString('base64url');
    const { data } = await api.graphql(`{ events(after: "${plain}") { edges { node { id } } } }`, {}, ['admin'], 'other');
    expect(data.events.edges).toEqual([]);
  });

  it('says what a histogram and the most frequent values were counted from', async () => {
    const range = 'from: "2026-03-01T00:00:00Z", to: "2026-03-02T00:00:00Z"';
    const { data } = await api.graphql(`{
      days: histogram(${range}, spanSeconds: 86400) { source spanSeconds buckets { series count } }
      chosen: histogram(${range}) { source spanSeconds }
      found: histogram(${range}, filter: { search: "severity>=informational and not event.dataset:b.log" }, by: severity) { source buckets { series count } }
      read: histogram(${range}, filter: { search: "sample:true or sample:* or labels.sample:true" }) { source buckets { count } }
      top: topValues(${range}, field: "event.dataset") { source values { name count } }
      hosts: topValues(${range}, field: "host.name") { source values { name count } }
    }`);
    expect(data).toEqual({
      days: {
        source: 'days',
        spanSeconds: 86_400,
        buckets: [
          { series: 'a.log', count: 4 },
          { series: 'b.log', count: 2 },
        ],
      },
      chosen: { source: 'minutes', spanSeconds: 1_800 },
      found: { source: 'minutes', buckets: [{ series: '10', count: 3 }] },
      read: { source: 'events', buckets: [{ count: 3 }] },
      top: {
        source: 'days',
        values: [
          { name: 'a.log', count: 4 },
          { name: 'b.log', count: 2 },
        ],
      },
      hosts: { source: 'events', values: [{ name: 'web01', count: 3 }] },
    });
  });

  it('explains a search', async () => {
    const { data } =
      await api.graphql(`{ searchExplanation(filter: { search: "host.name:web* and severity>=high and \\"mimikatz\\"" }, from: "2026-03-01T00:00:00Z", to: "2026-03-02T00:00:00Z") {
      meaning canonical eventsInRange page { servedBy values events cost costLimit } count { servedBy cost } countSource isCountRefused advice } }`);
    expect(data.searchExplanation).toEqual({
      meaning: `host.name begins with "web" and event.severity is at least high (at least 60) and "mimikatz" somewhere in the sensor's own document`,
      canonical: 'host.name:web* and severity>=high and mimikatz',
      eventsInRange: 6,
      page: { servedBy: 'time', values: [], events: 6, cost: 36, costLimit: 1_000_000 },
      count: { servedBy: 'time', cost: 36 },
      countSource: 'events',
      isCountRefused: false,
      advice: null,
    });
  });

  it.each(["'; DROP TABLE goshawk.event; --", "') OR true --", '" OR 1=1', '$1', "\\'; SELECT pg_sleep(9)", '%', '_'])(
    'takes %s as a text wherever it stands',
    async (text) => {
      const literal = JSON.stringify(text);
      const phrase = JSON.stringify(`"${text.replaceAll(/["\\]/g, '\\$&')}"`);
      for (const filter of [
        `dataset: [${literal}]`,
        `sensor: [${literal}]`,
        `host: [${literal}]`,
        `user: [${literal}]`,
        ...['', 'host.name:', 'message:', 'related.ip:', 'labels.x:', 'custom.x:', 'Native:'].map(
          (field) => `search: ${JSON.stringify(`${field}${JSON.parse(phrase)}`)}`,
        ),
      ]) {
        const { data, errors } = await api.graphql(`{ events(filter: { ${filter} }) { edges { node { id } } }
        histogram(from: "2026-03-01T00:00:00Z", to: "2026-03-02T00:00:00Z", filter: { ${filter} }) { buckets { count } } }`);
        expect([filter, errors]).toEqual([filter, undefined]);
        expect([filter, data.events.edges, data.histogram.buckets]).toEqual([filter, [], []]);
      }
      const { errors, data } = await api.graphql(
        'query ($field: String!) { topValues(field: $field, from: "2026-03-01T00:00:00Z", to: "2026-03-02T00:00:00Z") { values { name } } }',
        { field: text },
      );
      expect([errors, data.topValues.values]).toEqual([undefined, []]);
      expect((await api.graphql('{ events { edges { node { id } } } }')).data.events.edges).toHaveLength(6);
    },
  );

  it('answers an empty page without a cursor', async () => {
    const { data } = await api.graphql('{ events(filter: { host: ["nowhere"] }) { edges { node { id } } pageInfo { hasNextPage endCursor } } }');
    expect(data.events).toEqual({ edges: [], pageInfo: { hasNextPage: false, endCursor: null } });
  });

  it('gives all of an event', async () => {
    const { data } = await api.graphql(
      `{ event(id: "${id(1)}") { id time dataset sensor kind category outcome severity host sourceIp fields native labels provenance { topic partition offset appendedAt parser } storedAt } }`,
    );
    expect(data.event).toMatchObject({
      id: id(1),
      time: '2026-03-01T12:00:01.000000Z',
      dataset: 'a.log',
      category: ['web', 'network'],
      outcome: null,
      severity: 10,
      host: 'web01',
      sourceIp: null,
      native: { n: 1 },
      labels: { sample: 'true' },
      fields: { '@timestamp': '2026-03-01T12:00:01.000000Z', 'event.dataset': 'a.log', 'related.ip': ['10.0.0.1', '10.0.0.2'], 'labels.sample': 'true' },
      provenance: { topic: 'raw.default.test', partition: 0, offset: 1, appendedAt: '2026-03-01T12:00:01.000000Z', parser: 'test' },
    });
    expect(data.event.storedAt).toMatch(/^\d{4}-\d\d-\d\dT.+Z$/);
  });

  it.each([
    ['an unknown id', id(99)],
    ['another time', id(1, NOON)],
    ['text', 'x'],
    ['a long number', `${'9'.repeat(30)}-${hexId(1)}`],
  ])('has no event of %s', async (_name, eventId) => {
    expect((await api.graphql('query ($id: ID!) { event(id: $id) { id } }', { id: eventId })).data).toEqual({ event: null });
  });

  it('shows a native document that is no JSON as text', async () => {
    const { data } = await api.graphql(`{ event(id: "${id(5, NOON + 60 * SECOND)}") { native } }`);
    expect(data.event.native).toBe('no JSON at all');
  });

  it.each<[name: string, args: string, counts: readonly (readonly [string, string, number])[]]>([
    [
      'by dataset, from the roll-up',
      'spanSeconds: 60',
      [
        ['12:00:00', 'a.log', 3],
        ['12:00:00', 'b.log', 2],
        ['12:01:00', 'a.log', 1],
      ],
    ],
    [
      'by severity, those without under a name',
      'spanSeconds: 3600, by: severity',
      [
        ['12:00:00', '10', 3],
        ['12:00:00', 'unknown', 3],
      ],
    ],
    ['with a filter, from the events', 'spanSeconds: 60, filter: { host: ["web01"] }', [['12:00:00', 'a.log', 3]]],
    [
      'in spans below a minute',
      'spanSeconds: 2, filter: { dataset: ["a.log"] }',
      [
        ['12:00:00', 'a.log', 2],
        ['12:00:02', 'a.log', 1],
        ['12:01:00', 'a.log', 1],
      ],
    ],
    [
      'within the range of the filter',
      'spanSeconds: 60, filter: { from: "2026-03-01T12:00:02Z", to: "2026-03-01T12:00:04Z" }',
      [
        ['12:00:00', 'a.log', 1],
        ['12:00:00', 'b.log', 2],
      ],
    ],
  ])('counts %s', async (_name, args, counts) => {
    const { data } = await api.graphql(`{ eventCounts(from: "2026-03-01T12:00:00Z", to: "2026-03-01T13:00:00Z", ${args}) { start series count } }`);
    expect(data.eventCounts.map(({ start, series, count }: Loose) => [start.slice(11, 19), series, count])).toEqual(counts);
  });

  it.each<[field: string, top: readonly (readonly [string, number])[]]>([
    [
      'event.dataset',
      [
        ['a.log', 4],
        ['b.log', 2],
      ],
    ],
    ['host.name', [['web01', 3]]],
    ['source.ip', [['192.0.2.1', 2]]],
    ['source.port', [['1234', 2]]],
    [
      'event.category',
      [
        ['network', 3],
        ['web', 3],
      ],
    ],
    [
      'related.ip',
      [
        ['10.0.0.1', 3],
        ['10.0.0.2', 3],
      ],
    ],
    ['no.such.field', []],
    [
      'labels',
      [
        ['{"sample": "true"}', 3],
        ['{}', 3],
      ],
    ],
  ])('names the most frequent values of %s', async (field, top) => {
    const { data } = await api.graphql(
      'query ($field: String!) { eventTop(field: $field, from: "2026-03-01T00:00:00Z", to: "2026-03-02T00:00:00Z") { name count } }',
      { field },
    );
    expect(data.eventTop.map(({ name, count }: Loose) => [name, count])).toEqual(top);
  });

  it.each<[name: string, query: string, code: string, pointer: string | undefined]>([
    ['a page of none', '{ events(first: 0) { edges { cursor } } }', 'INVALID_REQUEST', '/first'],
    ['a cursor that is none', '{ events(after: "x") { edges { cursor } } }', 'INVALID_CURSOR', '/after'],
    ['an address that is none', '{ events(filter: { address: "web01" }) { edges { cursor } } }', 'INVALID_REQUEST', '/filter/address'],
    ['a search that cannot be read', '{ events(filter: { search: "a:(" }) { edges { cursor } } }', 'INVALID_SEARCH', '/search'],
    ['a search of words in a number', '{ events(filter: { search: "source.port:http" }) { edges { cursor } } }', 'INVALID_SEARCH', '/search'],
    ['a time without zone', '{ events(filter: { from: "2026-03-01" }) { edges { cursor } } }', 'INVALID_REQUEST', undefined],
    [
      'a range that ends before it begins',
      '{ eventCounts(from: "2026-03-02T00:00:00Z", to: "2026-03-01T00:00:00Z", spanSeconds: 60) { count } }',
      'INVALID_REQUEST',
      '/to',
    ],
    [
      'too many spans',
      '{ eventCounts(from: "2026-01-01T00:00:00Z", to: "2026-03-01T00:00:00Z", spanSeconds: 1) { count } }',
      'INVALID_REQUEST',
      '/spanSeconds',
    ],
    [
      'a span of nothing',
      '{ eventCounts(from: "2026-01-01T00:00:00Z", to: "2026-03-01T00:00:00Z", spanSeconds: 0) { count } }',
      'INVALID_REQUEST',
      '/spanSeconds',
    ],
    ['an unknown field', '{ events { nonsense } }', 'GRAPHQL_VALIDATION_FAILED', undefined],
    ['no query at all', '{', 'GRAPHQL_PARSE_FAILED', undefined],
    ['too much at once', '{ alerts(first: 200) { edges { node { findings { events { event { id } } } } } } }', 'QUERY_TOO_COMPLEX', undefined],
  ])('refuses %s with a code', async (_name, query, code, pointer) => {
    const { errors } = await api.graphql(query);
    expect([errors?.[0]?.extensions.code, errors?.[0]?.extensions.errors?.[0].pointer]).toEqual([code, pointer]);
  });
});
