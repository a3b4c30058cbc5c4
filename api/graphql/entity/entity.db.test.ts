import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TermList } from '../../../store/queries/search/terms.ts';
import { openTestApi } from '../../test/api.ts';
import type { Loose, TestApi } from '../../test/api.ts';
import { openTestDatabase, serverUrl } from '../../test/database.ts';
import type { TestDatabase } from '../../test/database.ts';
import { hexId, NOON, seedAlerts, seedEvents, seedFeatures, seedFindings, seedOrganization } from '../../test/seed.ts';
import type { SeedEvent } from '../../test/seed.ts';

const SECOND = 1_000_000;
const HOUR = 3_600 * SECOND;
const DAY = 24 * HOUR;
const RANGE = 'from: "2026-03-01T00:00:00Z", to: "2026-03-02T00:00:00Z"';
const LONG_AGO = NOON - 40 * DAY;
const iso = (time: number) => new Date(time / 1_000).toISOString().replace('Z', '000Z');
const names = (related: readonly { readonly name: string; readonly count: number }[]) => related.map(({ name, count }) => `${name} ${count}`);

const HASH = 'd41d8cd98f00b204e9800998ecf8427e';
const ROLE = 'arn:aws:iam::1:role/deploy';
const EVENTS: readonly SeedEvent[] = [
  { n: 1, time: LONG_AGO, columns: { host_name: 'web01', user_name: 'root' } },
  { n: 2, columns: { host_name: 'web01', user_name: 'Ann', source_ip: '10.0.0.5', destination_ip: '192.0.2.9' }, detail: { 'host.ip': ['10.0.0.5'] } },
  { n: 3, columns: { host_name: 'web01', user_name: 'ann', process_name: 'sh', dns_question: 'evil.example' }, detail: { 'host.ip': ['10.0.0.5', 'fe80::1'] } },
  { n: 4, columns: { dataset: 'b.log', sensor: 'other', host_name: 'db01', user_name: 'ann', target_user_name: 'web01', destination_ip: '10.0.0.5' } },
  { n: 5, columns: { host_name: 'db01', message: 'names web01 and 10.0.0.5 and ann only in passing' }, detail: { 'related.hash': [HASH], 'user.id': ROLE } },
  { n: 6, organization: 'other', columns: { host_name: 'web01', user_name: 'theirs' } },
];

/** As persist lists them, so that the index of values answers. */
async function listTerms({ owner }: TestDatabase): Promise<void> {
  const terms = new TermList();
  for (const { n, organization = 'default', columns = {}, detail = {} } of EVENTS) {
    terms.begin(organization);
    for (const value of Object.values(columns)) terms.addText(String(value));
    for (const name of ['source_ip', 'destination_ip']) terms.addAddress(columns[name] as string | undefined);
    terms.addJson(Buffer.from(JSON.stringify(detail)));
    await owner.query(`UPDATE goshawk.event SET terms = $1 WHERE id = decode($2, 'hex')`, [terms.values(), hexId(n)]);
  }
}

