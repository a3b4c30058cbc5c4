import type { Pool, PoolClient } from '../../store/connect.ts';
import type { Logger } from 'pino';
import type { Batch, Loader, Owned } from '../core/index.ts';
import { FencedError, RetryableError } from '../core/errors.ts';
import { CopyRows, isStorableTime } from '../../store/copy.ts';
import { asPipelineError, isDataRefused, isDuplicate, isPartitionMissing } from '../../store/failure.ts';
import { setAside } from './dead-letters.ts';
import { Encoding, recordsOf, spansOf } from './encode.ts';
import type { Observer } from './field-catalogue.ts';
import type { Entry, Tally } from './ledger.ts';
import { Ledger } from './ledger.ts';
import type { CountRows } from './metrics.ts';
import type { Committed, Extents, OnGap } from './position.ts';
import { claim, describeGaps, isStoredAlready, reconcile, skipGaps } from './position.ts';
import { portionsOf } from './portions.ts';
import type { Stored } from './store-rows.ts';
import { copyDirect, rememberStage, storeStaged } from './store-rows.ts';
import type { Target } from './target.ts';

export interface LoaderDeps {
  /** Of role goshawk_stages; the caller ends it. One connection per loader is used at a time. Transaction poolers break the staging tables: connect directly. */
  readonly pool: Pool;
  /** Consumer group, for example `goshawk.persist`. */
  readonly group: string;
  /** Offsets of the group in Kafka (`Admin.committed`), where the runtime commits them as hints after each load. */
  readonly committed: Committed;
  /** What the topics hold, asked when partitions are claimed. Absent: positions are believed. */
  readonly extents?: Extents;
  /** `stop` unless given. */
  readonly onGap?: OnGap;
  readonly log: Logger;
  readonly countRows: CountRows;
  /** `goshawk`, or the lane. */
  readonly app: string;
  /** How long one entry of the ledger grows. */
  readonly ledgerSpanMs: number;
  readonly now?: () => number;
  /** Rows in memory at once: a larger load is cut into several transactions. 32 MiB unless given. */
  readonly loadBytes?: number;
}

/** `direct` is the fast way; each failure that another way can cure leads to the next. */
type Way = 'direct' | 'staged' | 'bisected';

const STAGE = 'persist';
const DAY_MICROS = 86_400_000_000;
const STAGED_AFTER_DUPLICATES = 20; // loads: replays and re-drives repeat themselves
const ATTEMPTS = 6;
const LOAD_BYTES = 32 << 20; // records may have megabytes each

/**
 * A loader of one topic into one table: rows, offsets, ledger, dead letters and notifications in one transaction. Loads one after another.
 * @param observe What else is written in that transaction about the values that are stored.
 */
