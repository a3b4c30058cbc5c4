// Exceptions: drafts from alerts, their effect, adding, ending; and the events that are handed over for analysis.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AnalysisRequest, Conditions } from '../../rules/detection.ts';
import { openTestApi } from '../../test/api.ts';
import type { Loose, TestApi } from '../../test/api.ts';
import { openTestDatabase, serverUrl } from '../../test/database.ts';
import type { TestDatabase } from '../../test/database.ts';
import { hexId, NOON, seedAlerts, seedEvents, seedFindings, seedOrganization } from '../../test/seed.ts';

const PATH = '/v2/threat-detection/exceptions';
const TABLES = 'goshawk.exception, goshawk.outbox, goshawk.finding, goshawk.event, goshawk.alert, goshawk.rule, goshawk.rule_set';
const END = new Date(Date.now() + 30 * 86_400_000).toISOString(); // the database has a clock of its own
const exception = { conditions: { 'User|endswith': 'bob' }, ruleIds: ['rule-1'], owner: 'ada', reason: 'backups', expiresAt: END };
const ref = (n: number) => ({ id: hexId(n), time: NOON + n * 1_000_000, dataset: 'test.log', topic: 'raw.default.test', partition: 0, offset: n });

describe.skipIf(serverUrl === '')('exceptions', () => {
  let database: TestDatabase;
  let api: TestApi;
  const warned: unknown[] = [];
  let warnings: readonly string[] = [];
  const tried: { analyzed: AnalysisRequest[]; asked: Conditions[] } = { analyzed: [], asked: [] };
  beforeAll(async () => {
    database = await openTestDatabase();
    await seedOrganization(database.owner, 'other');
    api = await openTestApi(database, {
      deps: {
        wallMicros: () => Date.now() * 1000,
        detection: {
          analyze: async (request) => (tried.analyzed.push(request), { events: [], correlated: [] }),
          meets: async (asked) => (tried.asked.push(asked), asked.documents.map(({ native }) => native.includes('bob'))),
          tryRule: async () => [],
          explain: () => Promise.reject(new Error('Nobody asks this here')),
          explainCorrelation: async () => null,
          fieldWarnings: async (text, known) => (warned.push([JSON.parse(text), known]), warnings.map((reason) => ({ line: 1, reason }))),
        },
      },
    });
  });
  afterAll(async () => {
    await api.close();
    await database.drop();
  });
  beforeEach(async () => {
    await database.owner.query(`TRUNCATE ${TABLES} CASCADE`);
    tried.analyzed = [];
    tried.asked = [];
    warned.length = 0;
    warnings = [];
  });
  const post = (payload: object = exception, organization?: string) => api.inject({ method: 'POST', url: PATH, payload }, ['analyst'], organization);
  const list = async (query = '', organization?: string): Promise<Loose[]> =>
    (await api.inject({ url: `${PATH}${query}` }, ['viewer'], organization)).json().exceptions;

  it('are added, published and audited', async () => {
    const answer = await post();
    expect(answer.statusCode).toBe(201);
    const { id } = answer.json();
    expect(answer.json()).toMatchObject({ ...exception, expiresAt: expect.any(String), createdBy: 'tester', endedAt: null, isActive: true });
    const { rows } = await database.owner.query(`SELECT key, payload FROM goshawk.outbox WHERE topic = 'ref.suppressions.v1'`);
    expect(rows).toMatchObject([
      {
        payload: {
          id,
          organization: 'default',
          ruleIds: ['rule-1'],
          conditions: '{"User|endswith": "bob"}',
          validTo: Date.parse(END) * 1000,
          owner: 'ada',
          reason: 'backups',
        },
      },
    ]);
    expect((await database.owner.query(`SELECT action FROM goshawk.audit WHERE object = $1`, [id])).rows).toEqual([{ action: 'exception.add' }]);
    expect(await list()).toHaveLength(1);
  });

  it('end before they expire, once, and stay to be seen', async () => {
    const { id } = (await post()).json();
    const end = () => api.inject({ method: 'DELETE', url: `${PATH}/${id}` }, ['analyst']);
    expect([(await end()).statusCode, (await end()).statusCode]).toEqual([204, 404]);
    expect(await list()).toEqual([]);
    expect(await list('?ended=true')).toMatchObject([{ id, isActive: false, endedBy: 'tester' }]);
    const { rows } = await database.owner.query(
      `SELECT payload->>'validTo' AS until FROM goshawk.outbox WHERE topic = 'ref.suppressions.v1' ORDER BY id DESC LIMIT 1`,
    );
    expect(Number(rows[0].until)).toBeLessThan(Date.parse(END) * 1000);
  });

  it.each<[name: string, change: object, pointer: string]>([
    ['conditions that are no map', { conditions: 'x' }, '/body/conditions'],
    ['empty conditions', { conditions: {} }, '/body/conditions'],
    ['an unknown modifier', { conditions: { 'User|nearly': 'bob' } }, '/body/conditions'],
    ['no owner', { owner: '' }, '/body/owner'],
    ['an end that has passed', { expiresAt: '2020-01-01T00:00:00Z' }, '/body/expiresAt'],
    ['no end within a year', { expiresAt: '2190-01-01T00:00:00Z' }, '/body/expiresAt'],
  ])('are refused: %s', async (_name, change, pointer) => {
    const answer = await post({ ...exception, ...change });
    expect([answer.statusCode, answer.json().errors?.map((one: Loose) => one.pointer)]).toEqual([400, [pointer]]);
    expect(await list('?ended=true')).toEqual([]);
  });

  it('are refused where no event of their rules is known to have a field', async () => {
    warnings = ['no known event of its log source has a field "Usr"; the nearest that one has is "User"'];
    expect((await post()).statusCode).toBe(201); // of a rule of which nothing is known
    const text = 'title: t\nname: rule-1\nlogsource: {product: windows, service: security}\ndetection: {s: {User: x}, condition: s}\n';
    expect((await api.inject({ method: 'POST', url: '/v2/threat-detection/rules', payload: { text } }, ['engineer'])).statusCode).toBe(201);
    const answer = await post({ ...exception, conditions: { Usr: 'bob', 'host.name': 'dc1' } });
    expect([answer.statusCode, answer.json().errors]).toEqual([400, [{ pointer: '/body/conditions', detail: `${warnings[0]}.` }]]);
    expect(warned).toEqual([
      [
        {
          title: 'Exception',
          logsource: { product: 'windows', service: 'security' },
          detection: { conditions: { Usr: 'bob', 'host.name': 'dc1' }, condition: 'conditions' },
        },
        ['host.name'],
      ],
    ]);
    expect((await post({ ...exception, ruleIds: [] })).statusCode).toBe(201);
    warnings = [];
    expect((await post()).statusCode).toBe(201);
  });

  it('are those of the organization, and of the rule or all', async () => {
    await post();
    await post({ ...exception, ruleIds: [] });
    expect((await list('?ruleId=rule-1')).length).toBe(2);
    expect((await list('?ruleId=rule-2')).map(({ ruleIds }) => ruleIds)).toEqual([[]]);
    expect(await list('', 'other')).toEqual([]);
    const [{ id }] = await list();
    expect((await api.inject({ url: `${PATH}/${id}` }, ['viewer'], 'other')).statusCode).toBe(404);
    expect((await api.inject({ method: 'DELETE', url: `${PATH}/${id}` }, ['admin'], 'other')).statusCode).toBe(404);
  });

  describe('before they are saved', () => {
    beforeEach(async () => {
      const at = Date.now() * 1000 - 3_600_000_000;
      const near = (n: number) => ({ ...ref(n), time: at + n * 1_000_000 });
      await seedEvents(
        database.owner,
        [1, 2, 3, 4].map((n) => ({ n, time: near(n).time, native: { User: n === 2 ? 'eve' : 'bob', Image: 'C:\\x.exe' } })),
      );
      const finding = (n: number, ...events: number[]) => ({
        n,
        time: near(n).time,
        columns: { events: JSON.stringify(events.map(near)), fields: JSON.stringify([{ name: 'Image', value: 'C:\\x.exe' }]) },
      });
      const [many, some] = [finding(3, 1, 3), finding(4, 1, 2)].map((one) => ({ ...one, columns: { ...one.columns, kind: 'correlation' } }));
      await seedFindings(database.owner, [finding(1, 1), finding(2, 2), many!, some!, { n: 5, time: at - 9 * 86_400_000_000 }]);
      await seedAlerts(database.owner, [
        { n: 1, time: at, columns: { findings: JSON.stringify([{ ...near(1), ruleId: 'rule-1' }]), events: JSON.stringify([near(1)]) } },
        { n: 2, time: at, columns: { findings: JSON.stringify([{ ...near(2), ruleId: 'rule-1' }]) } },
      ]);
    });

    it('say what they would have suppressed of the last days: of a correlation only what all of its events meet', async () => {
      const answer = await api.inject({ method: 'POST', url: `${PATH}/effect`, payload: { conditions: exception.conditions, ruleIds: [] } }, ['analyst']);
      expect(answer.json()).toEqual({
        looked: 4,
        suppressed: 2,
        isWhole: true,
        alerts: 1,
        examples: [expect.stringContaining(hexId(3)), expect.stringContaining(hexId(1))],
      });
      expect(tried.asked[0]).toMatchObject({ conditions: exception.conditions });
      expect(tried.asked[0]!.documents).toHaveLength(6);
    });

    it('hand over what stored events have under names of ECS', async () => {
      await database.owner.query(
        `UPDATE goshawk.event SET host_name = 'dc1', source_ip = '10.0.0.1', detail = detail || '{"log.level": "error"}' WHERE raw_offset = 1`,
      );
      const conditions = { 'host.name': 'dc1', 'source.ip|cidr': '10.0.0.0/8', 'log.level': 'error', Image: 'x' };
      await api.inject({ method: 'POST', url: `${PATH}/effect`, payload: { conditions, ruleIds: [] } }, ['analyst']);
      const documents = tried.asked[0]!.documents.map(({ canonical }) => canonical);
      expect(documents).toContainEqual({ 'host.name': 'dc1', 'source.ip': '10.0.0.1', 'log.level': 'error' });
      expect(documents).toContainEqual({});
    });

    it('say nothing of other rules or organizations', async () => {
      const effect = async (ruleIds: string[], organization?: string) =>
        (await api.inject({ method: 'POST', url: `${PATH}/effect`, payload: { conditions: exception.conditions, ruleIds } }, ['analyst'], organization)).json()
          .looked;
      expect([await effect(['rule-2']), await effect([], 'other')]).toEqual([0, 0]);
    });

    it('come as drafts from alerts', async () => {
      const draft = (payload: object, organization?: string) =>
        api.inject({ method: 'POST', url: `/v2/alerts/${hexId(1)}/exception`, payload }, ['analyst'], organization);
      expect((await draft({})).json()).toEqual({
        ruleIds: ['rule-1'],
        conditions: { Image: 'C:\\x.exe' },
        fields: [
          { name: 'Image', value: 'C:\\x.exe' },
          { name: 'User', value: 'bob' },
        ],
      });
      expect((await draft({ fields: ['User'] })).json().conditions).toEqual({ User: 'bob' });
      expect((await draft({ fields: ['Nowhere'] })).statusCode).toBe(400);
      expect((await draft({}, 'other')).statusCode).toBe(404);
    });

    it('do all this over GraphQL, too', async () => {
      const { data, errors } = await api.graphql(
        `query ($conditions: JSON!) { exceptionDraft(alertId: "${hexId(1)}", fields: ["User"]) { ruleIds conditions fields { name } }
          exceptionEffect(conditions: $conditions, ruleIds: []) { looked suppressed alerts examples { id ruleId matchedFields { name value } } } }`,
        { conditions: { User: 'bob' } },
      );
      expect(errors).toBeUndefined();
      expect(data.exceptionDraft.conditions).toEqual({ User: 'bob' });
      expect(data.exceptionEffect).toMatchObject({
        looked: 4,
        suppressed: 2,
        alerts: 1,
        examples: [{ ruleId: 'rule-1' }, { ruleId: 'rule-1', matchedFields: [{ name: 'Image', value: 'C:\\x.exe' }] }],
      });
    });
  });

  it('are added, counted and ended over GraphQL', async () => {
    const add = 'mutation ($input: ExceptionInput!) { addException(input: $input) { id ruleIds conditions isActive } }';
    const { data, errors } = await api.graphql(add, { input: exception });
    expect(errors).toBeUndefined();
    const { id } = data.addException;
    await seedFindings(database.owner, [{ n: 1, time: Date.now() * 1000 - 1_000_000, columns: { suppressed_by: id } }]);
    const shown = await api.graphql('{ exceptions(filter: { ruleId: "rule-1" }) { edges { node { id suppressed conditions isActive endedBy } } } }');
    expect(shown.data.exceptions.edges.map((edge: Loose) => edge.node)).toEqual([
      { id, suppressed: 1, conditions: exception.conditions, isActive: true, endedBy: null },
    ]);
    expect((await api.graphql(`mutation { endException(id: "${id}") { isActive endedBy } }`)).data.endException).toEqual({
      isActive: false,
      endedBy: 'tester',
    });
    expect((await api.graphql(add, { input: { ...exception, conditions: {} } })).errors?.[0]?.extensions).toMatchObject({ code: 'INVALID_REQUEST' });
  });

  it('hands events over for analysis, with the rules and exceptions that the organization has', async () => {
    const analyze = (payload: object, organization?: string) =>
      api.inject({ method: 'POST', url: '/v2/threat-detection/analyze', payload }, ['engineer'], organization);
    expect((await analyze({ events: [{ message: 'x' }] })).statusCode).toBe(200);
    expect(tried.analyzed[0]).toMatchObject({
      name: 'files',
      rules: [],
      exceptions: [],
      records: ['{"message":"x"}'],
      format: 'ecs',
      source: 'analysis',
      organization: 'default',
    });
    const text = 'title: A\nname: a\nlogsource: {product: x}\ndetection: {s: {A: 1}, condition: s}\n';
    await api.inject({ method: 'POST', url: '/v2/threat-detection/rules', payload: { text, state: 'test' } }, ['engineer']);
    await post();
    await analyze({ events: ['line'], format: 'auto' });
    expect(tried.analyzed[1]).toMatchObject({
      name: 'default|1',
      rules: [
        { ruleId: 'a', organization: 'default', state: 'test', validFrom: 1 },
        { id: '@set', validFrom: 1 },
      ],
      exceptions: [{ owner: 'ada' }],
    });
    expect(tried.analyzed[1]!.format).toBeUndefined();
    await analyze({ events: ['line'], format: 'auto' }, 'other');
    expect(tried.analyzed[2]).toMatchObject({ rules: [{ id: '@set' }], exceptions: [] });
    await analyze({ events: ['line'], format: 'auto', rules: [text] });
    expect(tried.analyzed[3]).toMatchObject({ rules: [{ ruleId: 'tried-0', text }, { id: '@set' }] });
    expect((await analyze({ events: [] })).json().errors).toEqual([expect.objectContaining({ pointer: '/body/events' })]);
  });

  it('says so where rules cannot be tried', async () => {
    const without = await openTestApi(database);
    const answer = await without.inject({ method: 'POST', url: '/v2/threat-detection/analyze', payload: { events: ['x'], format: 'auto' } }, ['engineer']);
    expect([answer.statusCode, answer.json().code]).toEqual([409, 'CONFLICT']);
    await without.close();
  });
});
