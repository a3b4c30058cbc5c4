import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestDatabase, serverUrl } from '../../../api/test/database.ts';
import type { TestDatabase } from '../../../api/test/database.ts';
import { hexId, NOON, seedEvents, seedOrganization } from '../../../api/test/seed.ts';
import { withOrganization } from '../../connect.ts';
import type { Sql } from '../sql.ts';
import { countEvents, topValues } from '../event-counts.ts';
import { COST_LIMITS, SearchTooBroadError } from './cost.ts';
import { explainSearch } from './explain.ts';
import { searchEvents } from './page.ts';
import type { PageOptions, Place } from './page.ts';
import { parseSearch } from '../../../domains/search/syntax.ts';
import { TermList } from './terms.ts';

const DAY = 86_400_000_000;
const HOUR = 3_600_000_000;
const CROWD = 42_000; // twice what is looked at before the index is asked

/** Needles lie behind the crowd, older than it: days before, one of them without terms. */
const NEEDLES = [
  { n: 900_001, time: NOON - DAY },
  { n: 900_002, time: NOON - DAY },
  { n: 900_003, time: NOON - 9 * DAY },
  { n: 900_004, time: NOON - 40 * DAY },
].map((needle) => ({ ...needle, columns: { user_name: 'Needle' }, native: { Image: 'C:\\needle.exe', LogonType: 3 } }));
const idsOf = (numbers: readonly number[]) => numbers.map(hexId);

