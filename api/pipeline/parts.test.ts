import { expect, it, vi } from 'vitest';
import { RetryableError } from '../../pipeline/core/errors.ts';
import type { PartProbe } from '../deps.ts';
import { memoryBroker } from '../../pipeline/runtime/memory/index.ts';
import { brokerProbe, Parts } from './parts.ts';

const up = async () => ({ state: 'up', version: '4.3', detail: '' }) as const;
const coded = (code: string, message: string) => Object.assign(new Error(message), { code });
const refused = 'connect ECONNREFUSED 127.0.0.1:9092';
const broken = () => Promise.reject(new RetryableError('BROKER_UNAVAILABLE', refused, {}, { cause: coded('ECONNREFUSED', refused) }));

it('says since when a part is away and what to do, and forgets it when the part is back', async () => {
  let now = 100;
  let check: PartProbe['check'] = up;
  const log = { warn: vi.fn() };
  const parts = new Parts([{ name: 'broker', kind: 'kafka', check: (signal) => check(signal) }], () => now, { log });
  expect(await parts.check()).toEqual([{ name: 'broker', kind: 'kafka', url: null, state: 'up', version: '4.3', detail: '', downSince: null }]);

  check = broken;
  now = 200;
  const [away] = await parts.check();
  expect(away).toMatchObject({ state: 'down', downSince: 200, version: null });
  expect(away?.detail).toMatch(/^Nothing listens at its address\. Stages wait and go on where they were\. Start it again/);
  now = 300;
  expect((await parts.check())[0]?.downSince).toBe(200);

  check = up;
  expect((await parts.check())[0]?.downSince).toBeNull();
  check = broken;
  expect((await parts.check())[0]?.downSince).toBe(300);
  expect(log.warn).toHaveBeenCalledTimes(2); // of each time that it went away
  expect(log.warn.mock.calls[0]).toMatchObject([{ part: 'broker', err: { message: expect.stringContaining('127.0.0.1:9092') } }, expect.any(String)]);
});

it.each<[name: string, error: unknown, reason: RegExp]>([
  ['a login that is refused', coded('28P01', 'password authentication failed for user "goshawk_api"'), /^It does not let the API in\. /],
  ['a host that is not known', coded('ENOTFOUND', 'getaddrinfo ENOTFOUND db.corp.internal'), /^Its name is not found\. /],
  ['something that none of us knows', new Error('secret of db.corp.internal'), /^Does not answer; the log of the API says why\. /],
  ['what is no error', 'db.corp.internal', /^Does not answer; the log of the API says why\. /],
])('says plainly what is wrong, without names of what is inside: %s', async (_name, error, reason) => {
  const [part] = await new Parts([{ name: 'database', kind: 'x', check: () => Promise.reject(error) }], () => 1).check();
  expect(part?.detail).toMatch(reason);
  expect(part?.detail).not.toMatch(/internal|goshawk_api/);
});

it('does not let one part hold up the others', async () => {
  const parts = new Parts(
    [
      { name: 'slow', kind: 'x', check: () => new Promise(() => {}) },
      { name: 'api', kind: 'api', check: up },
    ],
    () => 1,
    { timeoutMs: 1 },
  );
  expect((await parts.check()).map(({ state }) => state)).toEqual(['down', 'up']);
});

it('says where the broker is, to who knows', async () => {
  const broker = memoryBroker();
  const parts = new Parts([brokerProbe(broker, 'k1:9092,k2:9092'), brokerProbe(broker)], () => 1);
  expect((await parts.check()).map(({ state, url }) => [state, url])).toEqual([
    ['up', 'k1:9092,k2:9092'],
    ['up', null],
  ]);
});
