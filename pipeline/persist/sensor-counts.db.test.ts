import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plainContext, plainEvent } from '../../schemas/avro/plain.ts';
import type { Enriched } from '../../schemas/avro/types.gen.ts';
import type { Pool } from '../../store/connect.ts';
import { openPool } from '../../store/connect.ts';
import type { FreshDatabase } from '../../store/test/fresh-database.ts';
import { freshDatabase, serverUrl } from '../../store/test/fresh-database.ts';
import { batchOf, loaders } from './test/log.ts';

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const NOON = Date.UTC(2026, 2, 1, 12) * 1_000;
const idOf = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32);

/** @param late By how much the event's own time is behind its append time. */
const from = (sensor: string, n: number, late: number, over: object = {}): Enriched => {
  const appendedAt = NOON + n * SECOND;
  const provenance = { topic: 'raw.default.x', partition: 0, offset: n, index: 0, appendedAt, parser: 'p', parserVersion: 1 };
  return { event: plainEvent({ id: idOf(`${sensor} ${n}`), sensor, dataset: 'a.log', time: appendedAt - late, provenance, ...over }), context: plainContext() };
};

describe.skipIf(serverUrl === '')('counts of sensors', () => {
  let database: FreshDatabase;
  let pool: Pool;
  let load: (offset: number, values: readonly Enriched[]) => Promise<unknown>;
  beforeAll(async () => {
    database = await freshDatabase();
    pool = openPool({ databaseUrl: database.url, role: 'goshawk_stages', max: 2 });
    const { events } = loaders(pool);
    await events.open([{ topic: 'events', partition: 0 }], 1);
    load = (offset, values) => events.load([batchOf('events', 0, offset, values)]);
  });
  afterAll(async () => {
    await pool?.end();
    await database?.drop();
  });
  const counted = async (sensor: string) =>
    (
      await database.owner.query<Record<string, number>>(
        `SELECT api.micros(minute) AS minute, max(api.micros(last_at)) AS last, sum(events)::int AS events, sum(unparsed)::int AS unparsed, sum(keyless)::int AS keyless, sum(timed)::int AS timed, sum(lag_micros)::bigint AS lag,
           array_to_string(ARRAY[sum(ahead_minute), sum(ahead), sum(near), sum(late_minute), sum(late_hour), sum(late_day), sum(late_more)], ' ') AS classes
         FROM goshawk.sensor_count WHERE sensor = $1 GROUP BY minute ORDER BY minute`,
        [sensor],
      )
    ).rows;
  /** One of each class, an event at each bound, and one without a time of its own. */
  const all = (sensor: string) => [
    from(sensor, 1, -2 * MINUTE),
    from(sensor, 2, -MINUTE),
    from(sensor, 3, -6 * SECOND),
    from(sensor, 4, 5 * SECOND),
    from(sensor, 5, 6 * SECOND),
    from(sensor, 6, MINUTE + 1),
    from(sensor, 7, 61 * MINUTE),
    from(sensor, 8, 25 * 60 * MINUTE, { labels: { order: 'no key' } }),
    from(sensor, 9, 0, { dataset: 'unparsed' }),
  ];
  const lag = 5 * SECOND + 6 * SECOND + MINUTE + 1 + 61 * MINUTE + 25 * 60 * MINUTE;
  const expected = [{ minute: NOON, last: NOON + 9 * SECOND, events: 9, unparsed: 1, keyless: 1, timed: 8, lag, classes: '2 1 1 1 1 1 1' }];

  it('say how far each event is from its append time', async () => {
    await load(0, all('straight'));
    expect(await counted('straight')).toEqual(expected);
  });

  it('are the same by way of staging, and repeats are not counted', async () => {
    await load(9, [from('other', 1, SECOND)]);
    await load(10, [from('other', 1, SECOND), ...all('staged')]); // a repeat sends the batch by way of staging
    expect(await counted('staged')).toEqual(expected);
    expect((await counted('other')).map(({ events }) => events)).toEqual([1]);
  });

  it('go by the append time, whatever the event says', async () => {
    await load(20, [from('far', 1, 400 * 24 * 60 * MINUTE), from('far', 61, 0)]);
    expect((await counted('far')).map(({ minute, events }) => [minute, events])).toEqual([
      [NOON, 1],
      [NOON + MINUTE, 1],
    ]);
  });
});
