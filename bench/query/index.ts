import type { Client } from 'pg';
import type { Bench, Benchmark, Figure } from '../figure.ts';
import { openClient } from '../../store/connect.ts';
import { migrate } from '../../store/migrate.ts';
import { fill } from './fill.ts';
import { measure } from './measure.ts';

/** `GOSHAWK_BENCH_EVENTS`: ten million take 25 GB of disk and some twenty minutes to fill. */
const EVENTS = Number(process.env.GOSHAWK_BENCH_EVENTS ?? 1_000_000);
const DAYS = 7;
const DATABASE = 'goshawk_bench_query';

export default {
  name: 'query',
  description: `Pages, counts and searches over ${EVENTS.toLocaleString('en')} stored events (GOSHAWK_BENCH_EVENTS), beside the bare query, and GraphQL beside a bare route`,
  async run(bench: Bench): Promise<readonly Figure[]> {
    const { databaseUrl: serverUrl } = await bench.services();
    const server = openClient({ databaseUrl: serverUrl });
    await server.connect();
    const databaseUrl = serverUrl.replace(/^(\w+:\/\/[^/?]*)(?:\/[^?]*)?/, (_all, start: string) => `${start}/${DATABASE}`);
    let owner: Client | undefined;
    try {
      await server.query(`DROP DATABASE IF EXISTS ${DATABASE} WITH (FORCE)`);
      await server.query(`CREATE DATABASE ${DATABASE}`);
      await migrate({ databaseUrl, log: bench.log });
      owner = openClient({ databaseUrl });
      await owner.connect();
      const filled = await fill(bench, databaseUrl, owner, EVENTS, DAYS);
      bench.say(
        `${filled.rows.toLocaleString('en')} events, ${Math.round(filled.bytes / 1e6).toLocaleString('en')} MB with indexes, in ${Math.round(filled.seconds)} s.`,
      );
      return await measure(bench, databaseUrl, owner, filled);
    } finally {
      await owner?.end();
      await server.query(`DROP DATABASE IF EXISTS ${DATABASE} WITH (FORCE)`);
      await server.end();
    }
  },
} satisfies Benchmark;
