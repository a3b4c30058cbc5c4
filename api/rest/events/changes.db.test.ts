import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApi } from '../../test/api.ts';
import type { TestApi } from '../../test/api.ts';
import { openTestDatabase, serverUrl } from '../../test/database.ts';
import type { TestDatabase } from '../../test/database.ts';
import { hexId, NOON, seedEvents, seedOrganization } from '../../test/seed.ts';

const urlOf = (n: number) => `/v2/events/${NOON + n * 1_000_000}-${hexId(n)}`;

describe.skipIf(serverUrl === '')('PATCH /v2/events/:id', () => {
  let database: TestDatabase;
  let api: TestApi;
  const patch = (n: number, payload: object, roles: Parameters<TestApi['inject']>[1] = ['analyst'], organization = 'default') =>
    api.inject({ method: 'PATCH', url: urlOf(n), payload }, roles, organization);
  beforeAll(async () => {
    database = await openTestDatabase();
    await seedOrganization(database.owner, 'other');
    await seedEvents(database.owner, [...Array.from({ length: 6 }, (_, n) => ({ n })), { n: 9, organization: 'other' }]);
    api = await openTestApi(database);
  });
  afterAll(async () => {
    await api.close();
    await database.drop();
  });

  it('changes what is said, leaves the rest, and keeps the event as it is', async () => {
    const before = (await api.inject({ url: urlOf(1) }, ['viewer'])).json();
    expect(before.work).toEqual({ revision: 0, status: 'open', verdict: null, labels: [], changedAt: null, changedBy: null });
    expect((await patch(1, { status: 'resolved', verdict: 'false_positive', labels: ['backup', 'backup'] })).json().work).toMatchObject({
      revision: 1,
      status: 'resolved',
      verdict: 'false_positive',
      labels: ['backup'],
    });
    expect((await patch(1, { verdict: null, comment: 'not sure' })).json().work).toMatchObject({
      revision: 2,
      status: 'resolved',
      verdict: null,
      labels: ['backup'],
    });
    const after = (await api.inject({ url: urlOf(1) }, ['viewer'])).json();
    expect(after.event).toEqual(before.event);
    expect(after.work).toMatchObject({ revision: 2, status: 'resolved' });
  });

  it('keeps a history, audits, and hands each change to the relay', async () => {
    await patch(2, { status: 'acknowledged' });
    await patch(2, { comment: 'seen before' });
    expect((await api.inject({ url: `${urlOf(2)}/history` }, ['viewer'])).json().history).toMatchObject([
      { revision: 1, status: 'acknowledged', comment: null },
      { revision: 2, status: 'acknowledged', comment: 'seen before' },
    ]);
    const { rows } = await database.owner.query(`SELECT key, payload FROM goshawk.outbox WHERE key LIKE '%' || $1 || '%' ORDER BY id`, [hexId(2)]);
    expect(rows).toMatchObject([
      { key: `default|${hexId(2)}|1`, payload: { revision: 1, status: 'acknowledged', eventTime: NOON + 2_000_000 } },
      { key: `default|${hexId(2)}|2` },
    ]);
    const audit = await database.owner.query(`SELECT count(*)::int AS count FROM goshawk.audit WHERE action = 'event.change' AND object LIKE '%' || $1`, [
      hexId(2),
    ]);
    expect(audit.rows).toEqual([{ count: 2 }]);
  });

  it('refuses a decision upon what somebody else has changed', async () => {
    expect((await patch(3, { status: 'resolved', revision: 0 })).statusCode).toBe(200);
    expect((await patch(3, { status: 'open', revision: 0 })).json()).toMatchObject({ status: 409, code: 'CONFLICT' });
  });

  it('takes every one of changes that come at once', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, (_, n) => patch(4, { comment: `c${n}` })));
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([200]));
    expect((await api.inject({ url: `${urlOf(4)}/history` }, ['viewer'])).json().history).toHaveLength(12);
  });

  it.each<[name: string, status: number, answer: () => ReturnType<typeof patch>]>([
    ['nothing to change', 400, () => patch(5, {})],
    ['only a revision', 400, () => patch(5, { revision: 0 })],
    ['a status that there is not', 400, () => patch(5, { status: 'gone' })],
    ['a field that is not one of these', 400, () => patch(5, { status: 'open', organization: 'other' })],
    ['too many labels', 400, () => patch(5, { labels: Array.from({ length: 21 }, (_, n) => `l${n}`) })],
    ['a label with a line end', 400, () => patch(5, { labels: ['a\nb'] })],
    ['NUL', 400, () => patch(5, { comment: 'a\0b' })],
    ['an event that there is not', 404, () => patch(77, { status: 'open' })],
    ['an event of another organization', 404, () => patch(9, { status: 'open' })],
    ['who may only look', 403, () => patch(5, { status: 'open' }, ['viewer'])],
  ])('refuses %s', async (_name, status, answer) => {
    expect((await answer()).statusCode).toBe(status);
  });

  it('takes a question in the body', async () => {
    const ask = (payload: object) => api.inject({ method: 'POST', url: '/v2/events/query', payload }, ['viewer']);
    const first = (await ask({ search: 'test.log or *', limit: 4 })).json();
    expect(first.events).toHaveLength(4);
    const second = (await ask({ search: 'test.log or *', limit: 4, cursor: first.cursor })).json();
    expect([second.events.length, second.cursor]).toEqual([2, null]);
    expect((await ask({ search: 'a and (' })).json()).toMatchObject({ code: 'INVALID_SEARCH', errors: [{ pointer: '/search' }] });
    for (const minSeverity of [null, false, '30']) expect((await ask({ minSeverity })).json().errors[0].pointer, String(minSeverity)).toBe('/body/minSeverity');
  });
});
