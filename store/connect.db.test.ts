import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Pool } from 'pg';
import { openPool, signedInAs, withOrganization } from './connect.ts';
import { freshDatabase, serverUrl } from './test/fresh-database.ts';
import type { FreshDatabase } from './test/fresh-database.ts';

describe.skipIf(serverUrl === '')('a statement that nobody waits for any more', () => {
  let database: FreshDatabase;
  let pool: Pool;
  beforeAll(async () => {
    database = await freshDatabase();
    pool = openPool({ databaseUrl: signedInAs(database.url, 'goshawk_api'), role: 'goshawk_api', max: 1, applicationName: 'cancelled' });
  });
  afterAll(async () => {
    await pool?.end();
    await database?.drop();
  });

  const running = async (): Promise<number> =>
    (
      await database.owner.query<{ n: number }>(
        `SELECT count(*) AS n FROM pg_stat_activity WHERE application_name = 'cancelled' AND state = 'active' AND query LIKE '%pg_sleep%'`,
      )
    ).rows[0]!.n;
  const until = async (count: number): Promise<void> => {
    while ((await running()) !== count);
  };

  it.each([false, true])('is ended on the server, and its connection is used by nobody else (reads: %s)', async (reads) => {
    const gone = new AbortController();
    const reason = new Error('gone');
    const asked = withOrganization(pool, 'default', (sql) => sql.query('SELECT pg_sleep(600)'), { signal: gone.signal, reads });
    const refused = expect(asked).rejects.toBe(reason);
    await until(1);
    gone.abort(reason);
    await refused;
    await until(0);
    expect((await withOrganization(pool, 'default', (sql) => sql.query('SELECT 1 AS one'))).rows).toEqual([{ one: 1 }]);
  });

  it('is not begun when he was gone before', async () => {
    await expect(withOrganization(pool, 'default', () => Promise.reject(new Error('begun')), { signal: AbortSignal.abort(new Error('gone')) })).rejects.toThrow(
      'gone',
    );
  });
});

describe.skipIf(serverUrl === '')('reading without a transaction', () => {
  let database: FreshDatabase;
  let pool: Pool;
  beforeAll(async () => {
    database = await freshDatabase();
    pool = openPool({ databaseUrl: signedInAs(database.url, 'goshawk_api'), role: 'goshawk_api', max: 1 });
  });
  afterAll(async () => {
    await pool?.end();
    await database?.drop();
  });
  const read = (organization: string, text: string, values: readonly unknown[] = []) =>
    withOrganization(pool, organization, async (sql) => (await sql.query<Record<string, unknown>>(text, [...values])).rows, { reads: true });

  it.each(['default', 'other', "o'ther; --"])('sees the organization %s', async (organization) => {
    expect(await read(organization, 'SELECT api.organization() AS seen, $1::int AS given', [7])).toEqual([{ seen: organization, given: 7 }]);
  });

  it('gives values as every connection does, and no row of its own', async () => {
    expect(await read('default', `SELECT timestamptz '2026-01-01 00:00:00.000001+00' AS at, 5::bigint AS n WHERE $1`, [true])).toEqual([
      { at: 1_767_225_600_000_001, n: 5 },
    ]);
    expect(await read('default', 'SELECT 1 WHERE false')).toEqual([]);
  });

  it('leaves the setting behind nowhere, also after a mistake', async () => {
    await expect(read('default', 'SELECT 1/0')).rejects.toMatchObject({ code: '22012' });
    await expect(read('default', 'SELECT nonsense')).rejects.toMatchObject({ code: '42703' });
    await read('default', 'SELECT 1');
    await expect(pool.query('SELECT api.organization()')).rejects.toMatchObject({ code: '42501' });
    expect(await read('other', 'SELECT api.organization() AS seen')).toEqual([{ seen: 'other' }]);
  });

  it('asks one thing after the other on one connection', async () => {
    const seen: unknown[] = [];
    await withOrganization(
      pool,
      'default',
      async (sql) => {
        for (const n of [1, 2, 3]) seen.push((await sql.query<{ n: number }>('SELECT $1::int AS n', [n])).rows[0]?.n);
      },
      { reads: true },
    );
    expect(seen).toEqual([1, 2, 3]);
  });
});
