// What a hunt would read, before it begins: by the counts of days, and by what the index names of two of them.
import type { Micros } from '../pipeline/core/index.ts';
import { sqlState } from './failure.ts';
import { DAY, namedEvents, namesListedFrom } from './hunt-reading.ts';
import type { Preference } from './hunt-reading.ts';
import { prefersIndex, termCount, termsOfHunt } from './hunt-terms.ts';
import type { HuntTerms } from './hunt-terms.ts';
import { eventsInRange } from './queries/event-counts.ts';
import type { DayCount, HuntContent, HuntReads } from './queries/hunts.ts';
import { eventsByDay } from './queries/hunts.ts';
import { oneOf } from './queries/sql.ts';
import type { Sql } from './queries/sql.ts';

export interface EstimatedReads extends HuntReads {
  /** Those to be read one by one, by day, the newest first. */
  readonly days: readonly DayCount[];
  /** Of them, how many are read by time. */
  readonly readsByTime: number;
  /** Terms to be looked up, once for each day. */
  readonly lookups: number;
  /** Why events are read by time; null where all is found by the index. */
  readonly why: string | null;
}
type Asked = Pick<HuntContent, 'query' | 'indicators' | 'datasets' | 'from' | 'to'>;

/** What the index names of one day is counted up to here: beyond, that is too many of most days, and an estimate of others. */
const MOST_NAMED = 5_000;
const MANY_RATIO = 0.1;
const SAMPLE_TIMEOUT_MS = 3_000;

/** In a transaction of the organization. */
export async function estimateReads(sql: Sql, asked: Asked, prefers: Preference = prefersIndex): Promise<EstimatedReads> {
  const days = await eventsByDay(sql, asked.from, asked.to, asked.datasets);
  const events = sumOf(days);
  const organization = (await oneOf<{ readonly name: string }>(sql, 'SELECT api.organization() AS name'))?.name ?? '';
  const terms = termsOfHunt(organization, asked);
  const byTime = (why: string): EstimatedReads => ({ events, reads: events, servedBy: 'time', days, readsByTime: events, lookups: 0, why });
  if (typeof terms === 'string') return byTime(terms);
  const listedFrom = 'any' in terms && terms.hasNames ? await namesListedFrom(sql) : -Infinity;
  const all = asked.datasets.length === 0 ? days : await eventsByDay(sql, asked.from, asked.to, []);
  const named = new Map(all.filter((day) => day.day >= listedFrom && prefers(day.events, termCount(terms), 1)).map((day) => [day.day, day.events]));
  if (named.size === 0)
    return byTime(
      days.some(({ day }) => day >= listedFrom)
        ? 'There are so few events that reading them one after the other costs less than looking up the values.'
        : 'Names of hosts are in the index of values only of events that were stored since the last update, so older ones are read one after the other.',
    );
  const ratio = await namedRatio(sql, terms, asked, [...named.keys()]);
  if (ratio === null || ratio > MANY_RATIO) return byTime('The index of values names so many events that reading all of them one after the other costs less.');
  const reads = days.map(({ day, events: counted }) => ({ day, events: named.has(day) ? Math.ceil(named.get(day)! * ratio) : counted }));
  const readsByTime = sumOf(reads.filter(({ day }) => !named.has(day)));
  const why = readsByTime === 0 ? null : 'Days with few events are read one after the other, and those before names of hosts were in the index of values.';
  return { events, reads: sumOf(reads), servedBy: 'values', days: reads, readsByTime, lookups: termCount(terms) * named.size, why };
}

const sumOf = (days: readonly DayCount[]): number => days.reduce((sum, { events }) => sum + events, 0);

/** Which part of all events the index names, by the newest and the oldest of these days; null when that takes too long to tell. */
async function namedRatio(sql: Sql, terms: HuntTerms, asked: Asked, days: readonly Micros[]): Promise<number | null> {
  let [named, passed] = [0, 0];
  await sql.query(`SAVEPOINT sample; SET LOCAL statement_timeout = ${SAMPLE_TIMEOUT_MS}; SET LOCAL jit = off`);
  try {
    for (const day of new Set([days[0]!, days.at(-1)!])) {
      const to = Math.min(asked.to, day + DAY);
      const found = await namedEvents(sql, terms, Math.max(asked.from, day), { at: to, id: '0'.repeat(32) }, MOST_NAMED);
      const from = found.length < MOST_NAMED ? Math.max(asked.from, day) : (found.at(-1)?.at ?? day);
      named += found.length;
      passed += Math.max(found.length, await eventsInRange(sql, { from, to }, {}));
    }
    return passed === 0 ? 0 : named / passed;
  } catch (error) {
    if (sqlState(error) !== '57014') throw error;
    return null;
  } finally {
    await sql.query('ROLLBACK TO SAVEPOINT sample');
  }
}
