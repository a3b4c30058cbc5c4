// Subscriptions over real sockets; rooms are in rooms.db.test.ts.
import { get } from 'node:http';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plainContext, plainEvent } from '../../schemas/avro/plain.ts';
import { schemas } from '../../schemas/avro/types.gen.ts';
import type { Event } from '../../schemas/avro/types.gen.ts';
import { topics } from '../../topologies/topics.ts';
import { mayDo } from '../gate/permissions.ts';
import { ROLES } from '../gate/roles.ts';
import type { Role } from '../gate/roles.ts';
import { permissionsOfRoles } from '../gate/roles.ts';
import { loadSchema } from '../graphql/schema.ts';
import { openTestApi } from '../test/api.ts';
import type { Loose, TestApi } from '../test/api.ts';
import { openTestDatabase, serverUrl } from '../test/database.ts';
import type { TestDatabase } from '../test/database.ts';
import { hexId, seedAlerts, seedOrganization } from '../test/seed.ts';
import { eventually } from '../test/eventually.ts';

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
  const change = (n: number) =>
    database.owner.query('UPDATE goshawk.alert SET revision = revision + 1, changed_at = now() WHERE id = decode($1, $2)', [hexId(n), 'hex']);

  /** A subscription and what it has brought so far. */
  async function subscribe(query: string, roles: readonly Role[] = ['analyst'], organization = 'default', url = base, from = api) {
    const client = createClient({
      url: `${url}/graphql`,
      connectionParams: { authorization: `Bearer ${await from.token(roles, organization)}` },
      retryAttempts: 0,
    });
    const items: Loose[] = [];
    const ended = Promise.withResolvers<unknown>();
    // An error before the first item comes as a result, one of the query's form as an error.
    client.subscribe({ query }, { next: (item) => items.push(item), error: ended.resolve, complete: () => ended.resolve(items.at(-1)?.errors) });
    return { items, ended: ended.promise, close: () => client.dispose() };
  }

  it('tells of changes of alerts once they can be read, to their organization, above a severity', async () => {
    await database.owner.query(`INSERT INTO goshawk.alert_note (alert_id, organization, by, text) VALUES (decode($1, 'hex'), 'default', 'tester', 'x')`, [
      hexId(1),
    ]);
    const subscription = await subscribe('subscription { alertChanged(minSeverity: medium) { id severity notes { by text } } }');
    const theirs = await subscribe('subscription { alertChanged { id } }', ['analyst'], 'other');
    await eventually(async () => {
      await change(3);
      expect(theirs.items.length).toBeGreaterThan(0);
    });
    await eventually(async () => {
      await change(2);
      await change(1);
      expect(subscription.items.length).toBeGreaterThan(0);
    });
    expect(subscription.items[0]).toEqual({ data: { alertChanged: { id: hexId(1), severity: 'high', notes: [{ by: 'tester', text: 'x' }] } } });
    expect(subscription.items.every((item) => item.data.alertChanged.id === hexId(1))).toBe(true);
    expect(theirs.items.every((item) => item.data.alertChanged.id === hexId(3))).toBe(true);
    await Promise.all([subscription.close(), theirs.close()]);
  });

  it('shows the tail of events, filtered', async () => {
    const subscription = await subscribe('subscription { eventTail(filter: { dataset: ["zeek.dns"] }) { leftOut events { id dataset fields storedAt } } }');
    await eventually(async () => {
      await send([{ dataset: 'zeek.dns', id: hexId(7) }, { dataset: 'zeek.conn' }]);
      expect(subscription.items.length).toBeGreaterThan(0);
    });
    const { events, leftOut } = subscription.items[0].data.eventTail;
    expect(leftOut).toBe(0);
    expect(events[0]).toMatchObject({ id: `1700000000000000-${hexId(7)}`, dataset: 'zeek.dns', storedAt: null, fields: { 'event.dataset': 'zeek.dns' } });
    await subscription.close();
  });

  const FIELDS: readonly (readonly [name: string, query: string])[] = [
    ['alertChanged', 'alertChanged { id }'],
    ['alertNews', 'alertNews { cursor }'],
    ['alertViewers', `alertViewers(alertId: "${hexId(1)}") { user }`],
    ['assetViewers', 'assetViewers(assetId: "00000000-0000-4000-8000-000000000001") { user }'],
    ['findingChanged', 'findingChanged { id }'],
    ['pipelineChanged', 'pipelineChanged { state }'],
    ['sensorsChanged', 'sensorsChanged { id }'],
    ['deadLettersChanged', 'deadLettersChanged { count }'],
    ['ruleSetActivated', 'ruleSetActivated { number }'],
    ['eventTail', 'eventTail { leftOut }'],
  ];

  it('has every subscription walked here, none of which takes an organization', async () => {
    const fields = Object.values((await loadSchema()).getSubscriptionType()!.getFields());
    expect(FIELDS.map(([name]) => name).toSorted()).toEqual(fields.map(({ name }) => name).toSorted());
    expect(fields.flatMap(({ args }) => args.map(({ name }) => name)).filter((name) => /organi[sz]ation|tenant/i.test(name))).toEqual([]);
    const refused = await subscribe('subscription { alertChanged(organization: "other") { id } }');
    expect(await refused.ended).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
    await refused.close();
  });

  it.each(FIELDS)('lets in who may and nobody else: %s', async (name, query) => {
    const client = createClient({
      url: `${base}/graphql`,
      lazy: true,
      retryAttempts: 0,
      connectionParams: async () => ({ authorization: `Bearer ${await api.token([role])}` }),
    });
    let role: Role = 'viewer';
    for (role of ROLES) {
      const ended = Promise.withResolvers<unknown>();
      const unsubscribe = client.subscribe(
        { query: `subscription { ${query} }` },
        { next: (item) => ended.resolve(item.errors), error: ended.resolve, complete: () => ended.resolve(undefined) },
      );
      // A second operation is answered only after the first was begun.
      const begun = Promise.withResolvers<void>();
      client.subscribe({ query: '{ viewer { user } }' }, { next: () => begun.resolve(), error: begun.reject, complete: () => {} });
      if (mayDo(`Subscription.${name}`, { permissions: permissionsOfRoles([role]) }))
        await Promise.race([begun.promise, ended.promise.then((errors) => expect(errors).toBeUndefined())]);
      else expect(await ended.promise).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
      unsubscribe();
      client.terminate();
    }
    await client.dispose();
  });

  it('tells of alerts without a gap from a cursor on, also at another process', async () => {
    const first = await subscribe('subscription { alertNews { isReset cursor alert { id revision } } }');
    await eventually(() => expect(first.items).toHaveLength(1));
    expect(first.items[0].data.alertNews).toEqual({ isReset: false, alert: null, cursor: expect.any(String) });
    await change(1);
    await eventually(() => expect(first.items).toHaveLength(2));
    const { cursor, alert } = first.items[1].data.alertNews;
    await first.close();
    await change(1);
    const other = await openTestApi(database);
    try {
      const url = (await other.app.listen({ host: '127.0.0.1', port: 0 })).replace('http', 'ws');
      await eventually(async () => {
        const again = await subscribe(`subscription { alertNews(after: "${cursor}") { isReset alert { id revision } } }`, ['analyst'], 'default', url, other);
        await eventually(() => expect(again.items).toHaveLength(1));
        expect(again.items[0].data?.alertNews).toEqual({ isReset: false, alert: { id: hexId(1), revision: alert.revision + 1 } });
        await again.close();
      });
    } finally {
      await other.close();
    }
  });

  it.each([
    ['a cursor that is none', 'alertNews(after: "x") { cursor }', 'INVALID_CURSOR'],
    ['an alert that can be none', 'alertViewers(alertId: "x") { user }', 'NOT_FOUND'],
  ])('refuses %s', async (_name, query, code) => {
    const subscription = await subscribe(`subscription { ${query} }`);
    expect(await subscription.ended).toMatchObject([{ extensions: { code } }]);
    await subscription.close();
  });

  it('says who looks at an alert', async () => {
    const watcher = await subscribe(`subscription { alertViewers(alertId: "${hexId(2)}") { user since } }`);
    await eventually(() => expect(watcher.items.at(-1)?.data.alertViewers).toEqual([{ user: 'tester', since: expect.any(String) }]));
    const theirs = await subscribe(`subscription { alertViewers(alertId: "${hexId(2)}") { user } }`, ['analyst'], 'other');
    await eventually(() => expect(theirs.items.at(-1)?.data.alertViewers).toEqual([{ user: 'tester' }]));
    expect(watcher.items.at(-1)?.data.alertViewers).toHaveLength(1);
    await Promise.all([watcher.close(), theirs.close()]);
  });

  it('stays with the token that a ping brings, and ends with one of somebody else', async () => {
    const socket = new WebSocket(`${base}/graphql`, 'graphql-transport-ws');
    const types: string[] = [];
    const closed = Promise.withResolvers<number>();
    socket.addEventListener('message', ({ data }) => types.push(JSON.parse(String(data)).type));
    socket.addEventListener('close', ({ code }) => closed.resolve(code));
    await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));
    const say = (message: object) => socket.send(JSON.stringify(message));
    say({ type: 'connection_init', payload: { authorization: `Bearer ${await api.token(['viewer'])}` } });
    await eventually(() => expect(types).toEqual(['connection_ack']));
    say({ type: 'ping', payload: { authorization: `Bearer ${await api.token(['analyst'])}` } });
    await eventually(() => expect(types.filter((type) => type === 'pong')).toHaveLength(1));
    say({ type: 'ping', payload: { authorization: `Bearer ${await api.token(['analyst'], 'default', 'another')}` } });
    expect(await closed.promise).toBe(4_403);
  });

  it('runs at most a hundred operations over one connection', async () => {
    const client = createClient({ url: `${base}/graphql`, connectionParams: { authorization: `Bearer ${await api.token(['viewer'])}` }, retryAttempts: 0 });
    const errors: unknown[] = [];
    for (let n = 0; n < 101; n += 1)
      client.subscribe(
        { query: 'subscription { alertChanged { id } }' },
        { next: (item) => errors.push(item), error: (error) => errors.push(error), complete: () => {} },
      );
    await eventually(() => expect(errors).toMatchObject([[{ extensions: { code: 'RATE_LIMITED' } }]]));
    await client.dispose();
  });

  it.each(['/graphql', '/live'])('opens no socket for a page of another site: %s', async (path) => {
    const { port } = new URL(base);
    const upgrade = (origin: string) =>
      new Promise<number>((resolve, reject) => {
        const request = get({
          port,
          path,
          headers: { connection: 'upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'MDEyMzQ1Njc4OWFiY2RlZg==', origin },
        });
        request.on('upgrade', (_response, socket) => {
          socket.destroy();
          resolve(101);
        });
        request.on('response', ({ statusCode }) => resolve(statusCode ?? 0));
        request.on('error', reject);
      });
    expect(await upgrade('https://evil.example')).toBe(403);
    expect(await upgrade(`http://localhost:${port}`)).toBe(101);
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
});
