// What is known of one host, user, address and so on, beside its events: windows of features, findings, reference data; and which ones there are.
import type { Micros } from '../../pipeline/core/index.ts';
import type { TimeRange } from './event-counts.ts';
import type { EventFilter } from './events.ts';
import { pageOfFindings } from './findings.ts';
import { SELECT_REFERENCE } from './reference.ts';
import type { AssetRow, ZoneRow } from './reference.ts';
import type { Search } from '../../domains/search/syntax.ts';
import { manyOf, oneOf } from './sql.ts';
import type { Sql } from './sql.ts';

export const ENTITY_TYPES = ['host', 'user', 'address', 'domain', 'hash', 'service_identity'] as const;
export type EntityType = (typeof ENTITY_TYPES)[number];
/** Those that the stage of features follows. */
export const FOLLOWED_TYPES = ['host', 'user', 'address'] as const satisfies readonly EntityType[];
export type FollowedType = (typeof FOLLOWED_TYPES)[number];
export interface EntityKey {
  readonly type: EntityType;
  /** Of an address: one that PostgreSQL reads, to be checked by the caller. */
  readonly value: string;
}

/** Fields whose whole value names it. */
const FIELDS: Readonly<Record<Exclude<EntityType, 'host'>, readonly string[]>> = {
  user: ['user.name', 'user.target.name'],
  address: ['source.ip', 'destination.ip', 'host.ip'],
  domain: ['dns.question.name', 'url.domain', 'destination.domain', 'source.domain', 'tls.client.server_name'],
  hash: ['related.hash'],
  service_identity: ['user.id', 'user.name', 'user.target.id', 'user.target.name', 'tls.server.subject'],
};
export const isFollowed = (type: EntityType): type is FollowedType => (FOLLOWED_TYPES as readonly EntityType[]).includes(type);

const isIn = (field: string, value: string): Search => ({ kind: 'field', field, test: { op: 'is', pieces: [value] }, at: 0, length: 0 });

/** Events that name it. Of a host by its index, of the others by the index of values. */
export function eventsOf({ type, value }: EntityKey): EventFilter {
  if (type === 'host') return { host: [value] };
  return { search: { kind: 'or', of: FIELDS[type].map((field) => isIn(field, value)) } };
}

/** Findings and alerts that are about it. These call who acts a user, be it a person or a service. */
export const recordsAbout = ({ type, value }: EntityKey): Search => isIn(type === 'service_identity' ? 'user' : type, value);

/** What the stage of features says of it in one window. Bytes as the sender and receiver counted them. */
export interface FeatureWindow {
  readonly windowStart: Micros;
  readonly windowMicros: Micros;
  readonly events: number;
  readonly failures: number;
  readonly bytesOut: number;
  readonly bytesIn: number;
  readonly distinctDestinations: number;
  readonly distinctPorts: number;
  readonly distinctUsers: number;
  readonly distinctActions: number;
}

/** Newest first; without `most` all of the range. */
export function windowsOf(sql: Sql, { type, value }: EntityKey, { from, to }: TimeRange, most: number | null): Promise<readonly FeatureWindow[]> {
  if (!isFollowed(type)) return Promise.resolve([]);
  return manyOf<FeatureWindow>(
    sql,
    `SELECT window_start AS "windowStart", window_micros AS "windowMicros", events, failures, bytes_out AS "bytesOut", bytes_in AS "bytesIn",
      distinct_destinations AS "distinctDestinations", distinct_ports AS "distinctPorts", distinct_users AS "distinctUsers", distinct_actions AS "distinctActions"
    FROM api.feature WHERE entity_type = $1 AND entity = $2 AND window_start >= api.from_micros($3) AND window_start < api.from_micros($4)
    ORDER BY window_start DESC, window_micros DESC LIMIT $5`,
    [type, type === 'host' ? value.toLowerCase() : value, from, to, most],
  );
}

export interface RuleOfEntity {
  readonly ruleId: string;
  readonly title: string;
  /** Index into SEVERITIES. */
  readonly severity: number;
  readonly count: number;
  readonly lastTime: Micros;
}
/** Findings of one entity that are counted by rule: the newest. */
const FINDINGS_LOOKED_AT = 1_000;

