// The only place where plain PostgreSQL and TimescaleDB differ. Plain: native range partitions, made ahead by persist and dropped by
// the ticker. Timescale: hypertables with the columnstore. A server with the extension under the `apache` licence counts as plain.
import type { ClientBase } from 'pg';
import { sqlState } from './failure.ts';

export type Tier = 'plain' | 'timescale';

/** Tables kept by time: the column that says when, and whether old rows are worth the columnstore. */
export const TIME_TABLES = {
  event: { column: 'event_time', columnstore: true },
  event_count: { column: 'minute', columnstore: false },
  finding: { column: 'event_time', columnstore: false },
  feature: { column: 'window_start', columnstore: false },
} as const;
// A real event's row has 2.7 kB; above 2 kB PostgreSQL compresses it, which costs half of the server's work on it (40 us with
// pglz, 29 with lz4, 22 without) and saves a fifth of the disk. So rows stay as they are up to half a page.
const STORAGE = 'toast_tuple_target = 4080';
// Statistics do not see an organization that has one row in a hundred thousand. Where they know of one alone, its key is worth nothing to the planner,
// which then reads by time and throws away all that is of others: a page of a small organization took half a minute among ten million events of another.
const SHARED = 'ALTER COLUMN organization SET (n_distinct = 20)';
export type TimeTable = keyof typeof TIME_TABLES;

/** Whether the extension can be made here. Preload is asked first: CREATE EXTENSION without it drops the connection. */
export async function isTimescaleUsable(client: ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ usable: boolean }>(`
    SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'timescaledb') AND EXISTS (SELECT FROM pg_settings WHERE name = 'timescaledb.bgw_launcher_poll_time') AS usable`);
  return rows[0]?.usable === true;
}

/** Under which licence the extension of this database runs; null where it was not made. */
export async function timescaleLicence(client: ClientBase): Promise<string | null> {
  const { rows } = await client.query<{ licence: string | null }>(
    `SELECT CASE WHEN EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb') THEN current_setting('timescaledb.license', true) END AS licence`,
  );
  return rows[0]?.licence ?? null;
}

/** Tier for a new database. The licence shows only when the extension is there, so it is made, and taken back when it is no use. */
export async function tierForNew(client: ClientBase): Promise<Tier> {
  if (!(await isTimescaleUsable(client))) return 'plain';
  const before = await timescaleLicence(client);
  if (before === null) {
    try {
      await client.query('CREATE EXTENSION timescaledb SCHEMA public');
    } catch (error) {
      if (sqlState(error) === '42501') return 'plain'; // not for this user to make
      throw error;
    }
  }
  const licence = before ?? (await timescaleLicence(client));
  if (licence === 'timescale') return 'timescale';
  if (before === null) await client.query('DROP EXTENSION timescaledb');
  return 'plain';
}

/** What a database was made with; undefined before the first migration. It cannot change: a partitioned table never becomes a hypertable. */
export async function tierOf(client: ClientBase): Promise<Tier | undefined> {
  const { rows } = await client.query<{ kind: string }>(`SELECT relkind::text AS kind FROM pg_class WHERE oid = to_regclass('goshawk.event')`);
  return rows[0] === undefined ? undefined : rows[0].kind === 'p' ? 'plain' : 'timescale';
}

/** A migration's text for a tier: `PARTITION_BY_DAY(column)` becomes a clause, or nothing. */
export const forTier = (sql: string, tier: Tier): string => sql.replaceAll(/PARTITION_BY_DAY\((\w+)\)/g, tier === 'plain' ? 'PARTITION BY RANGE ($1)' : '');

/**
 * Run after every migration, in one transaction; changes nothing the second time. Makes, beside the tables' own arrangements,
 * `goshawk.prepare_days(table, days date[])`, which must have run before rows of those days are stored, and
 * `goshawk.drop_before(table, cutoff)`, which drops what is wholly older than that, by event time and by storage time.
 */
export const arrangement = (tier: Tier): string => `${COMPRESSION}\n${tier === 'plain' ? PLAIN : TIMESCALE}`;

