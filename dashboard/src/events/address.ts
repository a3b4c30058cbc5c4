// What of the search stands in the address.
import type { EventFilter } from '../gql/graphql.ts';
import { readRange, resolveRange, toIso, type Range, type Span } from '../kit/range.ts';

/** Absent means the default. `live` shows events as they come instead of a range. */
export interface EventsSearch {
  readonly q?: string;
  readonly from?: string;
  readonly to?: string;
  readonly live?: '1';
}
export const DEFAULT_RANGE: Range = { from: 'now-1h', to: 'now' };

/** What cannot be read is left out. */
export function readEventsSearch(search: Record<string, unknown>): EventsSearch {
  const { q, from, to, live } = search;
  const range = readRange(from, to, DEFAULT_RANGE);
  return { ...(typeof q === 'string' && q !== '' ? { q } : {}), ...(range === DEFAULT_RANGE ? {} : range), ...(live === '1' ? { live } : {}) };
}

export const rangeOf = (search: EventsSearch): Range => ({ from: search.from ?? DEFAULT_RANGE.from, to: search.to ?? DEFAULT_RANGE.to });
export const spanOf = (search: EventsSearch): Span => resolveRange(rangeOf(search), Date.now());

export const filterOf = (search: EventsSearch, span: Span): EventFilter => ({
  from: toIso(span.from),
  to: toIso(span.to),
  ...(search.q === undefined ? {} : { search: search.q }),
});

/** The same as names and values of an export. */
export function exportFilterOf(search: EventsSearch): Readonly<Record<string, string>> {
  const span = spanOf(search);
  return { from: toIso(span.from), to: toIso(span.to), ...(search.q === undefined ? {} : { search: search.q }) };
}
