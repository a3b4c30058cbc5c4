// A text is judged by line, asked of stored events of its log source, and explained on one of them.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { StoredDocument } from './detection.ts';
import { openTestApi } from '../test/api.ts';
import type { TestApi } from '../test/api.ts';
import { openTestDatabase, serverUrl } from '../test/database.ts';
import type { TestDatabase } from '../test/database.ts';
import { hexId, NOON, seedEvents, seedOrganization } from '../test/seed.ts';

const HOUR = 3_600_000_000;
const NOW = NOON + HOUR;
const TEXT = `title: Bob
id: 00000000-0000-4000-8000-000000000001
logsource:
  product: windows
  category: process_creation
detection:
  selection:
    User: bob
  condition: selection
level: high
`;
const CORRELATION = `title: Many
correlation: {type: event_count, rules: ['00000000-0000-4000-8000-000000000001'], group-by: [User], timespan: 5m, condition: {gte: 3}}
level: high
`;
const PROCESS = { 'goshawk.logsource.category': ['process_creation'], 'goshawk.logsource.service': ['sysmon'] };

describe.skipIf(serverUrl === '')('a rule before it is saved', () => {
  let database: TestDatabase;
  let api: TestApi;
  let asked: readonly StoredDocument[] = [];
  beforeAll(async () => {
    database = await openTestDatabase();
    await seedOrganization(database.owner, 'other');
    api = await openTestApi(database, {
      deps: {
        wallMicros: () => NOW,
        detection: {
          analyze: async () => ({ events: [], correlated: [] }),
          meets: async () => [],
          tryRule: async (_text, documents) => {
            asked = documents;
            return documents.map(({ native }) => (native.includes('"bob"') ? [{ name: 'User', value: 'bob' }] : null));
          },
          explain: async (_text, { logsource }) => ({
            matches: false,
            rule: { key: '', title: '', file: '', version: '' },
            logsource: { holds: true, attributes: [{ name: 'category', wants: 'process_creation', has: logsource.category, holds: true }] },
            detection: {
              holds: false,
              conditions: [{ text: 'not one', holds: false, of: { kind: 'not', holds: false, of: { kind: 'selection', name: 'one', holds: true } } }],
              selections: [
                {
                  name: 'one',
                  use: 'excluded',
                  holds: true,
                  of: {
                    kind: 'entry',
                    field: 'User',
                    modifiers: ['endswith'],
                    holds: true,
                    has: 'null',
                    foundAs: null,
                    seen: [],
                    values: [{ value: null, holds: true, met: [] }],
                    valueCount: 1,
                  },
                },
              ],
            },
            filters: [],
          }),
          explainCorrelation: async () => null,
          fieldWarnings: async (_text, known) => (known.includes('User') ? [] : [{ line: 8, reason: 'no known event of its log source has a field "User"' }]),
        },
      },
    });
  });
  afterAll(async () => {
    await api.close();
    await database.drop();
  });
  beforeEach(async () => {
    await database.owner.query('TRUNCATE goshawk.rule, goshawk.rule_set, goshawk.event CASCADE');
    asked = [];
  });

  const problems = async (text: string, id: string | null = null) =>
    (await api.graphql('query ($text: String!, $id: ID) { ruleProblems(text: $text, id: $id) { line isRefusal reason } }', { text, id }, ['engineer'])).data
      ?.ruleProblems;
  const trial = (text: string, hours = 1, organization = 'default') =>
    api.graphql(
      'query ($text: String!, $hours: Int) { ruleTrial(text: $text, hours: $hours) { looked matched isWhole from samples { event { id user } why { name value } } } }',
      { text, hours },
      ['engineer'],
      organization,
    );

  it('is judged as it would be when it is saved, by line', async () => {
    expect(await problems(TEXT.replace('User:', 'User|nearly:'))).toEqual([{ line: 8, isRefusal: true, reason: expect.stringContaining('nearly') }]);
    expect(await problems(`${TEXT}  : [`)).toEqual([{ line: 11, isRefusal: true, reason: expect.stringContaining('YAML') }]);
    expect((await database.owner.query('SELECT FROM goshawk.rule')).rowCount).toBe(0);
  });

  it('is told what it asks for that nobody has, without being refused', async () => {
    expect(await problems(TEXT)).toEqual([{ line: 8, isRefusal: false, reason: expect.stringContaining('"User"') }]);
  });

  it('is judged as a change of the rule that it belongs to', async () => {
    const { id } = (await api.inject({ method: 'POST', url: '/v2/threat-detection/rules', payload: { text: TEXT } }, ['engineer'])).json();
    expect((await problems(TEXT, id)).filter((one: { isRefusal: boolean }) => one.isRefusal)).toEqual([]);
    expect(await problems(TEXT.replace(id, '00000000-0000-4000-8000-000000000002'), id)).toMatchObject([{ line: 2, isRefusal: true }]);
    const { errors } = await api.graphql(`{ ruleProblems(text: "title: x", id: "nowhere") { line } }`, {}, ['engineer']);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is asked of the events of its log source within the span, and of no other organization', async () => {
    const event = (n: number, over: object = {}) => ({
      n,
      time: NOW - n * 60_000_000,
      columns: { product: 'windows' },
      detail: PROCESS,
      native: { User: 'bob' },
      ...over,
    });
    await seedEvents(database.owner, [
      event(1),
      event(2, { native: { User: 'eve' } }),
      event(3, { columns: { product: 'linux' } }),
      event(4, { detail: { 'goshawk.logsource.category': ['image_load'] } }),
      event(5, { detail: {} }),
      event(61),
      event(6, { organization: 'other' }),
    ]);
    const { data, errors } = await trial(TEXT);
    expect(errors).toBeUndefined();
    expect(data.ruleTrial).toMatchObject({
      looked: 2,
      matched: 1,
      isWhole: true,
      samples: [{ event: { id: `${NOW - 60_000_000}-${hexId(1)}` }, why: [{ name: 'User', value: 'bob' }] }],
    });
    expect(asked[0]!.logsource).toEqual({ product: 'windows', category: ['process_creation'], service: ['sysmon'] });
    expect((await trial(TEXT, 2)).data.ruleTrial).toMatchObject({ looked: 3, matched: 2 });
    expect((await trial(TEXT, 1, 'other')).data.ruleTrial).toMatchObject({ looked: 1 });
  });

  it('is not asked of single events when it is a correlation, and not at all when it is refused', async () => {
    expect((await trial(CORRELATION)).errors?.[0]?.extensions).toMatchObject({ code: 'INVALID_REQUEST' });
    expect((await trial('title: x')).errors?.[0]?.extensions).toMatchObject({ code: 'INVALID_RULE' });
  });

  it('is explained on one event, part by part', async () => {
    await seedEvents(database.owner, [{ n: 1, columns: { product: 'windows' }, detail: PROCESS }]);
    const explain = (eventId: string, organization?: string) =>
      api.graphql(
        'query ($text: String!, $eventId: ID!) { ruleExplanation(text: $text, eventId: $eventId) { matches parts { depth kind text holds has seen values { value holds } } } }',
        { text: TEXT, eventId },
        ['engineer'],
        organization,
      );
    const eventId = `${NOON + 1_000_000}-${hexId(1)}`;
    const { data, errors } = await explain(eventId);
    expect(errors).toBeUndefined();
    expect(data.ruleExplanation.parts).toEqual([
      { depth: 0, kind: 'logsource', text: 'category: process_creation', holds: true, has: 'value', seen: ['process_creation'], values: [] },
      { depth: 0, kind: 'condition', text: 'not one', holds: false, has: null, seen: [], values: [] },
      { depth: 1, kind: 'not', text: 'not', holds: false, has: null, seen: [], values: [] },
      { depth: 2, kind: 'selection', text: 'one', holds: true, has: null, seen: [], values: [] },
      { depth: 0, kind: 'selection', text: 'one', holds: true, has: null, seen: [], values: [] },
      { depth: 1, kind: 'entry', text: 'User|endswith', holds: true, has: 'null_value', seen: [], values: [{ value: 'null', holds: true }] },
    ]);
    expect((await explain(eventId, 'other')).errors?.[0]?.extensions).toMatchObject({ code: 'NOT_FOUND' });
    expect((await explain('nothing')).errors?.[0]?.extensions).toMatchObject({ code: 'NOT_FOUND' });
  });
});
