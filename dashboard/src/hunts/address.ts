// What of hunts stands in the address: that of a new one can be sent to a colleague, but for a list that was pasted.
import { readRange, type Range } from '../kit/range.ts';

export interface NewHuntSearch {
  /** A search; absent where indicators are hunted for. */
  readonly q?: string;
  /** One that the form begins with. */
  readonly indicators?: string;
  readonly from?: string;
  readonly to?: string;
}
export const DEFAULT_RANGE: Range = { from: 'now-30d', to: 'now' };

/** What cannot be read is left out. */
export function readNewHuntSearch({ q, indicators, from, to }: Record<string, unknown>): NewHuntSearch {
  const range = readRange(from, to, DEFAULT_RANGE);
  return {
    ...(typeof q === 'string' ? { q } : {}),
    ...(typeof indicators === 'string' && indicators !== '' ? { indicators } : {}),
    ...(range === DEFAULT_RANGE ? {} : range),
  };
}
export const rangeOf = (search: NewHuntSearch): Range => ({ from: search.from ?? DEFAULT_RANGE.from, to: search.to ?? DEFAULT_RANGE.to });

export interface HuntSearch {
  /** What is asked before it is done. */
  readonly ask?: 'cancel';
}
export const readHuntSearch = ({ ask }: Record<string, unknown>): HuntSearch => (ask === 'cancel' ? { ask } : {});
