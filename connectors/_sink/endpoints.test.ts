import { describe, expect, it } from 'vitest';
import { ConfigError, RetryableError } from '../../pipeline/core/errors.ts';
import { openEndpoints } from './endpoints.ts';

const WELL = () => null;
const down = async (): Promise<never> => {
  throw new RetryableError('SINK_UNAVAILABLE', 'Down.', { isAmbiguous: true });
};

/** Endpoints a, b, ... with a clock that is moved by hand. */
function opened(count: number) {
  const clock = { ms: 0 };
  const urls = ['a', 'b', 'c'].slice(0, count);
  const endpoints = openEndpoints(urls, () => clock.ms);
  const well = () => endpoints.call(async (url) => url, WELL);
  /** Calls until it was the turn of `name`, which fails; others go well. */
  const failOnce = async (name: string): Promise<RetryableError> => {
    for (let n = 0; n < 10; n += 1) {
      const said = await endpoints.call((url) => (url === name ? down() : Promise.resolve(url)), WELL).catch((error: unknown) => error as RetryableError);
      if (said instanceof RetryableError) return said;
    }
    throw new Error(`${name} was never asked`);
  };
  const askedIn = async (calls: number) => {
    const asked = new Set<string>();
    for (let n = 0; n < calls; n += 1) asked.add(await well());
    return [...asked].sort().join('');
  };
  return { clock, endpoints, well, failOnce, askedIn };
}

describe('endpoints', () => {
  it('spreads calls that follow each other', async () => {
    const { well } = opened(3);
    expect([await well(), await well(), await well(), await well()].sort()).toEqual(['a', 'b', 'b', 'c']);
  });

  it('spreads calls that are open at once, and gives one that hangs no more than its share', async () => {
    const { endpoints } = opened(2);
    const hanging = Promise.withResolvers<string>();
    const asked: string[] = [];
    const open = Array.from({ length: 2 }, () =>
      endpoints.call(async (url) => {
        asked.push(url);
        return url === 'a' ? hanging.promise : url;
      }, WELL),
    );
    expect(asked.toSorted()).toEqual(['a', 'b']);
    await Promise.race(open);
    const then: string[] = [];
    for (let n = 0; n < 6; n += 1) then.push(await endpoints.call(async (url) => url, WELL));
    expect(then).toEqual(['b', 'b', 'b', 'b', 'b', 'b']);
    hanging.resolve('a');
    await Promise.all(open);
  });

  it('leaves one alone that failed, and says that another may be asked at once', async () => {
    const { failOnce, askedIn, endpoints } = opened(3);
    expect((await failOnce('b')).details).toEqual({ isAmbiguous: true, afterMs: 0 });
    expect([await askedIn(12), endpoints.resting(), endpoints.freeInMs()]).toEqual(['ac', ['b'], 0]);
  });

  it('tries one that has rested with a single call, while others go on', async () => {
    const { clock, failOnce, endpoints, askedIn } = opened(2);
    await failOnce('a');
    clock.ms = 999;
    expect(await askedIn(6)).toBe('b');
    clock.ms = 1_000;
    const trial = Promise.withResolvers<string>();
    const tried = endpoints.call((url) => (url === 'a' ? trial.promise : Promise.resolve(url)), WELL);
    expect(await askedIn(6)).toBe('b');
    trial.resolve('a');
    expect(await tried).toBe('a');
    expect([endpoints.resting(), await askedIn(6)]).toEqual([[], 'ab']);
  });

  it('doubles the rest of one that fails again, up to a minute', async () => {
    const { clock, failOnce, endpoints } = opened(2);
    await failOnce('a');
    const rests: number[] = [];
    for (let restedMs = 500; rests.length < 8; restedMs += 500) {
      clock.ms += 500;
      const isTried = await endpoints
        .call((url) => (url === 'a' ? down() : Promise.resolve(url)), WELL)
        .then(
          () => false,
          () => true,
        );
      if (!isTried) continue;
      rests.push(restedMs);
      restedMs = 0;
    }
    expect(rests).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  });

  it('counts calls that were open together, and failed together, once', async () => {
    const { clock, endpoints, askedIn } = opened(2);
    const broken = Promise.withResolvers<string>();
    const open = Array.from({ length: 8 }, () => endpoints.call((url) => (url === 'a' ? broken.promise : Promise.resolve(url)), WELL));
    broken.reject(new RetryableError('SINK_UNAVAILABLE', 'Cut.'));
    await Promise.allSettled(open);
    clock.ms = 1_000;
    expect(await askedIn(2)).toContain('a');
  });

  it('says when the first may be tried, when all rest', async () => {
    const { clock, failOnce, endpoints } = opened(2);
    await failOnce('a');
    clock.ms = 400;
    expect((await failOnce('b')).details.afterMs).toBe(600);
    await expect(endpoints.call(async (url) => url, WELL)).rejects.toMatchObject({ code: 'SINK_UNAVAILABLE', details: { isAmbiguous: false, afterMs: 600 } });
  });

  it('leaves one alone for as long as it asked to be', async () => {
    const { clock, endpoints, askedIn } = opened(2);
    for (let n = 0; n < 2; n += 1)
      await endpoints.call(
        async (url) => url,
        (url) => (url === 'a' ? 30_000 : null),
      );
    clock.ms = 29_999;
    expect(await askedIn(4)).toBe('b');
    clock.ms = 30_000;
    expect(await askedIn(4)).toBe('ab');
  });

  it('never lets a single one rest, and names no time: whoever calls has a backoff', async () => {
    const { endpoints, well } = opened(1);
    await expect(endpoints.call(down, WELL)).rejects.toMatchObject({ details: { isAmbiguous: true } });
    expect([await well(), endpoints.freeInMs(), endpoints.resting()]).toEqual(['a', undefined, []]);
  });

  it('passes on what only a person can mend', async () => {
    const { endpoints, askedIn } = opened(2);
    await expect(
      endpoints.call(async () => {
        throw new ConfigError('SINK_MISCONFIGURED', 'Wrong token.');
      }, WELL),
    ).rejects.toMatchObject({ code: 'SINK_MISCONFIGURED' });
    expect(await askedIn(4)).toBe('ab');
  });
});