export function createLoader<V>(target: Target<V>, deps: LoaderDeps, observe?: Observer<V>): Loader<V> {
  const { pool, group, app, log } = deps;
  const rows = new CopyRows();
  const ledger = new Ledger(deps.ledgerSpanMs, deps.now ?? Date.now);
  const preparedDays = new Set<number>();
  let generation = -1;
  let stagedLoads = 0;

  async function load(batches: readonly Batch<V>[]): Promise<void> {
    const ours = generation; // a later `open` fences a load that is still under way
    const spans = spansOf(batches);
    let way: Way = target.mode === 'upsert' || stagedLoads > 0 ? 'staged' : 'direct';
    const client = await pool.connect();
    let isBroken = true;
    try {
      for (let attempt = 1; ; attempt += 1) {
        await prepareDays(client, batches);
        const encoding = new Encoding(target, rows, spans);
        try {
          await transact(client, encoding, way, ours);
          isBroken = false;
          return;
        } catch (error) {
          await client.query('ROLLBACK');
          if (attempt === ATTEMPTS) throw error;
          if (isPartitionMissing(error))
            preparedDays.clear(); // retention was quicker
          else if (way === 'direct' && isDuplicate(error)) way = 'staged';
          else if (way !== 'bisected' && isDataRefused(error)) way = 'bisected';
          else if (error instanceof FencedError && (await isStoredAlready(client, group, spans, ours))) {
            ledger.close(spans);
            isBroken = false;
            return;
          } else {
            isBroken = !(error instanceof FencedError);
            throw error;
          }
          log.debug({ loader: target.name, way, attempt }, 'Loads again another way.');
        }
      }
    } finally {
      client.release(isBroken);
    }
  }

  async function prepareDays(client: PoolClient, batches: readonly Batch<V>[]): Promise<void> {
    if (target.timeTables.length === 0) return;
    const missing = new Set<number>();
    let last = Number.NaN;
    for (const { records } of batches) {
      for (const { value } of records) {
        const time = target.timeOf(value);
        const day = Math.floor(time / DAY_MICROS);
        if (day !== last && !preparedDays.has(day) && isStorableTime(time)) missing.add(day);
        last = day;
      }
    }
    if (missing.size === 0) return;
    for (const table of target.timeTables) {
      await client.query(`SELECT goshawk.prepare_days($1, array(SELECT date '1970-01-01' + day FROM unnest($2::int[]) AS day))`, [table, [...missing]]);
    }
    for (const day of missing) preparedDays.add(day);
  }

  async function transact(client: PoolClient, encoding: Encoding<V>, way: Way, ours: number): Promise<void> {
    await client.query('BEGIN');
    const stored = await store(client, encoding, way);
    const refused = [...encoding.refused, ...stored.flatMap((one) => one.refused)];
    const tallies = encoding.spans.map((span, index): Tally => {
      const { stored: count, duplicates } = stored[index] as Stored;
      const rejected: Record<string, number> = {};
      for (const { position, code, records = 1 } of refused) {
        if (position.topic === span.topic && position.partition === span.partition) rejected[code] = (rejected[code] ?? 0) + records;
      }
      return {
        topic: span.topic,
        partition: span.partition,
        from: span.from,
        next: span.next,
        records: span.records,
        stored: count,
        dropped: duplicates > 0 ? { duplicate: duplicates } : {},
        rejected,
      };
    });
    const entries = tallies.map((tally) => ledger.entryWith(tally));
    await setAside(client, STAGE, refused);
    const beside = observe?.(encoding.records.map(({ value }) => value));
    await beside?.write(client);
    await advance(client, tallies, entries, ours);
    await client.query('COMMIT');

    if (way !== 'direct') rememberStage(client, target as unknown as Target<never>);
    ledger.commit(entries);
    beside?.commit();
    const duplicates = stored.reduce((sum, one) => sum + one.duplicates, 0);
    stagedLoads = duplicates > 0 ? STAGED_AFTER_DUPLICATES : Math.max(0, stagedLoads - 1);
    deps.countRows(
      target.name,
      stored.reduce((sum, one) => sum + one.stored, 0),
      duplicates,
      recordsOf(refused),
    );
    if (refused.length > 0)
      log.warn(
        { code: refused[0]?.code, loader: target.name, count: refused.length, reason: refused[0]?.message },
        'Records could not be stored; they go to the dead letters.',
      );
  }

  async function store(client: PoolClient, encoding: Encoding<V>, way: Way): Promise<readonly Stored[]> {
    if (way === 'direct') {
      await copyDirect(client, target, encoding);
      return encoding.spans.map(({ rowFrom, rowTo }) => ({ stored: rowTo - rowFrom, duplicates: 0, refused: [] }));
    }
    for (const piece of encoding.pieces()) void piece; // staging sends span by span what is encoded
    return storeStaged(client, target, encoding, way === 'bisected');
  }

  /** Moves the offsets, if they are where the load began and no later generation has them, and writes the ledger beside them. */
  async function advance(client: PoolClient, tallies: readonly Tally[], entries: readonly Entry[], ours: number): Promise<void> {
    const { rows: answer } = await client.query<{ moved: number }>({
      name: 'persist-advance',
      text: `
        WITH moved AS (
          UPDATE goshawk.stage_offset o SET next_offset = t.next, generation = $2, changed_at = now()
          FROM unnest($3::text[], $4::int[], $5::bigint[], $6::bigint[]) AS t (topic, partition, expected, next)
          WHERE o.consumer_group = $1 AND o.topic = t.topic AND o.partition = t.partition AND (o.next_offset = t.expected OR o.next_offset IS NULL) AND o.generation <= $2
          RETURNING 1
        ), entered AS (
          INSERT INTO goshawk.stage_ledger (app, stage, topic, partition, from_offset, to_offset, records, passed, dropped, rejected)
          SELECT $7, $8, t.* FROM unnest($9::text[], $10::int[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[], $15::jsonb[], $16::jsonb[]) AS t
          ON CONFLICT (app, stage, topic, partition, from_offset) DO UPDATE SET to_offset = excluded.to_offset, records = excluded.records,
            passed = excluded.passed, dropped = excluded.dropped, rejected = excluded.rejected, wall_to = now()
        )
        SELECT count(*) AS moved FROM moved`,
      values: [
        group,
        ours,
        tallies.map(({ topic }) => topic),
        tallies.map(({ partition }) => partition),
        tallies.map(({ from }) => from),
        tallies.map(({ next }) => next),
        app,
        STAGE,
        entries.map(({ topic }) => topic),
        entries.map(({ partition }) => partition),
        entries.map(({ from }) => from),
        entries.map(({ next }) => next),
        entries.map(({ records }) => records),
        entries.map(({ stored }) => stored),
        entries.map(({ dropped }) => JSON.stringify(dropped)),
        entries.map(({ rejected }) => JSON.stringify(rejected)),
      ],
    });
    if (answer[0]?.moved !== tallies.length) {
      throw new FencedError('OFFSETS_FENCED', 'The offsets in the database are not where this load began, or another generation has them', {
        loader: target.name,
        generation: ours,
      });
    }
  }

  return {
    name: target.name,
    reads: target.reads,
    async open(owned: readonly Owned[], newGeneration: number) {
      try {
        const claimed = await claim(pool, group, owned, newGeneration, deps.committed);
        const { positions, gaps } = deps.extents ? reconcile(claimed, await deps.extents(claimed), deps.onGap ?? 'stop') : { positions: claimed, gaps: [] };
        if (gaps.length > 0) {
          await skipGaps(pool, group, gaps, newGeneration);
          log.error(
            { code: 'OFFSET_GONE', loader: target.name, gaps },
            `Goes on without records that were deleted before they were stored: ${describeGaps(gaps)}.`,
          );
        }
        generation = newGeneration;
        ledger.close(owned);
        return positions;
      } catch (error) {
        throw asPipelineError(error);
      }
    },
    async load(batches) {
      try {
        for (const portion of portionsOf(batches, target.bytesOf, deps.loadBytes ?? LOAD_BYTES)) await load(portion);
      } catch (error) {
        // A missing partition that keeps missing, or data that no way could store: try again later rather than lose it.
        if (isPartitionMissing(error) || isDataRefused(error))
          throw new RetryableError('DATABASE_UNAVAILABLE', `The database would not take rows of ${target.name}`, {}, { cause: error });
        throw asPipelineError(error);
      }
    },
    close(owned) {
      ledger.close(owned);
      return Promise.resolve();
    },
  };
}
