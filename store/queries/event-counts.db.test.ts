import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestDatabase, serverUrl } from '../../api/test/database.ts';
import type { TestDatabase } from '../../api/test/database.ts';
import { NOON, seedEvents } from '../../api/test/seed.ts';
import { withOrganization } from '../connect.ts';
import { foldCounts } from '../upkeep.ts';
import { countEvents, sumsFor } from './event-counts.ts';
import { parseSearch } from '../../domains/search/syntax.ts';

const MINUTE = 60_000_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

it.each<[name: string, hours: number, spanMinutes: number, search: string, source: string | undefined]>([
  ['bars of days over days', 72, 1_440, '', 'days'],
  ['bars of days within a day', 20, 1_440, '', 'hours'],
  ['bars of hours', 72, 60, '', 'hours'],
  ['bars of ten minutes', 72, 10, '', 'minutes'],
  ['a search for what sums have', 72, 60, 'severity>=high and not event.dataset:(a or b*)', 'hours'],
  ['a search for anything else', 72, 60, 'severity>=high mimikatz', undefined],
])('%s', (_name, hours, spanMinutes, search, source) => {
  expect(sumsFor({ from: NOON, to: NOON + hours * HOUR }, spanMinutes * MINUTE, { search: parseSearch(search) })?.source).toBe(source);
});

describe.skipIf(serverUrl === '')('sums', () => {
  let database: TestDatabase;
  const offsets = fc.sample(fc.integer({ min: 0, max: 4 * 24 * 3_600 }), { seed: 7, numRuns: 240 });
  const events = offsets.map((seconds, n) => ({
    n,
    time: NOON + seconds * 1_000_000,
    columns: { dataset: ['a', 'b'][n % 2], sensor: ['x', 'y', 'z'][n % 3], severity: [null, 10, 30, 70][n % 4] },
  }));
  const seed = (from: number, to: number) => seedEvents(database.owner, events.slice(from, to));
  const fold = async () => {
    await database.owner.query(`UPDATE goshawk.event_count SET stored_at = stored_at - interval '1 hour' WHERE NOT folded`);
    return foldCounts(database.owner, 15);
  };

  beforeAll(async () => {
    database = await openTestDatabase();
    // Folded, folded once more with late ones for the same hours, and not folded yet.
    await seed(0, 100);
    await fold();
    await seed(100, 180);
    await fold();
    await seed(180, 240);
  });
  afterAll(() => database.drop());

  it('count what the events count, whatever range and span', async () => {
    const time = fc.integer({ min: -6 * 60, max: 102 * 60 }).map((minutes) => NOON + minutes * MINUTE);
    const odd = fc.tuple(time, fc.integer({ min: 0, max: 59_000_000 })).map(([at, micros]) => at + micros);
    const spans = fc.constantFrom(MINUTE, 10 * MINUTE, HOUR, 6 * HOUR, DAY, 2 * DAY);
    const searches = fc.constantFrom('', 'severity>=medium', 'event.dataset:a', 'not severity:*', 'sensor:x or severity<low');
    const sources = new Set<string>();
    await withOrganization(database.pool, 'default', (sql) =>
      fc.assert(
        fc.asyncProperty(
          fc.oneof(time, odd),
          fc.oneof(time, odd),
          spans,
          fc.constantFrom('dataset' as const, 'sensor' as const, 'severity' as const),
          searches,
          async (a, b, spanMicros, by, text) => {
            if (a === b) return;
            const range = { from: Math.min(a, b), to: Math.max(a, b), spanMicros };
            const search = parseSearch(text);
            const { rows, source } = await countEvents(sql, range, by, { search });
            sources.add(source);
            // A condition that sums cannot answer, and that always holds.
            const plain = await countEvents(sql, range, by, { search: { kind: 'and', of: [search, parseSearch('not message:*')] } });
            expect(plain.source).toBe('events');
            expect(rows).toEqual(plain.rows);
          },
        ),
        { numRuns: 200, seed: 5 },
      ),
    );
    expect([...sources].toSorted()).toEqual(['days', 'events', 'hours', 'minutes']);
  });
});
