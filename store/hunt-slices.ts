// The work of retro-hunts, a slice at a time: who is next, which events of the slice may match, and what came of it, all in one transaction.
import type { Micros } from '../pipeline/core/index.ts';
import { withOrganization } from './connect.ts';
import type { Pool } from './connect.ts';
import { sqlState } from './failure.ts';
import { SELECT_EVENT } from './queries/events.ts';
import type { EventRow } from './queries/events.ts';
import type { HuntContent } from './queries/hunts.ts';
import { searchCondition } from './queries/search/sql.ts';
import { Parameters } from './queries/search/sql.ts';
import { parseSearch } from '../domains/search/syntax.ts';
import type { Sql } from './queries/sql.ts';
import { manyOf, oneOf } from './queries/sql.ts';

export interface RunningHunt extends HuntContent {
  readonly id: string;
  readonly organization: string;
  /** Events before (position, positionId) have still to be looked at. */
  readonly position: Micros;
  readonly positionId: string | null;
  readonly sliceMicros: Micros;
  readonly matches: number;
}
/** What a hunt makes of one event: a finding, and the record that tells it to the stream. */
export interface HuntMatch {
  /** 32 hex digits. */
  readonly findingId: string;
  readonly event: Pick<EventRow, 'time' | 'id'>;
  readonly record: object;
}
export interface SliceOptions {
  /** Events that are taken into memory at once. */
  readonly events: number;
  /** Findings of a hunt; one that would make more is stopped. */
  readonly findings: number;
  /** For one slice; one that takes longer is taken smaller. */
  readonly timeoutMs: number;
  /** Topic of an organization on which the platform tells of itself. */
  readonly topicOf: (organization: string) => string;
  /** Milliseconds of a clock that only goes forward. */
  readonly nowMs: () => number;
  /** May be called again with the same events after a failure, so it must give the same. */
  readonly judge: (hunt: RunningHunt, events: readonly EventRow[]) => readonly HuntMatch[];
}
export interface Slice {
  readonly hunt: string;
  readonly outcome: 'went on' | 'done' | 'stopped' | 'failed' | 'taken smaller';
  readonly newFindings: number;
}

const LONGEST: Micros = 7 * 86_400_000_000;
const SHORTEST: Micros = 1_000_000;
/** A slice is taken longer below, shorter above: others wait for the ticker meanwhile. */
const QUICK_MS = 150;
const SLOW_MS = 600;
/** What the platform tells of hunts is not hunted. */
const OWN_DATASET = 'goshawk.hunt';

/** Works on the hunt that has waited longest. @returns Undefined when none runs. @throws RetryableError when the database is away: nothing of the slice is written */
export async function doSlice(pool: Pool, options: SliceOptions): Promise<Slice | undefined> {
  const next = await pool.query<{ id: string; organization: string }>(
    `SELECT id, organization FROM goshawk.hunt WHERE state = 'running' ORDER BY changed_at LIMIT 1`,
  );
  const [found] = next.rows;
  if (found === undefined) return undefined;
  try {
    return await withOrganization(pool, found.organization, (sql) => slice(sql, found.id, options));
  } catch (error) {
    return whatFailed(pool, found.id, error);
  }
}

async function slice(sql: Sql, id: string, options: SliceOptions): Promise<Slice | undefined> {
  const hunt = await held(sql, id);
  if (hunt === undefined) return undefined; // paused or cancelled since
  const from = Math.max(hunt.from, hunt.position - hunt.sliceMicros);
  const began = options.nowMs();
  await sql.query(`SET LOCAL statement_timeout = ${Math.round(options.timeoutMs)}`);
  const events = await eventsBefore(sql, hunt, from, options.events);
  await sql.query('SET LOCAL statement_timeout TO DEFAULT');
  const isWhole = events.length < options.events;
  const last = events.at(-1);
  const position = isWhole || last === undefined ? { at: from, id: null } : { at: last.time, id: last.id };
  const matches = options.judge(hunt, events);
  const newFindings = await keep(sql, hunt, matches, options.topicOf(hunt.organization));
  const tookMs = options.nowMs() - began;
  const isDone = position.at <= hunt.from && position.id === null;
  const isStopped = !isDone && hunt.matches + matches.length >= options.findings;
  const sliceMicros =
    tookMs < QUICK_MS && isWhole ? Math.min(LONGEST, hunt.sliceMicros * 2) : tookMs > SLOW_MS ? Math.max(SHORTEST, hunt.sliceMicros / 2) : hunt.sliceMicros;
  await sql.query(
    `UPDATE goshawk.hunt h SET position = api.from_micros($2), position_id = decode($3, 'hex'), slice_micros = $4, busy_ms = h.busy_ms + $5, changed_at = clock_timestamp(),
       events_looked = h.events_looked + (SELECT coalesce(sum(c.events), 0) FROM api.event_count c
         WHERE c.minute >= date_trunc('minute', api.from_micros($2)) AND c.minute < date_trunc('minute', h.position) AND (h.datasets = '{}' OR c.dataset = ANY (h.datasets))),
       state = $6, reason = $7, finished_at = CASE WHEN $6 <> 'running' THEN clock_timestamp() END
     WHERE h.id = $1`,
    [
      hunt.id,
      position.at,
      position.id,
      Math.round(sliceMicros),
      Math.round(tookMs),
      isDone ? 'done' : isStopped ? 'stopped' : 'running',
      isStopped ? `It has ${options.findings} findings, the most that a hunt may have. Hunt for fewer indicators, or in a shorter range.` : null,
    ],
  );
  return { hunt: hunt.id, outcome: isDone ? 'done' : isStopped ? 'stopped' : 'went on', newFindings };
}

