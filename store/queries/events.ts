// Events as the API asks for them. `sql` is always a connection inside of `withOrganization`.
import type { Micros } from '../../pipeline/core/index.ts';
import { searchCondition } from './search/sql.ts';
import type { Parameters } from './search/sql.ts';
import type { Search } from '../../domains/search/syntax.ts';
import { manyOf } from './sql.ts';
import type { Sql } from './sql.ts';

export type { CountRow } from './event-counts.ts';

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

/**
 * Events of which times and ids are known, as `FROM ...` with `e` as one of them. `times` and `ids` are parameters: micros, hex digits.
 * One after the other by the primary key: no condition of a join gets below a security barrier, so a join would read all events of the range.
 */
export const fromNamedEvents = (times: string, ids: string): string =>
  `FROM unnest(${times}::bigint[], ${ids}::text[]) AS wanted (micros, hex)
  CROSS JOIN LATERAL (SELECT * FROM api.event v WHERE v.event_time = api.from_micros(wanted.micros) AND v.id = decode(wanted.hex, 'hex') OFFSET 0) e`;

/** In any order; those that are not stored are left out. Asks by primary key, so that each id touches one partition. */
export function eventsByIds(sql: Sql, ids: readonly { readonly time: Micros; readonly id: string }[]): Promise<readonly EventRow[]> {
  if (ids.length === 0) return Promise.resolve([]);
  return manyOf<EventRow>(
    sql,
    `SELECT ${SELECT_EVENT} ${fromNamedEvents('$1', '$2')}
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

/** What a filter asks of `e`, a row of `api.event`; never empty. Those that an index serves come first. */
export function eventConditions(filter: EventFilter, parameters: Parameters): string[] {
  const { from, to, dataset, sensor, host, user, address, minSeverity, search } = filter;
  const conditions = ['true'];
  if (from !== undefined) conditions.push(`e.event_time >= api.from_micros(${parameters.add(from)})`);
  if (to !== undefined) conditions.push(`e.event_time < api.from_micros(${parameters.add(to)})`);
  if (dataset !== undefined) conditions.push(`e.dataset = ANY (${parameters.add(dataset)}::text[])`);
  if (sensor !== undefined) conditions.push(`e.sensor = ANY (${parameters.add(sensor)}::text[])`);
  if (host !== undefined) {
    const names = host.map((name) => name.toLowerCase());
    // Of one host the index has the order of pages; of a list it has not, and all its events would be read and sorted.
    conditions.push(names.length === 1 ? `e.host_name = ${parameters.add(names[0])}` : `e.host_name = ANY (${parameters.add(names)}::text[])`);
  }
  if (user !== undefined) conditions.push(`lower(e.user_name) = ANY (${parameters.add(user.map((name) => name.toLowerCase()))}::text[])`);
  if (address !== undefined) {
    const network = `${parameters.add(address)}::inet`;
    const isIn = address.includes('/') ? '<<=' : '=';
    conditions.push(`(e.source_ip ${isIn} ${network} OR e.destination_ip ${isIn} ${network})`);
  }
  if (minSeverity !== undefined) conditions.push(`e.severity >= ${parameters.add(minSeverity)}`);
  if (search !== undefined && search.kind !== 'all') conditions.push(searchCondition(search, parameters));
  return conditions;
}
