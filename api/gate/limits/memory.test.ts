import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Bucket } from './bucket.ts';
import { MemoryLimits } from './memory.ts';

const MINUTE = 60_000;
/** A store whose clock is moved by hand. */
function open(maxBuckets?: number) {
  let now = 1_000_000;
  return { limits: new MemoryLimits(() => now, maxBuckets), pass: (ms: number) => (now += ms) };
}
const bucket = (key: string, perMinute: number): Bucket => ({ key, perMinute });

it('gives all of a minute at once, then one at a time', () => {
  const { limits, pass } = open();
  const take = () => limits.take([bucket('a', 3)], 1).refusedBy === null;
  expect([take(), take(), take(), take()]).toEqual([true, true, true, false]);
  pass(MINUTE / 3 - 1);
  expect(take()).toBe(false);
  pass(1);
  expect([take(), take()]).toEqual([true, false]);
});

it('says what is left, when all of it is back, and when to try again', () => {
  const { limits } = open();
  const first = limits.take([bucket('a', 4)], 1);
  expect(first).toEqual({ standing: { perMinute: 4, remaining: 3, resetSeconds: 15 }, refusedBy: null, retryAfterSeconds: 0 });
  limits.take([bucket('a', 4)], 3);
  expect(limits.take([bucket('a', 4)], 2)).toEqual({ standing: { perMinute: 4, remaining: 0, resetSeconds: 60 }, refusedBy: 0, retryAfterSeconds: 30 });
});

it('takes from all buckets or from none, and tells of the one that refuses', () => {
  const { limits } = open();
  limits.take([bucket('organization', 5)], 5);
  const refused = limits.take([bucket('user', 10), bucket('organization', 5)], 1);
  expect([refused.refusedBy, refused.standing.perMinute]).toEqual([1, 5]);
  expect(limits.take([bucket('user', 10)], 1).standing.remaining, 'nothing was taken from the user').toBe(9);
});

it('tells of the bucket that will refuse first', () => {
  const { limits } = open();
  expect(limits.take([bucket('user', 100), bucket('organization', 2)], 1).standing).toMatchObject({ perMinute: 2, remaining: 1 });
});

it('takes what is more than a bucket holds from a full one, and then nothing for as long as that costs', () => {
  const { limits, pass } = open();
  expect(limits.take([bucket('a', 10)], 25).refusedBy).toBeNull();
  pass(1.5 * MINUTE);
  expect(limits.take([bucket('a', 10)], 1).refusedBy).toBe(0);
  pass(MINUTE);
  expect(limits.take([bucket('a', 10)], 10).refusedBy).toBeNull();
});

it('keeps at most so many buckets: full ones go first, then the oldest', () => {
  const { limits, pass } = open(10);
  for (let n = 0; n < 10; n += 1) limits.take([bucket(`old ${n}`, 60)], 1);
  pass(1_000);
  limits.take([bucket('new', 1)], 1);
  expect(limits.size, 'the ten were full again').toBe(1);
  for (let n = 0; n < 1_000; n += 1) limits.take([bucket(`many ${n}`, 1)], 1);
  expect(limits.size).toBeLessThanOrEqual(10);
});

it('never lets more through within a window than one window and what time gives back', () => {
  const steps = fc.array(fc.record({ waitMs: fc.integer({ min: 0, max: 30_000 }), amount: fc.integer({ min: 1, max: 5 }) }), { maxLength: 60 });
  fc.assert(
    fc.property(fc.integer({ min: 5, max: 50 }), steps, (perMinute, all) => {
      const { limits, pass } = open();
      let taken = 0;
      let elapsed = 0;
      for (const { waitMs, amount } of all) {
        pass(waitMs);
        elapsed += waitMs;
        const { refusedBy, retryAfterSeconds } = limits.take([bucket('a', perMinute)], amount);
        if (refusedBy === null) taken += amount;
        else {
          expect(retryAfterSeconds).toBeGreaterThan(0);
          pass(retryAfterSeconds * 1_000);
          elapsed += retryAfterSeconds * 1_000;
          expect(limits.take([bucket('a', perMinute)], amount).refusedBy, 'whoever waits as told is let in').toBeNull();
          taken += amount;
        }
      }
      expect(taken).toBeLessThanOrEqual(perMinute * (1 + elapsed / MINUTE) + 1e-6);
    }),
  );
});