const held = (sql: Sql, id: string): Promise<RunningHunt | undefined> =>
  oneOf(
    sql,
    `SELECT h.id, h.organization, h.name, h.query, h.indicators, h.datasets, h.range_from AS "from", h.range_to AS "to", h.severity, h.makes_alerts AS "makesAlerts",
       h.position, encode(h.position_id, 'hex') AS "positionId", h.slice_micros AS "sliceMicros", (SELECT count(*) FROM goshawk.hunt_match m WHERE m.hunt_id = h.id) AS matches
     FROM goshawk.hunt h WHERE h.id = $1 AND h.state = 'running' FOR UPDATE`,
    [id],
  );

/** The newest in [from, position) that may match, at most `limit`. */
function eventsBefore(sql: Sql, hunt: RunningHunt, from: Micros, limit: number): Promise<readonly EventRow[]> {
  const parameters = new Parameters();
  const at = `api.from_micros(${parameters.add(hunt.position)})`;
  const conditions = [
    `e.event_time >= api.from_micros(${parameters.add(from)})`,
    hunt.positionId === null
      ? `e.event_time < ${at}`
      : `e.event_time <= ${at} AND (e.event_time < ${at} OR e.id < decode(${parameters.add(hunt.positionId)}, 'hex'))`,
    `e.dataset <> ${parameters.add(OWN_DATASET)}`,
  ];
  if (hunt.datasets.length > 0) conditions.push(`e.dataset = ANY (${parameters.add(hunt.datasets)}::text[])`);
  conditions.push(hunt.query === null ? indicatorCondition(hunt.indicators ?? [], parameters) : searchCondition(parseSearch(hunt.query), parameters));
  return manyOf<EventRow>(
    sql,
    `SELECT ${SELECT_EVENT} FROM api.event_newest e WHERE ${conditions.join(' AND ')} ORDER BY e.event_time DESC, e.id DESC LIMIT ${parameters.add(limit)}`,
    parameters.values,
  );
}

/** Events that have one of them, and perhaps a few that do not: who knows spellings judges them (domains/hunt). */
export function indicatorCondition(indicators: NonNullable<HuntContent['indicators']>, parameters: Parameters): string {
  const of = (type: string) => indicators.filter((each) => each.type === type).map(({ value }) => value);
  const addresses = of('address');
  const [networks, singles] = [addresses.filter((value) => value.includes('/')), addresses.filter((value) => !value.includes('/'))];
  const domains = of('domain');
  const hashes = of('hash');
  const urls = of('url');
  const any: string[] = [];
  if (singles.length > 0) {
    const list = parameters.add(singles);
    any.push(`e.source_ip = ANY (${list}::text[]::inet[])`, `e.destination_ip = ANY (${list}::text[]::inet[])`, `e.detail -> 'related.ip' ?| ${list}::text[]`);
  }
  if (networks.length > 0) {
    const list = `${parameters.add(networks)}::text[]::inet[]`;
    any.push(`e.source_ip <<= ANY (${list})`, `e.destination_ip <<= ANY (${list})`);
    any.push(
      `EXISTS (SELECT FROM jsonb_array_elements_text(CASE jsonb_typeof(e.detail -> 'related.ip') WHEN 'array' THEN e.detail -> 'related.ip' END) v WHERE api.address_or_null(v) <<= ANY (${list}))`,
    );
  }
  if (domains.length > 0) {
    const below = domainTest(domains, parameters);
    any.push(below('e.dns_question'), below('e.url_domain'));
    any.push(
      `EXISTS (SELECT FROM jsonb_array_elements_text(CASE jsonb_typeof(e.detail -> 'related.hosts') WHEN 'array' THEN e.detail -> 'related.hosts' END) v WHERE ${below('v')})`,
    );
  }
  if (hashes.length > 0) any.push(`lower((e.detail -> 'related.hash')::text)::jsonb ?| ${parameters.add(hashes)}::text[]`);
  if (urls.length > 0) {
    // By host: the rest has too many spellings.
    const hosts = parameters.add([...new Set(urls.map((url) => new URL(url).hostname.replace(/^\[|\]$/g, '')))]);
    any.push(
      `lower(substring(coalesce(e.detail ->> 'url.original', e.detail ->> 'url.full') from '^[A-Za-z][A-Za-z0-9+.-]*://(?:[^/@]*@)?\\[?([^]/:?#]+)')) = ANY (${hosts}::text[])`,
    );
  }
  return `(${any.map((condition) => `coalesce(${condition}, false)`).join(' OR ')})`;
}

