// Events as the API asks for them. `sql` is always a connection inside of `withOrganization`.
import type { Micros } from '../../pipeline/core/index.ts';
import { ecsNameOf, COLUMNS } from './search/fields.ts';
import { Parameters, searchCondition } from './search/sql.ts';
import type { Search } from './search/syntax.ts';
import { manyOf } from './sql.ts';
import type { Sql } from './sql.ts';

/** A row of `api.event`. Null where the event names none. */
export interface EventRow {
  readonly time: Micros;
  /** 32 hex digits; the public id has the time in front. */
  readonly id: string;
  readonly dataset: string;
  readonly sensor: string;
  readonly product: string;
  readonly kind: string;
  readonly category: readonly string[];
  readonly type: readonly string[];
  readonly outcome: string | null;
  readonly action: string | null;
  readonly code: string | null;
  readonly provider: string | null;
  readonly severity: number | null;
  readonly message: string | null;
  readonly hostName: string | null;
  readonly userName: string | null;
  readonly targetUserName: string | null;
  readonly sourceIp: string | null;
  readonly sourcePort: number | null;
  readonly destinationIp: string | null;
  readonly destinationPort: number | null;
  readonly processName: string | null;
  readonly processExecutable: string | null;
  readonly processCommandLine: string | null;
  readonly filePath: string | null;
  readonly dnsQuestion: string | null;
  readonly urlDomain: string | null;
  readonly ruleName: string | null;
  readonly rawTopic: string;
  readonly rawPartition: number;
  readonly rawOffset: number;
  readonly appendedAt: Micros;
  readonly parser: string;
  readonly parserVersion: number;
  /** ECS name to value, for what has no column. */
  readonly detail: Readonly<Record<string, unknown>>;
  /** JSON text. */
  readonly native: string;
  /** Null before it is stored. */
  readonly storedAt: Micros | null;
}

export interface EventFilter {
  /** Inclusive. */
  readonly from?: Micros;
  /** Exclusive. */
  readonly to?: Micros;
  readonly dataset?: readonly string[];
  readonly sensor?: readonly string[];
  readonly host?: readonly string[];
  readonly user?: readonly string[];
  /** Source or destination: an address, or a network in CIDR form; to be checked by the caller. */
  readonly address?: string;
  readonly minSeverity?: number;
  readonly search?: Search;
}

export const SELECT_EVENT = `
  e.event_time AS "time", encode(e.id, 'hex') AS "id", e.dataset, e.sensor, e.product, e.kind, e.category, e.type, e.outcome, e.action, e.code,
  e.provider, e.severity, e.message, e.host_name AS "hostName", e.user_name AS "userName", e.target_user_name AS "targetUserName",
  host(e.source_ip) AS "sourceIp", e.source_port AS "sourcePort", host(e.destination_ip) AS "destinationIp", e.destination_port AS "destinationPort",
  e.process_name AS "processName", e.process_executable AS "processExecutable", e.process_command_line AS "processCommandLine", e.file_path AS "filePath",
  e.dns_question AS "dnsQuestion", e.url_domain AS "urlDomain", e.rule_name AS "ruleName", e.raw_topic AS "rawTopic", e.raw_partition AS "rawPartition",
  e.raw_offset AS "rawOffset", e.appended_at AS "appendedAt", e.parser, e.parser_version AS "parserVersion", e.detail, e.native,
  e.stored_at AS "storedAt"`;

/** Newest first, beginning after `after`. */
export function pageOfEvents(
  sql: Sql,
  filter: EventFilter,
  after: { readonly at: Micros; readonly id: string } | null,
  limit: number,
): Promise<readonly EventRow[]> {
  const parameters = new Parameters();
  const conditions = eventConditions(filter, parameters);
  if (after !== null) {
    const time = `api.from_micros(${parameters.add(after.at)})`;
    // The first half alone bounds the index; the second only decides between equal times.
    conditions.push(`e.event_time <= ${time} AND (e.event_time < ${time} OR e.id < decode(${parameters.add(after.id)}, 'hex'))`);
  }
  return manyOf<EventRow>(
    sql,
    `SELECT ${SELECT_EVENT} FROM api.event_newest e WHERE ${conditions.join(' AND ')} ORDER BY e.event_time DESC, e.id DESC LIMIT ${parameters.add(limit)}`,
    parameters.values,
  );
}

/** In any order; those that are not stored are left out. Asks by primary key, so that each id touches one partition. */
export function eventsByIds(sql: Sql, ids: readonly { readonly time: Micros; readonly id: string }[]): Promise<readonly EventRow[]> {
  if (ids.length === 0) return Promise.resolve([]);
  return manyOf<EventRow>(
    sql,
    `SELECT ${SELECT_EVENT} FROM unnest($1::bigint[], $2::text[]) AS wanted (micros, hex)
    JOIN api.event e ON e.event_time = api.from_micros(wanted.micros) AND e.id = decode(wanted.hex, 'hex')
    WHERE e.event_time BETWEEN api.from_micros($3) AND api.from_micros($4)`,
    [ids.map(({ time }) => time), ids.map(({ id }) => id), Math.min(...ids.map(({ time }) => time)), Math.max(...ids.map(({ time }) => time))],
  );
}

/**
 * Events that came from one raw record, or that it is a part of: ingest says of those where all their parts lay. `near` is when it was
 * appended, to within `withinMicros`.
 */
