// Rooms over real sockets, of two processes on one database.
import { Socket } from 'node:net';
import { createClient } from 'graphql-ws';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { plainContext, plainEvent } from '../../schemas/avro/plain.ts';
import { schemas } from '../../schemas/avro/types.gen.ts';
import type { Event } from '../../schemas/avro/types.gen.ts';
import { topics } from '../../topologies/topics.ts';
import { createFirstAdministrator } from '../auth/sessions.ts';
import { mayDo } from '../gate/permissions.ts';
import { ROLES } from '../gate/roles.ts';
import { permissionsOfRoles } from '../gate/roles.ts';
import { openTestApi } from '../test/api.ts';
import type { Loose, TestApi } from '../test/api.ts';
import { openTestDatabase, serverUrl } from '../test/database.ts';
import type { TestDatabase } from '../test/database.ts';
import { hexId, NOON, seedAlerts, seedFindings, seedOrganization } from '../test/seed.ts';
import { eventually } from '../test/eventually.ts';
import { parseRoom, permissionsOf, ROOMS_OF_ONE, SIMPLE_ROOMS } from './protocol.ts';

const ASSET = '00000000-0000-4000-8000-0000000000a1';

interface Visit {
  readonly messages: Loose[];
  readonly say: (message: unknown) => void;
  readonly of: (room: string) => Loose[];
  readonly closed: Promise<number>;
  readonly close: () => void;
}

