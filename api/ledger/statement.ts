// What became of every record between two times: the difference of two closings.
import type { Account, Break, Closed, StoredBook } from '../../domains/ledger/index.ts';
import { consumerKey } from '../../domains/ledger/index.ts';
import type { Micros } from '../../pipeline/core/index.ts';
import type { Pool } from '../../store/connect.ts';
import type { BreakRow, ClosingRow } from '../../store/ledger.ts';
import { breaksBetween, closingsAt, firstClosing, lastClosing, loadBook, loadStageLedger } from '../../store/ledger.ts';
import type { BookkeeperDeps, Books } from './bookkeeper.ts';
import { closeBooks } from './bookkeeper.ts';

export type Hop = Omit<Account, 'app'>;
export interface Statement {
  readonly isBalanced: boolean;
  /**
   * Closings between which it counts: what was committed after `from`, up to and including `to`. Null `from` = since the first entry; null `to` = as of
   * now, with the counts that no entry tells of yet.
   */
  readonly range: { readonly from: Micros | null; readonly to: Micros | null };
  readonly hops: readonly Hop[];
  readonly breaks: readonly (Break | BreakRow)[];
  /** Consumers that could not be compared with what was written to their topics at `to`, and why. They are compared by a later closing. */
  readonly notCompared: readonly { readonly stage: string; readonly topic: string; readonly partition: number; readonly reason: string }[];
}
export type StatementDeps = Omit<BookkeeperDeps, 'storedEntries'> & { readonly pool: Pool; readonly wallMicros: () => Micros };

/**
 * @param range Half-open [from, to): ranges that meet share a closing, so nothing is in both and nothing in neither. Null = no bound.
 * @throws RetryableError while the database is away, or, for a range that reaches to now, the broker.
 */
export async function statementOf(range: { readonly from: Micros | null; readonly to: Micros | null }, deps: StatementDeps): Promise<Statement> {
  const isLive = range.to === null || range.to > deps.wallMicros();
  const from = range.from === null ? null : await lastClosing(deps.pool, range.from);
  const before = from === null ? [] : await closingsAt(deps.pool, from);
  if (!isLive) {
    const to = await lastClosing(deps.pool, range.to);
    const after = to === null ? [] : await closingsAt(deps.pool, to);
    const breaks = to === null ? [] : await breaksBetween(deps.pool, from ?? -1, to);
    return summed(before, after, breaks, { from, to: to ?? range.to });
  }
  const start = await loadBook<StoredBook>(deps.pool);
  const live = await closeNow(start, deps);
  const found = start === null ? [] : await breaksBetween(deps.pool, from ?? -1, start.closedAt);
  return summed(before, live.closed, [...found, ...live.breaks], { from, to: null });
}

/** The books as of now, without storing them. */
const closeNow = (start: { readonly position: number; readonly book: StoredBook } | null, deps: StatementDeps): Promise<Books> =>
  closeBooks(start, { ...deps, storedEntries: (known) => loadStageLedger(deps.pool, known) });

function summed(
  before: readonly (ClosingRow | Closed)[],
  after: readonly (ClosingRow | Closed)[],
  breaks: readonly (Break | BreakRow)[],
  range: Statement['range'],
): Statement {
  const earlier = new Map(before.map((row) => [consumerKey(row), row]));
  const hops = after
    .map((row) => difference(row, earlier.get(consumerKey(row))))
    .filter((hop) => hop.to > hop.from || hop.emitted > 0)
    .toSorted((a, b) => compareText(a.stage, b.stage) || compareText(a.topic, b.topic) || a.partition - b.partition);
  const notCompared = after.flatMap(({ stage, topic, partition, reason }) =>
    reason === null || reason === 'no-ledger-upstream' ? [] : [{ stage, topic, partition, reason }],
  );
  return { isBalanced: breaks.length === 0, range, hops, breaks, notCompared };
}

function difference(row: ClosingRow | Closed, before: ClosingRow | Closed | undefined): Hop {
  const { stage, topic, partition } = row;
  const less = (counts: Readonly<Record<string, number>>, of: Readonly<Record<string, number>> = {}) =>
    Object.fromEntries(
      Object.entries(counts)
        .map(([name, count]) => [name, count - (of[name] ?? 0)] as const)
        .filter(([, count]) => count !== 0),
    );
  return {
    stage,
    topic,
    partition,
    from: before?.to ?? row.from,
    to: row.to,
    in: row.in - (before?.in ?? 0),
    passed: row.passed - (before?.passed ?? 0),
    emitted: row.emitted - (before?.emitted ?? 0),
    dropped: less(row.dropped, before?.dropped),
    rejected: less(row.rejected, before?.rejected),
    out: less(row.out, before?.out),
  };
}

/** Days (UTC, `YYYY-MM-DD`) that are over at `now`, from the day of the first closing or the day after `last`; none before there is a closing. */
export async function daysDue(pool: Pool, last: string | null, now: Micros): Promise<readonly string[]> {
  const first = last === null ? await firstClosing(pool) : startOf(last) + DAY_MICROS;
  if (first === null) return [];
  const days: string[] = [];
  for (let start = Math.floor(first / DAY_MICROS) * DAY_MICROS; start + DAY_MICROS <= now; start += DAY_MICROS) days.push(dayOf(start));
  return days;
}
export const DAY_MICROS = 86_400_000_000;
export const startOf = (day: string): Micros => Date.parse(`${day}T00:00:00Z`) * 1000;
export const dayOf = (at: Micros): string => new Date(at / 1000).toISOString().slice(0, 10);

const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
