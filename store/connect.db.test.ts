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

  it('is ended on the server, and its connection is used by nobody else', async () => {
    const gone = new AbortController();
    const reason = new Error('gone');
    const asked = withOrganization(pool, 'default', (sql) => sql.query('SELECT pg_sleep(600)'), gone.signal);
    const refused = expect(asked).rejects.toBe(reason);
    await until(1);
    gone.abort(reason);
    await refused;
    await until(0);
    expect((await withOrganization(pool, 'default', (sql) => sql.query('SELECT 1 AS one'))).rows).toEqual([{ one: 1 }]);
  });

  it('is not begun when he was gone before', async () => {
    await expect(withOrganization(pool, 'default', () => Promise.reject(new Error('begun')), AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
  });
});