// What is compressed all the same takes lz4 where the server was built with it.
const COMPRESSION = `
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals))
     AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'goshawk.event'::regclass AND attname = 'native' AND attcompression <> 'l') THEN
    ALTER TABLE goshawk.event ALTER COLUMN native SET COMPRESSION lz4, ALTER COLUMN detail SET COMPRESSION lz4;
    ALTER TABLE goshawk.evidence ALTER COLUMN native SET COMPRESSION lz4, ALTER COLUMN event SET COMPRESSION lz4;
  END IF;
END $$;`;

/** @param tables A query for names: partitions, or hypertables, whose chunks take it from them. */
const sharing = (tables: string): string => `
DO $$
DECLARE
  name text;
BEGIN
  FOR name IN ${tables} LOOP
    CONTINUE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = name::regclass AND attname = 'organization' AND attoptions IS NOT NULL);
    EXECUTE format('ALTER TABLE %s ${SHARED}', name);
    EXECUTE format('ANALYZE %s (organization)', name);
  END LOOP;
END $$;`;

const isTimeTable = `p_table IN (${Object.keys(TIME_TABLES)
  .map((name) => `'${name}'`)
  .join(', ')})`;
const FUNCTION_SETTINGS = "LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'";
const GRANTS = `
REVOKE ALL ON FUNCTION goshawk.prepare_days(text, date[]), goshawk.drop_before(text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION goshawk.prepare_days(text, date[]), goshawk.drop_before(text, timestamptz) TO goshawk_stages;`;

// A partition is made beside the table and attached: that takes a lock which readers and loaders do not notice, where
// CREATE TABLE .. PARTITION OF waits for every reader. Days far back share a partition per month, so old recordings do not
// leave thousands of them; it fills the gap between its neighbours.
const PLAIN = `
CREATE TABLE IF NOT EXISTS goshawk.time_partition (
  parent     text        NOT NULL,
  name       text        NOT NULL UNIQUE,
  from_day   date        NOT NULL,
  to_day     date        NOT NULL, -- exclusive
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (parent, from_day)
);

CREATE OR REPLACE FUNCTION goshawk.prepare_days(p_table text, p_days date[]) RETURNS integer ${FUNCTION_SETTINGS} AS $$
DECLARE
  d       date;
  lower   date;
  upper   date;
  part    text;
  created integer := 0;
BEGIN
  IF NOT (${isTimeTable}) THEN
    RAISE EXCEPTION 'Not a table by time: %', p_table;
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('goshawk.prepare_days', 0));
  FOR d IN SELECT DISTINCT day FROM unnest(p_days) AS day ORDER BY day LOOP
    CONTINUE WHEN EXISTS (SELECT FROM goshawk.time_partition t WHERE t.parent = p_table AND t.from_day <= d AND t.to_day > d);
    IF d >= current_date - 45 THEN
      lower := d;
      upper := d + 1;
    ELSE
      lower := greatest(date_trunc('month', d)::date, (SELECT max(t.to_day) FROM goshawk.time_partition t WHERE t.parent = p_table AND t.to_day <= d));
      upper := least((date_trunc('month', d) + interval '1 month')::date, (SELECT min(t.from_day) FROM goshawk.time_partition t WHERE t.parent = p_table AND t.from_day > d));
    END IF;
    part := p_table || '_' || to_char(lower, 'YYYYMMDD') || CASE WHEN upper > lower + 1 THEN '_' || to_char(upper, 'YYYYMMDD') ELSE '' END;
    EXECUTE format('CREATE TABLE goshawk.%I (LIKE goshawk.%I INCLUDING ALL) WITH (${STORAGE})', part, p_table);
    EXECUTE format('ALTER TABLE goshawk.%I ${SHARED}', part);
    EXECUTE format('ALTER TABLE goshawk.%I ATTACH PARTITION goshawk.%I FOR VALUES FROM (%L) TO (%L)', p_table, part, lower::timestamptz, upper::timestamptz);
    INSERT INTO goshawk.time_partition (parent, name, from_day, to_day) VALUES (p_table, part, lower, upper);
    created := created + 1;
  END LOOP;
  RETURN created;
END $$;

-- Dropping takes the table's strongest lock: it gives way to a long reader and comes again at the next call.
CREATE OR REPLACE FUNCTION goshawk.drop_before(p_table text, p_cutoff timestamptz) RETURNS integer ${FUNCTION_SETTINGS} SET lock_timeout = '2s' AS $$
DECLARE
  t       goshawk.time_partition;
  is_used boolean;
  dropped integer := 0;
BEGIN
  IF NOT (${isTimeTable}) THEN
    RAISE EXCEPTION 'Not a table by time: %', p_table;
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('goshawk.prepare_days', 0));
  FOR t IN SELECT * FROM goshawk.time_partition x WHERE x.parent = p_table AND x.to_day::timestamptz <= p_cutoff AND x.created_at < p_cutoff ORDER BY x.from_day LOOP
    BEGIN
      EXECUTE format('SELECT EXISTS (SELECT FROM goshawk.%I WHERE stored_at >= $1)', t.name) INTO is_used USING p_cutoff;
      CONTINUE WHEN is_used;
      EXECUTE format('DROP TABLE goshawk.%I', t.name);
      DELETE FROM goshawk.time_partition x WHERE x.parent = t.parent AND x.from_day = t.from_day;
      dropped := dropped + 1;
    EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
      NULL;
    END;
  END LOOP;
  RETURN dropped;
END $$;
${GRANTS}
${sharing(`SELECT format('goshawk.%I', t.name) FROM goshawk.time_partition t`)}`;

