import { describe, expect, it } from 'vitest';
import { restartPolicy } from './restarts.ts';

describe('restarts', () => {
  it.each([
    ['waits longer each time', [0, 1000, 3000, 6000, 11_000], [500, 1000, 2000, 4000, 8000]],
    ['gives up at the sixth end within a minute', [0, 1, 2, 3, 4, 5], [500, 1000, 2000, 4000, 8000, null]],
    ['goes on for ever when ends are rare', [0, 20_000, 40_000, 61_000, 82_000, 103_000, 124_000], [500, 1000, 2000, 2000, 2000, 2000, 2000]],
    ['begins anew after a quiet minute', [0, 1, 2, 70_000], [500, 1000, 2000, 500]],
  ])('%s', (_, ends, delays) => {
    const policy = restartPolicy();
    expect(ends.map((at) => policy.next(at))).toEqual(delays);
  });
});
