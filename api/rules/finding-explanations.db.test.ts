import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { headsOf, parseRuleSet } from '../../domains/sigma/index.ts';
import { openTestApi } from '../test/api.ts';
import type { Loose, TestApi } from '../test/api.ts';
import { openTestDatabase, serverUrl } from '../test/database.ts';
import type { TestDatabase } from '../test/database.ts';
import { hexId, NOON, seedEvents, seedFindings, seedOrganization } from '../test/seed.ts';
import type { SeedFinding } from '../test/seed.ts';

const SECOND = 1_000_000;
const CORRELATION = 6;
const rule = (name: string, id: number) =>
  `title: Rule ${name}\nname: ${name}\nlogsource: {product: windows}\ndetection: {s: {EventID: ${id}}, condition: s}\n`;
const FILTER = 'title: Admins\nname: admins\nlogsource: {product: windows}\nfilter: {rules: [b], known: {User: admin}, condition: not known}\n';
const SUM =
  'title: Much\nname: much\ncorrelation: {type: value_sum, rules: [a, b], group-by: [User], timespan: 10m, condition: {field: network.bytes, gte: 3}}\n';
const texts = { a: rule('a', 1), newer: rule('a', 9), b: rule('b', 2), admins: FILTER, much: SUM };
const versionOf = (name: string, ...files: readonly string[]): string => {
  const set = parseRuleSet(files.map((text, at) => ({ file: String(at), text })));
  return [...set.rules, ...set.correlations].find(({ key }) => key === name)!.version;
};

