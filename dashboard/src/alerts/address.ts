// What of the queue stands in the address.
import type { AlertFilter, AlertStatus, Severity } from '../gql/graphql.ts';
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
