import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApi } from '../../test/api.ts';
import type { TestApi } from '../../test/api.ts';
import { openTestDatabase, serverUrl } from '../../test/database.ts';
import type { TestDatabase } from '../../test/database.ts';
import { NOON, seedAlerts, seedEvents, seedFindings, seedOrganization } from '../../test/seed.ts';

describe.skipIf(serverUrl === '')('exports', () => {
  let database: TestDatabase;
  let api: TestApi;
  const get = (url: string, roles: Parameters<TestApi['inject']>[1] = ['analyst'], organization = 'default') =>
    api.inject({ url: `/v2/exports/${url}` }, roles, organization);
  const rowsOf = (body: string) => body.trim().split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>); // prettier-ignore
  beforeAll(async () => {
    database = await openTestDatabase();
    await seedOrganization(database.owner, 'other');
    await seedEvents(database.owner, [
      ...Array.from({ length: 1_203 }, (_, n) => ({ n, time: NOON + (n % 7) * 1_000, columns: { host_name: `web${n % 10}`, severity: n % 100 } })),
      { n: 5_000, organization: 'other' },
    ]);
    await seedFindings(database.owner, [{ n: 1 }, { n: 2, columns: { severity: 4 } }]);
    await seedAlerts(database.owner, [{ n: 1 }, { n: 2 }]);
    api = await openTestApi(database);
  }, 120_000);
  afterAll(async () => {
    await api.close();
    await database.drop();
  });

  it('have each row once, over pages and rows of one time', async () => {
    const answer = await get('events?limit=1000000');
    const ids = rowsOf(answer.body).map(({ id }) => id);
    expect([ids.length, new Set(ids).size]).toEqual([1_203, 1_203]);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/x-ndjson',
      'cache-control': 'no-store',
      'content-disposition': 'attachment; filename="events-2026-03-01.ndjson"',
    });
  });
  it('have the rows and columns that are asked for', async () => {
    expect(rowsOf((await get('events?limit=2&columns=host.name,event.severity&search=host.name:web3&minSeverity=90')).body)).toEqual([
      { 'host.name': 'web3', 'event.severity': 93 },
      { 'host.name': 'web3', 'event.severity': 93 },
    ]);
    expect((await get('events?format=csv&limit=1&columns=host.name')).body).toMatch(/^host\.name\r\nweb\d\r\n$/);
  });
  it('begin behind an event, to go on where one ended', async () => {
    const all = rowsOf((await get('events?columns=id')).body).map(({ id }) => id);
    expect(rowsOf((await get(`events?columns=id&after=${String(all[700])}`)).body).map(({ id }) => id)).toEqual(all.slice(701));
    expect(rowsOf((await get(`events?columns=id&limit=2&after=${String(all.at(-2))}&search=host.name:*`)).body).map(({ id }) => id)).toEqual(all.slice(-1));
  });
  it('are of findings and alerts too', async () => {
    expect(rowsOf((await get('findings?minSeverity=critical')).body)).toMatchObject([{ severity: 'critical' }]);
    expect(rowsOf((await get('alerts')).body)).toHaveLength(2);
    expect((await get('alerts?format=parquet')).rawPayload.subarray(0, 4).toString()).toBe('PAR1');
  });
  it('are written down before they go out', async () => {
    await get('alerts?status=open&search=x');
    const { rows } = await database.owner.query(`SELECT actor, object, detail FROM goshawk.audit WHERE action = 'export.read' ORDER BY seq DESC LIMIT 1`);
    expect(rows).toMatchObject([{ actor: 'tester', object: 'alerts', detail: { search: 'x', status: ['open'], format: 'ndjson' } }]);
  });
  it('never have another organization', async () => {
    expect(rowsOf((await get('events', ['analyst'], 'other')).body)).toHaveLength(1);
  });
  it.each<[name: string, url: string, status: number]>([
    ['another format', 'events?format=xlsx', 400],
    ['more rows than a file may have', 'events?limit=1000001', 400],
    ['a search that cannot be read', 'events?search=a%20and%20(', 400],
    ['a search that no event can be asked', 'events?search=source.ip%3Alocalhost', 400],
    ['a search that no alert can be asked', 'alerts?search=nothing%3Ax', 400],
    ['a filter of another kind', 'events?status=open', 400],
    ['too many columns', `events?columns=${Array.from({ length: 201 }, (_, n) => `c${n}`).join(',')}`, 400],
    ['a column that is a formula', 'events?columns=id,%3D1%2B1', 400],
    ['a place that is no event', 'events?after=yesterday', 400],
    ['a place among alerts', `alerts?after=1-${'0'.repeat(32)}`, 400],
    ['another thing', 'users', 404],
  ])('are refused for %s', async (_name, url, status) => {
    const answer = await get(url);
    expect([answer.statusCode, answer.json()]).toEqual([status, expect.objectContaining({ status, detail: expect.any(String) as string })]);
  });
  it('are refused when the quota is used up, and to those who may not read', async () => {
    expect((await get('events', ['sensor'])).statusCode).toBe(403);
    const put = await api.inject({ method: 'PUT', url: '/v2/quotas/default', payload: { exports: 0 } }, ['platform_admin']);
    expect(put.statusCode).toBe(204);
    expect((await get('events')).json()).toMatchObject({ status: 429, code: 'QUOTA_EXCEEDED' });
  });
});
