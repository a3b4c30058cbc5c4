// Events of one host, user, address and so on: what they name beside it, how many there are over time, the first and the last. Every question is
// bounded: at ten million events the newest 2,000 of one entity say who it has to do with, and windows of features count what is too much to read.
import type { Micros } from '../../pipeline/core/index.ts';
import { eventsOf, isFollowed, windowsOf } from './entities.ts';
import type { EntityKey, EntityType } from './entities.ts';
import { countEvents } from './event-counts.ts';
import type { CountRow, CountSource, TimeRange } from './event-counts.ts';
import type { EventFilter } from './events.ts';
import { SearchTooBroadError } from './search/cost.ts';
import { indexClauses } from './search/index-clauses.ts';
import { candidates, searchEvents } from './search/page.ts';
import type { PageOptions } from './search/page.ts';
import { oneOf } from './sql.ts';
import type { Sql } from './sql.ts';

/** One event of it, as far as relations are read from it. */
interface Seen {
  readonly time: Micros;
  readonly dataset: string;
  readonly sensor: string;
  readonly host: string | null;
  readonly hostIps: readonly string[] | null;
  readonly user: string | null;
  readonly targetUser: string | null;
  readonly source: string | null;
  readonly destination: string | null;
  readonly process: string | null;
  readonly question: string | null;
  readonly url: string | null;
}
const SEEN = `e.event_time AS "time", e.dataset, e.sensor, e.host_name AS host, e.detail -> 'host.ip' AS "hostIps", e.user_name AS "user", e.target_user_name AS "targetUser",
  host(e.source_ip) AS source, host(e.destination_ip) AS destination, e.process_name AS process, e.dns_question AS question, e.url_domain AS url`;

/** Events of one entity that relations are read from. */
const LOOKED_AT = 2_000;

export interface Related {
  readonly name: string;
  readonly count: number;
  readonly lastSeen: Micros;
}
export interface Activity {
  readonly eventsLookedAt: number;
  /** Whether these are all events of it in the range. */
  readonly isWhole: boolean;
  /** The oldest event that was looked at; null when there is none. */
  readonly since: Micros | null;
  readonly datasets: readonly Related[];
  readonly sensors: readonly Related[];
  readonly hosts: readonly Related[];
  readonly users: readonly Related[];
  readonly addresses: readonly Related[];
  /** Of a host: the addresses that it says are its own. */
  readonly ownAddresses: readonly Related[];
  /** Of an address: hosts that say it is their own. */
  readonly ownHosts: readonly Related[];
  readonly domains: readonly Related[];
  readonly processes: readonly Related[];
}

/** What its newest events in the range name beside it: the `most` most frequent of each kind. */
export async function activityOf(sql: Sql, entity: EntityKey, range: TimeRange, most: number): Promise<Activity> {
  const { rows, stoppedAt } = await searchEvents<Seen>(sql, { ...eventsOf(entity), ...range }, null, LOOKED_AT + 1, { columns: SEEN });
  const events = rows.slice(0, LOOKED_AT);
  const top = (names: (event: Seen) => readonly (string | null)[], type?: EntityType) =>
    mostFrequent(events, names, most, type === entity.type ? entity.value.toLowerCase() : null);
  const isOwn = ({ hostIps }: Seen) => hostIps?.includes(entity.value) ?? false;
  return {
    eventsLookedAt: events.length,
    isWhole: rows.length <= LOOKED_AT && stoppedAt === null,
    since: events.at(-1)?.time ?? null,
    datasets: top(({ dataset }) => [dataset]),
    sensors: top(({ sensor }) => [sensor]),
    hosts: top(({ host }) => [host], 'host'),
    users: top(({ user, targetUser }) => [user, targetUser], 'user'),
    addresses: top(({ source, destination }) => [source, destination], 'address'),
    ownAddresses: entity.type === 'host' ? top(({ hostIps }) => hostIps ?? []) : [],
    ownHosts: entity.type === 'address' ? top((event) => (isOwn(event) ? [event.host] : [])) : [],
    domains: top(({ question, url }) => [question, url], 'domain'),
    processes: top(({ process }) => [process]),
  };
}

/** Newest events first, so the first time that a name is met is its last. `except` is in lower case. */
function mostFrequent(events: readonly Seen[], names: (event: Seen) => readonly (string | null)[], most: number, except: string | null): readonly Related[] {
  const found = new Map<string, { name: string; count: number; lastSeen: Micros }>();
  for (const event of events) {
    for (const name of new Set(names(event))) {
      if (name === null || name === '' || name.toLowerCase() === except) continue;
      const known = found.get(name);
      if (known === undefined) found.set(name, { name, count: 1, lastSeen: event.time });
      else known.count += 1;
    }
  }
  return [...found.values()].sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1)).slice(0, most);
}

/** Events of it that a count may read one by one; more are counted by the windows of features. */
const MOST_COUNTED = 50_000;
export type EntityCountSource = CountSource | 'features';
export interface EntityCounts {
  readonly rows: readonly CountRow[];
  readonly source: EntityCountSource;
  readonly spanMicros: Micros;
}

