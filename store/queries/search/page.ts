// Pages of events. A page reads newest first; what is rare is found by the index of values; and no page reads without end: one that
// has looked at as many events as it may says how far it came, and the next goes on from there.
import type { Micros } from '../../../pipeline/core/index.ts';
import { eventConditions, fromNamedEvents, SELECT_EVENT } from '../events.ts';
import type { EventFilter, EventRow } from '../events.ts';
import { manyOf, oneOf } from '../sql.ts';
import type { Sql } from '../sql.ts';
import { COST_LIMITS, costPerEvent } from './cost.ts';
import { indexClauses } from './index-clauses.ts';
import type { Clause } from './index-clauses.ts';
import { Parameters } from './parameters.ts';

/** A place among the events, newest first: what lies behind it is older, or at the same time and of a lower id. */
export interface Place {
  readonly at: Micros;
  /** 32 hex digits. */
  readonly id: string;
}
export interface EventPage<Row> {
  readonly rows: readonly Row[];
  /** Where the search stopped before the page was full; null when there is nothing more to look at, or the page is full. */
  readonly stoppedAt: Place | null;
}

/** Events that are looked at one after the other before an index is asked: what is frequent fills a page with them. */
const FIRST_LOOK = 20_000;
/** Events that the index names at a time, and in all. */
const CANDIDATES = 1_000;
const MOST_CANDIDATES = 100_000;
const DAY = 86_400_000_000;
/** First of the times that PostgreSQL and JavaScript both hold exactly. */
const FIRST_TIME = -8_000_000_000_000_000;
/** No id is below it: newest first, all of its time lies before. */
const FIRST_ID = '0'.repeat(32);

interface Asked {
  readonly filter: EventFilter;
  readonly limit: number;
  /** Oldest first. */
  readonly isBackward: boolean;
  /** What is selected, of `e`. */
  readonly columns: string;
}

export interface PageOptions {
  /** Oldest first, beginning before the place. */
  readonly isBackward?: boolean;
  /** What is selected, of `e`; all of an event unless said. */
  readonly columns?: string;
  /** What the page may cost; COST_LIMITS.page unless said. */
  readonly units?: number;
}

/** At most `limit` rows, newest first, beginning behind `after`. */
export async function searchEvents<Row = EventRow>(
  sql: Sql,
  filter: EventFilter,
  after: Place | null,
  limit: number,
  { isBackward = false, columns = SELECT_EVENT, units = COST_LIMITS.page }: PageOptions = {},
): Promise<EventPage<Row>> {
  const asked = { filter, limit, columns, isBackward };
  if (isOnlyTime(filter)) return { rows: await look<Row>(sql, asked, after, null), stoppedAt: null };
  const budget = Math.max(1, Math.floor(units / costPerEvent(filter)));
  const rows = await look<Row>(sql, asked, after, Math.min(budget, FIRST_LOOK));
  if (rows.length >= limit) return { rows, stoppedAt: null };
  const first = await placeAfter(sql, asked, after, Math.min(budget, FIRST_LOOK));
  if (first === null) return { rows, stoppedAt: null };
  const clauses = isBackward ? [] : indexClauses(await organizationOf(sql), filter);
  const rest = { ...asked, limit: limit - rows.length };
  const more = clauses.length > 0 ? await byIndex<Row>(sql, rest, first, clauses) : await onwards<Row>(sql, rest, first, budget - FIRST_LOOK);
  return { rows: [...rows, ...more.rows], stoppedAt: more.stoppedAt };
}

const isOnlyTime = ({ from: _from, to: _to, search, ...rest }: EventFilter): boolean =>
  (search === undefined || search.kind === 'all') && Object.values(rest).every((value) => value === undefined);

async function organizationOf(sql: Sql): Promise<string> {
  return (await oneOf<{ readonly name: string }>(sql, 'SELECT api.organization() AS name'))?.name ?? '';
}

async function onwards<Row>(sql: Sql, asked: Asked, from: Place, budget: number): Promise<EventPage<Row>> {
  if (budget <= 0) return { rows: [], stoppedAt: from };
  const rows = await look<Row>(sql, asked, from, budget);
  return { rows, stoppedAt: rows.length >= asked.limit ? null : await placeAfter(sql, asked, from, budget) };
}

/** Among the next `most` events by time (null: all of them), those that the filter means. */
function look<Row>(sql: Sql, { filter, limit, columns, isBackward }: Asked, after: Place | null, most: number | null): Promise<readonly Row[]> {
  const parameters = new Parameters();
  const view = isBackward ? OLDEST : NEWEST;
  const range = [...eventConditions(rangeOf(filter), parameters), ...behind(after, isBackward, parameters)];
  return manyOf<Row>(
    sql,
    `SELECT ${columns} FROM (SELECT * FROM ${view} e WHERE ${range.join(' AND ')} LIMIT ${parameters.add(most ?? limit)}) e
    WHERE ${(most === null ? ['true'] : eventConditions(filter, parameters)).join(' AND ')} LIMIT ${parameters.add(limit)}`,
    parameters.values,
  );
}

