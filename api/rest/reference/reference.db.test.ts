import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApi } from '../../test/api.ts';
import type { TestApi } from '../../test/api.ts';
import { openTestDatabase, serverUrl } from '../../test/database.ts';
import type { TestDatabase } from '../../test/database.ts';

describe.skipIf(serverUrl === '')('assets and zones', () => {
  let database: TestDatabase;
  let api: TestApi;
  const call = async (method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, payload?: object, headers: Record<string, string> = {}) => {
    const response = await api.inject({ method, url, headers, ...(payload && { payload }) }, ['engineer']);
    return { status: response.statusCode, headers: response.headers, body: response.body === '' ? null : response.json() };
  };
  const server = { name: 'Web server', kind: 'server', hostnames: ['WEB01'], addresses: ['10.0.0.1'], owner: 'web', criticality: 3 };

  beforeAll(async () => {
    database = await openTestDatabase();
    api = await openTestApi(database); // its clock says 2026-03-01T13:00:00Z
  });
  afterAll(async () => {
    await api.close();
    await database.drop();
  });

  it('keeps the old owner for the time before the change, and sends both versions on', async () => {
    const made = await call('POST', '/v2/assets', { ...server, validFrom: '2026-01-01T00:00:00Z' });
    expect(made.status).toBe(201);
    const { id } = made.body;
    expect(made.headers.location).toBe(`/v2/assets/${id}`);
    const changed = await call('PUT', `/v2/assets/${id}`, { ...server, owner: 'platform', validFrom: '2026-02-01T00:00:00Z' });
    expect(changed.body).toMatchObject({
      owner: 'platform',
      hostnames: ['web01'],
      validFrom: '2026-02-01T00:00:00.000000Z',
      validTo: null,
      writtenBy: 'tester',
    });
    expect(changed.body.versions.map(({ owner, validFrom, validTo }: Record<string, unknown>) => [owner, validFrom, validTo])).toEqual([
      ['platform', '2026-02-01T00:00:00.000000Z', null],
      ['web', '2026-01-01T00:00:00.000000Z', '2026-02-01T00:00:00.000000Z'],
    ]);
    const owners = async (at: string) => (await call('GET', `/v2/assets?at=${at}`)).body.assets.map(({ owner }: { owner: string }) => owner);
    expect([await owners('2025-12-31T00:00:00Z'), await owners('2026-01-15T00:00:00Z'), await owners('2026-02-15T00:00:00Z')]).toEqual([
      [],
      ['web'],
      ['platform'],
    ]);

    const { rows } = await database.owner.query("SELECT key, payload FROM goshawk.outbox WHERE payload->>'id' = $1 ORDER BY id", [id]);
    expect(rows.map(({ payload }) => [payload.owner, payload.validTo === null])).toEqual([
      ['web', true],
      ['web', false],
      ['platform', true],
    ]);
    const { rows: audit } = await database.owner.query('SELECT actor, action FROM goshawk.audit WHERE object = $1 ORDER BY seq', [id]);
    expect(audit).toEqual([
      { actor: 'tester', action: 'asset.put' },
      { actor: 'tester', action: 'asset.put' },
    ]);
  });

  it('ends at a time', async () => {
    const { id } = (await call('POST', '/v2/zones', { name: 'Office', cidr: '10.1.0.0/16', kind: 'internal', validFrom: '2026-01-01T00:00:00Z' })).body;
    expect((await call('DELETE', `/v2/zones/${id}?validTo=2026-02-01T00:00:00Z`)).status).toBe(204);
    expect((await call('GET', `/v2/zones/${id}`)).body).toMatchObject({ cidr: '10.1.0.0/16', validTo: '2026-02-01T00:00:00.000000Z' });
    expect((await call('GET', '/v2/zones')).body.zones).toEqual([]);
    expect((await call('DELETE', `/v2/zones/${id}`)).body).toMatchObject({ code: 'NOT_FOUND' }); // nothing holds any more
  });

  it('goes through pages by name', async () => {
    for (const name of ['b', 'a', 'd', 'c', 'a']) await call('POST', '/v2/assets', { ...server, name, validFrom: '2026-03-01T00:00:00Z' });
    const names: string[] = [];
    let url: string | undefined = '/v2/assets?limit=2&at=2026-03-01T00:00:01Z';
    while (url !== undefined) {
      const { body, headers } = await call('GET', url);
      names.push(...body.assets.map(({ name }: { name: string }) => name));
      url = /^<([^>]+)>/.exec(String(headers.link ?? ''))?.[1];
    }
    expect(names).toEqual(['Web server', 'a', 'a', 'b', 'c', 'd']);
  });

  it('adds once what is sent twice under one key', async () => {
    const send = () => call('POST', '/v2/assets', { ...server, name: 'once' }, { 'idempotency-key': 'k' });
    const both = await Promise.all([send(), send()]);
    const done = both.find(({ status }) => status === 201);
    // At the same time: the other one is told so, unless the first was done before it came.
    expect(both.every(({ status, body }) => body.id === done?.body.id || (status === 409 && body.code === 'REQUEST_IN_PROGRESS'))).toBe(true);
    expect((await send()).body).toEqual(done?.body);
  });

  it.each<[name: string, method: 'POST' | 'PUT' | 'GET' | 'DELETE', url: string, body: object | undefined, status: number, pointer: string | undefined]>([
    ['a missing name', 'POST', '/v2/assets', { kind: 'server' }, 400, '/body/name'],
    ['an address that is none', 'POST', '/v2/assets', { ...server, addresses: ['10.0.0.1', '10.0.0.0/8'] }, 400, '/body/addresses/1'],
    ['a criticality out of range', 'POST', '/v2/assets', { ...server, criticality: 5 }, 400, '/body/criticality'],
    ['a NUL', 'POST', '/v2/assets', { ...server, name: 'a\0b' }, 400, '/body/name'],
    ['a time without zone', 'POST', '/v2/assets', { ...server, validFrom: '2026-01-01' }, 400, '/body/validFrom'],
    ['a network with host bits', 'POST', '/v2/zones', { name: 'x', cidr: '10.0.0.1/8', kind: 'internal' }, 400, '/body/cidr'],
    ['a network that is none', 'POST', '/v2/zones', { name: 'x', cidr: 'office', kind: 'internal' }, 400, '/body/cidr'],
    ['an unknown kind', 'POST', '/v2/zones', { name: 'x', cidr: '10.0.0.0/8', kind: 'secret' }, 400, '/body/kind'],
    ['an id that is none', 'GET', '/v2/assets/x', undefined, 400, '/params/id'],
    ['an unknown id', 'GET', '/v2/assets/00000000-0000-4000-8000-000000000000', undefined, 404, undefined],
    ['a change of an unknown id', 'PUT', '/v2/assets/00000000-0000-4000-8000-000000000000', server, 404, undefined],
    ['an end of an unknown id', 'DELETE', '/v2/zones/00000000-0000-4000-8000-000000000000', undefined, 404, undefined],
    ['a cursor that is none', 'GET', '/v2/assets?cursor=x', undefined, 400, undefined],
  ])('refuses %s', async (_name, method, url, body, status, pointer) => {
    const answer = await call(method, url, body);
    expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([status, pointer]);
  });
});
