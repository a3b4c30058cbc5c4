import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApi } from '../../test/api.ts';
import type { TestApi } from '../../test/api.ts';
import { openTestDatabase, serverUrl } from '../../test/database.ts';
import type { TestDatabase } from '../../test/database.ts';
import { seedEvents } from '../../test/seed.ts';

describe.skipIf(serverUrl === '')('a query whose caller goes away', () => {
  let database: TestDatabase;
  let api: TestApi;
  beforeAll(async () => {
    database = await openTestDatabase();
    await seedEvents(database.owner, [{ n: 1 }]);
    api = await openTestApi(database);
    await api.app.listen({ host: '127.0.0.1', port: 0 });
  });
  afterAll(async () => {
    await api?.close();
    await database?.drop();
  });

  it('is ended in the database', async () => {
    const holder = await database.owner.connect();
    /** Statements of the API that wait for the table. */
    const waiting = async (): Promise<number> =>
      (
        await database.owner.query<{ n: number }>(
          `SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%api.event_newest%'`,
        )
      ).rows[0]!.n;
    try {
      await holder.query('BEGIN; LOCK TABLE goshawk.event IN ACCESS EXCLUSIVE MODE');
      const gone = new AbortController();
      const asked = fetch(`http://127.0.0.1:${(api.app.server.address() as AddressInfo).port}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${await api.token(['admin'])}` },
        body: JSON.stringify({ query: '{ events { edges { node { id } } } }' }),
        signal: gone.signal,
      });
      const refused = expect(asked).rejects.toMatchObject({ name: 'AbortError' });
      while ((await waiting()) !== 1);
      gone.abort();
      await refused;
      while ((await waiting()) !== 0);
    } finally {
      await holder.query('ROLLBACK');
      holder.release();
    }
    expect((await api.graphql('{ events { edges { node { id } } } }')).data.events.edges).toHaveLength(1);
  });
});
