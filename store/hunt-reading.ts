// How a hunt comes by the events that it may find: the index of values names them, or they are read by time.
import type { Micros } from '../pipeline/core/index.ts';
import { huntConditions } from './hunt-condition.ts';
import { termCount, termsOfHunt } from './hunt-terms.ts';
import type { HuntTerms } from './hunt-terms.ts';
import { eventsInRange } from './queries/event-counts.ts';
import { fromNamedEvents, SELECT_EVENT } from './queries/events.ts';
import type { EventRow } from './queries/events.ts';
import type { HuntContent } from './queries/hunts.ts';
import { candidates } from './queries/search/page.ts';
import type { Place } from './queries/search/page.ts';
import { Parameters } from './queries/search/sql.ts';
import { manyOf, oneOf } from './queries/sql.ts';
import type { Sql } from './queries/sql.ts';

export const DAY: Micros = 86_400_000_000;
/** No id is below it: newest first, all of its time lies before. */
const FIRST_ID = '0'.repeat(32);
/** Events that the index names at a time. */
const NAMED = 5_000;
/** Of the events of a span, where the index names more than this part, reading them by time costs less. */
const MANY_RATIO = 0.1;

export interface HuntPlace extends HuntContent {
  readonly organization: string;
  /** Events before (position, positionId) have still to be looked at. */
  readonly position: Micros;
  readonly positionId: string | null;
  readonly sliceMicros: Micros;
  /** Events from here on are read by time: the index named too many. */
  readonly byTimeUntil: Micros | null;
}
/** A slice, [from, position): of whole days at its beginning where the index names its events, unless the hunt begins within one. */
export interface Reading {
  readonly from: Micros;
  /** Null: by time. */
  readonly terms: HuntTerms | null;
}
export interface ReadEvents {
  readonly events: readonly EventRow[];
  /** Where to go on. */
  readonly position: { readonly at: Micros; readonly id: string | null };
  /** Nothing of the slice is left. */
  readonly isWhole: boolean;
  /** Events that the index named; null where they were read by time. */
  readonly named: number | null;
  readonly byTimeUntil: Micros | null;
}
/** Whether so many events in so many days are better found by looking up so many terms. */
export type Preference = (events: number, terms: number, days: number) => boolean;

const startOfDay = (time: Micros): Micros => Math.floor(time / DAY) * DAY;
const dayFrom = (time: Micros): Micros => Math.ceil(time / DAY) * DAY;

/** Since when names are listed, to the day; the beginning of time where they always were. */
export async function namesListedFrom(sql: Sql): Promise<Micros> {
  const since = (await oneOf<{ readonly since: Micros | null }>(sql, 'SELECT api.names_listed_since() AS since'))?.since ?? null;
  return since === null ? -Infinity : dayFrom(since);
}

export async function planReading(sql: Sql, hunt: HuntPlace, prefers: Preference): Promise<Reading> {
  const byTime = { from: Math.max(hunt.from, hunt.position - hunt.sliceMicros), terms: null };
  if (hunt.byTimeUntil !== null && hunt.position > hunt.byTimeUntil) return byTime;
  const terms = termsOfHunt(hunt.organization, hunt);
  if (typeof terms === 'string') return byTime;
  const listedFrom = 'any' in terms && terms.hasNames ? await namesListedFrom(sql) : -Infinity;
  if (hunt.position <= listedFrom) return byTime;
  const days = Math.max(1, Math.floor(hunt.sliceMicros / DAY));
  const from = Math.max(hunt.from, listedFrom, startOfDay(hunt.position - 1) - (days - 1) * DAY);
  const events = await eventsInRange(sql, { from, to: hunt.position }, {});
  return prefers(events, termCount(terms), days) ? { from, terms } : { from: Math.max(byTime.from, listedFrom), terms: null };
}

/** The newest of the slice that the hunt may find, at most `limit`. */
export async function readEvents(sql: Sql, hunt: HuntPlace, reading: Reading, limit: number): Promise<ReadEvents> {
  return reading.terms === null ? byTime(sql, hunt, reading.from, limit) : byIndex(sql, hunt, reading.from, reading.terms, limit);
}

