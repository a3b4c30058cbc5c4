import { expect, it } from 'vitest';
import { paceOf } from './pace.ts';

const samples = (...lags: number[]) => lags.map((lag, i) => ({ at: i * 3000, lag, perSecond: 100 }));

it.each<[name: string, lag: number | null, inPerSecond: number, lags: number[], pace: string]>([
  ['owes nothing', 0, 0, [0], 'keeps up'],
  ['owes a few seconds of work', 4000, 1000, [0, 4000], 'keeps up'],
  ['owes more than it did', 9000, 1000, [5000, 9000], 'falls behind'],
  ['owes less than it did', 9000, 1000, [20_000, 9000], 'catches up'],
  ['has no earlier sample', 9000, 1000, [9000], 'falls behind'],
  ['cannot be asked', null, 0, [], 'not known'],
])('a stage that %s', (_name, lag, inPerSecond, lags, pace) => {
  expect(paceOf({ lag, inPerSecond }, samples(...lags))).toBe(pace);
});
