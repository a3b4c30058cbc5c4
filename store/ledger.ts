// The ledger's books in SQL: persist's own entries, sums at one moment after another, breaks, signed reports.
import type { LedgerEntry } from '../schemas/avro/types.gen.ts';
import type { Pool } from './connect.ts';

/** Sums of one consumer at one moment; `reason` says why it was not compared. The words are those of `Closed` in domains/ledger. */
export interface ClosingRow {
  readonly app: string;
  readonly stage: string;
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
  readonly to: number;
  readonly in: number;
  readonly passed: number;
  readonly emitted: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly rejected: Readonly<Record<string, number>>;
  readonly out: Readonly<Record<string, number>>;
  readonly reason: string | null;
}
export interface BreakRow {
  readonly kind: string;
  readonly stage: string;
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly detail: string;
}
/** `book` is the domain's; times in microseconds. */
export interface BookRow<B> {
  readonly position: number;
  readonly book: B;
  readonly closedAt: number;
}

export async function loadBook<B>(pool: Pool): Promise<BookRow<B> | null> {
  const { rows } = await pool.query<BookRow<B>>('SELECT position, book, closed_at AS "closedAt" FROM api.ledger_book');
  return rows[0] ?? null;
}

interface StageLedgerRow {
  readonly app: string;
  readonly stage: string;
  readonly topic: string;
  readonly partition: number;
  readonly from_offset: number;
  readonly to_offset: number;
  readonly records: number;
  readonly passed: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly rejected: Readonly<Record<string, number>>;
  readonly wall_from: number;
  readonly wall_to: number;
}
/**
 * Persist's entries that reach beyond where `known` consumers stand, in their order. The last of each consumer may still grow.
 * @param known Offsets up to which entries are known; other consumers' are returned whole.
 */
export async function loadStageLedger(
  pool: Pool,
  known: readonly { readonly stage: string; readonly topic: string; readonly partition: number; readonly to: number }[] = [],
): Promise<readonly LedgerEntry[]> {
  const { rows } = await pool.query<StageLedgerRow>(
    `SELECT l.app, l.stage, l.topic, l.partition, l.from_offset, l.to_offset, l.records, l.passed, l.dropped, l.rejected, l.wall_from, l.wall_to
     FROM api.stage_ledger l LEFT JOIN unnest($1::text[], $2::text[], $3::int[], $4::bigint[]) AS k (stage, topic, partition, "to") USING (stage, topic, partition)
     WHERE k."to" IS NULL OR l.from_offset >= k."to" ORDER BY l.stage, l.topic, l.partition, l.from_offset`,
    [known.map(({ stage }) => stage), known.map(({ topic }) => topic), known.map(({ partition }) => partition), known.map(({ to }) => to)],
  );
  const counts = (byReason: Readonly<Record<string, number>>) => Object.entries(byReason).map(([reason, count]) => ({ reason, count }));
  return rows.map((row): LedgerEntry => ({
    app: row.app,
    stage: row.stage,
    topic: row.topic,
    partition: row.partition,
    from: row.from_offset,
    to: row.to_offset,
    in: row.records,
    passed: row.passed,
    dropped: counts(row.dropped),
    rejected: counts(row.rejected),
    emitted: 0,
    out: [],
    watermark: null,
    watermarks: [],
    throttledMs: 0,
    begins: false,
    wallFrom: row.wall_from,
    wallTo: row.wall_to,
  }));
}

/** Book, sums and breaks in one transaction. Rows equal to the last of their consumer may be left out. */
export async function saveClosing(
  pool: Pool,
  {
    position,
    book,
    rows,
    breaks,
  }: { readonly position: number; readonly book: unknown; readonly rows: readonly ClosingRow[]; readonly breaks: readonly BreakRow[] },
  at: number,
): Promise<void> {
  const client = await pool.connect();
  let isBroken = true;
  try {
    await client.query('BEGIN');
    await client.query(
      `INSERT INTO goshawk.ledger_book (position, book, closed_at) VALUES ($1, $2, api.from_micros($3))
       ON CONFLICT (only_one) DO UPDATE SET position = excluded.position, book = excluded.book, closed_at = excluded.closed_at`,
      [position, JSON.stringify(book), at],
    );
    await client.query(
      `INSERT INTO goshawk.ledger_closing (stage, topic, partition, at, app, from_offset, to_offset, records, passed, emitted, dropped, rejected, out, reason)
       SELECT r.stage, r.topic, r.partition, api.from_micros($2), r.app, r."from", r."to", r."in", r.passed, r.emitted, r.dropped, r.rejected, r.out, r.reason
       FROM jsonb_to_recordset($1) AS r (stage text, topic text, partition int, app text, "from" bigint, "to" bigint, "in" bigint, passed bigint, emitted bigint,
         dropped jsonb, rejected jsonb, out jsonb, reason text)`,
      [JSON.stringify(rows), at],
    );
    await client.query(
      `INSERT INTO goshawk.ledger_break (at, kind, stage, topic, partition, from_offset, to_offset, count, detail)
       SELECT api.from_micros($2), r.kind, r.stage, r.topic, r.partition, r."from", r."to", r.count, r.detail
       FROM jsonb_to_recordset($1) AS r (kind text, stage text, topic text, partition int, "from" bigint, "to" bigint, count bigint, detail text)`,
      [JSON.stringify(breaks), at],
    );
    await client.query('COMMIT');
    isBroken = false;
  } finally {
    client.release(isBroken);
  }
}