describe.skipIf(serverUrl === '')('why a finding was made', () => {
  let database: TestDatabase;
  let api: TestApi;
  const asked: { kind: string; text: string; others: readonly string[]; documents: Loose[] }[] = [];

  /** As a reading of files, or the API, leaves it. */
  async function putRule(organization: string, set: number, text: string, state = 'production'): Promise<void> {
    const parsed = parseRuleSet([text, texts.a, texts.b].map((one, at) => ({ file: String(at), text: one })));
    const { id, kind, title, level, tags, hash, head } = headsOf(parsed).find(({ file }) => file === '0')!;
    await database.owner.query('INSERT INTO goshawk.rule_set (number, organization, made_by) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
      set,
      organization,
      'test',
    ]);
    await database.owner.query('UPDATE goshawk.rule SET is_current = false WHERE organization = $1 AND id = $2', [organization, id]);
    await database.owner.query(
      `INSERT INTO goshawk.rule (organization, id, set_number, version, state, kind, title, level, tags, head, hash, text, written_by) VALUES ($1, $2, $3::bigint, $3::bigint::integer, $4, $5, $6, $7, $8, $9, $10, $11, 'test')`,
      [organization, id, set, state, kind, title, level, tags, JSON.stringify(head), hash, text],
    );
  }
  const eventRef = (n: number) => ({ id: hexId(n), time: NOON + n * SECOND, dataset: 'test.log', topic: 'raw.default.test', partition: 0, offset: n });
  /** The correlation begins before the events of the others. */
  const timeOf = (n: number) => NOON + (n === CORRELATION ? 0 : n) * SECOND;
  const finding = (n: number, ruleId: string, columns: Readonly<Record<string, unknown>>, organization = 'default'): SeedFinding => ({
    n,
    time: timeOf(n),
    organization,
    columns: { rule_id: ruleId, events: JSON.stringify([eventRef(n)]), rule_set: 2, ...columns },
  });
  const explanationOf = async (n: number, organization?: string) => {
    const { data, errors } = await api.graphql(
      `query ($id: ID!) { finding(id: $id) { explanation { missing
        rule { matches parts { kind text use values { value met { path before part after } } } }
        correlation { type timespanSeconds groups { name value } counted bounds { operator number } condition percentile measured isExact lookedAt
          steps { ruleId title isAwaited matches { value event { id } } } } } } }`,
      { id: `${timeOf(n)}-${hexId(n)}` },
      ['viewer'],
      organization,
    );
    expect(errors).toBeUndefined();
    return data.finding?.explanation;
  };

  beforeAll(async () => {
    database = await openTestDatabase();
    await seedOrganization(database.owner, 'other');
    await putRule('', 1, texts.a);
    await putRule('', 1, texts.b);
    await putRule('', 2, texts.admins);
    await putRule('', 2, texts.much);
    await putRule('', 3, texts.newer);
    await seedEvents(database.owner, [
      { n: 1, columns: { product: 'windows' }, detail: { 'network.bytes': 7 }, native: { EventID: 1 } },
      { n: 2, columns: { product: 'windows' }, native: { EventID: 2 } },
    ]);
    const three = JSON.stringify([eventRef(1), eventRef(2), eventRef(90)]);
    await seedFindings(database.owner, [
      finding(1, 'a', { rule_version: versionOf('a', texts.a) }),
      finding(2, 'b', { rule_version: versionOf('b', texts.b, FILTER) }),
      finding(3, 'a', { rule_version: 'of nobody' }),
      finding(4, 'a', { rule_version: versionOf('a', texts.a), kind: 'hunt' }),
      finding(5, 'a', { rule_version: versionOf('a', texts.a) }),
      finding(CORRELATION, 'much', {
        rule_version: versionOf('much', texts.a, texts.b, SUM),
        kind: 'correlation',
        events: three,
        event_count: 3,
        fields: '[{"name":"User","value":"bob"}]',
      }),
      finding(7, 'b', { rule_version: versionOf('b', texts.b), rule_set: null, events: JSON.stringify([eventRef(2)]) }),
      finding(8, 'a', { rule_version: versionOf('a', texts.a) }, 'other'),
    ]);
    await database.owner.query('UPDATE goshawk.finding SET last_time = api.from_micros($1) WHERE rule_id = $2', [NOON + 90 * SECOND, 'much']);
    api = await openTestApi(database, {
      deps: {
        detection: {
          analyze: () => Promise.reject(new Error('Nobody asks this here')),
          meets: async () => [],
          tryRule: async () => [],
          fieldWarnings: async () => [],
          explain: async (text, document, others = []) => {
            asked.push({ kind: 'rule', text, others, documents: [document] });
            const values = [{ value: 1, holds: true, met: [{ path: null, before: '<', part: '1', after: '>' }] }];
            const of = {
              kind: 'entry',
              field: 'EventID',
              modifiers: [],
              holds: true,
              has: 'value',
              foundAs: null,
              seen: ['1'],
              values,
              valueCount: 1,
            } as const;
            return {
              matches: true,
              rule: { key: '', title: '', file: '', version: '' },
              logsource: { holds: true, attributes: [] },
              detection: { holds: true, conditions: [], selections: [{ name: 's', use: 'wanted', holds: true, of }] },
              filters: [],
            };
          },
          explainCorrelation: async (text, others, documents) => {
            asked.push({ kind: 'correlation', text, others, documents: [...documents] });
            return {
              type: 'value_sum',
              timespanMicros: 600 * SECOND,
              groupBy: ['User'],
              valueFields: ['network.bytes'],
              bounds: [{ operator: 'gte', number: 3 }],
              condition: null,
              percentile: null,
              rules: [
                { key: 'a', title: 'Rule a', isAwaited: false },
                { key: 'b', title: 'Rule b', isAwaited: false },
              ],
              events: [[{ rule: 'a', value: '7' }], [{ rule: 'b', value: null }]],
              measured: 7,
            };
          },
        },
      },
    });
  });
  afterAll(async () => {
    await api.close();
    await database.drop();
  });

  it('is told by the rule as it was, part by part, with what met', async () => {
    expect(await explanationOf(1)).toEqual({
      missing: null,
      correlation: null,
      rule: {
        matches: true,
        parts: [
          { kind: 'selection', text: 's', use: 'wanted', values: [] },
          { kind: 'entry', text: 'EventID', use: 'wanted', values: [{ value: '1', met: [{ path: null, before: '<', part: '1', after: '>' }] }] },
        ],
      },
    });
    expect(asked.at(-1)).toEqual({
      kind: 'rule',
      text: texts.a,
      others: [],
      documents: [{ logsource: { product: 'windows', category: [], service: [] }, native: '{"EventID":1}' }],
    });
  });

  it('is told with the filters that were part of the rule', async () => {
    expect((await explanationOf(2)).rule.matches).toBe(true);
    expect(asked.at(-1)).toMatchObject({ text: texts.b, others: [FILTER] });
  });

  it('is told without them where they were none yet', async () => {
    expect((await explanationOf(7)).rule.matches).toBe(true);
    expect(asked.at(-1)).toMatchObject({ text: texts.b, others: [] });
  });

  it.each([
    ['the version of the rule is not known', 3, 'rule_gone'],
    ['a hunt made it', 4, 'no_rule'],
    ['the event is neither stored nor kept', 5, 'event_gone'],
  ])('is not told, and why not, where %s', async (_name, n, missing) => {
    expect(await explanationOf(n)).toEqual({ missing, rule: null, correlation: null });
  });

  it('is told of a correlation by its numbers and steps, with what it refers to as that was', async () => {
    const event = (n: number) => ({ id: `${NOON + n * SECOND}-${hexId(n)}` });
    expect((await explanationOf(CORRELATION)).correlation).toEqual({
      type: 'value_sum',
      timespanSeconds: 600,
      groups: [{ name: 'User', value: 'bob' }],
      counted: ['network.bytes'],
      bounds: [{ operator: 'gte', number: 3 }],
      condition: null,
      percentile: null,
      measured: 7,
      isExact: false,
      lookedAt: 2,
      steps: [
        { ruleId: 'a', title: 'Rule a', isAwaited: false, matches: [{ value: '7', event: event(1) }] },
        { ruleId: 'b', title: 'Rule b', isAwaited: false, matches: [{ value: null, event: event(2) }] },
      ],
    });
    const { text, others, documents } = asked.at(-1)!;
    expect([text, [...others].sort()]).toEqual([SUM, [FILTER, texts.a, texts.b].sort()]);
    expect(documents.map(({ canonical }) => canonical)).toEqual([{ 'network.bytes': '7' }, {}]);
  });

  it('is nothing for another organization, which has its own findings of the rule', async () => {
    expect(await explanationOf(1, 'other')).toBeUndefined();
    expect(await explanationOf(8, 'other')).toEqual({ missing: 'event_gone', rule: null, correlation: null });
  });

  it('costs as much as a page may in one request, and no more', async () => {
    const ask = (first: number) => api.graphql(`{ findings(first: ${first}) { edges { node { explanation { missing } } } } }`);
    expect((await ask(50)).errors).toBeUndefined();
    expect((await ask(200)).errors?.[0]?.extensions.code).toBe('QUERY_TOO_COMPLEX');
  });

  it('leads from an event to its findings: those that begin with it, and correlations that it is part of', async () => {
    const { data } = await api.graphql(`{ event(id: "${NOON + 2 * SECOND}-${hexId(2)}") { findings { id } } }`);
    expect(data.event.findings.map(({ id }: Loose) => id)).toEqual([2, CORRELATION].map((n) => `${timeOf(n)}-${hexId(n)}`));
  });
});
