import { readRange, type Range } from '../kit/range.ts';

/** Absent means the default. */
export interface OverviewSearch {
  readonly from?: string;
  readonly to?: string;
}
export const DEFAULT_RANGE: Range = { from: 'now-15m', to: 'now' };

/** What cannot be read is left out. */
export function readOverviewSearch({ from, to }: Record<string, unknown>): OverviewSearch {
  const range = readRange(from, to, DEFAULT_RANGE);
  return range === DEFAULT_RANGE ? {} : range;
}

export const rangeOf = (search: OverviewSearch): Range => ({ from: search.from ?? DEFAULT_RANGE.from, to: search.to ?? DEFAULT_RANGE.to });