describe.skipIf(serverUrl === '')('/live', () => {
  let database: TestDatabase;
  let apis: readonly [TestApi, TestApi];
  let bases: readonly string[];
  const visits: Visit[] = [];

  beforeAll(async () => {
    database = await openTestDatabase();
    await seedOrganization(database.owner, 'other');
    await seedAlerts(database.owner, [
      { n: 1, columns: { title: 'Credential dump' } },
      { n: 2, columns: { severity: 1 } },
      { n: 3, organization: 'other' },
      { n: 4, columns: { entities: '[{"type":"host","value":"DB01"}]' } },
    ]);
    await database.owner.query(
      `INSERT INTO goshawk.asset (id, valid_from, organization, name, kind, hostnames, addresses, criticality, version, written_by)
       VALUES ($1, api.from_micros($2), 'default', 'Database', 'server', '{db01}', '{10.0.0.9}', 3, 0, 'seed')`,
      [ASSET, NOON],
    );
    apis = [await openTestApi(database, { config: { liveQueueBytes: 65_536 } }), await openTestApi(database)];
    bases = await Promise.all(apis.map(async ({ app }) => (await app.listen({ host: '127.0.0.1', port: 0 })).replace('http', 'ws')));
  });
  afterEach(() => {
    for (const { close } of visits.splice(0)) close();
  });
  afterAll(async () => {
    for (const api of apis) await api.close();
    await database.drop();
  });

  const change = (n: number, columns = '') =>
    database.owner.query(`UPDATE goshawk.alert SET revision = revision + 1, changed_at = now() ${columns} WHERE id = decode($1, 'hex')`, [hexId(n)]);
  const send = (events: readonly Partial<Event>[]) =>
    apis[0].broker
      .producer()
      .send(
        events.map((event) => ({
          topic: topics.enriched.name,
          partition: 0,
          key: null,
          value: apis[0].codec.encode(schemas.enriched, { event: plainEvent(event), context: plainContext() }),
        })),
      );

  /** A socket without a token. */
  async function visit(process: 0 | 1 = 0): Promise<Visit> {
    const socket = new WebSocket(`${bases[process]}/live`);
    const messages: Loose[] = [];
    const closed = Promise.withResolvers<number>();
    socket.addEventListener('message', ({ data }) => messages.push(JSON.parse(String(data))));
    socket.addEventListener('close', ({ code }) => closed.resolve(code));
    await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));
    const opened: Visit = {
      messages,
      say: (message) => socket.send(JSON.stringify(message)),
      of: (room) => messages.filter((message) => message.room === room),
      closed: closed.promise,
      close: () => socket.close(),
    };
    visits.push(opened);
    return opened;
  }
  /** In rooms, with a token. */
  async function enter(
    rooms: readonly object[],
    { process = 0, user = 'tester', roles = ['viewer'], organization = 'default' }: EnterOptions = {},
  ): Promise<Visit> {
    const visitor = await visit(process);
    visitor.say({ token: await apis[process].token(roles, organization, user) });
    for (const join of rooms) visitor.say(join);
    await eventually(() => expect(visitor.messages.filter(({ joined, error }) => joined !== undefined || error !== undefined)).toHaveLength(rooms.length));
    return visitor;
  }

  it('tells of alerts once they can be read, to their organization only', async () => {
    const mine = await enter([{ join: 'alerts' }]);
    const theirs = await enter([{ join: 'alerts' }], { organization: 'other' });
    await change(3);
    await change(1);
    await eventually(() => expect([mine, theirs].map((visitor) => visitor.of('alerts').length)).toEqual([1, 1]));
    expect(mine.of('alerts')[0]).toMatchObject({ alert: { id: hexId(1), title: 'Credential dump' }, cursor: expect.any(String) });
    expect(theirs.of('alerts')[0]).toMatchObject({ alert: { id: hexId(3) } });
  });

  it('keeps a filtered list right: what fits no more is gone', async () => {
    const visitor = await enter([{ join: 'alerts', filter: { minSeverity: 'high', search: '"credential dump"' } }]);
    await change(1);
    await eventually(() => expect(visitor.of('alerts')).toHaveLength(1));
    await change(1, ', severity = 1');
    await change(2);
    await eventually(() => expect(visitor.of('alerts')).toHaveLength(3));
    expect(visitor.of('alerts')[0]).toMatchObject({ alert: { id: hexId(1) } });
    expect(
      visitor
        .of('alerts')
        .slice(1)
        .map(({ gone }) => gone),
    ).toEqual([hexId(1), hexId(2)]);
    await change(1, ', severity = 3');
  });

  it('misses nothing while it is away, and goes on at another process', async () => {
    const before = await enter([{ join: 'alerts' }]);
    const { cursor } = before.messages.find(({ joined }) => joined === 'alerts');
    before.close();
    await change(1);
    await change(2);
    await change(3);
    const after = await enter([{ join: 'alerts', cursor }], { process: 1 });
    await eventually(() => expect(new Set(after.of('alerts').map(({ alert }) => alert.id))).toEqual(new Set([hexId(1), hexId(2)])));
    await change(1);
    await eventually(() => expect(after.of('alerts').length).toBeGreaterThanOrEqual(3));
  });

  it('refuses a cursor that is none, and one for a room that keeps no past', async () => {
    const visitor = await enter([
      { join: 'alerts', cursor: 'x' },
      { join: 'events', cursor: 'x' },
    ]);
    await eventually(() => expect(visitor.messages.flatMap(({ error }) => error?.code ?? [])).toEqual(['INVALID_CURSOR', 'INVALID_REQUEST']));
  });

  it('shows the live tail, filtered', async () => {
    const visitor = await enter([{ join: 'events', filter: { search: 'host.name:web01' } }]);
    await eventually(async () => {
      await send([{ host: { name: 'web01', id: null, ip: [], os: null } }, {}]);
      expect(visitor.of('events').length).toBeGreaterThan(0);
    });
    expect(visitor.of('events')[0]).toMatchObject({ leftOut: 0, events: expect.arrayContaining([expect.objectContaining({ host: 'web01' })]) });
    expect(
      visitor
        .of('events')
        .flatMap(({ events }) => events)
        .every(({ host }) => host === 'web01'),
    ).toBe(true);
  });

  it('shows states at once: counters, system, sensors, dead letters', async () => {
    const rooms = ['counters', 'system', 'sensors', 'dead-letters'];
    const visitor = await enter(rooms.map((join) => ({ join })));
    await eventually(() => expect(rooms.map((room) => visitor.of(room).length > 0)).toEqual([true, true, true, true]));
    expect(visitor.of('counters')[0].stages[0]).toMatchObject({ name: 'ingest' });
    expect(visitor.of('system')[0].parts.map(({ name }: Loose) => name)).toContain('database');
    expect(visitor.of('sensors')[0]).toEqual({ room: 'sensors', sensors: [] });
    expect(visitor.of('dead-letters')[0]).toMatchObject({ counts: [] });
    const late = await enter([{ join: 'sensors' }]); // what is known is shown to whoever comes later
    await eventually(() => expect(late.of('sensors')).toHaveLength(1));
  });

  it('tells of a sensor when it is enrolled', async () => {
    const visitor = await enter([{ join: 'sensors' }]);
    await eventually(() => expect(visitor.of('sensors')).toHaveLength(1));
    const { errors } = await apis[1].graphql('mutation { enrolSensor(input: { name: "web" }) { sensor { id } } }');
    expect(errors).toBeUndefined();
    await eventually(() => expect(visitor.of('sensors').at(-1)?.sensors).toMatchObject([{ name: 'web', state: 'never' }]));
  });

  it('tells of an asset and of the alerts about it', async () => {
    const visitor = await enter([{ join: `asset:${ASSET}` }]);
    const said = () => visitor.of(`asset:${ASSET}`).filter(({ present }) => present === undefined);
    await change(1);
    await change(4);
    await eventually(() => expect(said()).toHaveLength(1));
    expect(said()[0]).toMatchObject({ alert: { id: hexId(4) } });
    await database.owner.query(`UPDATE goshawk.asset SET hostnames = '{web01}' WHERE id = $1`, [ASSET]);
    await eventually(() => expect(said()).toHaveLength(2));
    expect(said()[1]).toMatchObject({ asset: { id: ASSET, hostnames: ['web01'] } });
    await change(4);
    await change(1);
    await eventually(() => expect(said()).toHaveLength(3));
    expect(said()[2]).toMatchObject({ alert: { id: hexId(1) } });
  });

  it('tells an organization in short of all that is kept', async () => {
    const visitor = await enter([{ join: 'organization' }, { join: 'findings', filter: { minSeverity: 'high' } }, { join: 'rules' }]);
    await seedFindings(database.owner, [
      { n: 50, columns: { title: 'Found' } },
      { n: 51, columns: { severity: 0 } },
      { n: 52, columns: { status: 'draft' } },
    ]);
    await database.owner.query(`INSERT INTO goshawk.rule_set (number, organization, made_by) VALUES (9001, '', 'files')`);
    await change(1);
    await eventually(() => expect(visitor.of('organization')).toHaveLength(4));
    const said = visitor.of('organization');
    expect(said.flatMap(({ finding }) => finding ?? [])).toMatchObject([
      { title: 'Found', severity: 'high' },
      { title: 'A rule', severity: 'informational' },
    ]);
    expect(said.flatMap(({ ruleSet, alert }) => ruleSet ?? alert ?? [])).toEqual(
      expect.arrayContaining([expect.objectContaining({ number: 9001, isShared: true }), expect.objectContaining({ id: hexId(1) })]),
    );
    expect(visitor.of('findings')).toMatchObject([{ finding: { title: 'Found' } }]);
    expect(visitor.of('rules')).toMatchObject([{ ruleSet: { number: 9001, by: 'files' } }]);
  });

  it('says who else is in the room of an alert, over both processes', async () => {
    const room = `alert:${hexId(1)}`;
    const ann = await enter([{ join: room }], { user: 'ann' });
    const bob = await enter([{ join: room }], { user: 'bob', process: 1 });
    for (const visitor of [ann, bob]) await eventually(() => expect(visitor.of(room).at(-1)?.present).toEqual(['ann', 'bob']));
    ann.close();
    await eventually(() => expect(bob.of(room).at(-1)?.present).toEqual(['bob']));
  });

  it('asks for a permission for each room', async () => {
    for (const role of ROLES) {
      const rooms = [...SIMPLE_ROOMS, ...ROOMS_OF_ONE.map((kind) => `${kind}:${kind === 'asset' ? ASSET : hexId(1)}`)];
      const visitor = await enter(
        rooms.map((join) => ({ join })),
        { roles: [role] },
      );
      const may = rooms.filter((room) => permissionsOf(parseRoom(room)!).every((name) => mayDo(name, { permissions: permissionsOfRoles([role]) })));
      const codes = visitor.messages.flatMap(({ error, room }) => (error === undefined || room !== undefined ? [] : [error.code]));
      expect([role, codes.filter((code) => code === 'FORBIDDEN').length]).toEqual([role, rooms.length - may.length]);
      expect(codes.filter((code) => code !== 'FORBIDDEN')).toEqual(may.some((room) => room.startsWith('incident')) ? ['NOT_OFFERED'] : []);
    }
  });

  it.each<[name: string, join: object, code: string]>([
    ['an unknown filter', { join: 'events', filter: { x: 1 } }, 'INVALID_REQUEST'],
    ['an organization in a filter', { join: 'alerts', filter: { organization: 'other' } }, 'INVALID_REQUEST'],
    ['a filter where there is none', { join: 'counters', filter: {} }, 'INVALID_REQUEST'],
    ['a search that cannot be read', { join: 'alerts', filter: { search: '(' } }, 'INVALID_SEARCH'],
    ['an asset of nobody', { join: 'asset:00000000-0000-4000-8000-000000000099' }, 'NOT_FOUND'],
  ])('refuses %s and stays open', async (_name, join, code) => {
    const visitor = await enter([join, { join: 'counters' }]);
    expect(visitor.messages.flatMap(({ error }) => error?.code ?? [])).toEqual([code]);
  });

  it('does not tell another organization that there is an asset', async () => {
    const visitor = await enter([{ join: `asset:${ASSET}` }], { organization: 'other' });
    expect(visitor.messages[1]).toMatchObject({ error: { code: 'NOT_FOUND' } });
  });

  it('leaves a room when asked to', async () => {
    const visitor = await enter([{ join: 'alerts' }, { join: 'findings' }]);
    visitor.say({ leave: 'alerts' });
    visitor.say({ join: 'rules' });
    await eventually(() => expect(visitor.messages.some(({ joined }) => joined === 'rules')).toBe(true));
    await change(1);
    await seedFindings(database.owner, [{ n: 60 }]);
    await eventually(() => expect(visitor.of('findings')).toHaveLength(1));
    expect(visitor.of('alerts')).toEqual([]);
  });

  it('closes who does not read, with 4008, and nobody else', async () => {
    const quick = await enter([{ join: 'organization' }]);
    const slow = await openRaw(bases[0]!, `{"token":"${await apis[0].token(['viewer'])}"}`, '{"join":"organization"}');
    await slow.until('"joined"');
    slow.socket.pause();
    const text = 'x'.repeat(1_000_000); // until the buffers of the machine are full, too
    await vi.waitFor(
      async () => {
        await change(1, `, title = '${text}'`);
        const { body } = await apis[0].inject({ url: '/metrics' });
        expect(body).toMatch(/live_closed_connections_total\{code="4008"\} 1/);
      },
      { timeout: 30_000 },
    );
    slow.socket.resume();
    await slow.until(Buffer.from([0x0f, 0xa8, ...Buffer.from('SLOW_CONSUMER')])); // 4008, behind all that had been sent
    slow.socket.destroy();
    expect(quick.of('organization').length).toBeGreaterThan(0);
    quick.say({ join: 'rules' });
    await eventually(() => expect(quick.messages.some(({ joined }) => joined === 'rules')).toBe(true));
    await change(1, `, title = 'Credential dump'`);
  });

  it('closes what is open over both processes when the session ends', async () => {
    const password = await createFirstAdministrator(database.pool);
    const signIn = async () => (await apis[0].app.inject({ method: 'POST', url: '/auth/login', payload: { user: 'admin', password, refresh: 'body' } })).json();
    const [{ accessToken, refreshToken }, other] = [await signIn(), await signIn()];
    const visitors = await Promise.all([visit(0), visit(0)]);
    for (const [index, token] of [accessToken, other.accessToken].entries()) {
      visitors[index]!.say({ token });
      await eventually(() => expect(visitors[index]!.messages).toMatchObject([{ welcome: 'admin' }]));
    }
    const client = createClient({ url: `${bases[0]}/graphql`, connectionParams: { authorization: `Bearer ${accessToken}` }, retryAttempts: 0 });
    const ended = Promise.withResolvers<unknown>();
    client.subscribe({ query: 'subscription { pipelineChanged { state } }' }, { next: () => opened.resolve(), error: ended.resolve, complete: () => {} });
    const opened = Promise.withResolvers<void>();
    await opened.promise;
    await apis[1].app.inject({ method: 'POST', url: '/auth/logout', payload: { refreshToken } });
    expect(await visitors[0].closed).toBe(4_003);
    expect(await ended.promise).toMatchObject({ code: 4_403, reason: 'The session has ended.' });
    visitors[1].say({ join: 'alerts' });
    await eventually(() => expect(visitors[1].messages).toHaveLength(2));
  });

  it('lets one user have so many connections and no more', async () => {
    const api = await openTestApi(database, { config: { liveConnectionsPerUser: 1 } });
    try {
      const base = (await api.app.listen({ host: '127.0.0.1', port: 0 })).replace('http', 'ws');
      const token = await api.token(['viewer']);
      const open = () => new WebSocket(`${base}/live`, { headers: { authorization: `Bearer ${token}` } } as never);
      const first = open();
      await new Promise((resolve) => first.addEventListener('message', resolve, { once: true }));
      const second = open();
      expect(await new Promise((resolve) => second.addEventListener('close', ({ code }) => resolve(code)))).toBe(4_013);
    } finally {
      await api.close();
    }
  });

  it('says with its close code that the process ends', async () => {
    const api = await openTestApi(database);
    const socket = new WebSocket(`${(await api.app.listen({ host: '127.0.0.1', port: 0 })).replace('http', 'ws')}/live`);
    const closed = new Promise((resolve) => socket.addEventListener('close', ({ code }) => resolve(code)));
    await new Promise((resolve) => socket.addEventListener('open', resolve));
    await api.close();
    expect(await closed).toBe(1_001);
  });

  it('speaks nothing but WebSocket', async () => {
    expect((await apis[0].inject({ url: '/live' })).json()).toMatchObject({ code: 'INVALID_REQUEST' });
  });
});

interface EnterOptions {
  readonly process?: 0 | 1;
  readonly user?: string;
  readonly roles?: Parameters<TestApi['token']>[0];
  readonly organization?: string;
}

/** A WebSocket by hand, whose reading can be stopped. */
async function openRaw(base: string, ...messages: readonly string[]) {
  const { port } = new URL(base);
  const socket = new Socket();
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.connect(Number(port), '127.0.0.1');
  socket.write(
    `GET /live HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n`,
  );
  const until = (text: string | Buffer) => eventually(() => expect(Buffer.concat(chunks).includes(text)).toBe(true));
  await until('101 Switching');
  for (const message of messages) {
    const data = Buffer.from(message);
    const length = data.length < 126 ? [0x80 | data.length] : [0x80 | 126, data.length >> 8, data.length & 255];
    socket.write(Buffer.concat([Buffer.from([0x81, ...length, 0, 0, 0, 0]), data])); // masked with zeros
  }
  return { socket, until };
}
