import type { GraphQLResolveInfo } from 'graphql';
import type { Micros } from '../../../pipeline/core/index.ts';
import { countEvents, topValues } from '../../../store/queries/event-counts.ts';
import type { Counted, CountRow, EventSeries, ValueCount } from '../../../store/queries/event-counts.ts';
import { eventsByIds } from '../../../store/queries/events.ts';
import type { EventRow } from '../../../store/queries/events.ts';
import { explainSearch } from '../../../store/queries/search/explain.ts';
import { searchEvents } from '../../../store/queries/search/page.ts';
import { howToNarrow } from '../../gate/as-problem.ts';
import { mayDo } from '../../gate/permissions.ts';
import { ApiProblem } from '../../gate/problem.ts';
import { readEventFilter, readRange, spanFor, withoutNul } from '../../event-filter.ts';
import type { EventFilterInput } from '../../event-filter.ts';
import { eventView, parsePublicId } from '../../event-view.ts';
import { pageOf, pageSize, readPage } from '../../paging.ts';
import type { PageArgs } from '../../paging.ts';
import type { ApiContext } from '../context.ts';
import { columnsFor } from './columns.ts';

interface Range {
  readonly from: Micros;
  readonly to: Micros;
}
interface HistogramArgs extends Range {
  readonly spanSeconds?: number | null;
  readonly by?: EventSeries | null;
  readonly filter?: EventFilterInput | null;
}
interface TopArgs extends Range {
  readonly field: string;
  readonly first?: number | null;
  readonly filter?: EventFilterInput | null;
}
const MAX_TOP = 50;
const WEEK = 604_800_000_000;

/** Counts of what lies in the range of the chart and in that of the filter. */
async function histogram(args: HistogramArgs, { look }: ApiContext): Promise<Counted<CountRow> & { readonly spanSeconds: number }> {
  const spanSeconds = args.spanSeconds ?? spanFor(args.from, args.to);
  const { spanMicros, ...range } = readRange(args.from, args.to, spanSeconds);
  const filter = readEventFilter(args.filter);
  const within = overlap(range, filter);
  if (within === null) return { rows: [], source: 'minutes', spanSeconds };
  return { ...(await look((sql) => countEvents(sql, { ...within, spanMicros }, args.by ?? 'dataset', filter))), spanSeconds };
}

async function top(args: TopArgs, { look }: ApiContext): Promise<Counted<ValueCount>> {
  if (args.from >= args.to)
    throw new ApiProblem('INVALID_REQUEST', 'The range ends after it begins.', { errors: [{ pointer: '/to', detail: 'Not after `from`.' }] });
  const filter = readEventFilter(args.filter);
  const field = withoutNul(args.field, '/field');
  const limit = Math.min(pageSize(args.first ?? 10), MAX_TOP);
  const within = overlap(args, filter);
  return within === null ? { rows: [], source: 'minutes' } : look((sql) => topValues(sql, field, within, filter, limit));
}

export default {
  Query: {
    async events(_root: unknown, args: PageArgs & { readonly filter?: EventFilterInput | null }, { look }: ApiContext, info: GraphQLResolveInfo) {
      const page = readPage(args);
      const filter = readEventFilter(args.filter);
      const options = { isBackward: page.isBackward, columns: columnsFor(info) };
      const { rows, stoppedAt } = await look((sql) => searchEvents(sql, filter, page.place, page.size + 1, options)); // the one more answers hasNextPage
      return { ...pageOf(rows, page, ({ time, id }) => ({ at: time, id }), stoppedAt), searchedTo: stoppedAt?.at ?? null };
    },
    async event(_root: unknown, { id }: { readonly id: string }, { look }: ApiContext) {
      const ref = parsePublicId(id);
      return ref === null ? null : ((await look((sql) => eventsByIds(sql, [ref])))[0] ?? null);
    },
    histogram: (_root: unknown, args: HistogramArgs, context: ApiContext) => histogram(args, context),
    topValues: (_root: unknown, args: TopArgs, context: ApiContext) => top(args, context),
    eventCounts: async (_root: unknown, args: HistogramArgs, context: ApiContext) => (await histogram(args, context)).rows,
    eventTop: async (_root: unknown, args: TopArgs, context: ApiContext) => (await top(args, context)).rows,
    async searchExplanation(
      _root: unknown,
      args: { readonly filter: EventFilterInput; readonly from?: Micros | null; readonly to?: Micros | null; readonly spanSeconds?: number | null },
      { look, services }: ApiContext,
    ) {
      const filter = readEventFilter(args.filter);
      const to = args.to ?? filter.to ?? services.wallMicros();
      const { spanMicros, ...range } = readRange(
        args.from ?? filter.from ?? to - WEEK,
        to,
        args.spanSeconds ?? spanFor(args.from ?? filter.from ?? to - WEEK, to),
      );
      const { count, keep, ...explanation } = await look((sql) => explainSearch(sql, filter, range, spanMicros));
      return { ...explanation, count, countSource: count.source, isCountRefused: count.isRefused, advice: count.isRefused ? howToNarrow(keep) : null };
    },
  },
  Histogram: { buckets: ({ rows }: Counted<CountRow>) => rows },
  TopValues: { values: ({ rows }: Counted<ValueCount>) => rows },
  SearchCost: { cost: ({ cost }: { readonly cost: number }) => Math.round(cost) },
  Subscription: {
    eventTail: {
      subscribe: (_root: unknown, { filter }: { readonly filter?: EventFilterInput | null }, { principal, services }: ApiContext) =>
        services.tail.watch(principal.organization, readEventFilter(filter)),
      resolve: (batch: unknown) => batch,
    },
  },
  Event: {
    ...(eventView satisfies Record<string, (row: EventRow) => unknown>),
    findings: (event: EventRow, _args: unknown, { principal, loaders }: ApiContext) =>
      mayDo('Event.findings', principal) ? loaders.findingsOfEvent.load(event) : null,
  },
};

/** What lies in the range of the chart and in that of the filter; null when nothing does. */
function overlap(range: Range, filter: Partial<Range>): Range | null {
  const from = Math.max(range.from, filter.from ?? range.from);
  const to = Math.min(range.to, filter.to ?? range.to);
  return from < to ? { from, to } : null;
}
