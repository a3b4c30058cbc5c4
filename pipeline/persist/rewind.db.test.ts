// A database that was set back: stored again where the topics still have the records, stopped or skipped where they do not.
import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plainContext, plainEvent } from '../../schemas/avro/plain.ts';
import type { Enriched } from '../../schemas/avro/types.gen.ts';
import { openPool } from '../../store/connect.ts';
import type { FreshDatabase } from '../../store/test/fresh-database.ts';
import { freshDatabase, serverUrl } from '../../store/test/fresh-database.ts';
import { batchOf, loaders } from './test/log.ts';

const enriched = (topic: string, n: number): Enriched => ({
  event: plainEvent({ id: `${createHash('sha256').update(topic).digest('hex').slice(0, 28)}${n.toString(16).padStart(4, '0')}`, organization: topic }),
  context: plainContext(),
});
const log = (topic: string) => Array.from({ length: 10 }, (_, n) => enriched(topic, n));

describe.skipIf(serverUrl === '')('a database that was set back', () => {
  let database: FreshDatabase;
  let pool: Pool;
  beforeAll(async () => {
    database = await freshDatabase();
    pool = openPool({ databaseUrl: database.url, role: 'goshawk_stages', max: 4 });
  });
  afterAll(async () => {
    await pool?.end();
    await database?.drop();
  });
  /** Stores the first `count` records of a topic of its own. */
  async function storedUpTo(topic: string, count: number): Promise<void> {
    const { events } = loaders(pool, { group: topic });
    await events.open([{ topic, partition: 0 }], 1);
    await events.load([batchOf(topic, 0, 0, log(topic).slice(0, count))]);
  }
  const open = (topic: string, start: number, onGap: 'stop' | 'skip', end = 10) => {
    const extents = () => Promise.resolve(new Map([[`${topic}/0`, { start, end }]]));
    const { events } = loaders(pool, { group: topic, extents }, { onGap });
    return { events, positions: events.open([{ topic, partition: 0 }], 2) };
  };
  const stored = async (topic: string) =>
    (await database.owner.query<{ id: string }>(`SELECT encode(id, 'hex') AS id FROM goshawk.event WHERE organization = $1 ORDER BY 1`, [topic])).rows.map(
      ({ id }) => Number.parseInt(id.slice(28), 16),
    );

  it('stores again what came after it, once each', async () => {
    await storedUpTo('again', 4);
    const { events, positions } = open('again', 0, 'stop');
    const [position] = await positions;
    expect(position?.next).toBe(4);
    await events.load([batchOf('again', 0, 4, log('again').slice(4))]);
    expect(await stored('again')).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it.each([
    ['records that are gone', 6, 10, 'OFFSET_GONE'],
    ['topics that are older', 0, 3, 'TOPICS_BEHIND'],
  ])('stops at %s, and stores nothing', async (name, start, end, code) => {
    await storedUpTo(name, 4);
    await expect(open(name, start, 'stop', end).positions).rejects.toMatchObject({ code });
    expect(await stored(name)).toEqual([0, 1, 2, 3]);
  });

  it('goes on without records that are gone, when told so, and leaves the hole in the ledger', async () => {
    await storedUpTo('skip', 4);
    const { events, positions } = open('skip', 6, 'skip');
    expect((await positions)[0]?.next).toBe(6);
    await events.load([batchOf('skip', 0, 6, log('skip').slice(6))]);
    expect(await stored('skip')).toEqual([0, 1, 2, 3, 6, 7, 8, 9]);
    const { rows } = await database.owner.query('SELECT from_offset::int AS from, to_offset::int AS to FROM goshawk.stage_ledger WHERE topic = $1 ORDER BY 1', [
      'skip',
    ]);
    expect(rows).toEqual([
      { from: 0, to: 4 },
      { from: 6, to: 10 },
    ]);
  });
});