async function byTime(sql: Sql, hunt: HuntPlace, from: Micros, limit: number): Promise<ReadEvents> {
  const parameters = new Parameters();
  const at = `api.from_micros(${parameters.add(hunt.position)})`;
  const conditions = [
    `e.event_time >= api.from_micros(${parameters.add(from)})`,
    hunt.positionId === null
      ? `e.event_time < ${at}`
      : `e.event_time <= ${at} AND (e.event_time < ${at} OR e.id < decode(${parameters.add(hunt.positionId)}, 'hex'))`,
    ...huntConditions(hunt, parameters),
  ];
  const events = await manyOf<EventRow>(
    sql,
    `SELECT ${SELECT_EVENT} FROM api.event_newest e WHERE ${conditions.join(' AND ')} ORDER BY e.event_time DESC, e.id DESC LIMIT ${parameters.add(limit)}`,
    parameters.values,
  );
  const last = events.at(-1);
  const isWhole = events.length < limit || last === undefined;
  const position = isWhole ? { at: from, id: null } : { at: last.time, id: last.id };
  return { events, position, isWhole, named: null, byTimeUntil: hunt.byTimeUntil };
}

async function byIndex(sql: Sql, hunt: HuntPlace, from: Micros, terms: HuntTerms, limit: number): Promise<ReadEvents> {
  const place = { at: hunt.position, id: hunt.positionId ?? FIRST_ID };
  const named = await namedEvents(sql, terms, from, place, NAMED);
  const events = named.length === 0 ? [] : await ofThese(sql, hunt, named, limit);
  const [lastEvent, lastNamed] = [events.at(-1), named.at(-1)];
  if (events.length === limit && lastEvent !== undefined)
    return { events, position: { at: lastEvent.time, id: lastEvent.id }, isWhole: false, named: placeOf(named, lastEvent), byTimeUntil: hunt.byTimeUntil };
  if (named.length < NAMED || lastNamed === undefined)
    return { events, position: { at: from, id: null }, isWhole: true, named: named.length, byTimeUntil: hunt.byTimeUntil };
  const passed = await eventsInRange(sql, { from: lastNamed.at, to: hunt.position }, {});
  const isMany = named.length > passed * MANY_RATIO;
  return { events, position: lastNamed, isWhole: false, named: named.length, byTimeUntil: isMany ? lastNamed.at - DAY : hunt.byTimeUntil };
}

const placeOf = (named: readonly Place[], event: EventRow): number => named.findIndex(({ at, id }) => at === event.time && id === event.id) + 1;

/** What the index names in [from, place), the newest first, at most `most`; perhaps more than has the values, never less. */
export async function namedEvents(sql: Sql, terms: HuntTerms, from: Micros, place: Place, most: number): Promise<readonly Place[]> {
  if ('clauses' in terms) return (await candidates(sql, terms.clauses, from, place, most)).map(({ micros, id }) => ({ at: micros, id }));
  return manyOf<Place>(sql, `SELECT api.micros(c.event_time) AS at, encode(c.id, 'hex') AS id FROM api.events_with_any($1, $2, $3, decode($4, 'hex'), $5) c`, [
    terms.any,
    from,
    place.at,
    place.id,
    most,
  ]);
}

function ofThese(sql: Sql, hunt: HuntContent, named: readonly Place[], limit: number): Promise<readonly EventRow[]> {
  const parameters = new Parameters();
  const from = fromNamedEvents(parameters.add(named.map(({ at }) => at)), parameters.add(named.map(({ id }) => id)));
  return manyOf<EventRow>(
    sql,
    `SELECT ${SELECT_EVENT} ${from} WHERE ${huntConditions(hunt, parameters).join(' AND ')} ORDER BY e.event_time DESC, e.id DESC LIMIT ${parameters.add(limit)}`,
    parameters.values,
  );
}
