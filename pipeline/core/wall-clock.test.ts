import { afterEach, expect, it, vi } from 'vitest';
import { systemClock } from './wall-clock.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

// A clock that was set back by an hour once made every commit wait for that hour.
it.each([
  ['back', -3_600_000],
  ['forward', 3_600_000],
])('goes on when the clock of the machine is set %s', (_name, shiftMs) => {
  const before = systemClock.nowMs();
  vi.spyOn(Date, 'now').mockReturnValue(Date.now() + shiftMs);
  const after = systemClock.nowMs();
  expect(after).toBeGreaterThanOrEqual(before);
  expect(after - before).toBeLessThan(60_000);
  expect(Number.isInteger(after)).toBe(true);
});
