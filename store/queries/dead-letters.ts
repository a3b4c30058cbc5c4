import type { DeadLetterFilter } from '../../pipeline/core/dead-letter.ts';
import { parseLetterId } from '../../pipeline/core/dead-letter.ts';
import type { Micros, Position } from '../../pipeline/core/index.ts';
import { Parameters } from './search/sql.ts';
import { manyOf, oneOf } from './sql.ts';
import type { Sql } from './sql.ts';

export interface DeadLetterRow {
  /** `partition:offset` on dead-letters.v1. */
  readonly id: string;
  readonly at: Micros;
  readonly stage: string;
  readonly code: string;
  readonly version: string;
  readonly message: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly attempt: number;
  readonly firstFailedAt: Micros;
  readonly schemaId: number;
  readonly bytes: number;
  readonly without: string;
  readonly redrivenAt: Micros | null;
  readonly redrivenBy: string | null;
}
/** Of the caller's organization, always; `isWaiting`: not sent again yet. */
export type LetterFilter = Omit<DeadLetterFilter, 'organization'> & { readonly isWaiting?: boolean };

const SELECT = `l.partition || ':' || l."offset" AS id, l.at, l.stage, l.code, l.version, l.message, l.topic, l.topic_partition AS "partition", l.topic_offset AS "offset",
  l.attempt, l.first_failed_at AS "firstFailedAt", l.schema_id AS "schemaId", l.bytes, l.without, l.redriven_at AS "redrivenAt", l.redriven_by AS "redrivenBy"`;

/** Newest first, beginning after `after`. */
export function pageOfDeadLetters(
  sql: Sql,
  filter: LetterFilter,
  after: { readonly at: Micros; readonly id: string } | null,
  limit: number,
): Promise<readonly DeadLetterRow[]> {
  const parameters = new Parameters();
  const conditions = conditionsOf(filter, parameters);
  const place = after === null ? undefined : parseLetterId(after.id);
  if (after !== null && place !== undefined) {
    const row = `(api.from_micros(${parameters.add(after.at)}), ${parameters.add(place.partition)}::int, ${parameters.add(place.offset)}::bigint)`;
    conditions.push(`(l.at, l.partition, l."offset") < ${row}`);
  }
  return manyOf(
    sql,
    `SELECT ${SELECT} FROM api.dead_letter_newest l WHERE ${conditions.join(' AND ')} ORDER BY l.at DESC, l.partition DESC, l."offset" DESC LIMIT ${parameters.add(limit)}`,
    parameters.values,
  );
}

export const deadLetterById = (sql: Sql, id: string): Promise<DeadLetterRow | undefined> => {
  const place = parseLetterId(id);
  if (place === undefined) return Promise.resolve(undefined);
  return oneOf(sql, `SELECT ${SELECT} FROM api.dead_letter l WHERE l.partition = $1 AND l."offset" = $2`, [place.partition, place.offset]);
};

/** The dead letter that became of a sensor's record, at whatever stage; the latest. */
export const deadLetterBySource = (sql: Sql, { topic, partition, offset }: Position): Promise<DeadLetterRow | undefined> =>
  oneOf(sql, `SELECT ${SELECT} FROM api.dead_letter l WHERE l.raw_topic = $1 AND l.raw_partition = $2 AND l.raw_offset = $3 ORDER BY l.at DESC LIMIT 1`, [
    topic,
    partition,
    offset,
  ]);

export interface DeadLetterReason {
  readonly stage: string;
  readonly code: string;
  readonly version: string;
  readonly topic: string;
  readonly count: number;
  /** Of them sent again. */
  readonly redriven: number;
  readonly oldest: Micros;
  readonly newest: Micros;
}
/** Most first. */
export function deadLetterReasons(sql: Sql, filter: LetterFilter): Promise<readonly DeadLetterReason[]> {
  const parameters = new Parameters();
  const conditions = conditionsOf(filter, parameters);
  return manyOf(
    sql,
    `SELECT l.stage, l.code, l.version, l.topic, count(*)::int AS "count", count(l.redriven_at)::int AS redriven, min(l.at) AS oldest, max(l.at) AS newest
     FROM api.dead_letter l WHERE ${conditions.join(' AND ')} GROUP BY 1, 2, 3, 4 ORDER BY "count" DESC, 1, 2, 3, 4 LIMIT 500`,
    parameters.values,
  );
}

