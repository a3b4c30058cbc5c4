import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApi } from '../test/api.ts';
import type { TestApi } from '../test/api.ts';
import { openTestDatabase, serverUrl } from '../test/database.ts';
import type { TestDatabase } from '../test/database.ts';
import { hexId, seedAlerts } from '../test/seed.ts';

describe.skipIf(serverUrl === '')('alerts over REST', () => {
  let database: TestDatabase;
  let api: TestApi;
  beforeAll(async () => {
    database = await openTestDatabase();
    await seedAlerts(database.owner, [{ n: 1 }, { n: 2 }]);
    api = await openTestApi(database);
  });
  afterAll(async () => {
    await api.close();
    await database.drop();
  });
  const patch = (id: string, payload: object) => api.inject({ method: 'PATCH', url: `/v2/alerts/${id}`, payload }, ['analyst']);
  const get = (path: string) => api.inject({ url: `/v2/alerts/${path}` }, ['viewer']);

  it('are changed one by one, tell their history, and are brought back', async () => {
    const done = await patch(hexId(1), {
      status: 'closed',
      verdict: 'benign',
      verdictReason: 'a scan',
      addLabels: ['Scanner'],
      note: 'Ours.',
      workRevision: 0,
    });
    expect([done.statusCode, done.json()]).toMatchObject([
      200,
      {
        status: 'closed',
        verdict: 'benign',
        verdictReason: 'a scan',
        labels: ['scanner'],
        workRevision: 1,
        notes: [{ by: 'tester', text: 'Ours.', revision: 1, editedAt: null }],
      },
    ]);
    const stale = await patch(hexId(1), { assignee: 'ada', workRevision: 0 });
    expect([stale.statusCode, stale.json()]).toMatchObject([409, { code: 'CONFLICT', conflicts: [{ id: hexId(1), workRevision: 1, status: 'closed' }] }]);
    expect((await get(`${hexId(1)}/history`)).json()).toMatchObject({
      history: [{ by: 'tester', action: 'alert.change', note: 'Ours.', fields: { verdict: [null, 'benign'] } }],
    });
    const undone = await api.inject({ method: 'POST', url: `/v2/alerts/changes/${done.json().changeId}/undo` }, ['analyst']);
    expect(undone.json().alerts).toMatchObject([{ id: hexId(1), status: 'open', labels: [] }]);
    expect((await get(hexId(1))).json()).toMatchObject({ status: 'open', verdict: null, notes: [] });
  });

  it.each<[name: string, id: string, payload: object, status: number]>([
    ['a move that is none', hexId(2), { status: 'acknowledged' }, 200],
    ['nothing', hexId(2), {}, 400],
    ['what it does not know', hexId(2), { title: 'x' }, 400],
    ['a revision alone', hexId(2), { workRevision: 1 }, 400],
    ['an alert that there is not', hexId(9), { status: 'closed' }, 404],
    ['an id that is none', 'x', { status: 'closed' }, 400],
  ])('answer %s', async (_name, id, payload, status) => {
    expect((await patch(id, payload)).statusCode).toBe(status);
  });

  it('are not there where there are none', async () => {
    expect([(await get(hexId(9))).statusCode, (await get(`${hexId(9)}/history`)).statusCode]).toEqual([404, 404]);
  });
});
