// For tests: a topic in memory, and loaders that are stopped and started over it.
import { expect } from 'vitest';
import type { Pool, PoolClient } from '../../../store/connect.ts';
import type { Batch, Loader, Owned } from '../../core/index.ts';
import { silent } from '../../../store/test/fresh-database.ts';
import type { Persist, PersistConfig, PersistDeps } from '../index.ts';
import { config, persist } from '../index.ts';
import { recordOf } from './record.ts';

export const batchOf = <V>(topic: string, partition: number, from: number, values: readonly V[]): Batch<V> => ({
  topic,
  partition,
  from,
  next: from + values.length,
  records: values.map((value, index) => recordOf(topic, partition, from + index, value)),
});

export const loaders = (pool: Pool, deps: Partial<PersistDeps> = {}, options: Partial<PersistConfig> = {}): Persist =>
  persist(config.parse(options), { pool, committed: () => Promise.resolve(new Map()), log: silent, ...deps });

/** Values by partition; offsets count from 0. */
export type Log<V> = readonly (readonly V[])[];

/** Reads on from what the database says, in batches, like a process that has just started. */
export async function runFromStart<V>(loader: Loader<V>, topic: string, log: Log<V>, generation: number, batchSize: number): Promise<void> {
  const owned: Owned[] = log.map((_values, partition) => ({ topic, partition }));
  const next = log.map(() => 0);
  for (const { partition, next: stored } of await loader.open(owned, generation)) next[partition] = stored;
  while (log.some((values, partition) => (next[partition] as number) < values.length)) {
    const batches = log.flatMap((values, partition) => {
      const from = next[partition] as number;
      return from < values.length ? [batchOf(topic, partition, from, values.slice(from, from + batchSize))] : [];
    });
    await loader.load(batches);
    for (const batch of batches) next[batch.partition] = batch.next;
  }
  await loader.close(owned);
}

/** Breaks the connection at the n-th statement from now on: before it is sent, or after it was carried out but before its answer is seen. */
export class Breaker {
  #left = Number.POSITIVE_INFINITY;
  #when: 'before' | 'after' = 'before';

  constructor(pool: Pool) {
    pool.on('connect', (client) => {
      this.#watch(client);
    });
  }

  arm(statements: number, when: 'before' | 'after'): void {
    this.#left = statements;
    this.#when = when;
  }
  get hasBroken(): boolean {
    return this.#left <= 0;
  }

  #watch(client: PoolClient): void {
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    const cut = () => {
      (client as unknown as { connection: { stream: { destroy: () => void } } }).connection.stream.destroy();
    };
    client.query = ((...args: unknown[]) => {
      this.#left -= 1;
      if (this.#left !== 0) return query(...args);
      if (this.#when === 'before') {
        cut();
        return query(...args);
      }
      const answer = query(...args);
      if (!(answer instanceof Promise)) return answer; // a COPY: its end is the next statement's beginning
      return answer.then(() => {
        cut();
        throw new Error('Connection terminated unexpectedly');
      });
    }) as typeof client.query;
  }
}

/** The pool, but offsets are moved on a connection of their own, hence in a transaction of their own. */
export function offsetsApart(pool: Pool): Pool {
  const connect = async () => {
    const client = await pool.connect();
    return new Proxy(client, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        if (name !== 'query') return value.bind(target) as unknown;
        return (statement: string | { readonly name?: string; readonly text?: string }, ...more: unknown[]) =>
          typeof statement === 'object' && statement.name === 'persist-advance'
            ? pool.query(statement as Parameters<Pool['query']>[0])
            : (value as (...args: unknown[]) => unknown).call(target, statement, ...more);
      },
    });
  };
  return new Proxy(pool, {
    get(target, name) {
      if (name === 'connect') return connect;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value; // else its own calls of connect would come here
    },
  });
}

/** What the database must show of one topic when all of `log` was loaded, however often it was interrupted. */
export async function expectLedger(owner: Pool, topic: string, log: Log<unknown>): Promise<void> {
  const { rows } = await owner.query<{ partition: number; from: number; to: number; records: number; passed: number; others: number }>(
    `
    SELECT partition, from_offset AS from, to_offset AS to, records, passed,
      (SELECT coalesce(sum(n::bigint), 0) FROM (SELECT value AS n FROM jsonb_each_text(dropped) UNION ALL SELECT value FROM jsonb_each_text(rejected)) AS x)::bigint AS others
    FROM goshawk.stage_ledger WHERE topic = $1 ORDER BY partition, from_offset`,
    [topic],
  );
  for (const [partition, values] of log.entries()) {
    let next = 0;
    for (const row of rows.filter((candidate) => candidate.partition === partition)) {
      expect(row.from, `entries of partition ${partition} follow each other`).toBe(next);
      expect(row.passed + row.others, 'records = passed + dropped + rejected').toBe(row.records);
      expect(row.to - row.from).toBe(row.records);
      next = row.to;
    }
    expect(next, `partition ${partition} is read to its end`).toBe(values.length);
  }
}
