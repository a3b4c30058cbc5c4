// OWASP API6 (2023), business flows: what may be done once is done once, however often and at the same moment it is asked, and what somebody
// could do without end has an end.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApi } from '../test/api.ts';
import type { Loose } from '../test/api.ts';
import { serverUrl } from '../test/database.ts';
import { hexId, seedAlerts } from '../test/seed.ts';
import { openWorld } from '../test/walk-world.ts';
import type { World } from '../test/walk-world.ts';

const PASSWORD = 'vellum otter quincunx 7 harbours';
const AT_ONCE = 10;

describe.skipIf(serverUrl === '')('what may be done once', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld();
    await seedAlerts(world.database.owner, [
      { n: 21, organization: 'alpha' },
      { n: 22, organization: 'alpha' },
    ]);
  });
  afterAll(() => world.close());
  const post = (url: string, payload: object, headers: Record<string, string> = {}) =>
    world.api.inject({ method: 'POST', url, payload, headers }, ['admin'], 'alpha');
  const atOnce = <T>(ask: (n: number) => Promise<T>) => Promise.all(Array.from({ length: AT_ONCE }, (_, n) => ask(n)));
  const graphql = (query: string) => world.api.graphql(query, {}, ['admin'], 'alpha');
  const rowsOf = async (text: string, values: readonly unknown[] = []) =>
    Number((await world.database.owner.query(`SELECT count(*) AS n FROM ${text}`, [...values])).rows[0].n);

  it('an invitation is accepted by one of many who have the link', async () => {
    const { link } = (await post('/auth/invitations', { name: 'wanted', roles: ['viewer'] })).json<{ link: string }>();
    const token = link.split('#')[1]!;
    const answers = await atOnce((n) =>
      world.api.inject({ method: 'POST', url: '/auth/invitations/accept', payload: { token, password: `${PASSWORD} ${n}` } }, null),
    );
    expect(answers.filter(({ statusCode }) => statusCode === 201)).toHaveLength(1);
    expect(await rowsOf(`goshawk.app_user WHERE organization = 'alpha' AND name = 'wanted'`)).toBe(1);
  });

  it('a request with an idempotency key makes one thing, of however many that come at once', async () => {
    const answers = await atOnce(() => post('/v2/assets', { name: 'once', kind: 'server' }, { 'idempotency-key': 'race' }));
    for (const { statusCode } of answers) expect([200, 201, 409]).toContain(statusCode);
    expect(await rowsOf(`goshawk.asset WHERE organization = 'alpha' AND name = 'once'`)).toBe(1);
  });

  it('an alert is taken by one of many who saw it open', async () => {
    const query = `mutation { updateAlerts(ids: ["${hexId(21)}"], expected: [{ id: "${hexId(21)}", workRevision: 0 }], change: { status: acknowledged, assignee: "tester" }) { id } }`;
    const answers: readonly Loose[] = await atOnce(() => graphql(query));
    const codes = answers.map(({ errors }) => errors?.[0]?.extensions.code ?? 'done');
    expect([codes.filter((code) => code === 'done').length, new Set(codes)]).toEqual([1, new Set(['done', 'CONFLICT'])]);
  });

  it('a change is undone once', async () => {
    await graphql(`mutation { updateAlerts(ids: ["${hexId(22)}"], change: { status: closed }) { id } }`);
    const { rows } = await world.database.owner.query(`SELECT id FROM goshawk.alert_change WHERE organization = 'alpha' ORDER BY id DESC LIMIT 1`);
    const answers: readonly Loose[] = await atOnce(() => graphql(`mutation { undoAlertChange(changeId: "${rows[0].id}") { id } }`));
    expect(answers.filter(({ errors }) => errors === undefined)).toHaveLength(1);
  });

  it('redrives that many operators ask for at once are each a job of its own, which the relay does one after another', async () => {
    const before = await rowsOf('goshawk.redrive');
    const answers = await atOnce(() => post('/v2/dead-letters/redrive', { filter: { code: 'SECRET_CODE' }, execute: true }));
    const accepted = answers.filter(({ statusCode }) => statusCode === 202);
    expect(accepted.length).toBeGreaterThan(0);
    expect(answers.filter(({ statusCode }) => statusCode >= 500)).toEqual([]);
    expect(new Set(accepted.map((answer) => answer.json<{ redrive: { id: string } }>().redrive.id)).size).toBe(accepted.length);
    expect((await rowsOf('goshawk.redrive')) - before).toBe(accepted.length); // that each letter goes once: pipeline/runtime/redrive
  });

  it('a user of a name is made once', async () => {
    const answers = await atOnce(() => post('/auth/users', { name: 'twin', roles: ['viewer'], password: PASSWORD }));
    expect(answers.filter(({ statusCode }) => statusCode === 201)).toHaveLength(1);
    expect(answers.filter(({ statusCode }) => statusCode >= 500)).toEqual([]);
  });

  it('the last administrator does not lock the organization out, nor do two who do it to each other at the same moment', async () => {
    const ids: string[] = [];
    for (const name of ['one', 'two']) ids.push((await post('/auth/users', { name, roles: ['admin'], password: PASSWORD })).json<{ id: string }>().id);
    await Promise.all(ids.map((id) => world.api.inject({ method: 'PATCH', url: `/auth/users/${id}`, payload: { roles: ['viewer'] } }, ['admin'], 'alpha')));
    const left = await rowsOf(`goshawk.app_user WHERE organization = 'alpha' AND disabled_at IS NULL AND 'admin' = ANY (roles)`);
    expect(left).toBeGreaterThanOrEqual(1);
  });
});

