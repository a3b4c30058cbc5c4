import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashId } from '../core/id.ts';
import { plainContext, plainEvent } from '../../schemas/avro/plain.ts';
import type { Enriched, Event } from '../../schemas/avro/types.gen.ts';
import { openPool, withOrganization } from '../../store/connect.ts';
import { writeFields } from '../../store/fields.ts';
import type { FreshDatabase } from '../../store/test/fresh-database.ts';
import { freshDatabase, serverUrl } from '../../store/test/fresh-database.ts';
import { batchOf, Breaker, loaders } from './test/log.ts';

const START = 1_700_000_000_000_000;
const HOUR = 3_600_000_000;
const DAY = 24 * HOUR;

describe.skipIf(serverUrl === '')('the field catalogue', () => {
  let database: FreshDatabase;
  let pool: Pool;
  let reader: Pool;
  let breaker: Breaker;
  beforeAll(async () => {
    database = await freshDatabase();
    pool = openPool({ databaseUrl: database.url, role: 'goshawk_stages', max: 4 });
    breaker = new Breaker(pool);
    reader = openPool({ databaseUrl: database.url, role: 'goshawk_api', max: 2 });
  });
  afterAll(async () => {
    await pool?.end();
    await reader?.end();
    await database?.drop();
  });

  let serial = 0;
  const event = (organization: string, native: unknown, fields: Partial<Event> = {}): Enriched => {
    const { provenance } = plainEvent();
    serial += 1;
    return {
      event: plainEvent({
        id: hashId('f', serial).replace(/^00/, 'ff'), // none of those that are looked at by chance
        organization,
        dataset: 'd',
        native: Buffer.from(JSON.stringify(native)),
        provenance: { ...provenance, appendedAt: START },
        ...fields,
      }),
      context: plainContext(),
    };
  };
  const shown = async (organization: string) =>
    (
      await withOrganization(reader, organization, (client) =>
        client.query<Record<string, unknown>>(
          `SELECT f.name, f.types, f.examples, f.events, d.events AS of, f.keys, f.state FROM api.field f JOIN api.field_dataset d USING (organization, dataset)
           WHERE kind = 'native' ORDER BY dataset, name`,
        ),
      )
    ).rows;
  const open = async (topic: string, options = {}) => {
    let wallMs = 0;
    const { events } = loaders(pool, { group: topic, now: () => wallMs }, options);
    await events.open([{ topic, partition: 0 }], 1);
    let next = 0;
    const load = async (values: readonly Enriched[]) => {
      await events.load([batchOf(topic, 0, next, values)]);
      next += values.length;
    };
    return { load, pass: (ms: number) => void (wallMs += ms) };
  };

  it('has a field with the transaction that stores the first event of it, for its organization alone', async () => {
    const { load } = await open('first');
    await load([event('first', { a: 'x', password: 'hunter2', by: { 17: true } })]);
    const row = { events: 1, of: 1, state: 'known' };
    expect(await shown('first')).toEqual([
      { name: 'a', types: ['text'], examples: ['x'], keys: 0, ...row },
      { name: 'by.*', types: ['boolean'], examples: ['true'], keys: 1, ...row },
      { name: 'password', types: ['text'], examples: ['[redacted]'], keys: 0, ...row },
    ]);
    expect(await shown('other')).toEqual([]);
    await load([event('first', { a: 1, b: 2 })]);
    expect((await shown('first')).find(({ name }) => name === 'a')).toEqual({
      name: 'a',
      types: ['integer', 'text'],
      examples: ['x', '1'],
      keys: 0,
      events: 2,
      of: 2,
      state: 'known',
    });
  });

  it('looks at a few events of a minute only, and counts once those of a load that was tried again', async () => {
    const { load, pass } = await open('sampled');
    await load(Array.from({ length: 20 }, () => event('sampled', { a: 'x' })));
    expect(await shown('sampled')).toMatchObject([{ events: 4, of: 4 }]);
    breaker.arm(6, 'before');
    await expect(load([event('sampled', { a: 'x', late: 1 })])).rejects.toThrow();
    pass(60_000);
    const { provenance } = plainEvent();
    const later = { provenance: { ...provenance, appendedAt: START + 60_000_000 } };
    breaker.arm(Number.POSITIVE_INFINITY, 'before');
    await load([event('sampled', { a: 'x', late: 1 }, later)]);
    expect((await shown('sampled')).map(({ name, events }) => [name, events])).toEqual([
      ['a', 5],
      ['late', 1],
    ]);
  });

  it('writes counts of what it knows when they have gathered for a while', async () => {
    const { load, pass } = await open('gathered');
    await load([event('gathered', { a: 1 })]);
    await load([event('gathered', { a: 1 })]);
    expect(await shown('gathered')).toMatchObject([{ events: 1 }]);
    pass(10_000);
    await load([event('gathered', { a: 1 })]);
    expect(await shown('gathered')).toMatchObject([{ events: 3, of: 3 }]);
  });

  it.each<[what: string, native: string, fields: Partial<Event>]>([
    ['a dataset with NUL in it', '{}', { dataset: 'a\0b' }],
    ['a native document that is no JSON', 'x', {}],
    ['names with NUL and half characters', '{"a\\u0000b\\ud800":"\\u0000\\ud800"}', {}],
    ['a time that no clock has', '{}', { time: 9e15, observedAt: Number.MAX_SAFE_INTEGER }],
  ])('holds up no event: %s', async (what, native, fields) => {
    const organization = what.replaceAll(/\W/g, '-').toLowerCase();
    await (await open(organization)).load([event(organization, {}, { native: Buffer.from(native), ...fields })]);
    const { rows } = await database.owner.query('SELECT FROM goshawk.event WHERE organization = $1', [organization]);
    expect(rows).toHaveLength(1);
  });

  it('can be told to show nothing of values, or to keep nothing', async () => {
    await (await open('none', { fieldExamples: 'none' })).load([event('none', { a: 'x' })]);
    expect(await shown('none')).toMatchObject([{ name: 'a', examples: [] }]);
    await (await open('off', { fieldCatalogue: false })).load([event('off', { a: 'x' })]);
    expect(await shown('off')).toEqual([]);
  });

  const counts = (organization: string, at: number, names: readonly string[], events = 1) => ({
    organization,
    dataset: 'd',
    events,
    leftOut: 0,
    firstSeen: at,
    lastSeen: at,
    fields: names.map((name) => ({ kind: 'native' as const, name, types: ['text'], examples: [], events, keys: 0, firstSeen: at, lastSeen: at })),
  });

  it('says which fields are new and which have vanished', async () => {
    const rows = [
      counts('states', START, ['always', 'gone', 'rare'], 10),
      counts('states', START + HOUR / 2, ['always', 'early'], 10),
      counts('states', START + 3 * DAY, ['always', 'fresh'], 80),
    ];
    for (const row of rows) await writeFields(pool as never, [row]);
    expect((await shown('states')).map(({ name, state }) => [name, state])).toEqual([
      ['always', 'known'],
      ['early', 'vanished'],
      ['fresh', 'new'],
      ['gone', 'vanished'],
      ['rare', 'vanished'],
    ]);
    await writeFields(pool as never, [counts('states', START + 20 * DAY, ['always', 'gone'], 1)]);
    expect((await shown('states')).filter(({ name }) => name === 'fresh' || name === 'gone').map(({ name, state }) => [name, state])).toEqual([
      ['fresh', 'known'],
      ['gone', 'known'],
    ]);
  });

  it('keeps 2,000 fields of a dataset, whoever writes them', async () => {
    const names = (from: number) => Array.from({ length: 1_500 }, (_one, index) => `f${from + index}`);
    await writeFields(pool as never, [counts('full', START, names(0))]);
    await writeFields(pool as never, [counts('full', START, names(1_400))]);
    const rows = await shown('full');
    expect([rows.length, rows.find(({ name }) => name === 'f1450')?.events]).toEqual([2_000, 2]);
  });
});
