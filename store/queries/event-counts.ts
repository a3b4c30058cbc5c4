// Counts of events. Sums by day, hour and minute answer what they can, the events the rest, and the answer says which; both are exact.
import type { Micros } from '../../pipeline/core/index.ts';
import { eventConditions, fromNamedEvents } from './events.ts';
import type { EventFilter } from './events.ts';
import { COST_LIMITS, costPerEvent, SearchTooBroadError } from './search/cost.ts';
import { COLUMNS, ecsNameOf } from '../../domains/search/fields.ts';
import { indexClauses } from './search/index-clauses.ts';
import { candidates } from './search/page.ts';
import { Parameters } from './search/parameters.ts';
import type { Search } from '../../domains/search/syntax.ts';
import { manyOf, oneOf } from './sql.ts';
import type { Sql } from './sql.ts';

export interface CountRow {
  readonly start: Micros;
  readonly series: string;
  readonly count: number;
}
export const EVENT_SERIES = ['dataset', 'sensor', 'severity'] as const;
export type EventSeries = (typeof EVENT_SERIES)[number];
/** What a count was read from: sums of days, hours or minutes (with events at the ends of the range), events that the index of values named, or all events of the range. */
export type CountSource = 'days' | 'hours' | 'minutes' | 'index' | 'events';
export interface Counted<Row> {
  readonly rows: readonly Row[];
  readonly source: CountSource;
}
export interface TimeRange {
  /** Inclusive. */
  readonly from: Micros;
  /** Exclusive. */
  readonly to: Micros;
}

const MINUTE = 60_000_000;
const SPANS = [
  { source: 'days', span: 'day', micros: 86_400_000_000 },
  { source: 'hours', span: 'hour', micros: 3_600_000_000 },
  { source: 'minutes', span: null, micros: MINUTE },
] as const;
/** Events that the index may name for one count. */
const MOST_NAMED = 100_000;
const SUMMED_FIELDS = new Set(['event.dataset', 'observer.name', 'event.severity']);

/** Whether sums have all that the filter asks about. */
function isSummed({ from: _from, to: _to, dataset: _dataset, sensor: _sensor, minSeverity: _minSeverity, search, ...rest }: EventFilter): boolean {
  return Object.values(rest).every((value) => value === undefined) && (search === undefined || isSearchSummed(search));
}
function isSearchSummed(search: Search): boolean {
  if (search.kind === 'and' || search.kind === 'or') return search.of.every(isSearchSummed);
  if (search.kind === 'not') return isSearchSummed(search.of);
  return search.kind === 'all' || (search.kind === 'field' && SUMMED_FIELDS.has(ecsNameOf(search.field)));
}

/** The largest sums that add up to spans of this length, within the range; undefined when the events must be asked. */
export function sumsFor({ from, to }: TimeRange, spanMicros: number, filter: EventFilter): (typeof SPANS)[number] | undefined {
  if (!isSummed(filter)) return undefined;
  return SPANS.find(({ micros }) => spanMicros % micros === 0 && up(from, micros) < down(to, micros));
}
const up = (time: Micros, span: number): Micros => Math.ceil(time / span) * span;
const down = (time: Micros, span: number): Micros => Math.floor(time / span) * span;

const seriesOf = (by: EventSeries) => (by === 'severity' ? `coalesce(e.severity::text, 'unknown')` : `e.${by}`);

/**
 * Rows `(at, dataset, sensor, severity, n)`, `e` to all: sums where they are whole within the range, events at its ends.
 * Sums of hours and days have what is folded; what is not yet is among the minutes.
 */
function summed({ from, to }: TimeRange, sums: (typeof SPANS)[number], filter: EventFilter, parameters: Parameters): string {
  const parts: string[] = [];
  const { from: _from, to: _to, ...others } = filter;
  const add = (of: string, at: string, n: string, start: Micros, end: Micros, also = '') => {
    if (start >= end) return;
    const conditions = eventConditions(others, parameters).join(' AND ');
    parts.push(
      `SELECT api.micros(${at}) AS at, e.dataset, e.sensor, e.severity, ${n} AS n FROM ${of} e
      WHERE ${at} >= api.from_micros(${parameters.add(start)}) AND ${at} < api.from_micros(${parameters.add(end)})${also} AND ${conditions}`,
    );
  };
  const events = (start: Micros, end: Micros) => add('api.event', 'e.event_time', '1::bigint', start, end);
  const minutes = (start: Micros, end: Micros, also = '') => add('api.event_count', 'e.minute', 'e.events', start, end, also);
  const [coreStart, coreEnd] = [up(from, sums.micros), down(to, sums.micros)];
  if (sums.span === null) minutes(coreStart, coreEnd);
  else {
    add('api.event_sum', 'e.start', 'e.events', coreStart, coreEnd, ` AND e.span = ${parameters.add(sums.span)}`);
    minutes(coreStart, coreEnd, ' AND NOT e.folded');
    minutes(Math.min(up(from, MINUTE), coreStart), coreStart);
    minutes(coreEnd, Math.max(down(to, MINUTE), coreEnd));
  }
  events(from, Math.min(up(from, MINUTE), coreStart));
  events(Math.max(down(to, MINUTE), coreEnd), to);
  return parts.join(' UNION ALL ');
}

