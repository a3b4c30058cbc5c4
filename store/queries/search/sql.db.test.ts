import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestDatabase, serverUrl } from '../../../api/test/database.ts';
import type { TestDatabase } from '../../../api/test/database.ts';
import { NOON, seedEvents, seedOrganization } from '../../../api/test/seed.ts';
import { withOrganization } from '../../connect.ts';
import { searchEvents } from './page.ts';
import { CASES, EVENTS, GUIDE_CASES, GUIDE_EVENTS, REFUSED } from '../../../domains/search/cases.ts';
import { parseSearch, SearchError } from '../../../domains/search/syntax.ts';

describe.skipIf(serverUrl === '')('a search in SQL', () => {
  let database: TestDatabase;
  const names = Object.keys(EVENTS);
  const find = async (text: string) => {
    const { rows } = await withOrganization(database.pool, 'default', (sql) => searchEvents(sql, { from: NOON, search: parseSearch(text) }, null, 50));
    return rows.map(({ rawOffset }) => names[rawOffset]).reverse();
  };

  beforeAll(async () => {
    database = await openTestDatabase();
    await seedEvents(
      database.owner,
      Object.values(EVENTS).map((event, n) => ({ n, ...event })),
    );
    await seedOrganization(database.owner, 'guide');
    await seedEvents(
      database.owner,
      Object.values(GUIDE_EVENTS).map((event, n) => ({ n, organization: 'guide', ...event })),
    );
  });
  afterAll(() => database.drop());

  it.each(CASES)('%s: %s', async (_name, text, found) => {
    expect(await find(text)).toEqual(found);
  });

  it.each(GUIDE_CASES)('finds what its guide says: %s', async (text, found) => {
    const guideNames = Object.keys(GUIDE_EVENTS);
    const { rows } = await withOrganization(database.pool, 'guide', (sql) => searchEvents(sql, { from: NOON, search: parseSearch(text) }, null, 50));
    expect(rows.map(({ rawOffset }) => guideNames[rawOffset])).toEqual(found); // newest first, as they stand there
  });

  it.each(REFUSED)('refuses %s: %s', async (_name, text, at) => {
    await expect(find(text)).rejects.toMatchObject({ name: SearchError.name, code: 'INVALID_SEARCH', at });
  });
});