const COLUMNS = `app, stage, topic, partition, from_offset AS "from", to_offset AS "to", records AS "in", passed, emitted, dropped, rejected, out, reason`;

/** Each consumer's sums at the last closing at or before `at`; consumers without one are left out. */
export async function closingsAt(pool: Pool, at: number): Promise<readonly ClosingRow[]> {
  const { rows } = await pool.query<ClosingRow>(
    `SELECT c.* FROM api.ledger_book b, jsonb_to_recordset(b.book -> 'accounts') AS a (stage text, topic text, partition int),
     LATERAL (SELECT ${COLUMNS} FROM api.ledger_closing l WHERE l.stage = a.stage AND l.topic = a.topic AND l.partition = a.partition AND l.at <= api.from_micros($1)
       ORDER BY l.at DESC LIMIT 1) c`,
    [at],
  );
  return rows;
}

/** When the last closing at or before `at` was made; null when there is none. */
export async function lastClosing(pool: Pool, at: number): Promise<number | null> {
  const { rows } = await pool.query<{ at: number | null }>('SELECT max(at) AS at FROM api.ledger_closing WHERE at <= api.from_micros($1)', [at]);
  return rows[0]?.at ?? null;
}
/** When the first was made. */
export async function firstClosing(pool: Pool): Promise<number | null> {
  const { rows } = await pool.query<{ at: number | null }>('SELECT min(at) AS at FROM api.ledger_closing');
  return rows[0]?.at ?? null;
}

/** Breaks that closings after `from`, up to and including `to`, have found. */
export async function breaksBetween(pool: Pool, from: number, to: number): Promise<readonly BreakRow[]> {
  const { rows } = await pool.query<BreakRow>(
    `SELECT kind, stage, topic, partition, from_offset AS "from", to_offset AS "to", count, detail FROM api.ledger_break
     WHERE at > api.from_micros($1) AND at <= api.from_micros($2) ORDER BY id`,
    [from, to],
  );
  return rows;
}

/** Leaves of what is older than that many days the last row of each hour. @returns Rows saved */
export async function thinClosings(pool: Pool, afterDays: number): Promise<number> {
  const { rowCount } = await pool.query(
    `DELETE FROM goshawk.ledger_closing c WHERE at < now() - make_interval(days => $1) AND EXISTS (
       SELECT FROM goshawk.ledger_closing later WHERE later.stage = c.stage AND later.topic = c.topic AND later.partition = c.partition
         AND later.at > c.at AND later.at <= date_trunc('hour', c.at, 'UTC') + interval '1 hour')`,
    [afterDays],
  );
  return rowCount ?? 0;
}

/** A signed day; `hash` is the SHA-256 of `jws`. */
export interface ReportRow {
  readonly day: string;
  readonly jws: string;
  readonly hash: Buffer;
}
const REPORT = `SELECT to_char(day, 'YYYY-MM-DD') AS day, jws, hash FROM api.ledger_report`;

/** All of them, oldest first. */
export async function loadReports(pool: Pool): Promise<readonly ReportRow[]> {
  const { rows } = await pool.query<ReportRow>(`${REPORT} ORDER BY day`);
  return rows;
}
export async function lastReport(pool: Pool): Promise<ReportRow | null> {
  const { rows } = await pool.query<ReportRow>(`${REPORT} ORDER BY day DESC LIMIT 1`);
  return rows[0] ?? null;
}
/** @returns False when the day has one already: it is never replaced. */
export async function saveReport(pool: Pool, { day, jws, hash }: ReportRow): Promise<boolean> {
  const { rowCount } = await pool.query('INSERT INTO goshawk.ledger_report (day, jws, hash) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [day, jws, hash]);
  return rowCount === 1;
}