/**
 * Events of it over time, oldest first, by dataset; of very many, from the windows of features, in one series `all`. Null when both would cost too much:
 * a domain, hash or service identity that is nearly everywhere.
 */
export async function countsOf(sql: Sql, entity: EntityKey, range: TimeRange & { readonly spanMicros: Micros }): Promise<EntityCounts | null> {
  const summed = isFollowed(entity.type) ? await fromFeatures(sql, entity, range) : null;
  // Asking the index of values for what is in very many events takes seconds.
  const isMuch = entity.type === 'host' ? !(await isFewer(sql, entity.value, range)) : sumOf(summed) > MOST_COUNTED;
  if (isMuch) return summed;
  try {
    return { ...(await countEvents(sql, range, 'dataset', eventsOf(entity))), spanMicros: range.spanMicros };
  } catch (error) {
    if (!(error instanceof SearchTooBroadError)) throw error;
    return summed;
  }
}

const sumOf = (counts: EntityCounts | null): number => (counts?.rows ?? []).reduce((sum, { count }) => sum + count, 0);

/** Of a host: read from its index alone. */
async function isFewer(sql: Sql, host: string, { from, to }: TimeRange): Promise<boolean> {
  const row = await oneOf<{ readonly n: number }>(
    sql,
    `SELECT count(*) AS n FROM (SELECT FROM api.event e WHERE e.host_name = lower($1) AND e.event_time >= api.from_micros($2) AND e.event_time < api.from_micros($3) LIMIT $4) e`,
    [host, from, to, MOST_COUNTED + 1],
  );
  return (row?.n ?? 0) <= MOST_COUNTED;
}

/** Bars are as long as the span, but no shorter than a window. */
async function fromFeatures(sql: Sql, entity: EntityKey, { from, to, spanMicros }: TimeRange & { readonly spanMicros: Micros }): Promise<EntityCounts> {
  const windows = await windowsOf(sql, entity, { from, to }, null);
  const length = Math.min(...windows.map(({ windowMicros }) => windowMicros));
  const span = Number.isFinite(length) ? Math.ceil(spanMicros / length) * length : spanMicros;
  const bars = new Map<Micros, number>();
  for (const { windowStart, windowMicros, events } of windows) {
    if (windowMicros !== length) continue;
    const start = Math.floor(windowStart / span) * span;
    bars.set(start, (bars.get(start) ?? 0) + events);
  }
  const rows = [...bars].sort(([a], [b]) => a - b).map(([start, count]) => ({ start, series: 'all', count }));
  return { rows, source: 'features', spanMicros: span };
}

export interface Sighting {
  readonly first: Micros | null;
  readonly last: Micros | null;
}
const BEGINNING = -8_000_000_000_000_000;
const END = { at: 8_000_000_000_000_000, id: 'f'.repeat(32) };
/** Events of it that the index may name when the first one is looked for; what it may cost to look there. */
const MOST_NAMED = 20_000;
const FIRST_UNITS = 200_000;

/**
 * The first and the last event of it that are stored, whatever the range. Null where none was found within what one request may read; the first
 * may be the start of its first window of features, where the event is not stored any more.
 */
export async function sightingOf(sql: Sql, entity: EntityKey): Promise<Sighting> {
  const last = await edgeOf(sql, eventsOf(entity));
  return { first: last === null ? null : await firstOf(sql, entity), last };
}

async function firstOf(sql: Sql, entity: EntityKey): Promise<Micros | null> {
  const filter = eventsOf(entity);
  if (entity.type === 'host') return edgeOf(sql, filter, { isBackward: true });
  const window = await firstWindowOf(sql, entity);
  const from = window ?? (await firstNamed(sql, filter));
  return from === null ? null : ((await edgeOf(sql, { ...filter, from }, { isBackward: true, units: FIRST_UNITS })) ?? window);
}

async function edgeOf(sql: Sql, filter: EventFilter, options: PageOptions = {}): Promise<Micros | null> {
  const { rows } = await searchEvents<{ readonly time: Micros }>(sql, filter, null, 1, { ...options, columns: 'e.event_time AS "time", e.id' });
  return rows[0]?.time ?? null;
}

/** The first event that the index of values names: it may have the value elsewhere. Null when there are too many. */
async function firstNamed(sql: Sql, filter: EventFilter): Promise<Micros | null> {
  const organization = await oneOf<{ readonly name: string }>(sql, 'SELECT api.organization() AS name');
  const clauses = indexClauses(organization?.name ?? '', filter);
  if (clauses.length === 0) return null;
  const named = await candidates(sql, clauses, BEGINNING, END, MOST_NAMED + 1);
  return named.length > MOST_NAMED ? null : (named.at(-1)?.micros ?? null);
}

async function firstWindowOf(sql: Sql, { type, value }: EntityKey): Promise<Micros | null> {
  if (!isFollowed(type)) return null;
  const row = await oneOf<{ readonly first: Micros | null }>(
    sql,
    'SELECT min(window_start) AS "first" FROM api.feature WHERE entity_type = $1 AND entity = $2',
    [type, value],
  );
  return row?.first ?? null;
}
