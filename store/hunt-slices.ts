// The work of retro-hunts, a slice at a time: who is next, which events of the slice may match, and what came of it, all in one transaction.
import type { Micros } from '../pipeline/core/index.ts';
import { withOrganization } from './connect.ts';
import type { Pool } from './connect.ts';
import { sqlState } from './failure.ts';
import { DAY, planReading, readEvents } from './hunt-reading.ts';
import type { HuntPlace, Preference } from './hunt-reading.ts';
import { prefersIndex } from './hunt-terms.ts';
import type { EventRow } from './queries/events.ts';
import type { Sql } from './queries/sql.ts';
import { manyOf, oneOf } from './queries/sql.ts';

export interface RunningHunt extends HuntPlace {
  readonly id: string;
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
  /** For tests: whether the index of values is asked, wherever it can answer. */
  readonly prefers?: Preference | undefined;
  /** May be called again with the same events after a failure, so it must give the same. */
  readonly judge: (hunt: RunningHunt, events: readonly EventRow[]) => readonly HuntMatch[];
}
export interface Slice {
  readonly hunt: string;
  readonly outcome: 'went on' | 'done' | 'stopped' | 'failed' | 'taken smaller';
  readonly newFindings: number;
}

const LONGEST: Micros = 7 * DAY;
const FIRST: Micros = 3_600_000_000;
const SHORTEST: Micros = 1_000_000;
/** A slice is taken longer below, shorter above: others wait for the ticker meanwhile. */
const QUICK_MS = 150;
const SLOW_MS = 600;

/** Works on the hunt that has waited longest. @returns Undefined when none runs. @throws RetryableError when the database is away: nothing of the slice is written */
export async function doSlice(pool: Pool, options: SliceOptions): Promise<Slice | undefined> {
  const next = await pool.query<{ id: string; organization: string }>(
    `SELECT id, organization FROM goshawk.hunt WHERE state = 'running' ORDER BY changed_at LIMIT 1`,
  );
  const [found] = next.rows;
  if (found === undefined) return undefined;
  const attempt: Attempt = { isByIndex: false };
  try {
    return await withOrganization(pool, found.organization, (sql) => slice(sql, found.id, options, attempt));
  } catch (error) {
    return whatFailed(pool, found.id, attempt, error);
  }
}

/** What is known of a slice when it fails. */
interface Attempt {
  isByIndex: boolean;
}

async function slice(sql: Sql, id: string, options: SliceOptions, attempt: Attempt): Promise<Slice | undefined> {
  const hunt = await held(sql, id);
  if (hunt === undefined) return undefined; // paused or cancelled since
  const began = options.nowMs();
  // Conditions of a hunt are long, and each statement is asked once: compiling them takes longer than running them.
  await sql.query(`SET LOCAL statement_timeout = ${Math.round(options.timeoutMs)}; SET LOCAL jit = off`);
  const reading = await planReading(sql, hunt, options.prefers ?? prefersIndex);
  attempt.isByIndex = reading.terms !== null;
  const { events, position, isWhole, named, byTimeUntil } = await readEvents(sql, hunt, reading, options.events);
  await sql.query('SET LOCAL statement_timeout TO DEFAULT');
  const matches = options.judge(hunt, events);
  const newFindings = await keep(sql, hunt, matches, options.topicOf(hunt.organization));
  const tookMs = options.nowMs() - began;
  const isDone = position.at <= hunt.from && position.id === null;
  const isStopped = !isDone && hunt.matches + matches.length >= options.findings;
  await sql.query(
    `UPDATE goshawk.hunt h SET position = api.from_micros($2), position_id = decode($3, 'hex'), slice_micros = $4, busy_ms = h.busy_ms + $5, changed_at = clock_timestamp(),
       events_looked = h.events_looked + p.events, events_read = h.events_read + coalesce($8, p.events), by_time_until = api.from_micros($9),
       state = $6, reason = $7, finished_at = CASE WHEN $6 <> 'running' THEN clock_timestamp() END
     FROM (SELECT coalesce(sum(c.events), 0)::bigint AS events FROM api.event_count c
       WHERE c.minute >= date_trunc('minute', api.from_micros($2)) AND c.minute < date_trunc('minute', api.from_micros($10)) AND ($11::text[] = '{}' OR c.dataset = ANY ($11))) p
     WHERE h.id = $1`,
    [
      hunt.id,
      position.at,
      position.id,
      Math.round(byTimeUntil === hunt.byTimeUntil ? nextSlice(hunt.sliceMicros, tookMs, isWhole) : FIRST),
      Math.round(tookMs),
      isDone ? 'done' : isStopped ? 'stopped' : 'running',
      isStopped ? `It has ${options.findings} findings, the most that a hunt may have. Hunt for fewer indicators, or in a shorter range.` : null,
      named,
      byTimeUntil,
      hunt.position,
      hunt.datasets,
    ],
  );
  return { hunt: hunt.id, outcome: isDone ? 'done' : isStopped ? 'stopped' : 'went on', newFindings };
}

function nextSlice(micros: Micros, tookMs: number, isWhole: boolean): Micros {
  if (tookMs < QUICK_MS && isWhole) return Math.min(LONGEST, micros * 2);
  return tookMs > SLOW_MS ? Math.max(SHORTEST, micros / 2) : micros;
}

const held = (sql: Sql, id: string): Promise<RunningHunt | undefined> =>
  oneOf(
    sql,
    `SELECT h.id, h.organization, h.name, h.query, h.indicators, h.datasets, h.range_from AS "from", h.range_to AS "to", h.severity, h.makes_alerts AS "makesAlerts",
       h.position, encode(h.position_id, 'hex') AS "positionId", h.slice_micros AS "sliceMicros", h.by_time_until AS "byTimeUntil",
       (SELECT count(*) FROM goshawk.hunt_match m WHERE m.hunt_id = h.id) AS matches
     FROM goshawk.hunt h WHERE h.id = $1 AND h.state = 'running' FOR UPDATE`,
    [id],
  );

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

/** A slice that took too long is taken smaller, or by time; a hunt that can never go on says why; the database's absence is the caller's to wait for. */
async function whatFailed(pool: Pool, id: string, { isByIndex }: Attempt, error: unknown): Promise<Slice> {
  const state = sqlState(error);
  if (state === '57014' && isByIndex) {
    await pool.query(
      `UPDATE goshawk.hunt SET slice_micros = $2, by_time_until = position - $3::float8 * interval '1 microsecond', changed_at = clock_timestamp() WHERE id = $1 AND state = 'running'`,
      [id, FIRST, DAY],
    );
    return { hunt: id, outcome: 'taken smaller', newFindings: 0 };
  }
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
