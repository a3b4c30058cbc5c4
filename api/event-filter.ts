import type { Micros } from '../pipeline/core/index.ts';
import type { EventFilter } from '../store/queries/events.ts';
import { isAddressOrNetwork } from '../domains/search/values.ts';
import { parseSearch } from '../domains/search/syntax.ts';
import { ApiProblem } from './gate/problem.ts';

/** As it comes in: `null` is the same as absent. */
export interface EventFilterInput {
  readonly from?: Micros | null | undefined;
  readonly to?: Micros | null | undefined;
  readonly dataset?: readonly string[] | null | undefined;
  readonly sensor?: readonly string[] | null | undefined;
  readonly host?: readonly string[] | null | undefined;
  readonly user?: readonly string[] | null | undefined;
  readonly address?: string | null | undefined;
  readonly minSeverity?: number | null | undefined;
  readonly search?: string | null | undefined;
}

const MAX_NAMES = 100;
const LISTS = ['dataset', 'sensor', 'host', 'user'] as const;

/**
 * @param at JSON pointer to the filter in the request, for errors.
 * @throws ApiProblem INVALID_REQUEST, SearchError
 */
export function readEventFilter(input: EventFilterInput | null | undefined, at = '/filter'): EventFilter {
  const filter: { -readonly [K in keyof EventFilter]: EventFilter[K] } = {};
  if (input === null || input === undefined) return filter;
  const { from, to, address, minSeverity, search } = input;
  if (typeof from === 'number') filter.from = from;
  if (typeof to === 'number') filter.to = to;
  for (const name of LISTS) {
    const values = input[name];
    if (values === null || values === undefined) continue;
    filter[name] = namesOf(values, `${at}/${name}`);
  }
  if (typeof address === 'string' && address !== '') {
    if (!isAddressOrNetwork(address)) throw invalid(`${at}/address`, 'Write an address such as 10.0.0.1 or a network such as 10.0.0.0/8.');
    filter.address = address;
  }
  if (typeof minSeverity === 'number') filter.minSeverity = Math.round(Math.min(Math.max(minSeverity, 0), 100));
  if (typeof search === 'string') filter.search = parseSearch(search);
  return filter;
}

/** A list of names in a filter. @throws ApiProblem INVALID_REQUEST when it is too long */
export function namesOf(values: readonly string[], at: string): readonly string[] {
  if (values.length > MAX_NAMES) throw invalid(at, `At most ${MAX_NAMES} values.`);
  return values.map((value) => withoutNul(value, at));
}

/** @throws ApiProblem INVALID_REQUEST for a range that is empty or has too many spans to draw. */
export function readRange(from: Micros, to: Micros, spanSeconds: number): { readonly from: Micros; readonly to: Micros; readonly spanMicros: Micros } {
  if (from >= to) throw invalid('/to', 'The range ends after it begins.');
  if (spanSeconds < 1) throw invalid('/spanSeconds', 'At least one second.');
  const spanMicros = spanSeconds * 1_000_000;
  if ((to - from) / spanMicros > MAX_SPANS) throw invalid('/spanSeconds', `A range has at most ${MAX_SPANS} spans: take longer ones.`);
  return { from, to, spanMicros };
}
const MAX_SPANS = 2_000;

/** Lengths of bars that people read easily. */
const SPANS = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400] as const;
const BARS = 120;
const DAY_SECONDS = 86_400;
/** Seconds of a bar, so that a range has at most 120; above a day, whole days. */
export function spanFor(from: Micros, to: Micros): number {
  const wanted = (to - from) / 1_000_000 / BARS;
  return SPANS.find((span) => span >= wanted) ?? Math.ceil(wanted / DAY_SECONDS) * DAY_SECONDS;
}

export function withoutNul(value: string, at: string): string {
  if (value.includes('\0')) throw invalid(at, 'Text cannot hold the character NUL.');
  return value;
}

const invalid = (at: string, detail: string) => new ApiProblem('INVALID_REQUEST', detail, { errors: [{ pointer: at, detail }] });
