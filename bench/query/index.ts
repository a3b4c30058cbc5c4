import type { Client } from 'pg';
import type { Bench, Benchmark, Figure } from '../figure.ts';
import { openClient } from '../../store/connect.ts';
import { migrate } from '../../store/migrate.ts';
import { fill } from './fill.ts';
import type { Filled } from './fill.ts';
import { measure } from './measure.ts';

/** `GOSHAWK_BENCH_EVENTS`: ten million take 25 GB of disk and some twenty minutes to fill. */
const EVENTS = Number(process.env.GOSHAWK_BENCH_EVENTS ?? 1_000_000);
/** `GOSHAWK_BENCH_DATABASE`: address of a database, as its owner, that is filled when nothing is in it, and kept: the next run measures on what is there. */
const KEPT = process.env.GOSHAWK_BENCH_DATABASE;
const DAYS = 7;
const DATABASE = 'goshawk_bench_query';

export default {
  name: 'query',
  description: `Pages, counts and searches over ${EVENTS.toLocaleString('en')} stored events (GOSHAWK_BENCH_EVENTS), or those of GOSHAWK_BENCH_DATABASE, which is kept, beside the bare query, and GraphQL beside a bare route`,
  async run(bench: Bench): Promise<readonly Figure[]> {
    if (KEPT !== undefined) return measureOn(bench, KEPT);
    const { databaseUrl: serverUrl } = await bench.services();
    const server = openClient({ databaseUrl: serverUrl });
    await server.connect();
    try {
      await server.query(`DROP DATABASE IF EXISTS ${DATABASE} WITH (FORCE)`);
      await server.query(`CREATE DATABASE ${DATABASE}`);
      return await measureOn(
        bench,
        serverUrl.replace(/^(\w+:\/\/[^/?]*)(?:\/[^?]*)?/, (_all, start: string) => `${start}/${DATABASE}`),
      );
    } finally {
      await server.query(`DROP DATABASE IF EXISTS ${DATABASE} WITH (FORCE)`);
      await server.end();
    }
  },
} satisfies Benchmark;

async function measureOn(bench: Bench, databaseUrl: string): Promise<readonly Figure[]> {
  await migrate({ databaseUrl, log: bench.log });
  const owner = openClient({ databaseUrl });
  await owner.connect();
  try {
    return await measure(bench, databaseUrl, owner, (await filledBefore(owner)) ?? (await fillNow(bench, databaseUrl, owner)));
  } finally {
    await owner.end();
  }
}

async function filledBefore(owner: Client): Promise<Filled | null> {
  const { rows } = await owner.query<{ filled: boolean }>(`SELECT to_regclass('goshawk.bench_filled') IS NOT NULL AS filled`);
  return rows[0]?.filled === true ? ((await owner.query<{ as: Filled }>('SELECT "as" FROM goshawk.bench_filled')).rows[0]?.as ?? null) : null;
}

async function fillNow(bench: Bench, databaseUrl: string, owner: Client): Promise<Filled> {
  const filled = await fill(bench, databaseUrl, owner, EVENTS, DAYS);
  await owner.query('CREATE TABLE goshawk.bench_filled ("as" jsonb NOT NULL)');
  await owner.query('INSERT INTO goshawk.bench_filled VALUES ($1)', [JSON.stringify(filled)]);
  bench.say(
    `${filled.rows.toLocaleString('en')} events, ${Math.round(filled.bytes / 1e6).toLocaleString('en')} MB with indexes, in ${Math.round(filled.seconds)} s.`,
  );
  return filled;
}
