// Against the API itself, over a socket.
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApi } from '../../../api/test/api.ts';
import type { TestApi } from '../../../api/test/api.ts';
import { openTestDatabase, serverUrl } from '../../../api/test/database.ts';
import type { TestDatabase } from '../../../api/test/database.ts';
import { hexId, NOON, seedEvents } from '../../../api/test/seed.ts';
import { openClient } from './index.ts';
import type { Client, SentEvent } from './index.ts';

describe.skipIf(serverUrl === '')('the client', () => {
  let database: TestDatabase;
  let api: TestApi;
  let client: Client;
  beforeAll(async () => {
    database = await openTestDatabase();
    await seedEvents(
      database.owner,
      Array.from({ length: 7 }, (_, n) => ({ n, columns: { host_name: `web0${n}` } })),
    );
    api = await openTestApi(database);
    await api.app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = api.app.server.address() as AddressInfo;
    client = openClient({ url: `http://127.0.0.1:${port}`, token: () => api.token(['admin']) });
  });
  afterAll(async () => {
    await api.close();
    await database.drop();
  });

  it('lists page after page', async () => {
    const hosts: unknown[] = [];
    for await (const event of client.list('GET /v2/events', { query: { limit: 3 } })) hosts.push(event['host']);
    expect(hosts).toEqual(['web06', 'web05', 'web04', 'web03', 'web02', 'web01', 'web00']);
  });
  it('puts names of the path and repeated words of the query where they belong', async () => {
    const id = `${NOON}-${hexId(0)}`;
    expect(await client.request('GET /v2/events/{id}', { path: { id } })).toMatchObject({ id, status: 'stored', work: { revision: 0 } });
    const { events } = await client.request('GET /v2/events', { query: { host: ['web01', 'web02'] } });
    expect(events).toHaveLength(2);
  });
  it('sends events in batches, and says of each what became of it', async () => {
    const events = Array.from({ length: 5 }, (_, n) => (n === 3 ? 'not a document' : { '@timestamp': '2026-03-01T12:00:00Z', message: `m${n}` }));
    const sent: SentEvent[] = [];
    for await (const one of client.send(events, { batch: 2, source: 'client' })) sent.push(one);
    expect(sent.map(({ index, error }) => [index, error?.code])).toEqual([[0, undefined], [1, undefined], [2, undefined], [3, 'INVALID_REQUEST'], [4, undefined]]); // prettier-ignore
    expect(sent.filter(({ receipt }) => receipt !== null)).toHaveLength(4);
  });
  it('gives nothing where the API gives nothing', async () => {
    const { id } = await client.request('POST /v2/saved-searches', { body: { kind: 'events', name: 'mine', query: 'host.name:web*' } });
    expect(await client.request('DELETE /v2/saved-searches/{id}', { path: { id: String(id) } })).toBeUndefined();
  });
  it('throws what the API says is wrong', async () => {
    await expect(client.request('GET /v2/events', { query: { search: 'a and (' } })).rejects.toMatchObject({
      name: 'ApiError',
      status: 400,
      code: 'INVALID_SEARCH',
      errors: [{ pointer: expect.any(String) }],
    });
  });
});