describe.skipIf(serverUrl === '')('entities over GraphQL', () => {
  let database: TestDatabase;
  let api: TestApi;
  const ask = async (type: string, value: string, fields: string, roles = ['admin'], organization = 'default'): Promise<Loose> => {
    const { data, errors } = await api.graphql(
      `query ($value: String!) { entity(type: ${type}, value: $value, ${RANGE}) { ${fields} } }`,
      { value },
      roles,
      organization,
    );
    expect(errors).toBeUndefined();
    return data.entity;
  };
  beforeAll(async () => {
    database = await openTestDatabase();
    const { owner } = database;
    await seedOrganization(owner, 'other');
    await seedEvents(owner, EVENTS);
    await listTerms(database);
    const about = (entity: object) => JSON.stringify([{ type: 'sensor', value: 'web01' }, entity]);
    await seedFindings(owner, [
      ...[10, 11].map((n) => ({ n, columns: { entities: about({ type: 'host', value: 'web01' }), rule_id: 'often', title: 'Often' } })),
      { n: 12, columns: { entities: about({ type: 'host', value: 'WEB01' }), rule_id: 'once', title: 'Once', severity: 4 } },
      { n: 13, columns: { entities: about({ type: 'host', value: 'web011' }), rule_id: 'elsewhere' } },
      { n: 14, columns: { entities: about({ type: 'host', value: 'web01' }), rule_id: 'draft', status: 'draft' } },
      { n: 15, organization: 'other', columns: { rule_id: 'theirs' } },
      { n: 16, columns: { entities: about({ type: 'user', value: ROLE }), rule_id: 'role' } },
    ]);
    await seedAlerts(owner, [
      { n: 20, columns: { entities: about({ type: 'host', value: 'web01' }), title: 'Mine' } },
      { n: 21, columns: { entities: about({ type: 'user', value: 'web01' }), title: 'Of a user' } },
      { n: 22, time: LONG_AGO, columns: { entities: about({ type: 'host', value: 'web01' }), title: 'Old' } },
    ]);
    await seedFeatures(owner, [
      { entity: 'web01', start: NOON, events: 7, failures: 2 },
      { entity: 'web01', start: NOON - HOUR, events: 4 },
      { entity: 'web01', start: NOON, seconds: 300, events: 3 },
      { entity: 'web01', start: NOON + 300 * SECOND, seconds: 300, events: 4 },
      { entity: 'web01', start: NOON - HOUR, seconds: 300, events: 5 },
      ...['a', 'b', 'c', 'db01'].map((entity) => ({ entity })),
      { entity: 'yesterday', start: NOON - DAY },
      { type: 'user', entity: 'ann' },
      ...[0, 1].map((n) => ({ type: 'user', entity: 'busy', start: NOON + n * HOUR, events: 30_000 })),
      { entity: 'theirs', organization: 'other' },
    ]);
    api = await openTestApi(database);
  });
  afterAll(async () => {
    await api?.close();
    await database?.drop();
  });

  it('reads of a host who it has to do with, and where it was seen', async () => {
    const related = 'name count lastSeen';
    const host = await ask(
      'host',
      'WEB01',
      `value firstSeen lastSeen activity { eventsLookedAt isWhole since datasets { ${related} } sensors { ${related} } hosts { name } users { ${related} } addresses { ${related} } ownAddresses { ${related} } ownHosts { name } domains { ${related} } processes { ${related} } }`,
    );
    expect(host).toMatchObject({ value: 'WEB01', firstSeen: iso(LONG_AGO), lastSeen: iso(NOON + 3 * SECOND) });
    expect(host.activity).toMatchObject({ eventsLookedAt: 2, isWhole: true, since: iso(NOON + 2 * SECOND), hosts: [], ownHosts: [] });
    const { datasets, sensors, users, addresses, ownAddresses, domains, processes } = host.activity;
    expect([datasets, sensors, users, addresses, ownAddresses, domains, processes].map(names)).toEqual([
      ['test.log 2'],
      ['test 2'],
      ['Ann 1', 'ann 1'],
      ['10.0.0.5 1', '192.0.2.9 1'],
      ['10.0.0.5 2', 'fe80::1 1'],
      ['evil.example 1'],
      ['sh 1'],
    ]);
    expect(users.find(({ name }: Loose) => name === 'ann').lastSeen).toBe(iso(NOON + 3 * SECOND));
  });

  it.each<[type: string, value: string, hosts: string[], users: string[]]>([
    ['user', 'ANN', ['web01 2', 'db01 1'], ['web01 1']],
    ['user', 'web01', ['db01 1'], ['ann 1']],
    ['address', '10.0.0.5', ['web01 2', 'db01 1'], ['ann 2', 'Ann 1', 'web01 1']],
    ['address', '192.0.2.9', ['web01 1'], ['Ann 1']],
    ['domain', 'evil.example', ['web01 1'], ['ann 1']],
    ['hash', HASH, ['db01 1'], []],
    ['service_identity', ROLE, ['db01 1'], []],
    ['user', 'nobody', [], []],
    ['user', '%', [], []],
    ['user', 'a*', [], []],
  ])('takes for %s %s what names it as such, and nothing else', async (type, value, hosts, users) => {
    const { activity } = await ask(type, value, 'activity { isWhole hosts { name count } users { name count } }');
    expect([activity.isWhole, names(activity.hosts), names(activity.users).toSorted()]).toEqual([true, hosts, users.toSorted()]);
  });

  it('tells the hosts of an address from those that only talked to it', async () => {
    const { activity } = await ask('address', '10.0.0.5', 'activity { ownHosts { name count } hosts { name } addresses { name } }');
    expect([names(activity.ownHosts), activity.addresses.map(({ name }: Loose) => name)]).toEqual([['web01 2'], ['192.0.2.9']]);
  });

  it.each<[type: string, value: string, first: number | null, last: number | null]>([
    ['user', 'root', LONG_AGO, LONG_AGO],
    ['user', 'ann', NOON + 2 * SECOND, NOON + 4 * SECOND], // in its first window of features
    ['hash', HASH, NOON + 5 * SECOND, NOON + 5 * SECOND],
    ['host', 'nowhere', null, null],
    ['domain', 'nowhere.example', null, null],
  ])('says when %s %s was first and last seen, whatever the range', async (type, value, first, last) => {
    const at = (time: number | null) => (time === null ? null : iso(time));
    expect(await ask(type, value, 'firstSeen lastSeen')).toEqual({ firstSeen: at(first), lastSeen: at(last) });
  });

  it('counts its events over time, and says from what', async () => {
    const counts = 'counts(spanSeconds: 86400) { spanSeconds source buckets { start series count } }';
    const bar = (series: string, count: number) => ({ start: iso(NOON - 12 * HOUR), series, count });
    expect((await ask('host', 'web01', counts)).counts).toEqual({ spanSeconds: 86_400, source: 'events', buckets: [bar('test.log', 2)] });
    expect((await ask('user', 'ann', counts)).counts).toEqual({ spanSeconds: 86_400, source: 'index', buckets: [bar('b.log', 1), bar('test.log', 2)] });
  });

  it('counts what is in very many events by its windows of features, in bars that are no shorter than a window', async () => {
    const { counts } = await ask('user', 'busy', 'counts(spanSeconds: 600) { spanSeconds source buckets { start series count } }');
    const bars = [0, 1].map((n) => ({ start: iso(NOON + n * HOUR), series: 'all', count: 30_000 }));
    expect(counts).toEqual({ spanSeconds: 3_600, source: 'features', buckets: bars });
  });

  it('has alerts, findings and rules that are about it', async () => {
    const fields =
      'findings(first: 2) { edges { node { rule { id } } } pageInfo { hasNextPage endCursor } } alerts { edges { node { title } } } rules { ruleId severity count }';
    const host = await ask('host', 'web01', fields);
    expect(host.findings.edges.map(({ node }: Loose) => node.rule.id)).toEqual(['once', 'often']);
    expect(host.alerts.edges.map(({ node }: Loose) => node.title)).toEqual(['Mine']);
    expect(host.rules).toEqual([
      { ruleId: 'often', severity: 'high', count: 2 },
      { ruleId: 'once', severity: 'critical', count: 1 },
    ]);
    const rest = await ask(
      'host',
      'web01',
      `findings(after: "${host.findings.pageInfo.endCursor}") { edges { node { rule { id } } } pageInfo { hasNextPage } }`,
    );
    expect([rest.findings.edges.length, rest.findings.pageInfo.hasNextPage]).toEqual([1, false]);
    expect((await ask('service_identity', ROLE, 'rules { ruleId }')).rules).toEqual([{ ruleId: 'role' }]);
  });

  it('has the asset and the zones that held at the end of the range', async () => {
    const put = async (url: string, payload: object) => expect((await api.inject({ method: 'POST', url, payload }, ['admin'])).statusCode).toBeLessThan(300);
    await put('/v2/assets', { name: 'Shop', kind: 'server', hostnames: ['web01'], addresses: ['10.0.0.5'], criticality: 3, validFrom: '2026-01-01T00:00:00Z' });
    await put('/v2/zones', { name: 'all', cidr: '10.0.0.0/8', kind: 'internal', validFrom: '2026-01-01T00:00:00Z' });
    await put('/v2/zones', { name: 'shop', cidr: '10.0.0.0/24', kind: 'dmz', validFrom: '2026-01-01T00:00:00Z' });
    await put('/v2/zones', { name: 'later', cidr: '10.0.0.0/30', kind: 'dmz', validFrom: '2026-03-03T00:00:00Z' });
    const fields = 'asset { name criticality validTo } zones { name kind }';
    const shop = { name: 'Shop', criticality: 3, validTo: null };
    expect(await ask('host', 'web01.example.org', fields)).toEqual({ asset: shop, zones: [] });
    expect(await ask('address', '10.0.0.5', fields)).toEqual({
      asset: shop,
      zones: [
        { name: 'shop', kind: 'dmz' },
        { name: 'all', kind: 'internal' },
      ],
    });
    expect(await ask('host', 'web011', fields)).toEqual({ asset: null, zones: [] });
  });

  it('has the windows of features, newest first', async () => {
    const { features } = await ask('host', 'WEB01', 'features(first: 2) { start spanSeconds events failures }');
    expect(features).toEqual([
      { start: iso(NOON + 300 * SECOND), spanSeconds: 300, events: 4, failures: 0 },
      { start: iso(NOON), spanSeconds: 3_600, events: 7, failures: 2 },
    ]);
  });

  it('shows nothing of another organization', async () => {
    const fields = 'lastSeen activity { users { name } } findings { edges { node { id } } } features { events } rules { ruleId }';
    const theirs = await ask('host', 'web01', fields, ['admin'], 'other');
    expect(theirs).toMatchObject({ activity: { users: [{ name: 'theirs' }] }, features: [], rules: [{ ruleId: 'theirs' }] });
  });

  it('leaves out what the caller may not see', async () => {
    const made = await api.inject({ method: 'POST', url: '/auth/roles', payload: { name: 'reader', permissions: ['events:read'] } }, ['admin']);
    expect(made.statusCode).toBe(201);
    const fields = 'lastSeen findings { edges { node { id } } } alerts { edges { node { id } } } rules { ruleId } asset { name } zones { name }';
    const seen = await ask('host', 'web01', fields, ['reader']);
    expect(seen).toEqual({ lastSeen: iso(NOON + 3 * SECOND), findings: null, alerts: null, rules: null, asset: null, zones: null });
  });

  it.each([
    ['type: address, value: "10.0.0.0/8"', '/value'],
    ['type: address, value: "fe80::1%eth0"', '/value'],
    ['type: host, value: "  "', '/value'],
    [`type: host, value: "${'x'.repeat(513)}"`, '/value'],
    ['type: host, value: "a\\u0000b"', '/value'],
    ['type: host, value: "a", from: "2026-03-02T00:00:00Z", to: "2026-03-01T00:00:00Z"', '/to'],
    ['type: host, value: "a", from: "2026-01-01T00:00:00Z", to: "2026-03-01T00:00:00Z"', '/from'],
  ])('refuses %s', async (args, pointer) => {
    const { errors } = await api.graphql(`{ entity(${args}) { value } }`);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID_REQUEST', errors: [{ pointer }] });
  });

  it('lists entities by name, page by page, with what they did', async () => {
    const page = async (args: string): Promise<Loose> => {
      const { data, errors } = await api.graphql(
        `{ entities(type: host, ${RANGE}, ${args}) { edges { node { value events failures lastSeen } } pageInfo { hasNextPage endCursor } } }`,
      );
      expect(errors).toBeUndefined();
      return data.entities;
    };
    const values = ({ edges }: Loose): readonly string[] => edges.map(({ node }: Loose) => node.value);
    const first = await page('first: 3');
    expect([values(first), first.pageInfo.hasNextPage]).toEqual([['a', 'b', 'c'], true]);
    const rest = await page(`first: 3, after: "${first.pageInfo.endCursor}"`);
    expect([values(rest), rest.pageInfo.hasNextPage]).toEqual([['db01', 'web01'], false]);
    expect(rest.edges[1].node).toEqual({ value: 'web01', events: 12, failures: 0, lastSeen: iso(NOON + 600 * SECOND) });
    expect(values(await page('search: "B0"'))).toEqual(['db01', 'web01']);
    expect(values(await page('search: "%"'))).toEqual([]);
  });

  it('goes on where a page has looked through as many names as it may', async () => {
    const many = Array.from({ length: 1_005 }, (_, n) => ({ type: 'address', entity: `10.1.${Math.floor(n / 250)}.${n % 250}`, start: NOON }));
    await seedFeatures(database.owner, [...many, { type: 'address', entity: '192.0.2.1' }]);
    const look = async (after: string): Promise<Loose> =>
      (
        await api.graphql(
          `{ entities(type: address, ${RANGE}, search: "192.", after: "${after}") { edges { node { value } } pageInfo { hasNextPage endCursor } } }`,
        )
      ).data.entities;
    const first = await look('');
    expect([first.edges, first.pageInfo.hasNextPage]).toEqual([[], true]);
    const next = await look(first.pageInfo.endCursor);
    expect([next.edges.map(({ node }: Loose) => node.value), next.pageInfo.hasNextPage]).toEqual([['192.0.2.1'], false]);
  });
});