/** By code, most first. */
export const deadLetterCounts = (sql: Sql): Promise<readonly { readonly name: string; readonly count: number }[]> =>
  manyOf(sql, `SELECT code AS name, count(*)::int AS "count" FROM api.dead_letter GROUP BY 1 ORDER BY 2 DESC, 1`);

export interface RefusedSource {
  readonly topic: string;
  readonly count: number;
  /** The most frequent one. */
  readonly code: string;
}
/** Sources of which records were set aside lately, most first. */
export const refusedLately = (sql: Sql, since: Micros, atLeast: number): Promise<readonly RefusedSource[]> =>
  manyOf(
    sql,
    `SELECT topic, count(*)::int AS "count", mode() WITHIN GROUP (ORDER BY code) AS code FROM api.dead_letter
     WHERE at >= api.from_micros($1) AND topic LIKE 'raw.%' GROUP BY 1 HAVING count(*) >= $2 ORDER BY 2 DESC, 1 LIMIT 20`,
    [since, atLeast],
  );

function conditionsOf({ ids, code, stage, version, topic, from, to, isWaiting }: LetterFilter, parameters: Parameters): string[] {
  const conditions = ['true'];
  if (ids !== undefined) {
    const places = ids.map(parseLetterId).filter((place) => place !== undefined);
    const partitions = parameters.add(places.map(({ partition }) => partition));
    const offsets = parameters.add(places.map(({ offset }) => offset));
    conditions.push(`(l.partition, l."offset") IN (SELECT * FROM unnest(${partitions}::int[], ${offsets}::bigint[]))`);
  }
  for (const [column, value] of Object.entries({ code, stage, version, topic }))
    if (value !== undefined) conditions.push(`l.${column} = ${parameters.add(value)}`);
  if (from !== undefined) conditions.push(`l.at >= api.from_micros(${parameters.add(from)})`);
  if (to !== undefined) conditions.push(`l.at < api.from_micros(${parameters.add(to)})`);
  if (isWaiting === true) conditions.push('l.redriven_at IS NULL');
  return conditions;
}

export interface RedriveRow {
  readonly id: string;
  readonly filter: Readonly<Record<string, unknown>>;
  readonly requestedBy: string;
  readonly requestedAt: Micros;
  readonly state: 'waiting' | 'running' | 'done' | 'failed';
  readonly matched: number;
  readonly redriven: number;
  readonly already: number;
  readonly obstacles: Readonly<Record<string, number>>;
  readonly failure: string | null;
}
const SELECT_REDRIVE = `id, filter, requested_by AS "requestedBy", requested_at AS "requestedAt", state, matched, redriven, already, obstacles, failure`;

/** Audited. The relay does it. */
export async function requestRedrive(sql: Sql, actor: string, filter: Omit<DeadLetterFilter, 'organization'>): Promise<string> {
  return (await oneOf<{ readonly id: string }>(sql, 'SELECT api.request_redrive($1, $2) AS id', [actor, JSON.stringify(filter)]))!.id;
}
export const redriveById = (sql: Sql, id: string): Promise<RedriveRow | undefined> =>
  oneOf(sql, `SELECT ${SELECT_REDRIVE} FROM api.redrive WHERE id = $1`, [id]);
/** Newest first. */
export const latestRedrives = (sql: Sql, limit: number): Promise<readonly RedriveRow[]> =>
  manyOf(sql, `SELECT ${SELECT_REDRIVE} FROM api.redrive ORDER BY requested_at DESC, id LIMIT $1`, [limit]);