export function eventsByPosition(
  sql: Sql,
  position: { readonly topic: string; readonly partition: number; readonly offset: number },
  near: Micros,
  withinMicros: Micros,
): Promise<readonly EventRow[]> {
  return manyOf<EventRow>(
    sql,
    `SELECT ${SELECT_EVENT} FROM api.event e
    WHERE e.appended_at BETWEEN api.from_micros($1) AND api.from_micros($2) AND e.raw_topic = $3 AND e.raw_partition = $4
      AND (e.raw_offset = $5 OR (e.raw_offset < $5 AND $5::bigint::text = ANY (string_to_array(e.detail -> 'labels' ->> 'raw_offsets', ','))))
    ORDER BY e.event_time, e.id LIMIT 100`,
    [near - withinMicros, near + withinMicros, position.topic, position.partition, position.offset],
  );
}

export interface CountRow {
  readonly start: Micros;
  readonly series: string;
  readonly count: number;
}
export type EventSeries = 'dataset' | 'sensor' | 'severity';

const MINUTE = 60_000_000;
const isOnlyTime = ({ from: _from, to: _to, ...rest }: EventFilter): boolean => Object.values(rest).every((value) => value === undefined);

/** Counts per span of event time and series, oldest first. Whole minutes come from the roll-up where the filter allows it. */
export function countEvents(
  sql: Sql,
  range: { readonly from: Micros; readonly to: Micros; readonly spanMicros: Micros },
  by: EventSeries,
  filter: EventFilter,
): Promise<readonly CountRow[]> {
  const { from, to, spanMicros } = range;
  const firstMinute = Math.ceil(from / MINUTE) * MINUTE;
  const endMinute = Math.floor(to / MINUTE) * MINUTE;
  const canRollUp = isOnlyTime(filter) && spanMicros % MINUTE === 0 && firstMinute < endMinute;
  const parameters = new Parameters();
  const seriesOf = (alias: string) => (by === 'severity' ? `coalesce(${alias}.severity::text, 'unknown')` : `${alias}.${by}`);
  const ofEvents = (start: Micros, end: Micros) => `SELECT api.micros(e.event_time) AS at, ${seriesOf('e')} AS series, 1 AS n FROM api.event e
    WHERE ${eventConditions({ ...filter, from: start, to: end }, parameters).join(' AND ')}`;
  const parts = canRollUp
    ? [
        ...(from < firstMinute ? [ofEvents(from, firstMinute)] : []),
        `SELECT api.micros(c.minute) AS at, ${seriesOf('c')} AS series, c.events AS n FROM api.event_count c
          WHERE c.minute >= api.from_micros(${parameters.add(firstMinute)}) AND c.minute < api.from_micros(${parameters.add(endMinute)})`,
        ...(endMinute < to ? [ofEvents(endMinute, to)] : []),
      ]
    : [ofEvents(from, to)];
  const span = parameters.add(spanMicros);
  return manyOf<CountRow>(
    sql,
    `SELECT floor(at::numeric / ${span}::bigint)::bigint * ${span}::bigint AS "start", series, sum(n)::bigint AS "count"
    FROM (${parts.join(' UNION ALL ')}) counted GROUP BY 1, 2 HAVING sum(n) > 0 ORDER BY 1, 2`,
    parameters.values,
  );
}

/** Most frequent values of a field, most first; values that are lists count each item. */
export function topValues(sql: Sql, field: string, filter: EventFilter, limit: number): Promise<readonly { readonly name: string; readonly count: number }[]> {
  const parameters = new Parameters();
  const column = COLUMNS.get(ecsNameOf(field));
  const value =
    column === undefined
      ? `jsonb_array_elements_text(CASE jsonb_typeof(e.detail -> ${parameters.add(field)}::text) WHEN 'array' THEN e.detail -> $1::text WHEN NULL THEN '[]' ELSE jsonb_build_array(e.detail -> $1::text) END)`
      : column.kind === 'texts'
        ? `unnest(e.${column.name})`
        : column.kind === 'address'
          ? `host(e.${column.name})`
          : `e.${column.name}::text`;
  return manyOf(
    sql,
    `SELECT name, count(*) AS "count" FROM (SELECT ${value} AS name FROM api.event e WHERE ${eventConditions(filter, parameters).join(' AND ')}) named
    WHERE name IS NOT NULL GROUP BY name ORDER BY count(*) DESC, name LIMIT ${parameters.add(limit)}`,
    parameters.values,
  );
}

function eventConditions(filter: EventFilter, parameters: Parameters): string[] {
  const { from, to, dataset, sensor, host, user, address, minSeverity, search } = filter;
  const conditions = ['true'];
  if (from !== undefined) conditions.push(`e.event_time >= api.from_micros(${parameters.add(from)})`);
  if (to !== undefined) conditions.push(`e.event_time < api.from_micros(${parameters.add(to)})`);
  if (dataset !== undefined) conditions.push(`e.dataset = ANY (${parameters.add(dataset)}::text[])`);
  if (sensor !== undefined) conditions.push(`e.sensor = ANY (${parameters.add(sensor)}::text[])`);
  if (host !== undefined) conditions.push(`e.host_name = ANY (${parameters.add(host.map((name) => name.toLowerCase()))}::text[])`);
  if (user !== undefined) conditions.push(`lower(e.user_name) = ANY (${parameters.add(user.map((name) => name.toLowerCase()))}::text[])`);
  if (address !== undefined) {
    const network = `${parameters.add(address)}::inet`;
    conditions.push(`(e.source_ip <<= ${network} OR e.destination_ip <<= ${network})`);
  }
  if (minSeverity !== undefined) conditions.push(`e.severity >= ${parameters.add(minSeverity)}`);
  if (search !== undefined && search.kind !== 'all') conditions.push(searchCondition(search, parameters));
  return conditions;
}
