// What a search means and what it costs, before it is asked.
import type { Micros } from '../../../pipeline/core/index.ts';
import type { EventFilter } from '../events.ts';
import { eventsInRange, sumsFor } from '../event-counts.ts';
import type { CountSource, TimeRange } from '../event-counts.ts';
import { oneOf } from '../sql.ts';
import type { Sql } from '../sql.ts';
import { COST_LIMITS, costPerEvent } from './cost.ts';
import { describeSearch } from '../../../domains/search/describe.ts';
import { indexClauses } from './index-clauses.ts';
import { candidates } from './page.ts';
import { printSearch } from '../../../domains/search/print.ts';

/** `values`: the index of whole values. `host`: of hosts by time. `time`: events one after the other. `sums`: no event at all. */
export type ServedBy = 'time' | 'host' | 'values' | 'sums';
export interface Explanation {
  /** In words. */
  readonly meaning: string;
  /** The search as it is read, in one form. */
  readonly canonical: string;
  /** Of the range, to the hour. */
  readonly eventsInRange: number;
  readonly page: Served;
  readonly count: Served & { readonly source: CountSource; readonly isRefused: boolean };
  /** Part of the range, 0 to 1, over which a count would not be refused. */
  readonly keep: number;
}
export interface Served {
  readonly servedBy: ServedBy;
  /** Values by which the index finds events. */
  readonly values: readonly string[];
  /** At most so many events are looked at. */
  readonly events: number;
  readonly cost: number;
  readonly costLimit: number;
}

/** Events that the index names are counted up to here; beyond, it counts as if it knew nothing. */
const MOST_NAMED = 100_000;

/** @param spanMicros Of the count that is meant. */
export async function explainSearch(sql: Sql, filter: EventFilter, range: TimeRange, spanMicros: Micros): Promise<Explanation> {
  const { search = { kind: 'all' } } = filter;
  const each = costPerEvent(filter);
  const inRange = await eventsInRange(sql, range, {});
  const organization = (await oneOf<{ readonly name: string }>(sql, 'SELECT api.organization() AS name'))?.name ?? '';
  const clauses = indexClauses(organization, filter);
  const named = clauses.length === 0 ? null : (await candidates(sql, clauses, range.from, { at: range.to, id: '0'.repeat(32) }, MOST_NAMED + 1)).length;
  const isNamed = named !== null && named <= MOST_NAMED;
  const isOneHost = filter.host?.length === 1;
  const servedBy: ServedBy = isOneHost ? 'host' : isNamed ? 'values' : 'time';
  const events = isNamed ? named : inRange;
  const values = isNamed ? clauses.map(({ what }) => what) : [];
  const sums = sumsFor(range, spanMicros, filter);
  const cost = events * each;
  return {
    meaning: describeSearch(search),
    canonical: printSearch(search),
    eventsInRange: inRange,
    page: {
      servedBy,
      values,
      events: Math.min(events, Math.floor(COST_LIMITS.page / each)),
      cost: Math.min(cost, COST_LIMITS.page),
      costLimit: COST_LIMITS.page,
    },
    count:
      sums !== undefined
        ? { servedBy: 'sums', values: [], events: 0, cost: 0, costLimit: COST_LIMITS.count, source: sums.source, isRefused: false }
        : {
            servedBy,
            values,
            events,
            cost,
            costLimit: COST_LIMITS.count,
            source: isNamed ? 'index' : 'events',
            isRefused: servedBy === 'time' && cost > COST_LIMITS.count,
          },
    keep: Math.min(1, COST_LIMITS.count / Math.max(cost, 1)),
  };
}