/** Rules of its newest 1,000 findings in the range, most findings first; without drafts and what is suppressed. */
export async function rulesOf(sql: Sql, entity: EntityKey, range: TimeRange, most: number): Promise<readonly RuleOfEntity[]> {
  const findings = await pageOfFindings(sql, { ...range, search: recordsAbout(entity) }, null, FINDINGS_LOOKED_AT);
  const found = new Map<string, { ruleId: string; title: string; severity: number; count: number; lastTime: Micros }>();
  for (const { ruleId, title, severity, time } of findings) {
    const known = found.get(ruleId);
    if (known === undefined) found.set(ruleId, { ruleId, title, severity, count: 1, lastTime: time });
    else known.count += 1;
  }
  return [...found.values()].sort((a, b) => b.count - a.count || b.lastTime - a.lastTime).slice(0, most);
}

/** The asset that it is or belongs to as of a time, as enrichment finds it: a host by its name, else its short name; an address. Of two, that with the lower id. */
export function assetOf(sql: Sql, { type, value }: EntityKey, at: Micros): Promise<AssetRow | undefined> {
  if (type !== 'host' && type !== 'address') return Promise.resolve(undefined);
  const name = value.toLowerCase();
  const isNamed = `EXISTS (SELECT FROM unnest(hostnames) h WHERE lower(h) = $2)`;
  const isShort = `EXISTS (SELECT FROM unnest(hostnames) h WHERE lower(h) = split_part($2, '.', 1))`;
  const [condition, first] = type === 'host' ? [`(${isNamed} OR ${isShort})`, `(${isNamed}) DESC, `] : ['$2::inet = ANY (addresses)', ''];
  return oneOf<AssetRow>(sql, `SELECT ${SELECT_REFERENCE.asset} FROM api.asset WHERE ${VALID_AT} AND ${condition} ORDER BY ${first}id LIMIT 1`, [at, name]);
}

/** Zones that an address lies in as of a time, the smallest first. */
export function zonesOf(sql: Sql, { type, value }: EntityKey, at: Micros): Promise<readonly ZoneRow[]> {
  if (type !== 'address') return Promise.resolve([]);
  return manyOf<ZoneRow>(
    sql,
    `SELECT ${SELECT_REFERENCE.zone} FROM api.zone WHERE ${VALID_AT} AND cidr >>= $2::inet ORDER BY masklen(cidr) DESC, name LIMIT 20`,
    [at, value],
  );
}
const VALID_AT = 'valid_from <= api.from_micros($1) AND (valid_to IS NULL OR valid_to > api.from_micros($1))';

export interface ListedEntity {
  readonly name: string;
  /** In windows that begin in the range. */
  readonly events: number;
  readonly failures: number;
  /** End of its last window there. */
  readonly lastSeen: Micros;
}
export interface EntityNames {
  readonly rows: readonly ListedEntity[];
  /** Where looking through names stopped before there were enough; null at the end. */
  readonly stoppedAt: string | null;
}
/** Names that one page looks through. */
const NAMES_LOOKED_AT = 1_000;

/** Entities with windows of features in the range, by name, behind `after`; those with `part` in their name, case aside. At most `most`. */
export async function entitiesIn(
  sql: Sql,
  type: FollowedType,
  { from, to }: TimeRange,
  part: string,
  after: string | null,
  most: number,
): Promise<EntityNames> {
  const wanted = part === '' ? most : NAMES_LOOKED_AT;
  const names = await manyOf<{ readonly name: string }>(sql, 'SELECT name FROM api.entity_names($1, $2, $3, $4, $5) AS name', [type, from, to, after, wanted]);
  const meant = names.map(({ name }) => name).filter((name) => name.toLowerCase().includes(part.toLowerCase()));
  const page = meant.slice(0, most);
  const isFull = meant.length >= most;
  const sums = await manyOf<ListedEntity>(
    sql,
    // Windows of all lengths have the same events, but the newest are only in the short ones.
    `SELECT DISTINCT ON (entity) entity AS name, sum(events)::bigint AS events, sum(failures)::bigint AS failures, max(window_start + window_micros * interval '1 microsecond') AS "lastSeen"
    FROM api.feature WHERE entity_type = $1 AND entity = ANY ($2::text[]) AND window_start >= api.from_micros($3) AND window_start < api.from_micros($4)
    GROUP BY entity, window_micros ORDER BY entity, sum(events) DESC`,
    [type, page, from, to],
  );
  const byName = new Map(sums.map((row) => [row.name, row]));
  return { rows: page.flatMap((name) => byName.get(name) ?? []), stoppedAt: isFull || names.length < wanted ? null : (names.at(-1)?.name ?? null) };
}
