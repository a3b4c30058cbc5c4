// What a backup of the database holds besides rows, and the order in which its tables can be filled again.
import type { ClientBase } from 'pg';
import type { Tier } from './tiers.ts';
import { TIME_TABLES, tierOf } from './tiers.ts';

export interface BackedUpTable {
  /** Without its schema, `goshawk`. */
  readonly name: string;
  readonly columns: readonly string[];
}
/** A position of a loader: the next offset that it stores. */
export interface StoredPosition {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly next: number;
}
export interface DatabaseDescription {
  readonly serverVersion: string;
  readonly tier: Tier;
  readonly migrations: readonly { readonly name: string; readonly checksum: string }[];
  /** Referenced tables come before those that refer to them. */
  readonly tables: readonly BackedUpTable[];
  /** Last number given out, by `table.column`; absent when none was. */
  readonly sequences: Readonly<Record<string, number>>;
  /** Days (YYYY-MM-DD) of which a table by time has rows: plain PostgreSQL wants a partition for each. */
  readonly days: Readonly<Record<string, readonly string[]>>;
  readonly positions: readonly StoredPosition[];
}

/**
 * `migration` and `time_partition` are made again by migrating; a session of a backup may have been ended since, so everybody signs in again, and a link for
 * a new password may have been used;
 * what live rooms keep is told in transaction ids of this cluster, which mean nothing in another.
 */
const LEFT_OUT = [
  'migration',
  'time_partition',
  'session',
  'session_spent',
  'token_revocation',
  'sign_in_attempt',
  'password_link',
  'passkey_challenge',
  'oidc_flow',
  'oidc_session',
  'oidc_logout',
  'live_change',
  'live_floor',
  'live_process',
  'live_presence',
];

/** Tables of ours, without the partitions and chunks of others. Taken before a snapshot, it takes none itself when it is the first statement. */
export async function tablesOf(client: ClientBase): Promise<readonly BackedUpTable[]> {
  const { rows } = await client.query<{ name: string; columns: readonly string[] }>(
    `SELECT c.relname::text AS name, array_agg(a.attname::text ORDER BY a.attnum) AS columns
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
     WHERE c.relnamespace = 'goshawk'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname <> ALL ($1)
     GROUP BY c.oid ORDER BY c.relname`,
    [LEFT_OUT],
  );
  const { rows: edges } = await client.query<{ from: string; to: string }>(
    `SELECT f.relname::text AS from, t.relname::text AS to FROM pg_constraint k JOIN pg_class f ON f.oid = k.conrelid JOIN pg_class t ON t.oid = k.confrelid
     WHERE k.contype = 'f' AND f.relnamespace = 'goshawk'::regnamespace AND f.oid <> t.oid`,
  );
  return referencedFirst(rows, edges);
}

/** @throws Error when tables refer to each other in a circle, which no table of ours does. */
export function referencedFirst(tables: readonly BackedUpTable[], edges: readonly { readonly from: string; readonly to: string }[]): readonly BackedUpTable[] {
  const ordered: BackedUpTable[] = [];
  let left = tables;
  while (left.length > 0) {
    const free = left.filter(({ name }) => !edges.some(({ from, to }) => from === name && left.some((other) => other.name === to)));
    if (free.length === 0) throw new Error(`Tables refer to each other: ${left.map(({ name }) => name).join(', ')}`);
    ordered.push(...free);
    left = left.filter((table) => !free.includes(table));
  }
  return ordered;
}

/** Everything but the rows, as the transaction of `client` sees it. */
export async function describeDatabase(client: ClientBase, tables: readonly BackedUpTable[]): Promise<DatabaseDescription> {
  const { rows: server } = await client.query<{ version: string }>(`SELECT current_setting('server_version') AS version`);
  const { rows: migrations } = await client.query<{ name: string; checksum: string }>('SELECT name, checksum FROM goshawk.migration ORDER BY number');
  const { rows: positions } = await client.query<StoredPosition>(
    'SELECT consumer_group AS "group", topic, partition, next_offset AS next FROM goshawk.stage_offset WHERE next_offset IS NOT NULL ORDER BY 1, 2, 3',
  );
  const days: Record<string, readonly string[]> = {};
  for (const [table, { column }] of Object.entries(TIME_TABLES)) {
    const { rows } = await client.query<{ day: string }>(`SELECT DISTINCT (${column} AT TIME ZONE 'UTC')::date::text AS day FROM goshawk.${table} ORDER BY 1`);
    days[table] = rows.map(({ day }) => day);
  }
  return {
    serverVersion: server[0]?.version ?? '',
    tier: (await tierOf(client)) ?? 'plain',
    migrations,
    tables,
    sequences: await sequencesOf(client),
    days,
    positions,
  };
}

async function sequencesOf(client: ClientBase): Promise<Readonly<Record<string, number>>> {
  const { rows } = await client.query<{ owner: string; last: number | null }>(
    `SELECT t.relname || '.' || a.attname AS owner, pg_sequence_last_value(s.oid) AS last
     FROM pg_class s JOIN pg_depend d ON d.objid = s.oid AND d.deptype IN ('a', 'i') JOIN pg_class t ON t.oid = d.refobjid
     JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
     WHERE s.relkind = 'S' AND s.relnamespace = 'goshawk'::regnamespace`,
  );
  return Object.fromEntries(rows.flatMap(({ owner, last }) => (last === null ? [] : [[owner, last]])));
}