/** Events of the range that the filter means, as `FROM ... WHERE ...` with `e` as one of them. @throws SearchTooBroadError */
async function fromEvents(
  sql: Sql,
  range: TimeRange,
  filter: EventFilter,
  parameters: Parameters,
): Promise<{ readonly text: string; readonly source: CountSource }> {
  const within = { ...filter, ...range };
  const organization = (await oneOf<{ readonly name: string }>(sql, 'SELECT api.organization() AS name'))?.name ?? '';
  const clauses = indexClauses(organization, filter);
  // One host has an index of its own, in the order of time.
  if (clauses.length > 0 && filter.host?.length !== 1) {
    const named = await candidates(sql, clauses, range.from, { at: range.to, id: '0'.repeat(32) }, MOST_NAMED + 1);
    if (named.length <= MOST_NAMED) {
      const times = parameters.add(named.map(({ micros }) => micros));
      const ids = parameters.add(named.map(({ id }) => id));
      const conditions = eventConditions(within, parameters).join(' AND ');
      return { text: `${fromNamedEvents(times, ids)} WHERE ${conditions}`, source: 'index' };
    }
  }
  if (filter.host?.length !== 1) await refuseTooMany(sql, range, filter);
  return { text: `FROM api.event e WHERE ${eventConditions(within, parameters).join(' AND ')}`, source: 'events' };
}

/** Events in a range, of the datasets and sensors that are asked for: what a search has to look at. From sums, so it costs little itself. */
export async function eventsInRange(sql: Sql, range: TimeRange, { dataset, sensor }: EventFilter): Promise<number> {
  const filter = { ...(dataset !== undefined && { dataset }), ...(sensor !== undefined && { sensor }) };
  // Whole hours, rounded outwards: an estimate.
  const whole = { from: down(range.from, 3_600_000_000), to: up(range.to, 3_600_000_000) };
  const parameters = new Parameters();
  const text = summed(whole, SPANS[1], filter, parameters);
  return (await oneOf<{ readonly n: number }>(sql, `SELECT coalesce(sum(n), 0)::bigint AS n FROM (${text}) e`, parameters.values))?.n ?? 0;
}

async function refuseTooMany(sql: Sql, range: TimeRange, filter: EventFilter): Promise<void> {
  const each = costPerEvent(filter);
  const events = await eventsInRange(sql, range, {}); // a dataset narrows what is found, not what is read
  if (events * each > COST_LIMITS.count) throw new SearchTooBroadError(events, events * each);
}

/**
 * Counts per span of event time and series, oldest first; spans begin at multiples of their length since 1970.
 * @throws SearchTooBroadError when sums cannot answer and too many events would have to be read.
 */
export async function countEvents(
  sql: Sql,
  range: TimeRange & { readonly spanMicros: Micros },
  by: EventSeries,
  filter: EventFilter,
): Promise<Counted<CountRow>> {
  const { spanMicros } = range;
  const sums = sumsFor(range, spanMicros, filter);
  const parameters = new Parameters();
  const { text, source } =
    sums === undefined
      ? await fromEvents(sql, range, filter, parameters).then(({ text: from, source: of }) => ({
          text: `SELECT api.micros(e.event_time) AS at, e.dataset, e.sensor, e.severity, 1 AS n ${from}`,
          source: of,
        }))
      : { text: summed(range, sums, filter, parameters), source: sums.source };
  const span = parameters.add(spanMicros);
  const rows = await manyOf<CountRow>(
    sql,
    `SELECT floor(at::numeric / ${span}::bigint)::bigint * ${span}::bigint AS "start", ${seriesOf(by)} AS series, sum(n)::bigint AS "count"
    FROM (${text}) e GROUP BY 1, 2 HAVING sum(n) > 0 ORDER BY 1, 2`,
    parameters.values,
  );
  return { rows, source };
}

export interface ValueCount {
  readonly name: string;
  readonly count: number;
}

/**
 * Most frequent values of a field, most first; values that are lists count each item.
 * @throws SearchTooBroadError as `countEvents`
 */
export async function topValues(sql: Sql, field: string, range: TimeRange, filter: EventFilter, limit: number): Promise<Counted<ValueCount>> {
  const ecs = ecsNameOf(field);
  const sums = SUMMED_FIELDS.has(ecs)
    ? (SPANS.find(({ micros }) => up(range.from, micros) < down(range.to, micros) && isSummed(filter)) ?? undefined)
    : undefined;
  const parameters = new Parameters();
  if (sums !== undefined) {
    const rows = await manyOf<ValueCount>(
      sql,
      `SELECT name, sum(n)::bigint AS "count" FROM (SELECT e.${COLUMNS.get(ecs)?.name}::text AS name, n FROM (${summed(range, sums, filter, parameters)}) e) named
      WHERE name IS NOT NULL GROUP BY name HAVING sum(n) > 0 ORDER BY sum(n) DESC, name LIMIT ${parameters.add(limit)}`,
      parameters.values,
    );
    return { rows, source: sums.source };
  }
  const value = valueOf(ecs, parameters);
  const { text, source } = await fromEvents(sql, range, filter, parameters);
  const rows = await manyOf<ValueCount>(
    sql,
    `SELECT name, count(*) AS "count" FROM (SELECT ${value} AS name ${text}) named WHERE name IS NOT NULL GROUP BY name ORDER BY count(*) DESC, name LIMIT ${parameters.add(limit)}`,
    parameters.values,
  );
  return { rows, source };
}

/** Values of a field as a set of texts. */
function valueOf(ecs: string, parameters: Parameters): string {
  const column = COLUMNS.get(ecs);
  if (column !== undefined) {
    if (column.kind === 'texts') return `unnest(e.${column.name})`;
    return column.kind === 'address' ? `host(e.${column.name})` : `e.${column.name}::text`;
  }
  const json = ecs.startsWith('labels.') ? `(e.detail -> 'labels' -> ${parameters.add(ecs.slice(7))}::text)` : `(e.detail -> ${parameters.add(ecs)}::text)`;
  return `jsonb_array_elements_text(CASE WHEN jsonb_typeof(${json}) IS NULL THEN '[]' WHEN jsonb_typeof(${json}) = 'array' THEN ${json} ELSE jsonb_build_array(${json}) END)`;
}
