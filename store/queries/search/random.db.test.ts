// Two readings of the language that share nothing but its tree: SQL, and the matcher of the live tail.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileFilter } from '../../../api/live/match.ts';
import { openTestDatabase, serverUrl } from '../../../api/test/database.ts';
import type { TestDatabase } from '../../../api/test/database.ts';
import { seedEvents } from '../../../api/test/seed.ts';
import { withOrganization } from '../../connect.ts';
import { eventConditions, SELECT_EVENT } from '../events.ts';
import type { EventRow } from '../events.ts';
import { manyOf } from '../sql.ts';
import type { Sql } from '../sql.ts';
import { indexClauses } from './index-clauses.ts';
import { Parameters } from './parameters.ts';
import { printSearch } from '../../../domains/search/print.ts';
import { parseSearch, SearchError } from '../../../domains/search/syntax.ts';
import { TermList } from './terms.ts';
import { event, search } from '../../../domains/search/test/arbitraries.ts';

const EVENTS = 150;
const SEED = 20_261_125;

describe.skipIf(serverUrl === '')('any search', () => {
  let database: TestDatabase;
  let rows: readonly EventRow[];
  const inDatabase = <T>(work: (sql: Sql) => Promise<T>) => withOrganization(database.pool, 'default', work);

  beforeAll(async () => {
    database = await openTestDatabase();
    await seedEvents(
      database.owner,
      fc.sample(event, { seed: SEED, numRuns: EVENTS }).map((one, n) => ({ n, ...one })),
    );
    rows = await inDatabase((sql) => manyOf<EventRow>(sql, `SELECT ${SELECT_EVENT} FROM api.event e ORDER BY e.raw_offset`));
  });
  afterAll(() => database.drop());

  it('finds in SQL what it finds in memory, and the index lists all of it', async () => {
    let found = 0;
    await inDatabase((sql) =>
      fc.assert(
        fc.asyncProperty(search, async (tree) => {
          const text = printSearch(tree);
          const filter = { search: parseSearch(text) };
          const inMemory = rows.filter((row) => compileFilter(filter).search?.(row) ?? true).map(({ rawOffset }) => rawOffset);
          const parameters = new Parameters();
          const conditions = (() => {
            try {
              return eventConditions(filter, parameters).join(' AND ');
            } catch (error) {
              if (error instanceof SearchError) return null; // what cannot be asked is asked of nobody
              throw error;
            }
          })();
          if (conditions === null) return;
          const inSql = await manyOf<{ readonly n: number }>(
            sql,
            `SELECT e.raw_offset AS n FROM api.event e WHERE ${conditions} ORDER BY 1`,
            parameters.values,
          );
          expect(inSql.map(({ n }) => n)).toEqual(inMemory);
          found += inSql.length;
          for (const { terms, what } of indexClauses('default', filter))
            for (const n of inMemory) expect([what, terms.some((term) => termsOf(rows[n]!).has(term))]).toEqual([what, true]);
        }),
        { numRuns: 600, seed: SEED },
      ),
    );
    expect(found).toBeGreaterThan(1_000);
  });
});

/** As persist makes them; that it does is tested where it stores. */
function termsOf(row: EventRow): ReadonlySet<number> {
  const list = new TermList();
  list.begin('default');
  list.addJson(Buffer.from(row.native));
  list.addJson(Buffer.from(JSON.stringify(row.detail)));
  for (const text of [row.dataset, row.sensor, row.hostName, row.userName, row.processName, row.dnsQuestion]) list.addText(text);
  list.addAddress(row.sourceIp);
  list.addAddress(row.destinationIp);
  return new Set(list.values());
}
