import type { Micros } from '../../../pipeline/core/index.ts';
import { countEvents, eventsByIds, pageOfEvents, topValues } from '../../../store/queries/events.ts';
import type { EventRow, EventSeries } from '../../../store/queries/events.ts';
import { ApiProblem } from '../../gate/problem.ts';
import { readEventFilter, readRange, withoutNul } from '../../event-filter.ts';
import type { EventFilterInput } from '../../event-filter.ts';
import { eventView, parsePublicId } from '../../event-view.ts';
import { pageSize, parseCursor, toConnection } from '../../paging.ts';
import type { ApiContext } from '../context.ts';

interface Page {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly filter?: EventFilterInput | null;
}
interface Range {
  readonly from: Micros;
  readonly to: Micros;
}
const MAX_TOP = 50;

export default {
  Query: {
    async events(_root: unknown, args: Page, { read }: ApiContext) {
      const first = pageSize(args.first);
      const filter = readEventFilter(args.filter);
      const after = parseCursor(args.after);
      const rows = await read((sql) => pageOfEvents(sql, filter, after, first + 1)); // the one more answers hasNextPage
      return toConnection(rows, first, ({ time, id }) => ({ at: time, id }));
    },
    async event(_root: unknown, { id }: { readonly id: string }, { read }: ApiContext) {
      const ref = parsePublicId(id);
      return ref === null ? null : ((await read((sql) => eventsByIds(sql, [ref])))[0] ?? null);
    },
    eventCounts(
      _root: unknown,
      args: Range & { readonly spanSeconds: number; readonly by?: EventSeries | null; readonly filter?: EventFilterInput | null },
      { read }: ApiContext,
    ) {
      const { spanMicros, ...range } = readRange(args.from, args.to, args.spanSeconds);
      const filter = readEventFilter(args.filter);
      const within = overlap(range, filter);
      return within === null ? [] : read((sql) => countEvents(sql, { ...within, spanMicros }, args.by ?? 'dataset', filter));
    },
    eventTop(
      _root: unknown,
      args: Range & { readonly field: string; readonly first?: number | null; readonly filter?: EventFilterInput | null },
      { read }: ApiContext,
    ) {
      if (args.from >= args.to)
        throw new ApiProblem('INVALID_REQUEST', 'The range ends after it begins.', { errors: [{ pointer: '/to', detail: 'Not after `from`.' }] });
      const filter = readEventFilter(args.filter);
      const within = overlap(args, filter);
      return within === null
        ? []
        : read((sql) => topValues(sql, withoutNul(args.field, '/field'), { ...filter, ...within }, Math.min(pageSize(args.first ?? 10), MAX_TOP)));
    },
  },
  Subscription: {
    eventTail: {
      subscribe: (_root: unknown, { filter }: { readonly filter?: EventFilterInput | null }, { principal, services }: ApiContext) =>
        services.tail.watch(principal.organization, readEventFilter(filter)),
      resolve: (batch: unknown) => batch,
    },
  },
  Event: eventView satisfies Record<string, (row: EventRow) => unknown>,
};

/** What lies in the range of the chart and in that of the filter; null when nothing does. */
function overlap(range: Range, filter: Partial<Range>): Range | null {
  const from = Math.max(range.from, filter.from ?? range.from);
  const to = Math.min(range.to, filter.to ?? range.to);
  return from < to ? { from, to } : null;
}
