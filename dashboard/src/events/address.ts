// What of the search stands in the address.
import type { EventFilter, NewSavedSearch, SavedSearchFragment } from '../gql/graphql.ts';
import { readRange, resolveRange, toIso, type Range, type Span } from '../kit/range.ts';

/** Absent means the default. `live` shows events as they come instead of a range. */
export interface EventsSearch {
  readonly q?: string;
  readonly from?: string;
  readonly to?: string;
  readonly live?: '1';
  /** Fields that the list shows beside what was, with commas between. */
  readonly columns?: string;
}
export const DEFAULT_RANGE: Range = { from: 'now-1h', to: 'now' };

/** What cannot be read is left out. */
export function readEventsSearch(search: Record<string, unknown>): EventsSearch {
  const { q, from, to, live, columns } = search;
  const range = readRange(from, to, DEFAULT_RANGE);
  const fields = typeof columns === 'string' ? columnsIn(columns) : [];
  return {
    ...(typeof q === 'string' && q !== '' ? { q } : {}),
    ...(range === DEFAULT_RANGE ? {} : range),
    ...(live === '1' ? { live } : {}),
    ...(fields.length === 0 ? {} : { columns: fields.join(',') }),
  };
}

const MOST_COLUMNS = 8;
const columnsIn = (text: string): readonly string[] => [...new Set(text.split(',').filter((name) => /^@?\w[\w.@-]*$/.test(name)))].slice(0, MOST_COLUMNS);
/** Fields that the list shows; none: the usual ones. */
export const columnsOf = (search: EventsSearch): readonly string[] => (search.columns === undefined ? [] : columnsIn(search.columns));

/** With the field as its last column; without it, where it is one. */
export function withColumn(search: EventsSearch, field: string): string {
  const now = columnsOf(search);
  return (now.includes(field) ? now.filter((name) => name !== field) : [...now.slice(0, MOST_COLUMNS - 1), field]).join(',');
}

/** What a saved search keeps of the address. @param hasRange Without it, the range is as the reader has it. */
export function savedOf(search: EventsSearch, hasRange: boolean): Omit<NewSavedSearch, 'name' | 'isShared'> {
  return { kind: 'events', query: search.q ?? '', columns: [...columnsOf(search)], ...(hasRange ? rangeOf(search) : {}) };
}

/** The address that a saved search stands for. */
export const searchOfSaved = ({ query, columns, from, to }: SavedSearchFragment): EventsSearch =>
  readEventsSearch({ q: query, columns: columns.join(','), from, to });

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
