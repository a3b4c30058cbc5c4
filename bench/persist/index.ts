import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { openClient, openPool, signedInAs } from '../../store/connect.ts';
import { migrate } from '../../store/migrate.ts';
import { config as ingestConfig, openIngestor } from '../../pipeline/ingest/index.ts';
import { config, persist } from '../../pipeline/persist/index.ts';
import { plainContext } from '../../schemas/avro/plain.ts';
import type { Enriched } from '../../schemas/avro/types.gen.ts';
import type { Batch, StreamRecord } from '../../pipeline/core/index.ts';
import type { Bench, Benchmark, Figure } from '../figure.ts';
import { cpuMicros } from '../figure.ts';

const ROWS = 60_000;
const PER_LOAD = 2000;

export default {
  name: 'persist',
  description: 'Enriched events into the event table, offsets in the same transaction, beside COPY of the same rows from a file into the same table',
  async run(bench: Bench): Promise<readonly Figure[]> {
    const { databaseUrl } = await bench.services();
    await migrate({ databaseUrl, log: bench.log });
    const pool = openPool({ databaseUrl: signedInAs(databaseUrl, 'goshawk_stages'), max: 2, log: bench.log });
    const owner = openClient({ databaseUrl });
    await owner.connect();
    try {
      const records = await enriched(bench);
      const { events } = persist(config.parse({}), { pool, committed: async () => new Map(), log: bench.log });
      await events.open([{ topic: 'events.enriched.v1', partition: 0 }], 1);
      const loadAll = async (offset: number) => {
        for (let from = 0; from < records.length; from += PER_LOAD) {
          const batch: Batch<Enriched> = {
            topic: 'events.enriched.v1',
            partition: 0,
            from: offset + from,
            next: offset + from + PER_LOAD,
            records: records.slice(from, from + PER_LOAD),
          };
          await events.load([batch]);
        }
      };
      const backends = async () => (await owner.query<{ n: string }>('SELECT pg_backend_pid() AS n')).rows.length;
      await backends();
      await loadAll(0); // warm; makes the partitions of the days
      await owner.query('TRUNCATE goshawk.event');
      const [cpu, start] = [process.cpuUsage(), performance.now()];
      await loadAll(ROWS);
      const [client, seconds] = [cpuMicros(cpu), (performance.now() - start) / 1000];
      const {
        rows: [{ count } = { count: '0' }],
      } = await owner.query<{ count: string }>('SELECT count(*)::text AS count FROM goshawk.event');
      if (Number(count) !== ROWS) throw new Error(`${count} rows are stored, not ${ROWS}`);

      const file = join(bench.folder, 'events.copy');
      await pipeline(owner.query(copyTo('COPY (SELECT * FROM goshawk.event) TO STDOUT (FORMAT binary)')), createWriteStream(file));
      const copy = async () => {
        await owner.query('TRUNCATE goshawk.event');
        const at = performance.now();
        await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), owner.query(copyFrom('COPY goshawk.event FROM STDIN (FORMAT binary)')));
        return (performance.now() - at) / 1000;
      };
      const copied = Math.min(await copy(), await copy());
      const { rows: indexes } = await owner.query<{ indexdef: string }>("SELECT indexdef FROM pg_indexes WHERE schemaname = 'goshawk' AND tablename = 'event'");
      return [
        {
          measure: 'rows stored',
          value: Math.round(ROWS / seconds),
          unit: 'rows/s',
          baseline: { what: 'COPY of the same rows, binary, prebuilt file', value: Math.round(ROWS / copied) },
          goal: { value: Math.round((0.6 * ROWS) / copied), isAtMost: false },
          note: `${PER_LOAD} a load, client ${(client / ROWS).toFixed(1)} us/row, ${indexes.length} indexes on the table`,
        },
      ];
    } finally {
      await Promise.all([pool.end(), owner.end()]);
    }
  },
} satisfies Benchmark;

async function enriched(bench: Bench): Promise<readonly StreamRecord<Enriched>[]> {
  const ingestor = await openIngestor(ingestConfig.parse({}), { installation: 'bench' });
  const memory = { get: () => undefined, put: () => undefined };
  const samples = await bench.samples();
  const now = Date.now() * 1000;
  const context = plainContext({ relatedIp: ['10.0.0.1'], versions: { geo: '1' } });
  return Array.from({ length: ROWS }, (_unused, offset): StreamRecord<Enriched> => {
    const { source, text } = samples[offset % samples.length]!;
    const [event] = ingestor.events(
      { value: Buffer.from(text), position: { topic: `raw.default.${source}`, partition: 0, offset }, appendedAt: now },
      { organization: 'default', name: source, sensor: source, format: undefined },
      memory,
    );
    const id = offset.toString(16).padStart(32, '0');
    return {
      key: null,
      headers: new Map(),
      position: { topic: 'events.enriched.v1', partition: 0, offset: ROWS + offset },
      appendedAt: now,
      value: { event: { ...event!, id, time: now + offset }, context },
    };
  });
}
