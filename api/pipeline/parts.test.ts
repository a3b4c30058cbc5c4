import { expect, it } from 'vitest';
import { RetryableError } from '../../pipeline/core/errors.ts';
import type { PartProbe } from '../deps.ts';
import { memoryBroker } from '../../pipeline/runtime/memory/index.ts';
import { brokerProbe, Parts } from './parts.ts';

const up = async () => ({ state: 'up', version: '4.3', detail: '' }) as const;
const broken = () => Promise.reject(new RetryableError('BROKER_UNAVAILABLE', 'connect ECONNREFUSED 127.0.0.1:9092\n  and a stack'));

it('says since when a part is away and what to do, and forgets it when the part is back', async () => {
  let now = 100;
  let check: PartProbe['check'] = up;
  const parts = new Parts([{ name: 'broker', kind: 'kafka', check: (signal) => check(signal) }], () => now);
  expect(await parts.check()).toEqual([{ name: 'broker', kind: 'kafka', url: null, state: 'up', version: '4.3', detail: '', downSince: null }]);

  check = broken;
  now = 200;
  const [away] = await parts.check();
  expect(away).toMatchObject({ state: 'down', downSince: 200, version: null });
  expect(away?.detail).toMatch(/^Does not answer \(connect ECONNREFUSED 127\.0\.0\.1:9092\)\. Stages wait and go on where they were\. Start it again/);
  now = 300;
  expect((await parts.check())[0]?.downSince).toBe(200);

  check = up;
  expect((await parts.check())[0]?.downSince).toBeNull();
  check = broken;
  expect((await parts.check())[0]?.downSince).toBe(300);
});

it('does not let one part hold up the others', async () => {
  const parts = new Parts(
    [
      { name: 'slow', kind: 'x', check: () => new Promise(() => {}) },
      { name: 'api', kind: 'api', check: up },
    ],
    () => 1,
    1,
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
