// What of the queue stands in the address.
import type { AlertFilter, AlertStatus, NewSavedSearch, SavedViewFragment, Severity } from '../gql/graphql.ts';
import { readRange, resolveRange, toIso, type Range } from '../kit/range.ts';
import { isSeverity } from '../kit/severity.tsx';

export const VIEWS = ['active', 'open', 'acknowledged', 'closed', 'all'] as const;
export type View = (typeof VIEWS)[number];
export const SORTS = ['changed', 'severity'] as const;
export type Sort = (typeof SORTS)[number];

/** Absent means the default. */
export interface AlertsSearch {
  readonly view?: View;
  readonly min?: Severity;
  readonly sort?: Sort;
  readonly q?: string;
  readonly from?: string;
  readonly to?: string;
}
export const DEFAULT_RANGE: Range = { from: 'now-7d', to: 'now' };

/** What cannot be read is left out. */
export function readAlertsSearch(search: Record<string, unknown>): AlertsSearch {
  const { view, min, sort, q, from, to } = search;
  const range = readRange(from, to, DEFAULT_RANGE);
  return {
    ...(VIEWS.includes(view as View) && view !== 'active' ? { view: view as View } : {}),
    ...(typeof min === 'string' && isSeverity(min) && min !== 'informational' ? { min } : {}),
    ...(sort === 'severity' ? { sort } : {}),
    ...(typeof q === 'string' && q !== '' ? { q } : {}),
    ...(range === DEFAULT_RANGE ? {} : range),
  };
}

export const rangeOf = (search: AlertsSearch): Range => ({ from: search.from ?? DEFAULT_RANGE.from, to: search.to ?? DEFAULT_RANGE.to });

export function statusesOf(view: View): readonly AlertStatus[] {
  if (view === 'all') return ['open', 'acknowledged', 'closed'];
  return view === 'active' ? ['open', 'acknowledged'] : [view];
}

export function filterOf(search: AlertsSearch): AlertFilter {
  const range = rangeOf(search);
  const span = resolveRange(range, Date.now());
  return {
    from: toIso(span.from),
    ...(range.to === 'now' ? {} : { to: toIso(span.to) }),
    ...(search.min === undefined ? {} : { minSeverity: search.min }),
    ...(search.view === 'all' ? {} : { status: [...statusesOf(search.view ?? 'active')] }),
    ...(search.q === undefined ? {} : { search: search.q }),
  };
}

/** The same as names and values of an export. */
export function exportFilterOf(search: AlertsSearch): Readonly<Record<string, string | readonly string[]>> {
  const span = resolveRange(rangeOf(search), Date.now());
  return {
    from: toIso(span.from),
    ...(rangeOf(search).to === 'now' ? {} : { to: toIso(span.to) }),
    ...(search.min === undefined ? {} : { minSeverity: search.min }),
    ...(search.view === 'all' ? {} : { status: statusesOf(search.view ?? 'active') }),
    ...(search.q === undefined ? {} : { search: search.q }),
  };
}

/** What a saved view keeps of the address. */
export function viewOf(search: AlertsSearch): Omit<NewSavedSearch, 'name' | 'isShared'> {
  const { view = 'active', min, sort, q, from, to } = search;
  return {
    kind: 'alerts',
    query: q ?? '',
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    filter: { statuses: [...statusesOf(view)], ...(min === undefined ? {} : { minSeverity: min }), ...(sort === undefined ? {} : { sort }) },
  };
}

/** The address that a saved view stands for. */
export function searchOf({ query, from, to, filter }: Pick<SavedViewFragment, 'query' | 'from' | 'to' | 'filter'>): AlertsSearch {
  const statuses = filter.statuses ?? statusesOf('active');
  const view = VIEWS.find((each) => statusesOf(each).length === statuses.length && statusesOf(each).every((status) => statuses.includes(status))) ?? 'all';
  return readAlertsSearch({ view, min: filter.minSeverity, sort: filter.sort, q: query, from, to });
}
