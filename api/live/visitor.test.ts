// One socket of /live with a clock, a hub and a network that are moved by hand.
import pino from 'pino';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { permissionsOfRoles } from '../gate/roles.ts';
import type { Principal } from '../auth/tokens.ts';
import { unauthenticated } from '../auth/tokens.ts';
import { eventually } from '../test/eventually.ts';
import type { Joined, RoomHub } from './hub.ts';
import { liveMetrics } from './metrics.ts';
import type { RoomName } from './protocol.ts';
import type { Member } from './room.ts';
import { LiveSessions } from './sessions.ts';
import { Visitor } from './visitor.ts';

type Loose = ReturnType<typeof JSON.parse>;
const QUEUE_BYTES = 1_000;

/** Tokens are `<user>` or `<user>/<role>`; they expire 1,000 s after the epoch unless it says `<user>@<seconds>`. */
async function authenticate(token: string): Promise<Principal> {
  const [, user = '', role = 'viewer', expiresAt = '1000'] = /^(\w+)(?:\/(\w+))?(?:@(\d+))?$/.exec(token) ?? [];
  if (user === '') throw unauthenticated('No.');
  return { user, organization: 'default', roles: [role], permissions: permissionsOfRoles([role]), expiresAt: Number(expiresAt) };
}

function open({ missed = async () => [], joining }: { readonly missed?: Joined['missed']; readonly joining?: Promise<void> } = {}) {
  const state = { now: 0, bufferedAmount: 0 };
  const sent: Loose[] = [];
  const closed: (readonly [number, string])[] = [];
  const pings: number[] = [];
  let isTerminated = false;
  const members = new Map<string, Member>();
  const left: string[] = [];
  const hub = {
    join: async (_principal: Principal, { text }: RoomName, _filter: unknown, member: Member): Promise<Joined> => {
      members.set(text, member);
      await joining;
      return { cursor: 'here', missed, leave: () => left.push(text) };
    },
  } as unknown as RoomHub;
  const metrics = liveMetrics(new Registry(), () => 0);
  const sessions = new LiveSessions(
    { liveConnections: 10, liveConnectionsPerOrganization: 10, liveConnectionsPerUser: 1 },
    { onRevoked: () => () => {}, nowMs: () => state.now, every: () => ({ stop: () => {} }) },
  );
  const socket = {
    get bufferedAmount() {
      return state.bufferedAmount;
    },
    send: (data: string | Buffer) => sent.push(JSON.parse(String(data))),
    ping: () => pings.push(state.now),
    close: (code: number, reason: string) => closed.push([code, reason]),
    terminate: () => (isTerminated = true),
  };
  const deps = { hub, sessions, authenticate, metrics, log: pino({ level: 'silent' }), queueBytes: QUEUE_BYTES, nowMs: () => state.now };
  const visitor = new Visitor(socket, '192.0.2.1', deps);
  const say = (message: unknown) => visitor.receive(typeof message === 'string' ? message : JSON.stringify(message));
  return {
    visitor,
    state,
    sent,
    closed,
    pings,
    left,
    members,
    metrics,
    sessions,
    say,
    isTerminated: () => isTerminated,
    another: () => new Visitor(socket, '192.0.2.1', deps),
    /** Until all that was said has been heard. */
    heard: async (count: number) => eventually(() => expect(sent.length).toBeGreaterThanOrEqual(count)),
  };
}
const message = (document: object): Buffer => Buffer.from(JSON.stringify(document));

