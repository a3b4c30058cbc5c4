import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApi } from '../../test/api.ts';
import type { Loose, TestApi } from '../../test/api.ts';
import { openTestDatabase, serverUrl } from '../../test/database.ts';
import type { TestDatabase } from '../../test/database.ts';
import { hexId, NOON, seedAlerts, seedEvents, seedFindings } from '../../test/seed.ts';

const SECOND = 1_000_000;
const eventRef = (n: number) => ({ id: hexId(n), time: NOON + n * SECOND, dataset: 'test.log', topic: 'raw.default.test', partition: 0, offset: n });
const findingRef = (n: number, ruleId: string) => ({ id: hexId(n), ruleId, time: NOON + n * SECOND });
const RANGE = 'from: "2026-03-01T00:00:00Z", to: "2026-03-02T00:00:00Z"';

describe.skipIf(serverUrl === '')('alerts over GraphQL', () => {
  let database: TestDatabase;
  let api: TestApi;
  beforeAll(async () => {
    database = await openTestDatabase();
    await seedEvents(database.owner, [{ n: 1 }]);
    await seedFindings(database.owner, [{ n: 1 }]);
    await seedAlerts(database.owner, [
      {
        n: 1,
        columns: {
          title: 'Credential dumping',
          findings: JSON.stringify([findingRef(1, 'rule-1'), findingRef(7, 'rule-7')]),
          finding_count: 2,
          events: JSON.stringify([eventRef(1), eventRef(8)]),
          event_count: 2,
          rule_ids: ['rule-1', 'rule-7'],
        },
      },
      { n: 2, columns: { severity: 1, score: 10, title: 'Port scan', entities: '[{"type":"address","value":"192.0.2.7"}]', tags: [] } },
      { n: 3, columns: { severity: 4 } },
    ]);
    api = await openTestApi(database);
  });
  afterAll(async () => {
    await api.close();
    await database.drop();
  });
  const found = async (filter: string) => {
    const { data, errors } = await api.graphql(`query ($search: String) { alerts(filter: { search: $search }) { edges { node { id } } } }`, { search: filter });
    return errors?.[0]?.extensions.code ?? data.alerts.edges.map(({ node }: Loose) => Number.parseInt(node.id, 16)).sort();
  };

  it('says what late events changed, with the event and what the finding rested on before and after', async () => {
    const span = (eventCount: number) => ({ time: NOON, lastTime: NOON + SECOND, eventCount });
    const event = { id: hexId(8), time: NOON, dataset: 'd', topic: 'raw.default.x', partition: 0, offset: 8 };
    const changes = [{ revision: 2, findingId: hexId(1), ruleId: 'rule-1', change: { code: 'extended', event, before: span(3), after: null } }];
    await seedAlerts(database.owner, [{ n: 777, columns: { revision: 2, changes: JSON.stringify(changes) } }]);
    const { data, errors } = await api.graphql(
      `{ alert(id: "${hexId(777)}") { changes { revision findingId ruleId change { code event { id offset } before { time lastTime eventCount } after { eventCount } } } } }`,
    );
    await database.owner.query('DELETE FROM goshawk.alert WHERE id = $1', [Buffer.from(hexId(777), 'hex')]);
    expect(errors).toBeUndefined();
    expect(data.alert.changes).toEqual([
      {
        revision: 2,
        findingId: hexId(1),
        ruleId: 'rule-1',
        change: {
          code: 'extended',
          event: { id: `${NOON}-${hexId(8)}`, offset: 8 },
          before: { time: '2026-03-01T12:00:00.000000Z', lastTime: '2026-03-01T12:00:01.000000Z', eventCount: 3 },
          after: null,
        },
      },
    ]);
  });

  it('gives an alert with its findings, events and rules; what is not stored yet is missing, not wrong', async () => {
    const { data, errors } =
      await api.graphql(`{ alert(id: "${hexId(1)}") { id revision time title severity score status verdict assignee notes { text } tags entities { type value } findingCount eventCount reason
      rules { id version title } findings { id rule { title } } events { offset event { id } } } }`);
    expect(errors).toBeUndefined();
    expect(data.alert).toEqual({
      id: hexId(1),
      revision: 1,
      time: '2026-03-01T12:00:01.000000Z',
      title: 'Credential dumping',
      severity: 'high',
      score: 70,
      status: 'open',
      verdict: null,
      assignee: null,
      notes: [],
      tags: ['attack.t1003'],
      entities: [{ type: 'host', value: 'web01' }],
      findingCount: 2,
      eventCount: 2,
      reason: 'opened',
      rules: [
        { id: 'rule-1', version: 'v1', title: 'A rule' },
        { id: 'rule-7', version: '', title: 'rule-7' },
      ],
      findings: [{ id: `${NOON + SECOND}-${hexId(1)}`, rule: { title: 'A rule' } }],
      events: [
        { offset: 1, event: { id: `${NOON + SECOND}-${hexId(1)}` } },
        { offset: 8, event: null },
      ],
    });
  });

  it.each<[search: string, ids: readonly number[] | string]>([
    ['', [1, 2, 3]],
    ['scan', [2]],
    ['t1003', [1, 3]],
    ['192.0.2.7', [2]],
    ['rule-7', [1]],
    ['-scan', [1, 3]],
    ['host:web01', [1, 3]],
    ['address:192.0.2.*', [2]],
    ['title:"Port scan"', [2]],
    ['title:port', []],
    ['score:>=70', [1, 3]],
    ['score:10', [2]],
    ['tag:*', [1, 3]],
    ['rule:rule-7', [1]],
    ['status:open', [1, 2, 3]],
    ['assignee:*', []],
    ['label:*', []],
    ['(scan or dumping) host:*', [1]],
    ['user:root', []],
    ['nonsense:x', 'INVALID_SEARCH'],
    ['title:>5', 'INVALID_SEARCH'],
    ['(', 'INVALID_SEARCH'],
  ])('finds by %s', async (search, ids) => {
    expect(await found(search)).toEqual(ids);
  });

  it('keeps what people do with an alert, and tells who did it', async () => {
    const update = (change: string) =>
      api.graphql(
        `mutation { updateAlerts(ids: ["${hexId(3)}", "${hexId(2)}", "${hexId(3)}"], change: ${change}) { id status verdict assignee notes { by text } } }`,
        {},
        ['analyst'],
      );
    const first = await update('{ status: acknowledged, assignee: "ada", note: "Looking." }');
    expect(first.data.updateAlerts).toEqual(
      [3, 2].map((n) => ({ id: hexId(n), status: 'acknowledged', verdict: null, assignee: 'ada', notes: [{ by: 'tester', text: 'Looking.' }] })),
    );
    const second = await update('{ status: closed, verdict: false_positive, assignee: "" }');
    expect(second.data.updateAlerts[0]).toEqual({
      id: hexId(3),
      status: 'closed',
      verdict: 'false_positive',
      assignee: null,
      notes: [{ by: 'tester', text: 'Looking.' }],
    });
    const { data } = await api.graphql('{ alerts(filter: { status: [open] }) { edges { node { id } } } }');
    expect(data.alerts.edges.map(({ node }: Loose) => node.id)).toEqual([hexId(1)]);
    const { rows } = await database.owner.query(`SELECT count(*) AS n FROM goshawk.audit WHERE action = 'alert.change' AND actor = 'tester'`);
    expect(rows[0].n).toBe(4);
  });

  it('takes the verdict of an alert that is opened again', async () => {
    const update = (change: string) => api.graphql(`mutation { updateAlerts(ids: ["${hexId(2)}"], change: ${change}) { status verdict } }`, {}, ['analyst']);
    expect((await update('{ status: closed, verdict: benign }')).data.updateAlerts).toEqual([{ status: 'closed', verdict: 'benign' }]);
    expect((await update('{ note: "Still so." }')).data.updateAlerts).toEqual([{ status: 'closed', verdict: 'benign' }]);
    expect((await update('{ status: acknowledged }')).errors?.[0]?.extensions.code).toBe('CONFLICT');
    expect((await update('{ status: open }')).data.updateAlerts).toEqual([{ status: 'open', verdict: null }]);
  });

  it('changes all or none', async () => {
    const { errors } = await api.graphql(`mutation { updateAlerts(ids: ["${hexId(1)}", "${hexId(99)}"], change: { status: closed }) { id } }`, {}, ['analyst']);
    expect(errors?.[0]?.extensions.code).toBe('NOT_FOUND');
    expect((await api.graphql(`{ alert(id: "${hexId(1)}") { status } }`)).data.alert.status).toBe('open');
  });

  it.each<[name: string, ids: string, change: string, code: string, pointer: string | undefined]>([
    ['no change', `["${hexId(1)}"]`, '{}', 'INVALID_REQUEST', '/change'],
    ['a label with a comma', `["${hexId(1)}"]`, '{ addLabels: ["a", "b,c"] }', 'INVALID_REQUEST', '/change/addLabels/1'],
    ['a reason for no verdict', `["${hexId(1)}"]`, '{ verdictReason: "because" }', 'CONFLICT', '/ids/0'],
    ['an empty note', `["${hexId(1)}"]`, '{ note: "" }', 'INVALID_REQUEST', '/change/note'],
    ['a long assignee', `["${hexId(1)}"]`, `{ assignee: "${'x'.repeat(201)}" }`, 'INVALID_REQUEST', '/change/assignee'],
    ['a NUL', `["${hexId(1)}"]`, '{ note: "a\\u0000" }', 'INVALID_REQUEST', '/change/note'],
    ['an id that is none', '["x"]', '{ status: closed }', 'NOT_FOUND', undefined],
    ['too many', `[${Array.from({ length: 201 }, (_, n) => `"${hexId(n)}"`).join(',')}]`, '{ status: closed }', 'INVALID_REQUEST', '/ids'],
    ['an unknown status', `["${hexId(1)}"]`, '{ status: gone }', 'GRAPHQL_VALIDATION_FAILED', undefined],
  ])('refuses %s', async (_name, ids, change, code, pointer) => {
    const { errors } = await api.graphql(`mutation { updateAlerts(ids: ${ids}, change: ${change}) { id } }`, {}, ['analyst']);
    expect([errors?.[0]?.extensions.code, errors?.[0]?.extensions.errors?.[0].pointer]).toEqual([code, pointer]);
  });

  it('pages by the last change', async () => {
    const ids: string[] = [];
    let after: string | null = null;
    do {
      const { data }: Loose = await api.graphql(
        'query ($after: String) { alerts(first: 1, after: $after) { edges { node { id } } pageInfo { hasNextPage endCursor } } }',
        { after },
      );
      ids.push(...data.alerts.edges.map(({ node }: Loose) => node.id));
      after = data.alerts.pageInfo.hasNextPage ? data.alerts.pageInfo.endCursor : null;
    } while (after !== null);
    expect(ids.toSorted()).toEqual([1, 2, 3].map(hexId));
  });

  it('counts opened alerts by severity', async () => {
    const { data } = await api.graphql(`{ alertCounts(${RANGE}, spanSeconds: 86400) { series count } }`);
    expect(data.alertCounts).toEqual([
      { series: 'low', count: 1 },
      { series: 'high', count: 1 },
      { series: 'critical', count: 1 },
    ]);
  });
});
