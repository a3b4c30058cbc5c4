// A Redis made by others keeps the counts. Where it is not installed, GOSHAWK_SENDERS names a folder; absent = skipped (CONTRIBUTING says how to get it).
import { mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { findPort } from '../../../local/ports.ts';
import { findProgram, startProgram } from '../../../test/programs.ts';
import type { Bucket, LimitStore } from './bucket.ts';
import { MemoryLimits } from './memory.ts';
import { RedisLimits } from './redis.ts';

const server = findProgram('redis-server');
const bucket = (key: string, perMinute: number): Bucket => ({ key, perMinute });
const opened: RedisLimits[] = [];
/** `patient`: each attempt is later than any pause, and a busy machine may take its time. */
function open(
  url: string,
  more: { readonly nowMs?: () => number; readonly answerMs?: number } = {},
): { readonly limits: RedisLimits; readonly onFallback: ReturnType<typeof vi.fn> } {
  const onFallback = vi.fn();
  const limits = new RedisLimits({ url, fallback: new MemoryLimits(() => 0), log: pino({ level: 'silent' }), onFallback, ...more });
  opened.push(limits);
  return { limits, onFallback };
}
const patient = () => {
  let now = 0;
  return { nowMs: () => (now += 10_000), answerMs: 20_000 };
};
const allowed = async (limits: LimitStore, buckets: readonly Bucket[], amount = 1) => (await limits.take(buckets, amount)).refusedBy === null;
afterEach(() => {
  for (const limits of opened.splice(0)) limits.close();
});

describe('without Redis', () => {
  it('counts alone, refuses nobody for it, and says so', async () => {
    const { limits, onFallback } = open('redis://127.0.0.1:1');
    expect([await allowed(limits, [bucket('a', 1)]), await allowed(limits, [bucket('a', 1)]), await allowed(limits, [bucket('b', 1)])]).toEqual([
      true,
      false,
      true,
    ]);
    expect(onFallback).toHaveBeenCalledTimes(3);
    const { state, detail } = await limits.state();
    expect([state, detail]).toEqual(['down', expect.stringMatching(/counts rate limits by itself.*api\.redisUrl/)]);
  });

  it('waits no longer for one that does not answer than it is worth', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { limits, onFallback } = open(`redis://127.0.0.1:${(silent.address() as AddressInfo).port}`);
    expect(await allowed(limits, [bucket('a', 1)])).toBe(true);
    expect(onFallback).toHaveBeenCalledOnce();
    limits.close();
    silent.close();
  });
});

describe.skipIf(server === null)('with Redis', () => {
  const folder = mkdtempSync(join(tmpdir(), 'goshawk-redis-'));
  let port: number;
  let stop: () => Promise<void>;
  const start = () => startProgram(server!, ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder]);
  const isUp = (limits: RedisLimits) => vi.waitFor(async () => expect((await limits.state()).state).toBe('up'), { timeout: 15_000 });
  beforeAll(async () => {
    port = await findPort(new Set());
    stop = start();
  });
  afterAll(async () => {
    await stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('counts what two processes let through together', async () => {
    const [one, two] = [open(`redis://127.0.0.1:${port}`, patient()), open(`redis://127.0.0.1:${port}`, patient())];
    await Promise.all([isUp(one.limits), isUp(two.limits)]);
    const buckets = [bucket('shared', 5)];
    const results = await Promise.all(Array.from({ length: 20 }, (_, n) => allowed((n % 2 === 0 ? one : two).limits, buckets)));
    expect(results.filter(Boolean)).toHaveLength(5);
    expect(one.onFallback).not.toHaveBeenCalled();
  });

  it('judges as memory does', async () => {
    const { limits } = open(`redis://127.0.0.1:${port}`, patient());
    await isUp(limits);
    const memory = new MemoryLimits(() => 0);
    const steps: readonly (readonly [readonly Bucket[], number])[] = [
      [[bucket('u', 4), bucket('o', 3)], 1],
      [[bucket('u', 4), bucket('o', 3)], 2],
      [[bucket('u', 4), bucket('o', 3)], 1],
      [[bucket('u', 4)], 1],
      [[bucket('u', 4)], 1],
      [[bucket('large', 2)], 9],
      [[bucket('large', 2)], 1],
    ];
    for (const [buckets, amount] of steps) {
      const [theirs, ours] = [await limits.take(buckets, amount), memory.take(buckets, amount)];
      expect([theirs.refusedBy, theirs.standing.perMinute, theirs.standing.remaining]).toEqual([
        ours.refusedBy,
        ours.standing.perMinute,
        ours.standing.remaining,
      ]);
      // Its clock goes on, the other one stands.
      expect(theirs.retryAfterSeconds).toBeLessThanOrEqual(ours.retryAfterSeconds);
    }
  });

  it('goes on alone when Redis goes, and shares again when it is back', async () => {
    const { limits, onFallback } = open(`redis://127.0.0.1:${port}`, patient());
    await isUp(limits);
    await stop();
    expect(await allowed(limits, [bucket('left', 1)])).toBe(true);
    expect(onFallback).toHaveBeenCalled();
    expect((await limits.state()).state).toBe('down');
    stop = start();
    await isUp(limits);
    onFallback.mockClear();
    expect(await allowed(limits, [bucket('back', 1)])).toBe(true);
    expect(onFallback).not.toHaveBeenCalled();
  });
});
