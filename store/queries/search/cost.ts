// What a search costs: how many events are to be looked at, and how long each takes. In units of reading an event by time and comparing columns of it,
// about 2 us of PostgreSQL (bench/query measures it).
import type { EventFilter } from '../events.ts';
import { COLUMNS, ecsNameOf, isTypedField, TIME_FIELD } from '../../../domains/search/fields.ts';
import type { Search } from '../../../domains/search/syntax.ts';

/** Ends of what one request may cost. */
export const COST_LIMITS = {
  /** Of a page; what is left is for the next. */
  page: 1_000_000,
  /** Of a count over all events of a range. */
  count: 10_000_000,
} as const;

/** Looking through the native document of 1.4 kB; into `detail`. */
const NATIVE = 4;
const DETAIL = 2;

/** Units per event, for all that a filter asks. */
export const costPerEvent = ({ search }: EventFilter): number => 1 + (search === undefined ? 0 : costOf(search));

function costOf(search: Search): number {
  switch (search.kind) {
    case 'all':
      return 0;
    case 'and':
    case 'or':
      return search.of.reduce((sum, part) => sum + costOf(part), 0);
    case 'not':
      return costOf(search.of);
    case 'text':
      return NATIVE;
    case 'field': {
      const field = ecsNameOf(search.field);
      if (COLUMNS.has(field) || field === TIME_FIELD) return search.test.op === 'matches' ? 1 : 0.5;
      return isTypedField(field) || field.startsWith('labels.') ? DETAIL : DETAIL + NATIVE;
    }
  }
}

/** The request would read more than it may. `keep` is the part of the range, 0 to 1, that it could read. */
export class SearchTooBroadError extends Error {
  readonly code = 'SEARCH_TOO_BROAD';
  readonly events: number;
  readonly cost: number;
  readonly keep: number;

  constructor(events: number, cost: number) {
    super(
      `This would look at ${events.toLocaleString('en')} events, at a cost of ${Math.round(cost).toLocaleString('en')}; the limit is ${COST_LIMITS.count.toLocaleString('en')}.`,
    );
    this.name = 'SearchTooBroadError';
    this.events = events;
    this.cost = cost;
    this.keep = Math.min(1, COST_LIMITS.count / cost);
  }
}
