import { EventEmitter } from 'node:events';
import pino from 'pino';
import { expect, it } from 'vitest';
import { RetryableError } from '../../pipeline/core/errors.ts';
import type { DatabaseClient, Sql } from '../../store/queries/sql.ts';
import type { InOrganization } from '../database.ts';
import { openStandings } from './standing.ts';

const log = pino({ level: 'silent' });
const AWAY = new RetryableError('DATABASE_UNAVAILABLE', 'away');

/** A database that has one role, and can be made to wait, to fail and to tell. */
function pretend() {
  const state = { permissions: ['alerts:read'], suspended: false, asked: 0, isAway: false, gate: Promise.resolve() };
  let now = 0;
  const listener = Object.assign(new EventEmitter(), { connect: async () => {}, query: async () => ({ rows: [] }), end: async () => {} });
  const sql = {
    query: async (text: string) => ({
      rows: text.includes('api.role ')
        ? [{ name: 'own', permissions: state.permissions }]
        : [{ id: 'alpha', suspendedAt: state.suspended ? 1 : null, sessionHours: null, outboundHosts: [] }],
    }),
  } as unknown as Sql;
  const run: InOrganization = async (_organization, work) => {
    state.asked += 1;
    if (state.isAway) throw AWAY;
    const answer = await work(sql);
    await state.gate;
    return answer;
  };
  const standings = openStandings({ run, openListener: () => listener as unknown as DatabaseClient, log, nowMs: () => now });
  return {
    state,
    standings,
    tell: () => listener.emit('notification', { payload: 'alpha' }),
    pass: (ms: number) => {
      now += ms;
    },
    own: async () => [...(await standings.of('alpha')).roles.permissionsOf(['own'])],
  };
}

it('asks once for many who want to know, and again when the database tells of a change', async () => {
  const { state, standings, tell, own } = pretend();
  standings.start();
  await new Promise(setImmediate); // it listens
  await Promise.all([own(), own(), own()]);
  expect(await own()).toEqual(['alerts:read']);
  expect(state.asked).toBe(1);
  state.permissions = ['alerts:work'];
  expect(await own()).toEqual(['alerts:read']);
  tell();
  expect(await own()).toEqual(['alerts:work']);
  await standings.stop();
});

it('asks again by itself after a while, in case the news did not come through', async () => {
  const { state, pass, own } = pretend();
  await own();
  state.permissions = ['rules:read'];
  pass(9_999);
  expect(await own()).toEqual(['alerts:read']);
  pass(1);
  expect(await own()).toEqual(['rules:read']);
});

it('does not keep an answer that may be of before the change', async () => {
  const { state, standings, own } = pretend();
  const { promise, resolve } = Promise.withResolvers<void>();
  state.gate = promise;
  const before = own();
  await new Promise(setImmediate); // it has read, and waits
  state.permissions = ['alerts:work'];
  standings.forget('alpha');
  resolve();
  expect(await before).toEqual(['alerts:read']);
  expect(await own()).toEqual(['alerts:work']);
});

it('goes on with what it knew while the database is away, and with built-in roles where it knew nothing', async () => {
  const { state, standings, pass, own } = pretend();
  state.isAway = true;
  expect(await own()).toEqual([]);
  expect((await standings.of('alpha')).roles.permissionsOf(['viewer'])).toContain('alerts:read');
  state.isAway = false;
  expect(await own()).toEqual(['alerts:read']);
  state.isAway = true;
  pass(3_600_000);
  expect(await own()).toEqual(['alerts:read']);
});

it('passes on what is no absence of the database', async () => {
  const { standings } = pretend();
  const broken = openStandings({ run: () => Promise.reject(new Error('bug')), openListener: () => new EventEmitter() as unknown as DatabaseClient, log });
  await expect(broken.of('alpha')).rejects.toThrow('bug');
  await standings.stop();
});
