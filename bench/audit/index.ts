// The audit's chain: entries written by several requests at once for one organization, and entries verified, beside the bare statement of each.
import { auditPages } from '../../api/audit/pages.ts';
import { verifyChain } from '../../api/audit/verify.ts';
import { migrate } from '../../store/migrate.ts';
import { openPool, withOrganization } from '../../store/connect.ts';
import type { Pool } from '../../store/connect.ts';
import { auditHead } from '../../store/queries/audit.ts';
import type { Bench, Benchmark, Figure } from '../figure.ts';
import { cpuMicros } from '../figure.ts';

const WRITERS = 8;
const ROWS = 50_000;
const ROWS_AT_ONCE = 500;
/** Those that are written one by one, and those that are verified. */
const [WRITTEN, FILLED] = ['bench-written', 'bench-filled'];

export default {
  name: 'audit',
  description: `The audit: entries written by ${WRITERS} requests at once, and ${ROWS / 1_000}k entries verified`,
  async run(bench: Bench): Promise<readonly Figure[]> {
    const { databaseUrl } = await bench.services();
    await migrate({ databaseUrl, log: bench.log });
    const pool = openPool({ databaseUrl, max: WRITERS });
    try {
      await pool.query('INSERT INTO goshawk.organization (id, name) SELECT x, x FROM unnest($1::text[]) x', [[WRITTEN, FILLED]]);
      const writes = await perSecond(pool, bench.seconds, `SELECT api.append_audit('bench', 'alert.change', 'object', '{"status": "closed"}')`);
      await pool.query(
        'CREATE TABLE goshawk.bench (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz, actor text, action text, object text, detail jsonb)',
      );
      const bare = await perSecond(
        pool,
        bench.seconds,
        `INSERT INTO goshawk.bench (at, actor, action, object, detail) VALUES (clock_timestamp(), 'bench', 'alert.change', 'object', '{"status": "closed"}')`,
      );
      bench.say(`audit: writing ${ROWS} entries`);
      // Few to a transaction: each entry leaves a dead version of the head's row behind, which is cleaned up only after its transaction.
      for (let filled = 0; filled < ROWS; filled += ROWS_AT_ONCE)
        await pool.query(
          `SELECT count(goshawk.append_audit('${FILLED}', 'user ' || n % 50, 'alert.change', md5(n::text), '{"status": "closed", "verdict": "benign"}')) FROM generate_series(1, $1::int) n`,
          [ROWS_AT_ONCE],
        );
      const verified = await verify(pool);
      const inDatabase = await timed(() => pool.query(`SELECT goshawk.first_broken_audit('${FILLED}')`));
      return [
        {
          measure: 'entries written, one organization',
          value: writes,
          unit: 'entries/s',
          baseline: { what: 'the same rows without a chain', value: bare },
          goal: null,
          note: `${WRITERS} connections, a transaction each; the database's own settings`,
        },
        {
          measure: 'entries verified',
          value: Math.round(verified.rows / verified.seconds),
          unit: 'entries/s',
          baseline: { what: 'hashed in the database, whose functions could have been replaced', value: Math.round(verified.rows / inDatabase) },
          goal: null,
          note: `${verified.rows} entries, ${Math.round(verified.cpuMicros / verified.rows)} us of CPU each here`,
        },
      ];
    } finally {
      await pool.end();
    }
  },
} satisfies Benchmark;

async function perSecond(pool: Pool, seconds: number, statement: string): Promise<number> {
  const end = performance.now() + seconds * 1_000;
  let count = 0;
  const elapsed = await timed(() =>
    Promise.all(
      Array.from({ length: WRITERS }, async () => {
        while (performance.now() < end) {
          await withOrganization(pool, WRITTEN, (sql) => sql.query(statement));
          count++;
        }
      }),
    ),
  );
  return Math.round(count / elapsed);
}

async function verify(pool: Pool): Promise<{ readonly rows: number; readonly seconds: number; readonly cpuMicros: number }> {
  const cpu = process.cpuUsage();
  const head = (await withOrganization(pool, FILLED, auditHead)) ?? null;
  let rows = 0;
  const seconds = await timed(async () => {
    const pages = auditPages((work) => withOrganization(pool, FILLED, work), {}, head?.seq ?? 0);
    const verdict = await verifyChain(FILLED, pages, { heads: [], end: head, isWhole: true });
    if (verdict.problems.length > 0) throw new Error(`The chain does not hold: ${verdict.problems[0]!.detail}`);
    rows = verdict.rows;
  });
  return { rows, seconds, cpuMicros: cpuMicros(cpu) };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1_000;
}