describe('a visitor', () => {
  it('says who it is, joins, hears and leaves', async () => {
    const { say, sent, heard, members, left } = open();
    say({ token: 'ann' });
    say({ join: 'alerts' });
    await heard(2);
    members.get('alerts')!.send(message({ n: 1 }));
    say({ leave: 'alerts' });
    await eventually(() => expect(left).toEqual(['alerts']));
    expect(sent).toEqual([{ welcome: 'ann', organization: 'default', expiresAt: 1_000 }, { joined: 'alerts', cursor: 'here' }, { n: 1 }]);
  });

  it('gets what it missed before what comes meanwhile', async () => {
    const missed = Promise.withResolvers<readonly Buffer[]>();
    const { say, sent, heard, members } = open({ missed: () => missed.promise });
    say({ token: 'ann' });
    say({ join: 'alerts', cursor: 'before' });
    await eventually(() => expect(members.has('alerts')).toBe(true));
    members.get('alerts')!.send(message({ n: 2 }));
    missed.resolve([message({ n: 1 })]);
    await heard(4);
    expect(sent.slice(1)).toEqual([{ joined: 'alerts', cursor: 'here' }, { n: 1 }, { n: 2 }]);
  });

  it('is told to read anew when what it missed is not known', async () => {
    const { say, sent, heard } = open({ missed: async () => null });
    say({ token: 'ann' });
    say({ join: 'alerts', cursor: 'long ago' });
    await heard(3);
    expect(sent[2]).toEqual({ room: 'alerts', reset: true, cursor: 'here' });
  });

  it('is closed when too much waits for it, with a code that says so, and counted', async () => {
    const { say, heard, members, state, closed, left, sent, metrics } = open();
    say({ token: 'ann' });
    say({ join: 'alerts' });
    await heard(2);
    state.bufferedAmount = QUEUE_BYTES;
    members.get('alerts')!.send(message({ n: 1 }));
    state.bufferedAmount = QUEUE_BYTES + 1;
    members.get('alerts')!.send(message({ n: 2 }));
    members.get('alerts')!.send(message({ n: 3 }));
    expect(closed).toEqual([[4_008, 'SLOW_CONSUMER']]);
    expect(left).toEqual(['alerts']);
    expect(sent).toHaveLength(3);
    expect((await metrics.dropped.get()).values[0]?.value).toBe(1);
    expect((await metrics.closed.get()).values).toMatchObject([{ labels: { code: 4_008 }, value: 1 }]);
  });

  it('is closed when its token expires, unless it brings another one of the same user', async () => {
    const { say, heard, state, closed, sessions, sent, visitor } = open();
    say({ token: 'ann@100' });
    await heard(1);
    state.now = 40_000;
    visitor.look();
    visitor.look();
    expect(sent[1]).toEqual({ expiring: 60 });
    say({ token: 'ann@200' });
    await heard(3);
    say({ token: 'bob@300' });
    await heard(4);
    expect(sent[3]).toMatchObject({ error: { code: 'FORBIDDEN' } });
    state.now = 150_000;
    sessions.sweep();
    expect(closed).toEqual([]);
    state.now = 200_000;
    sessions.sweep();
    expect(closed).toEqual([[4_001, 'The token has expired.']]);
  });

  it('leaves rooms that the roles of its new token do not allow', async () => {
    const { say, heard, sent, left } = open();
    say({ token: 'ann' });
    say({ join: 'alerts' });
    await heard(2);
    say({ token: 'ann/sensor' });
    await heard(4);
    expect(left).toEqual(['alerts']);
    expect(sent[3]).toMatchObject({ room: 'alerts', error: { code: 'FORBIDDEN' } });
  });

  it.each(['asset:00000000-0000-4000-8000-000000000001', 'organization'])('needs to be permitted all that a room tells of: %s', async (join) => {
    const { visitor, say, heard, sent } = open();
    const ann = await authenticate('ann');
    visitor.enter({ ...ann, permissions: new Set([...ann.permissions].filter((permission) => permission !== 'alerts:read')) });
    say({ join });
    await heard(2);
    expect(sent[1]).toMatchObject({ error: { code: 'FORBIDDEN' } });
  });

  it.each<[name: string, say: unknown, code: string]>([
    ['a room of no name', { join: 'secrets' }, 'INVALID_REQUEST'],
    ["another organization's room", { join: 'organization:other' }, 'INVALID_REQUEST'],
    ['an organization beside it', { join: 'alerts', organization: 'other' }, 'INVALID_REQUEST'],
    ['an id of another form', { join: 'alert:1 OR true' }, 'INVALID_REQUEST'],
    ['no JSON', '{', 'INVALID_REQUEST'],
    ['null', 'null', 'INVALID_REQUEST'],
    ['a number for a room', { join: 7 }, 'INVALID_REQUEST'],
  ])('is told what is wrong: %s', async (_name, said, code) => {
    const { say, heard, sent, closed } = open();
    say({ token: 'ann' });
    say(said);
    await heard(2);
    expect(sent[1]).toMatchObject({ error: { code } });
    expect(closed).toEqual([]);
  });

  it.each<[name: string, said: unknown]>([
    ['a wrong token', { token: '!' }],
    ['a room without a token', { join: 'alerts' }],
  ])('is closed after %s', async (_name, said) => {
    const { say, heard, sent, closed } = open();
    say(said);
    await heard(1);
    expect(sent[0]).toMatchObject({ error: { code: 'UNAUTHENTICATED' } });
    expect(closed).toEqual([[4_001, 'A valid token is needed.']]);
  });

  it('is closed when the user has as many connections as may be', async () => {
    const { visitor, another, closed, sent } = open();
    visitor.enter(await authenticate('ann'));
    another().enter(await authenticate('ann'));
    expect(sent.at(-1)).toMatchObject({ error: { code: 'RATE_LIMITED' } });
    expect(closed).toEqual([[4_013, 'Too many connections.']]);
  });

  it('is closed when it says more than may be heard', async () => {
    const { say, closed, state, visitor } = open();
    visitor.enter(await authenticate('ann'));
    for (let n = 0; n < 32; n += 1) say({ leave: 'alerts' });
    expect(closed).toEqual([]);
    say({ leave: 'alerts' });
    expect(closed).toEqual([[4_029, 'Too many messages.']]);
    state.now = 60_000;
    say({ leave: 'alerts' });
    expect(closed).toHaveLength(1);
  });

  it('may say sixty things at once and ten a second', async () => {
    const { say, closed, state, visitor, sent, heard } = open();
    visitor.enter(await authenticate('ann'));
    const speak = async (times: number) => {
      for (let n = 0; n < times; n += 1) {
        const before = sent.length;
        say('?');
        await heard(before + 1);
      }
    };
    await speak(60);
    state.now = 1_000;
    await speak(10);
    expect(closed).toEqual([]);
    say('?');
    expect(closed).toEqual([[4_029, 'Too many messages.']]);
  });

  it('is closed when it never says who it is, and when it wants nothing', async () => {
    const stranger = open();
    stranger.state.now = 9_999;
    stranger.visitor.look();
    expect(stranger.closed).toEqual([]);
    stranger.state.now = 10_000;
    stranger.visitor.look();
    expect(stranger.closed).toEqual([[4_001, 'A valid token is needed.']]);

    const idler = open();
    idler.visitor.enter(await authenticate('ann@100000'));
    idler.say({ join: 'alerts' });
    await idler.heard(2);
    idler.state.now = 400_000;
    idler.visitor.look();
    idler.visitor.pong();
    idler.say({ leave: 'alerts' });
    await eventually(() => expect(idler.left).toEqual(['alerts']));
    idler.state.now = 699_999;
    idler.visitor.look();
    expect(idler.closed).toEqual([]);
    idler.state.now = 700_000;
    idler.visitor.look();
    expect(idler.closed).toEqual([[4_009, 'Nothing was joined.']]);
  });

  it('is ended when it does not answer a ping', async () => {
    const { visitor, state, pings, isTerminated } = open();
    visitor.enter(await authenticate('ann'));
    state.now = 15_000;
    visitor.look();
    visitor.pong();
    state.now = 30_000;
    visitor.look();
    expect([pings, isTerminated()]).toEqual([[15_000, 30_000], false]);
    state.now = 45_000;
    visitor.look();
    expect(isTerminated()).toBe(true);
  });

  it('gives back what it holds when it goes, also in the midst of joining', async () => {
    const joining = Promise.withResolvers<void>();
    const { say, visitor, sessions, left, members, sent } = open({ joining: joining.promise });
    visitor.enter(await authenticate('ann'));
    say({ join: 'alerts' });
    await eventually(() => expect(members.has('alerts')).toBe(true));
    visitor.gone();
    joining.resolve();
    await eventually(() => expect(left).toEqual(['alerts']));
    expect(sent).toHaveLength(1); // nothing after the welcome
    sessions.open(await authenticate('ann'), () => {}); // one connection a user: hers is free
  });
});
