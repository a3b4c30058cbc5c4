// Three ways to get encoded rows into their table, inside an open transaction.
import type { PoolClient } from '../../store/connect.ts';
import { copyIn } from '../../store/copy-in.ts';
import { isDataRefused } from '../../store/failure.ts';
import type { DeadLetter } from './dead-letters.ts';
import type { Encoding } from './encode.ts';
import { deadLetterOf } from './encode.ts';
import type { Target } from './target.ts';

/** What became of one span's rows. */
export interface Stored {
  readonly stored: number;
  readonly duplicates: number;
  readonly refused: readonly DeadLetter[];
}

/** Straight into the table, encoding on the way. The first repeated or refused row fails the transaction. */
export async function copyDirect<V>(client: PoolClient, target: Target<V>, encoding: Encoding<V>): Promise<void> {
  await copyIn(client, `goshawk.${target.table}`, target.columns.join(', '), encoding.pieces());
  if (encoding.records.length > 0)
    await target.afterCopy?.(
      client,
      encoding.records.map(({ value }) => value),
    );
}

/** Connections that have their staging table, by target. Temporary tables live as long as the connection. */
const staged = new WeakMap<PoolClient, Set<string>>();

async function stageOf(client: PoolClient, { table }: Target<never>): Promise<string> {
  const stage = `pg_temp.stage_${table}`;
  let tables = staged.get(client);
  if (tables === undefined) staged.set(client, (tables = new Set()));
  if (!tables.has(table)) {
    await client.query(
      `CREATE TEMPORARY TABLE IF NOT EXISTS stage_${table} (LIKE goshawk.${table} INCLUDING DEFAULTS, arrival bigint GENERATED ALWAYS AS IDENTITY) ON COMMIT DELETE ROWS`,
    );
  }
  return stage;
}
/** To be called when the transaction that made a staging table is durable: a rollback takes the table away again. */
export function rememberStage(client: PoolClient, { table }: Target<never>): void {
  staged.get(client)?.add(table);
}

async function mergeRows<V>(client: PoolClient, target: Target<V>, encoding: Encoding<V>, from: number, to: number, stage: string): Promise<number> {
  const columns = target.columns.join(', ');
  await copyIn(client, stage, columns, [encoding.rows.slice(from, to)]);
  const { rows } = await client.query<{ stored: number }>(target.merge(stage, columns));
  return rows[0]?.stored ?? 0;
}

/**
 * By way of staging, span by span: repeats are counted. With `bisect`, rows that the server refuses are found by halving and
 * left out; without, the first one fails the transaction.
 */
export async function storeStaged<V>(client: PoolClient, target: Target<V>, encoding: Encoding<V>, bisect: boolean): Promise<readonly Stored[]> {
  const stage = await stageOf(client, target as unknown as Target<never>);
  const results: Stored[] = [];
  for (const { rowFrom, rowTo } of encoding.spans) {
    const refused: DeadLetter[] = [];
    const isFirst = results.length === 0;
    if (rowFrom < rowTo && !isFirst) await client.query(`TRUNCATE ${stage}`);
    const stored =
      rowFrom === rowTo
        ? 0
        : bisect
          ? await storeBisected(client, target, encoding, rowFrom, rowTo, stage, refused)
          : await mergeRows(client, target, encoding, rowFrom, rowTo, stage);
    // An upsert leaves out what it already has a newer state of: that is stored as well.
    const taken = rowTo - rowFrom - refused.length;
    results.push(target.mode === 'upsert' ? { stored: taken, duplicates: 0, refused } : { stored, duplicates: taken - stored, refused });
  }
  return results;
}

async function storeBisected<V>(
  client: PoolClient,
  target: Target<V>,
  encoding: Encoding<V>,
  from: number,
  to: number,
  stage: string,
  refused: DeadLetter[],
): Promise<number> {
  await client.query('SAVEPOINT part');
  try {
    const stored = await mergeRows(client, target, encoding, from, to, stage);
    await client.query(`TRUNCATE ${stage}; RELEASE part`);
    return stored;
  } catch (error) {
    if (!isDataRefused(error)) throw error;
    await client.query('ROLLBACK TO part; RELEASE part');
    if (to - from === 1) {
      const record = encoding.records[from];
      if (record === undefined) throw error;
      refused.push({ ...deadLetterOf(record, error), code: 'INVALID_EVENT' });
      return 0;
    }
    const middle = (from + to) >>> 1;
    return (
      (await storeBisected(client, target, encoding, from, middle, stage, refused)) +
      (await storeBisected(client, target, encoding, middle, to, stage, refused))
    );
  }
}
