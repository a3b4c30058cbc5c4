// Subscriptions and rooms over real sockets.
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { plainContext, plainEvent } from '../../schemas/avro/plain.ts';
import { schemas } from '../../schemas/avro/types.gen.ts';
import type { Event } from '../../schemas/avro/types.gen.ts';
import { topics } from '../../topologies/topics.ts';
import type { Role } from '../gate/permissions.ts';
import { openTestApi } from '../test/api.ts';
import type { Loose, TestApi } from '../test/api.ts';
import { openTestDatabase, serverUrl } from '../test/database.ts';
import type { TestDatabase } from '../test/database.ts';
import { hexId, seedAlerts, seedOrganization } from '../test/seed.ts';

describe.skipIf(serverUrl === '')('over WebSocket', () => {
  let database: TestDatabase;
  let api: TestApi;
  let base: string;

  beforeAll(async () => {
    database = await openTestDatabase();
    await seedOrganization(database.owner, 'other');
    await seedAlerts(database.owner, [{ n: 1 }, { n: 2, columns: { severity: 1 } }, { n: 3, organization: 'other' }]);
    api = await openTestApi(database);
    base = (await api.app.listen({ host: '127.0.0.1', port: 0 })).replace('http', 'ws');
  });
  afterAll(async () => {
    await api.close();
    await database.drop();
  });

  const send = (events: readonly Partial<Event>[]) =>
    api.broker
      .producer()
      .send(
        events.map((event) => ({
          topic: topics.enriched.name,
          partition: 0,
          key: null,
          value: api.codec.encode(schemas.enriched, { event: plainEvent(event), context: plainContext() }),
        })),
      );
  const change = async (n: number, organization = 'default') =>
    api.graphql(`mutation { updateAlerts(ids: ["${hexId(n)}"], change: { status: acknowledged, note: "x" }) { id } }`, {}, ['admin'], organization);

  /** A subscription and what it has brought so far. */
  async function subscribe(query: string, roles: readonly Role[] = ['analyst'], organization = 'default') {
    const client = createClient({
      url: `${base}/graphql`,
      connectionParams: { authorization: `Bearer ${await api.token(roles, organization)}` },
      retryAttempts: 0,
    });
    const items: Loose[] = [];
    const ended = Promise.withResolvers<unknown>();
    // An error before the first item comes as a result, one of the query's form as an error.
    client.subscribe({ query }, { next: (item) => items.push(item), error: ended.resolve, complete: () => ended.resolve(items.at(-1)?.errors) });
    return { items, ended: ended.promise, close: () => client.dispose() };
  }

  it('tells of changes of alerts once they can be read, to their organization, above a severity', async () => {
    const subscription = await subscribe('subscription { alertChanged(minSeverity: medium) { id status severity notes { by text } } }');
    const theirs = await subscribe('subscription { alertChanged { id } }', ['analyst'], 'other');
    await vi.waitFor(async () => {
      await change(3, 'other');
      expect(theirs.items.length).toBeGreaterThan(0);
    });
    await vi.waitFor(async () => {
      await change(2);
      await change(1);
      expect(subscription.items.length).toBeGreaterThan(0);
    });
    expect(subscription.items[0]).toEqual({
      data: { alertChanged: { id: hexId(1), status: 'acknowledged', severity: 'high', notes: expect.arrayContaining([{ by: 'tester', text: 'x' }]) } },
    });
    expect(subscription.items.every((item) => item.data.alertChanged.id === hexId(1))).toBe(true);
    expect(theirs.items.every((item) => item.data.alertChanged.id === hexId(3))).toBe(true);
    await Promise.all([subscription.close(), theirs.close()]);
  });

  it('shows the tail of events, filtered', async () => {
    const subscription = await subscribe('subscription { eventTail(filter: { dataset: ["zeek.dns"] }) { leftOut events { id dataset fields storedAt } } }');
    await vi.waitFor(
      async () => {
        await send([{ dataset: 'zeek.dns', id: hexId(7) }, { dataset: 'zeek.conn' }]);
        expect(subscription.items.length).toBeGreaterThan(0);
      },
      { timeout: 5_000 },
    );
    const { events, leftOut } = subscription.items[0].data.eventTail;
    expect(leftOut).toBe(0);
    expect(events[0]).toMatchObject({ id: `1700000000000000-${hexId(7)}`, dataset: 'zeek.dns', storedAt: null, fields: { 'event.dataset': 'zeek.dns' } });
    await subscription.close();
  });

  it.each(['alertChanged { id }', 'eventTail { leftOut }'])('asks for a role: %s', async (field) => {
    const subscription = await subscribe(`subscription { ${field} }`, ['sensor']);
    expect(await subscription.ended).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    await subscription.close();
  });

  it('says what is wrong with a subscription', async () => {
    const search = await subscribe('subscription { eventTail(filter: { search: "a (b" }) { leftOut } }');
    expect(await search.ended).toMatchObject([{ extensions: { code: 'INVALID_SEARCH', position: { at: 2, length: 1 } } }]);
    const field = await subscribe('subscription { eventTail { nonsense } }');
    expect(await field.ended).toMatchObject([{ message: expect.stringContaining('nonsense'), extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
    const syntax = await subscribe('subscription {');
    expect(await syntax.ended).toMatchObject([{ extensions: { code: 'GRAPHQL_PARSE_FAILED' } }]);
    await Promise.all([search.close(), field.close(), syntax.close()]);
  });

  it('answers queries too, within the same limits', async () => {
    const query = await subscribe('{ viewer { user } }');
    await query.ended;
    expect(query.items).toEqual([{ data: { viewer: { user: 'tester' } } }]);
    const large = await subscribe('{ alerts(first: 200) { edges { node { findings { events { event { id } } } } } } }');
    expect(await large.ended).toMatchObject([{ extensions: { code: 'QUERY_TOO_COMPLEX' } }]);
    await Promise.all([query.close(), large.close()]);
  });

  it.each([
    ['none', {}],
    ['a wrong one', { authorization: 'Bearer x' }],
    ['another form', { authorization: 7 }],
  ])('closes a connection with no valid token: %s', async (_name, connectionParams) => {
    const client = createClient({ url: `${base}/graphql`, connectionParams, retryAttempts: 0 });
    const ended = Promise.withResolvers<unknown>();
    client.subscribe({ query: '{ viewer { user } }' }, { next: () => {}, error: ended.resolve, complete: () => ended.resolve(undefined) });
    expect(await ended.promise).toMatchObject({ code: 4_403 });
    await client.dispose();
  });

  /** A visitor of /live and the messages that came. */
  async function visit(): Promise<{
    readonly messages: Loose[];
    readonly say: (message: unknown) => void;
    readonly closed: Promise<number>;
    readonly close: () => void;
  }> {
    const socket = new WebSocket(`${base}/live`);
    const messages: Loose[] = [];
    const closed = Promise.withResolvers<number>();
    socket.addEventListener('message', ({ data }) => messages.push(JSON.parse(String(data))));
    socket.addEventListener('close', ({ code }) => closed.resolve(code));
    await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));
    return {
      messages,
      say: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
      closed: closed.promise,
      close: () => socket.close(),
    };
  }

  it('has rooms for programs', async () => {
    const visitor = await visit();
    visitor.say({ token: await api.token(['viewer']) });
    visitor.say({ join: 'counters' });
    visitor.say({ join: 'events', filter: { search: 'host.name:web01' } });
    visitor.say({ join: 'alerts' });
    await vi.waitFor(() => expect(visitor.messages.map((message) => message.joined)).toEqual(expect.arrayContaining(['counters', 'events', 'alerts'])));
    const room = (name: string) => visitor.messages.filter((message) => message.room === name);
    await vi.waitFor(
      async () => {
        await send([{ host: { name: 'web01', id: null, ip: [], os: null } }, {}]);
        await change(1);
        expect([room('counters').length, room('events').length, room('alerts').length].every((count) => count > 0)).toBe(true);
      },
      { timeout: 5_000 },
    );
    expect(visitor.messages[0]).toEqual({ welcome: 'tester', organization: 'default', expiresAt: expect.any(Number) });
    expect(room('events')[0]).toMatchObject({ leftOut: 0, events: expect.arrayContaining([expect.objectContaining({ host: 'web01' })]) });
    expect(room('alerts')[0]).toMatchObject({ alert: { id: hexId(1), status: 'acknowledged' } });
    expect(room('counters')[0].stages[0]).toMatchObject({ name: 'ingest' });
    visitor.close();
  });

  it('lets a visitor leave a room', async () => {
    const visitor = await visit();
    visitor.say({ token: await api.token(['viewer']) });
    visitor.say({ join: 'alerts' });
    visitor.say({ leave: 'alerts' });
    visitor.say({ join: 'counters' });
    await change(1);
    await vi.waitFor(() => expect(visitor.messages.some((message) => message.room === 'counters')).toBe(true));
    expect(visitor.messages.filter((message) => message.room === 'alerts')).toEqual([]);
    visitor.close();
  });

  it.each<[name: string, message: unknown]>([
    ['text', 'hello'],
    ['another document', { a: 1 }],
    ['an unknown room', { join: 'secrets' }],
    ['an unknown filter', { join: 'events', filter: { x: 1 } }],
    ['a list', []],
  ])('answers %s with what it takes', async (_name, message) => {
    const visitor = await visit();
    visitor.say(message);
    await vi.waitFor(() => expect(visitor.messages).toMatchObject([{ error: { code: 'INVALID_REQUEST', detail: expect.stringContaining('"join"') } }]));
    visitor.close();
  });

  it('lets nobody in without a token, or without a role', async () => {
    const stranger = await visit();
    stranger.say({ join: 'alerts' });
    expect(await stranger.closed).toBe(4_001);
    expect(stranger.messages).toMatchObject([{ error: { code: 'UNAUTHENTICATED' } }]);
    const sensor = await visit();
    sensor.say({ token: await api.token(['sensor']) });
    for (const room of ['alerts', 'events', 'counters']) sensor.say({ join: room });
    await vi.waitFor(() => expect(sensor.messages.filter((message) => message.error?.code === 'FORBIDDEN')).toHaveLength(3));
    sensor.close();
  });
});