const TIMESCALE = `
DO $$
BEGIN
${Object.entries(TIME_TABLES)
  .map(
    ([name, { column, columnstore }]) => `
  IF NOT EXISTS (SELECT FROM timescaledb_information.hypertables WHERE hypertable_schema = 'goshawk' AND hypertable_name = '${name}') THEN
    ALTER TABLE goshawk.${name} SET (${STORAGE});
    PERFORM public.create_hypertable('goshawk.${name}', '${column}', chunk_time_interval => interval '1 day', create_default_indexes => false, migrate_data => true);
${
  columnstore
    ? `
    ALTER TABLE goshawk.${name} SET (timescaledb.compress, timescaledb.compress_segmentby = 'organization', timescaledb.compress_orderby = '${column} DESC, id DESC');
    PERFORM public.add_compression_policy('goshawk.${name}', interval '7 days');`
    : ''
}
  END IF;`,
  )
  .join('')}
END $$;

CREATE OR REPLACE FUNCTION goshawk.prepare_days(p_table text, p_days date[]) RETURNS integer LANGUAGE sql AS 'SELECT 0'; -- chunks make themselves

CREATE OR REPLACE FUNCTION goshawk.drop_before(p_table text, p_cutoff timestamptz) RETURNS integer ${FUNCTION_SETTINGS} SET lock_timeout = '2s' AS $$
DECLARE
  chunk   record;
  is_used boolean;
  dropped integer := 0;
BEGIN
  IF NOT (${isTimeTable}) THEN
    RAISE EXCEPTION 'Not a table by time: %', p_table;
  END IF;
  FOR chunk IN SELECT c.chunk_schema, c.chunk_name, c.range_start, c.range_end FROM timescaledb_information.chunks c
    WHERE c.hypertable_schema = 'goshawk' AND c.hypertable_name = p_table AND c.range_end <= p_cutoff AND c.chunk_creation_time < p_cutoff LOOP
    BEGIN
      -- Through the table, not the chunk: a compressed chunk alone shows no rows.
      EXECUTE format('SELECT EXISTS (SELECT FROM goshawk.%I WHERE %I >= $2 AND %2$I < $3 AND stored_at >= $1)', p_table,
        CASE p_table ${Object.entries(TIME_TABLES)
          .map(([name, { column }]) => `WHEN '${name}' THEN '${column}'`)
          .join(' ')} END) INTO is_used USING p_cutoff, chunk.range_start, chunk.range_end;
      CONTINUE WHEN is_used;
      PERFORM public.drop_chunks(format('goshawk.%I', p_table)::regclass, older_than => chunk.range_end, newer_than => chunk.range_start);
      dropped := dropped + 1;
    EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
      NULL;
    END;
  END LOOP;
  RETURN dropped;
END $$;
${GRANTS}
${sharing(
  `SELECT 'goshawk.' || t FROM unnest(ARRAY[${Object.keys(TIME_TABLES)
    .map((name) => `'${name}'`)
    .join(', ')}]) t`,
)}`;