describe.skipIf(serverUrl === '')('pages of events', () => {
  let database: TestDatabase;
  const page = (search: string, after: Place | null = null, limit = 10, options: PageOptions = {}, organization = 'default') =>
    withOrganization(database.pool, organization, (sql) => searchEvents(sql, { search: parseSearch(search) }, after, limit, options));

  beforeAll(async () => {
    database = await openTestDatabase();
    await seedOrganization(database.owner, 'other');
    await seedEvents(database.owner, [
      ...NEEDLES,
      { n: 900_009, organization: 'other', time: NOON - DAY, columns: { user_name: 'Needle' }, native: NEEDLES[0]!.native },
    ]);
    for (const table of ['event', 'event_count'])
      await database.owner.query(`SELECT goshawk.prepare_days($1, ARRAY[api.from_micros($2)::date, api.from_micros($2)::date + 1])`, [table, NOON]);
    await database.owner.query(
      `INSERT INTO goshawk.event (event_time, id, organization, dataset, sensor, product, kind, category, type, raw_topic, raw_partition, raw_offset, appended_at, parser, parser_version, detail, terms, native, user_name)
       SELECT api.from_micros($1::bigint + n * 1000), decode(lpad(to_hex(n), 32, '0'), 'hex'), 'default', 'crowd', 'test', 'test', 'event', '{}', '{}', 'raw.default.test', 0, n, now(), 'test', 1, '{"labels": {}}', '{}',
         '{"n":' || n || '}', 'crowd' FROM generate_series(1, $2::int) n`,
      [NOON, CROWD],
    );
    for (const { n, native } of NEEDLES.slice(0, 3)) await setTerms(n, 'default', native);
    await setTerms(900_009, 'other', NEEDLES[0]!.native);
    await database.owner.query(
      `INSERT INTO goshawk.event_count (minute, organization, dataset, sensor, events) VALUES (api.from_micros($1), 'default', 'crowd', 'test', $2)`,
      [NOON, CROWD],
    );
    await database.owner.query('ANALYZE goshawk.event');
  });
  afterAll(() => database.drop());

  async function setTerms(n: number, organization: string, native: unknown): Promise<void> {
    const list = new TermList();
    list.begin(organization);
    list.addText('Needle');
    list.addJson(Buffer.from(JSON.stringify(native)));
    await database.owner.query(`UPDATE goshawk.event SET terms = $1 WHERE id = decode($2, 'hex')`, [list.values(), hexId(n)]);
  }

  it.each([
    ['a native value', 'Image:C:\\needle.exe'],
    ['a typed value, case aside', 'user.name:needle'],
    ['one of two values', 'user.name:(nobody or NEEDLE)'],
    ['a value and what no index knows', 'user.name:needle and "needle.exe"'],
  ])('find what is rare behind more events than are looked at: %s', async (_name, search) => {
    const { rows, stoppedAt } = await page(search);
    expect(rows.map(({ id }) => id)).toEqual(idsOf([900_002, 900_001, 900_003, 900_004]));
    expect(stoppedAt).toBeNull();
  });

  it.each<[name: string, organization: string, after: Place | null, options: PageOptions]>([
    ['the newest', 'default', null, {}],
    ['of few columns', 'default', null, { columns: `e.event_time AS "time", encode(e.id, 'hex') AS "id", e.dataset, e.message` }],
    ['behind a place', 'default', { at: NOON + 21_000_000, id: 'f'.repeat(32) }, {}],
    ['the oldest', 'default', null, { isBackward: true }],
    ['of an organization that has few among many of another', 'other', null, {}],
  ])('read hardly more than they show: %s', async (_name, organization, after, options) => {
    const plans: string[] = [];
    await withOrganization(database.pool, organization, async (sql) => {
      // As among many millions: to read all by an index seems dear, to sort all seems cheap.
      await sql.query(`SET LOCAL random_page_cost = 400; SET LOCAL work_mem = '1GB'`);
      const query = async (text: string, values: unknown[]) => {
        const { rows } = await sql.query<{ readonly 'QUERY PLAN': string }>(`EXPLAIN (ANALYZE, TIMING OFF) ${text}`, values);
        plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
        return { rows: [] };
      };
      return searchEvents({ query } as unknown as Sql, {}, after, 10, options);
    });
    const read = plans.flatMap((plan) => [...plan.matchAll(/(?: Scan .*actual rows=|Rows Removed by Filter: )(\d+)/g)].map(([, rows]) => Number(rows)));
    expect(
      read.reduce((sum, rows) => sum + rows),
      plans.join('\n'),
    ).toBeLessThan(100);
  });

  it('are planned as if each day were of many organizations, also where statistics have seen one alone', async () => {
    const { rows } = await database.owner.query(
      `SELECT DISTINCT n_distinct FROM pg_stats WHERE schemaname = 'goshawk' AND tablename ~ '^event_\\d' AND attname = 'organization'`,
    );
    expect(rows).toEqual([{ n_distinct: 20 }]);
  });

  it.each([1, 2, 3])('go on where the page before ended, %i at a time', async (limit) => {
    const found: string[] = [];
    let after: Place | null = null;
    for (;;) {
      const { rows } = await page('user.name:needle', after, limit);
      found.push(...rows.map(({ id }) => id));
      if (rows.length < limit) break;
      after = { at: rows.at(-1)!.time, id: rows.at(-1)!.id };
    }
    expect(found).toEqual(idsOf([900_002, 900_001, 900_003, 900_004]));
  });

  it("never show another organization's", async () => {
    expect((await page('user.name:needle', null, 10, {}, 'other')).rows.map(({ id }) => id)).toEqual(idsOf([900_009]));
  });

  it('stop where they have looked at as many events as they may, and go on from there', async () => {
    const found: string[] = [];
    let after: Place | null = null;
    let pages = 0;
    do {
      const { rows, stoppedAt }: Awaited<ReturnType<typeof page>> = await page('needle.exe', after, 10, { units: 75_000 }); // 15,000 events
      found.push(...rows.map(({ id }) => id));
      after = stoppedAt;
      pages += 1;
    } while (after !== null);
    expect(found).toEqual(idsOf([900_002, 900_001, 900_003, 900_004]));
    expect(pages).toBe(3);
  });

  it('come the other way, towards newer events', async () => {
    const oldest = await page('user.name:needle', null, 3, { isBackward: true });
    expect(oldest.rows.map(({ id }) => id)).toEqual(idsOf([900_004, 900_003, 900_001]));
    const last = oldest.rows.at(-1)!;
    expect((await page('user.name:needle', { at: last.time, id: last.id }, 3, { isBackward: true })).rows.map(({ id }) => id)).toEqual(idsOf([900_002]));
  });

  it('keep their place while events arrive above them', async () => {
    const first = await page('', null, 2);
    await seedEvents(database.owner, [{ n: 950_000, time: NOON + DAY, columns: { user_name: 'late' } }]);
    const last = first.rows.at(-1)!;
    expect((await page('', { at: last.time, id: last.id }, 1)).rows[0]?.rawOffset).toBe(CROWD - 2);
    await database.owner.query(`DELETE FROM goshawk.event WHERE id = decode($1, 'hex')`, [hexId(950_000)]);
  });

  it('read no more columns than are wanted', async () => {
    const { rows } = await withOrganization(database.pool, 'default', (sql) =>
      searchEvents<Record<string, unknown>>(sql, {}, null, 1, { columns: 'e.event_time AS "time", e.dataset' }),
    );
    expect(rows).toEqual([{ time: NOON + CROWD * 1_000, dataset: 'crowd' }]);
  });

  const range = { from: NOON - 60 * DAY, to: NOON + HOUR };

  it('count what the index names', async () => {
    const filter = { search: parseSearch('user.name:needle') };
    const { rows, source } = await withOrganization(database.pool, 'default', (sql) => countEvents(sql, { ...range, spanMicros: DAY }, 'dataset', filter));
    expect([rows.map(({ count }) => count), source]).toEqual([[1, 1, 2], 'index']);
    const top = await withOrganization(database.pool, 'default', (sql) => topValues(sql, 'user.name', range, filter, 5));
    expect(top).toEqual({ rows: [{ name: 'Needle', count: 4 }], source: 'index' });
  });

  it('refuse a count that would read too much, and say what could be read', async () => {
    await database.owner.query(
      `INSERT INTO goshawk.event_count (minute, organization, dataset, sensor, events) VALUES (api.from_micros($1), 'default', 'many', 'test', $2)`,
      [NOON, COST_LIMITS.count],
    );
    const count = (search: string, from = range.from, to = range.to) =>
      withOrganization(database.pool, 'default', (sql) => countEvents(sql, { from, to, spanMicros: HOUR }, 'dataset', { search: parseSearch(search) }));
    await expect(count('needle')).rejects.toBeInstanceOf(SearchTooBroadError);
    await expect(count('needle')).rejects.toMatchObject({ code: 'SEARCH_TOO_BROAD', keep: expect.closeTo(0.2, 2) as number });
    expect((await count('needle', NOON - 40 * DAY, NOON - DAY + HOUR)).source).toBe('events'); // where there are few
    expect((await count('severity>=high or event.dataset:many')).source).toBe('hours');
    const told = await withOrganization(database.pool, 'default', (sql) => explainSearch(sql, { search: parseSearch('"needle"') }, range, HOUR));
    expect(told).toMatchObject({
      meaning: `"needle" somewhere in the sensor's own document`,
      canonical: 'needle',
      eventsInRange: COST_LIMITS.count + CROWD + NEEDLES.length,
      page: { servedBy: 'time', cost: COST_LIMITS.page },
      count: { servedBy: 'time', source: 'events', isRefused: true },
    });
    await database.owner.query(`DELETE FROM goshawk.event_count WHERE dataset = 'many'`);
  });

  it('say what serves them', async () => {
    const explain = (search: string) =>
      withOrganization(database.pool, 'default', async (sql) => {
        const { page: of, count } = await explainSearch(sql, { search: parseSearch(search) }, range, DAY);
        return [of.servedBy, of.events, of.values, count.servedBy];
      });
    expect(await explain('user.name:needle')).toEqual(['values', NEEDLES.length, ['user.name:needle'], 'values']);
    expect(await explain('event.dataset:crowd')).toEqual(['values', 1, ['event.dataset:crowd'], 'sums']); // the crowd has no terms, a needle none at all
    expect(await explain('user.name:need*')).toEqual(['time', CROWD + NEEDLES.length, [], 'time']);
  });
});