/** What is counted as looked at: the events of the range, of one host where only one is asked for, since an index has them in this order. */
function rangeOf({ from, to, host }: EventFilter): EventFilter {
  return { ...(from !== undefined && { from }), ...(to !== undefined && { to }), ...(host?.length === 1 && { host }) };
}

// The views have the order themselves, and what is read of them comes in it. An ORDER BY beside a LIMIT makes PostgreSQL plan the view for all its rows, and
// sort ten million of them for a page; one outside of it makes it read all that may be looked at, where the page is full long before.
const NEWEST = 'api.event_newest';
const OLDEST = 'api.event_oldest';

const behind = (place: Place | null, isBackward: boolean, parameters: Parameters): readonly string[] => {
  if (place === null) return [];
  const time = `api.from_micros(${parameters.add(place.at)})`;
  const before = isBackward ? '>' : '<';
  // The first half alone bounds the index; the second only decides between equal times.
  return [`e.event_time ${before}= ${time} AND (e.event_time ${before} ${time} OR e.id ${before} decode(${parameters.add(place.id)}, 'hex'))`];
};

/** The `count`-th event behind `after`; null when there are fewer. Read from the index alone. */
async function placeAfter(sql: Sql, { filter, isBackward }: Asked, after: Place | null, count: number): Promise<Place | null> {
  const parameters = new Parameters();
  const view = isBackward ? OLDEST : NEWEST;
  const range = [...eventConditions(rangeOf(filter), parameters), ...behind(after, isBackward, parameters)];
  return (
    (await oneOf<Place>(
      sql,
      `SELECT e.event_time AS at, encode(e.id, 'hex') AS id FROM ${view} e WHERE ${range.join(' AND ')}
      OFFSET ${parameters.add(count - 1)} LIMIT 1`,
      parameters.values,
    )) ?? null
  );
}

interface CandidateRow {
  readonly micros: Micros;
  readonly id: string;
}

/** At most `most`, newest first, of [from, place). */
export function candidates(sql: Sql, clauses: readonly Clause[], from: Micros, place: Place, most: number): Promise<readonly CandidateRow[]> {
  const all = clauses.filter(({ terms }) => terms.length === 1).map(({ terms }) => terms[0]);
  const any = clauses.find(({ terms }) => terms.length > 1)?.terms ?? null;
  return manyOf<CandidateRow>(
    sql,
    `SELECT api.micros(c.event_time) AS micros, encode(c.id, 'hex') AS id FROM api.events_with($1, $2, $3, $4, decode($5, 'hex'), $6) c`,
    [all.length > 0 ? all : null, any, from, place.at, place.id, most],
  );
}

/** Back in spans that grow, since an index of values does not know the order of time. */
async function byIndex<Row>(sql: Sql, { filter, limit, columns }: Asked, start: Place, clauses: readonly Clause[]): Promise<EventPage<Row>> {
  const first = filter.from ?? FIRST_TIME;
  const rows: Row[] = [];
  let place = start;
  let span = DAY;
  for (let looked = 0; looked < MOST_CANDIDATES;) {
    const from = Math.max(first, place.at - span);
    const found = await candidates(sql, clauses, from, place, CANDIDATES);
    looked += found.length;
    const meant = found.length === 0 ? [] : await ofThese<Row>(sql, { filter, limit: limit - rows.length, columns }, found);
    rows.push(...meant);
    if (rows.length >= limit) return { rows, stoppedAt: null };
    const last = found.at(-1);
    if (found.length === CANDIDATES && last !== undefined) place = { at: last.micros, id: last.id };
    else if (from <= first) return { rows, stoppedAt: null };
    else {
      place = { at: from, id: FIRST_ID };
      span = Math.min(span * 4, 1e16);
    }
  }
  return { rows, stoppedAt: place };
}

function ofThese<Row>(sql: Sql, { filter, limit, columns }: Omit<Asked, 'isBackward'>, these: readonly CandidateRow[]): Promise<readonly Row[]> {
  const parameters = new Parameters();
  const times = parameters.add(these.map(({ micros }) => micros));
  const ids = parameters.add(these.map(({ id }) => id));
  const [newest, oldest] = [these[0], these.at(-1)] as [CandidateRow, CandidateRow];
  return manyOf<Row>(
    sql,
    `SELECT ${columns} ${fromNamedEvents(times, ids)}
    WHERE e.event_time BETWEEN api.from_micros(${parameters.add(oldest.micros)}) AND api.from_micros(${parameters.add(newest.micros)})
      AND ${eventConditions(filter, parameters).join(' AND ')}
    ORDER BY e.event_time DESC, e.id DESC LIMIT ${parameters.add(limit)}`,
    parameters.values,
  );
}
