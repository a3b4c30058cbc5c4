import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { soon } from './soon.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it.each<[name: string, calls: readonly number[], ran: readonly number[]]>([
  ['at once', [0], [0]],
  ['twice for many at once', [0, 1, 2, 900], [0, 1_000]],
  ['once each where they lie apart', [0, 1_000, 2_500], [0, 1_000, 2_500]],
  ['every second while they come without end', [0, 400, 800, 1_200, 1_600, 2_000, 2_400], [0, 1_000, 2_000, 3_000]],
])('runs %s', (_name, calls, ran) => {
  const from = Date.now();
  const times: number[] = [];
  const { call } = soon(() => times.push(Date.now() - from), 1_000);
  for (const at of calls) {
    vi.advanceTimersByTime(from + at - Date.now());
    call();
  }
  vi.advanceTimersByTime(10_000);
  expect(times).toEqual(ran);
});

it('runs no more once it is cancelled, until it is called again', () => {
  const run = vi.fn();
  const { call, cancel } = soon(run, 1_000);
  call();
  call();
  cancel();
  vi.advanceTimersByTime(10_000);
  expect(run).toHaveBeenCalledTimes(1);
  call();
  expect(run).toHaveBeenCalledTimes(2);
});