/** By the last two or three labels, which are compared with a list as a whole: a pattern of all domains takes 200 us an event. */
function domainTest(domains: readonly string[], parameters: Parameters): (value: string) => string {
  const ends = domains.map((domain) => domain.split('.').slice(-3));
  const lists = [2, 3].map((labels) => ({ labels, names: ends.filter((end) => end.length === labels).map((end) => end.join('.')) }));
  const tests = lists
    .filter(({ names }) => names.length > 0)
    .map(({ labels, names }) => ({ pattern: `(${Array(labels).fill('[^.]+').join('[.]')})[.]?$`, list: parameters.add([...new Set(names)]) }));
  return (value) => `(${tests.map(({ pattern, list }) => `substring(lower(${value}) from '${pattern}') = ANY (${list}::text[])`).join(' OR ')})`;
}

/** @returns How many of the findings no hunt had made before: these go out. */
async function keep(sql: Sql, hunt: RunningHunt, matches: readonly HuntMatch[], topic: string): Promise<number> {
  if (matches.length === 0) return 0;
  // One hunt of an organization at a time decides what is new.
  await sql.query(`SELECT pg_advisory_xact_lock(hashtextextended('hunt matches ' || $1, 0))`, [hunt.organization]);
  const kept = await manyOf<{ readonly id: string }>(
    sql,
    `WITH given AS (
       SELECT DISTINCT ON (g.hex) decode(g.hex, 'hex') AS finding_id, api.from_micros(g.at) AS event_time, decode(g.event, 'hex') AS event_id
       FROM unnest($3::text[], $4::bigint[], $5::text[]) AS g (hex, at, event)
     ), made AS (
       INSERT INTO goshawk.hunt_match (hunt_id, finding_id, organization, event_time, event_id, is_new)
       SELECT $1, g.finding_id, $2, g.event_time, g.event_id, NOT EXISTS (SELECT FROM goshawk.hunt_match m WHERE m.organization = $2 AND m.finding_id = g.finding_id)
       FROM given g ON CONFLICT DO NOTHING RETURNING finding_id, is_new
     )
     SELECT encode(finding_id, 'hex') AS id FROM made WHERE is_new`,
    [hunt.id, hunt.organization, matches.map(({ findingId }) => findingId), matches.map(({ event }) => event.time), matches.map(({ event }) => event.id)],
  );
  const fresh = new Set(kept.map(({ id }) => id));
  const records = new Map(matches.filter(({ findingId }) => fresh.has(findingId)).map(({ findingId, record }) => [findingId, record]));
  await sql.query(
    `INSERT INTO goshawk.outbox (topic, key, payload) SELECT $1, r.key, r.payload FROM jsonb_to_recordset($2) AS r (key text, payload jsonb) ORDER BY r.key`,
    [topic, JSON.stringify([...records].map(([key, payload]) => ({ key, payload })))],
  );
  return fresh.size;
}

/** A slice that took too long is taken smaller; a hunt that can never go on says why; the database's absence is the caller's to wait for. */
async function whatFailed(pool: Pool, id: string, error: unknown): Promise<Slice> {
  const state = sqlState(error);
  if (state === '57014') {
    const { rows } = await pool.query<{ slice: number }>(
      `UPDATE goshawk.hunt SET slice_micros = greatest($2, slice_micros / 4), changed_at = clock_timestamp(),
         state = CASE WHEN slice_micros <= $2 THEN 'failed' ELSE state END, finished_at = CASE WHEN slice_micros <= $2 THEN clock_timestamp() END,
         reason = CASE WHEN slice_micros <= $2 THEN 'Even one second of events takes too long with this search. Name datasets, or search for less.' END
       WHERE id = $1 AND state = 'running' RETURNING slice_micros AS slice`,
      [id, SHORTEST],
    );
    return { hunt: id, outcome: rows.length > 0 ? 'taken smaller' : 'failed', newFindings: 0 };
  }
  // 22: data that cannot be; 42: a statement that cannot be. Trying again would not help, and would hold up the others.
  if (state === undefined || !/^(22|42)/.test(state)) throw error;
  await pool.query(`UPDATE goshawk.hunt SET state = 'failed', reason = $2, finished_at = clock_timestamp(), changed_at = clock_timestamp() WHERE id = $1`, [
    id,
    `The database refused the search (${state}). This is a mistake of ours: please report it.`,
  ]);
  return { hunt: id, outcome: 'failed', newFindings: 0 };
}
