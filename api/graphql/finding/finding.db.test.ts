import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApi } from '../../test/api.ts';
import type { Loose, TestApi } from '../../test/api.ts';
import { openTestDatabase, serverUrl } from '../../test/database.ts';
import type { TestDatabase } from '../../test/database.ts';
import { hexId, NOON, seedEvents, seedFindings } from '../../test/seed.ts';

const SECOND = 1_000_000;
const id = (n: number) => `${NOON + n * SECOND}-${hexId(n)}`;
const eventRef = (n: number) => ({ id: hexId(n), time: NOON + n * SECOND, dataset: 'test.log', topic: 'raw.default.test', partition: 0, offset: n });
const RANGE = 'from: "2026-03-01T00:00:00Z", to: "2026-03-02T00:00:00Z"';

describe.skipIf(serverUrl === '')('findings over GraphQL', () => {
  let database: TestDatabase;
  let api: TestApi;
  beforeAll(async () => {
    database = await openTestDatabase();
    await seedEvents(database.owner, [{ n: 1 }, { n: 2 }]);
    await seedFindings(database.owner, [
      {
        n: 1,
        columns: { events: JSON.stringify([eventRef(1), eventRef(2), eventRef(9)]), event_count: 3, author: 'Ada', license: 'DRL 1.1', reason: 'because' },
      },
      { n: 2, columns: { rule_id: 'rule-2', severity: 1, title: 'Another rule', supersedes: Buffer.from(hexId(1), 'hex') } },
      { n: 3, columns: { rule_id: 'rule-2', severity: 1, title: 'Another rule, renamed' } },
      { n: 4, columns: { status: 'draft', severity: 4 } },
      { n: 5, columns: { rule_id: 'rule-2', severity: 1, suppressed_by: 'x', rule_set: 7 } },
    ]);
    // Event 9 is gone; what an alert keeps of it is there.
    await database.owner.query(
      `INSERT INTO goshawk.evidence (alert_id, event_time, event_id, organization, raw_topic, raw_partition, raw_offset, event, native, event_hash)
      SELECT decode($1, 'hex'), api.from_micros($2), decode($3, 'hex'), 'default', 'raw.default.test', 0, 9,
        to_jsonb(e) - 'native' || jsonb_build_object('event_time', api.from_micros($2), 'id', '\\x' || $3, 'host_name', 'kept01', 'source_ip', '10.0.0.9'), '{"kept":true}', '\\x00'
      FROM goshawk.event e WHERE e.raw_offset = 1`,
      [hexId(1), NOON + 9 * SECOND, hexId(9)],
    );
    api = await openTestApi(database);
  });
  afterAll(async () => {
    await api.close();
    await database.drop();
  });

  it.each<[name: string, filter: string, found: readonly number[]]>([
    ['all but drafts, newest first', '', [3, 2, 1]],
    ['drafts when they are asked for', '(filter: { drafts: true })', [4, 3, 2, 1]],
    ['what is suppressed when it is asked for', '(filter: { suppressed: true })', [5, 3, 2, 1]],
    ['from a severity on', '(filter: { minSeverity: medium })', [1]],
    ['of some rules', '(filter: { ruleId: ["rule-2"] })', [3, 2]],
    ['of a time', '(filter: { from: "2026-03-01T12:00:02Z", to: "2026-03-01T12:00:03Z" })', [2]],
    ['a page', '(first: 1)', [3]],
    ['a page from the end', '(last: 2)', [2, 1]],
    ['by a word of the title', '(filter: { search: "renamed" })', [3]],
    ['by a severity', '(filter: { search: "severity>=medium" })', [1]],
    ['by a rule and a time', '(filter: { search: "rule:rule-2 @timestamp<2026-03-01T12:00:03Z" })', [2]],
    ['by an entity', '(filter: { search: "host:web* not title:another*" })', [1]],
    ['by a tag and a number', '(filter: { search: "tag:attack.* events>=3" })', [1]],
    ['by a value that met the rule', '(filter: { search: "x" })', [3, 2, 1]],
    ['by a regular expression', '(filter: { search: "title=~\\"^another rule$\\"" })', [2]],
  ])('gives %s', async (_name, filter, found) => {
    const { data } = await api.graphql(`{ findings${filter} { edges { node { id } } } }`);
    expect(data.findings.edges.map(({ node }: Loose) => node.id)).toEqual(found.map(id));
  });

  it.each([
    ['a field that findings do not have', 'colour:red', 'INVALID_SEARCH'],
    ['a comparison of text', 'title>5', 'INVALID_SEARCH'],
    ['a word for a severity', 'severity:bad', 'INVALID_SEARCH'],
  ])('refuses %s', async (_name, search, code) => {
    const { errors } = await api.graphql('query ($search: String) { findings(filter: { search: $search }) { edges { cursor } } }', { search });
    expect(errors?.[0]?.extensions.code).toBe(code);
  });

  it('refuses more rules than a list has', async () => {
    const { errors } = await api.graphql('query ($ids: [String!]) { findings(filter: { ruleId: $ids }) { edges { cursor } } }', {
      ids: Array.from({ length: 101 }, String),
    });
    expect(errors?.[0]?.extensions.errors[0].pointer).toBe('/filter/ruleId');
  });

  it('says which exception a finding met, and of which rule set the rule was', async () => {
    const { data } = await api.graphql(`{ finding(id: "${id(5)}") { ruleSet suppressedBy } other: finding(id: "${id(1)}") { ruleSet suppressedBy } }`);
    expect(data).toEqual({ finding: { ruleSet: 7, suppressedBy: 'x' }, other: { ruleSet: null, suppressedBy: null } });
  });

  it('shows why it matched and each event: stored, kept as evidence, or gone', async () => {
    const { data } =
      await api.graphql(`{ finding(id: "${id(1)}") { severity kind status rule { id version title author license description tags } entities { type value } matchedFields { name value }
      eventCount reason supersedes events { id topic partition offset event { id native host sourceIp } } } }`);
    expect(data.finding).toEqual({
      severity: 'high',
      kind: 'rule',
      status: 'production',
      rule: { id: 'rule-1', version: 'v1', title: 'A rule', author: 'Ada', license: 'DRL 1.1', description: null, tags: ['attack.t1003'] },
      entities: [{ type: 'host', value: 'web01' }],
      matchedFields: [{ name: 'Image', value: 'x' }],
      eventCount: 3,
      reason: 'because',
      supersedes: null,
      events: [1, 2, 9].map((n) => ({
        id: id(n),
        topic: 'raw.default.test',
        partition: 0,
        offset: n,
        event: { id: id(n), native: n === 9 ? { kept: true } : { n }, host: n === 9 ? 'kept01' : null, sourceIp: n === 9 ? '10.0.0.9' : null },
      })),
    });
  });

  it('asks for all events of a page at once, stored and kept', async () => {
    const asked: string[] = [];
    database.pool.on('acquire', watch);
    await api.graphql('{ findings { edges { node { events { event { id } } } } } }');
    database.pool.off('acquire', watch);
    expect(asked.filter((text) => /FROM api\.event\b/.test(text)).length).toBe(1);
    expect(asked.filter((text) => text.includes('api.evidence')).length).toBe(1);

    function watch(client: { query: (...args: Loose[]) => unknown; watched?: boolean }) {
      if (client.watched === true) return;
      const query = client.query.bind(client);
      client.watched = true;
      client.query = (...args) => {
        asked.push(String(args[0]));
        return query(...args);
      };
    }
  });

  it('finds what was replaced by its hash', async () => {
    const { data } = await api.graphql(`{ finding(id: "${id(2)}") { supersedes } }`);
    expect(data.finding.supersedes).toBe(hexId(1));
    expect((await api.graphql('query ($id: ID!) { finding(id: $id) { id } }', { id: data.finding.supersedes })).data.finding.id).toBe(id(1));
  });

  it('has no finding of an id that is none', async () => {
    expect((await api.graphql('{ finding(id: "x") { id } }')).data).toEqual({ finding: null });
  });

  it('counts by rule, most first, under the newest title', async () => {
    const { data } = await api.graphql(`{ findingsByRule(${RANGE}) { ruleId title severity count lastTime } }`);
    expect(data.findingsByRule).toEqual([
      { ruleId: 'rule-2', title: 'Another rule, renamed', severity: 'low', count: 2, lastTime: '2026-03-01T12:00:03.000000Z' },
      { ruleId: 'rule-1', title: 'A rule', severity: 'high', count: 1, lastTime: '2026-03-01T12:00:01.000000Z' },
    ]);
  });

  it('counts by severity over time', async () => {
    const { data } = await api.graphql(`{ findingCounts(${RANGE}, spanSeconds: 3600) { start series count } }`);
    expect(data.findingCounts).toEqual([
      { start: '2026-03-01T12:00:00.000000Z', series: 'low', count: 2 },
      { start: '2026-03-01T12:00:00.000000Z', series: 'high', count: 1 },
    ]);
  });
});
