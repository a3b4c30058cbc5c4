// Fills the event table with copies of real events, spread evenly over some days up to now: as persist stores them, but made by the server itself.
import type { Client } from 'pg';
import { config as ingestConfig, openIngestor } from '../../pipeline/ingest/index.ts';
import { config as persistConfig, persist } from '../../pipeline/persist/index.ts';
import type { StreamRecord } from '../../pipeline/core/index.ts';
import { plainContext } from '../../schemas/avro/plain.ts';
import type { Enriched } from '../../schemas/avro/types.gen.ts';
import { openPool } from '../../store/connect.ts';
import { foldCounts } from '../../store/upkeep.ts';
import type { Bench } from '../figure.ts';

/** Real events of which the others are copies. */
const TEMPLATES = 2_000;
const BLOCKS_AT_ONCE = 100;
const DAY_MICROS = 86_400_000_000;

export interface Filled {
  readonly rows: number;
  readonly from: number;
  readonly to: number;
  readonly seconds: number;
  readonly bytes: number;
}

/** @param owner A client of the database's owner. Indexes are made at the end, which takes a third of the time. */
export async function fill(bench: Bench, databaseUrl: string, owner: Client, rows: number, days: number): Promise<Filled> {
  const start = performance.now();
  await loadTemplates(bench, databaseUrl);
  const to = Math.floor(Date.now() / 60_000) * 60_000_000;
  const from = to - days * DAY_MICROS;
  const blocks = Math.ceil(rows / TEMPLATES);
  const step = (to - from) / (blocks * TEMPLATES);
  const columns = await columnsOf(owner);
  await owner.query(`CREATE TABLE goshawk.bench_template AS SELECT row_number() OVER (ORDER BY raw_offset) - 1 AS place, * FROM goshawk.event`);
  await owner.query(`TRUNCATE goshawk.event, goshawk.event_count, goshawk.event_sum`);
  for (const table of ['event', 'event_count'])
    await owner.query(
      `SELECT goshawk.prepare_days($1, array(SELECT (api.from_micros($2) AT TIME ZONE 'UTC')::date + n FROM generate_series(0, $3::int + 1) n))`,
      [table, from, days],
    );
  const indexes = await dropIndexes(owner);
  await owner.query('SET synchronous_commit = off');
  for (let block = 0; block < blocks && !bench.signal.aborted; block += BLOCKS_AT_ONCE) {
    await owner.query(
      `WITH stored AS (
        INSERT INTO goshawk.event (event_time, id, ${columns})
        SELECT api.from_micros($1::bigint + floor((b * ${TEMPLATES} + t.place) * $2::float8)::bigint), decode(md5(b || '-' || t.place), 'hex'), ${columns}
        FROM generate_series($3::int, $4::int) b, goshawk.bench_template t
        RETURNING event_time, organization, dataset, sensor, severity
      )
      INSERT INTO goshawk.event_count (minute, organization, dataset, sensor, severity, events, stored_at)
      SELECT date_trunc('minute', event_time), organization, dataset, sensor, severity, count(*), now() - interval '1 hour' FROM stored GROUP BY 1, 2, 3, 4, 5`,
      [from, step, block, Math.min(block + BLOCKS_AT_ONCE, blocks) - 1],
    );
    if (block % (BLOCKS_AT_ONCE * 5) === 0) bench.say(`${(block * TEMPLATES).toLocaleString('en')} of ${rows.toLocaleString('en')} events.`);
  }
  bench.say('Indexes.');
  await owner.query(`SET maintenance_work_mem = '512MB'`);
  for (const index of indexes) await owner.query(index);
  await owner.query('DROP TABLE goshawk.bench_template');
  const pool = openPool({ databaseUrl, max: 1 });
  await foldCounts(pool, 0);
  await pool.end();
  for (const table of ['event', 'event_count', 'event_sum']) await owner.query(`VACUUM (ANALYZE) goshawk.${table}`);
  const { rows: sizes } = await owner.query<{ bytes: string }>(
    `SELECT sum(pg_total_relation_size(inhrelid))::text AS bytes FROM pg_inherits WHERE inhparent = 'goshawk.event'::regclass`,
  );
  return { rows: blocks * TEMPLATES, from, to, seconds: (performance.now() - start) / 1_000, bytes: Number(sizes[0]?.bytes ?? 0) };
}

async function loadTemplates(bench: Bench, databaseUrl: string): Promise<void> {
  const pool = openPool({ databaseUrl, role: 'goshawk_stages', max: 2 });
  const ingestor = await openIngestor(ingestConfig.parse({}), { installation: 'bench' });
  const memory = { get: () => undefined, put: () => undefined };
  const samples = await bench.samples();
  const context = plainContext({ relatedIp: ['10.0.0.1'], versions: { geo: '1' } });
  const now = Date.now() * 1_000;
  const records = Array.from({ length: TEMPLATES }, (_unused, offset): StreamRecord<Enriched> => {
    const { source, text } = samples[(offset * 7_919) % samples.length]!;
    const position = { topic: `raw.default.${source}`, partition: 0, offset };
    const [event] = ingestor.events(
      { value: Buffer.from(text), position, appendedAt: now },
      { organization: 'default', name: source, sensor: source, format: undefined },
      memory,
    );
    return {
      key: null,
      headers: new Map(),
      position: { topic: 'events.enriched.v1', partition: 0, offset },
      appendedAt: now,
      value: { event: { ...event!, id: offset.toString(16).padStart(32, '0'), time: now + offset }, context },
    };
  });
  const { events } = persist(persistConfig.parse({}), { pool, committed: async () => new Map(), log: bench.log });
  await events.open([{ topic: 'events.enriched.v1', partition: 0 }], 1);
  await events.load([{ topic: 'events.enriched.v1', partition: 0, from: 0, next: TEMPLATES, records }]);
  await pool.end();
}

async function columnsOf(owner: Client): Promise<string> {
  const { rows } = await owner.query<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute WHERE attrelid = 'goshawk.event'::regclass AND attnum > 0 AND NOT attisdropped AND attname NOT IN ('event_time', 'id') ORDER BY attnum`,
  );
  return rows.map(({ name }) => name).join(', ');
}

/** All but the primary key. @returns The statements that make them again */
async function dropIndexes(owner: Client): Promise<readonly string[]> {
  const { rows } = await owner.query<{ name: string; definition: string }>(
    `SELECT indexname AS name, indexdef AS definition FROM pg_indexes WHERE schemaname = 'goshawk' AND tablename = 'event' AND indexname <> 'event_pkey'`,
  );
  for (const { name } of rows) await owner.query(`DROP INDEX goshawk.${name}`);
  return rows.map(({ definition }) => definition.replace(' ON ONLY ', ' ON '));
}