describe.skipIf(serverUrl === '')('what could be done without end', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld();
  });
  afterAll(() => world.close());

  it('saved searches are at most 200 of one user, also when many come at once', async () => {
    const owner = world.database.owner;
    await owner.query(
      `INSERT INTO goshawk.saved_search (organization, owner, kind, name, query, columns, filter, is_shared, changed_by)
       SELECT 'alpha', 'tester', 'events', 'many ' || n, '', '{}', '{}', false, 'tester' FROM generate_series(1, 198) n`,
    );
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, n) =>
        world.api.inject({ method: 'POST', url: '/v2/saved-searches', payload: { kind: 'events', name: `more ${n}` } }, ['admin'], 'alpha'),
      ),
    );
    const { rows } = await owner.query(`SELECT count(*)::int AS n FROM goshawk.saved_search WHERE organization = 'alpha' AND owner = 'tester'`);
    expect([rows[0].n, answers.filter(({ statusCode }) => statusCode >= 500).length]).toEqual([200, 0]);
  });

  it('hunts are at most ten at once, also when many come at once', async () => {
    const payload = { name: 'many', query: 'host.name:x', from: '2026-03-01T00:00:00Z', to: '2026-03-02T00:00:00Z' };
    const answers = await Promise.all(Array.from({ length: 20 }, () => world.api.inject({ method: 'POST', url: '/v2/hunts', payload }, ['admin'], 'beta')));
    expect(answers.filter(({ statusCode }) => statusCode === 201 || statusCode === 202)).toHaveLength(10);
  });

  it('exports end with the quota of the day, also when many come at once, and each is audited', async () => {
    const set = await world.api.inject(
      { method: 'PUT', url: '/v2/quotas/beta', payload: { events: null, bytes: null, exports: 3, hunts: null } },
      ['platform_admin'],
      'default',
    );
    expect(set.statusCode).toBe(204);
    const answers = await Promise.all(Array.from({ length: 8 }, () => world.api.inject({ url: '/v2/exports/events' }, ['admin'], 'beta')));
    expect(answers.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)).toEqual([200, 200, 200, 429, 429, 429, 429, 429]);
    const { rows } = await world.database.owner.query(`SELECT count(*)::int AS n FROM goshawk.audit WHERE organization = 'beta' AND action = 'export.read'`);
    expect(rows[0].n).toBe(3);
  });

  it('sign-ins, invitations that are looked at and codes that are tried share a rate of their address', async () => {
    const api = await openTestApi(world.database, { config: { loginsPerMinute: 6 } });
    const ask = (url: string, payload: object) => api.inject({ method: 'POST', url, payload, remoteAddress: '203.0.113.7' }, null);
    const statuses: number[] = [];
    for (let n = 0; n < 3; n += 1)
      for (const [url, payload] of [
        ['/auth/login', { user: `x${n}`, password: 'x', refresh: 'body' }],
        ['/auth/invitations/look', { token: `alpha.${n}.x` }],
        ['/auth/verify-mfa', { code: '123456', mfaToken: 'x', refresh: 'body' }],
      ] as const)
        statuses.push((await ask(url, payload)).statusCode);
    await api.close();
    expect([statuses.slice(0, 6).includes(429), statuses.slice(6)]).toEqual([false, [429, 429, 429]]);
  });
});
