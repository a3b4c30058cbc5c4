// Promise 1 at its last step: stopped at any statement, before it or after it, rows and offsets agree.
import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RetryableError } from '../core/errors.ts';
import { plainContext, plainEvent } from '../../schemas/avro/plain.ts';
import type { Alert, Enriched, Feature } from '../../schemas/avro/types.gen.ts';
import { openPool } from '../../store/connect.ts';
import type { FreshDatabase } from '../../store/test/fresh-database.ts';
import { freshDatabase, serverUrl } from '../../store/test/fresh-database.ts';
import type { Log } from './test/log.ts';
import { batchOf, Breaker, expectLedger, loaders, offsetsApart, runFromStart } from './test/log.ts';

const idOf = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32);
const enriched = (topic: string, name: string, fields: Partial<Enriched['event']> = {}): Enriched => ({
  event: plainEvent({ id: idOf(`${topic} ${name}`), organization: topic, ...fields }),
  context: plainContext(),
});
const incompressible = (name: string) => Array.from({ length: 100 }, (_one, index) => idOf(`${name} ${index}`)).join(''); // too long for an index

const PATIENCE = { timeout: 120_000 }; // hundreds of small transactions, each of which waits for the disk

describe.skipIf(serverUrl === '')('a loader that is stopped anywhere', PATIENCE, () => {
  let database: FreshDatabase;
  let pool: Pool;
  let breaker: Breaker;
  beforeAll(async () => {
    database = await freshDatabase();
    pool = openPool({ databaseUrl: database.url, role: 'goshawk_stages', max: 4 });
    breaker = new Breaker(pool);
  });
  afterAll(async () => {
    await pool?.end();
    await database?.drop();
  });

  /** Runs a case once for each statement that can be interrupted. Answers what was wrong afterwards, by place. */
  async function interruptEverywhere<V>(
    kind: 'events' | 'alerts' | 'features',
    logOf: (topic: string) => Log<V>,
    check: (topic: string, log: Log<V>) => Promise<void>,
    from: Pool = pool,
  ) {
    const wrong: string[] = [];
    let places = 0;
    for (const when of ['before', 'after'] as const) {
      for (let statement = 1; ; statement += 1) {
        const topic = `${kind}-${from === pool ? 'together' : 'apart'}-${when}-${statement}-${logOf.name}`;
        const log = logOf(topic);
        const start = (generation: number) => {
          const loader = loaders(from, { group: topic })[kind];
          return runFromStart(loader as unknown as Parameters<typeof runFromStart<V>>[0], topic, log, generation, 3);
        };
        breaker.arm(statement, when);
        const failure = await start(1).then(
          () => undefined,
          (error: unknown) => error,
        );
        const hasBroken = breaker.hasBroken;
        breaker.arm(Number.POSITIVE_INFINITY, when);
        if (failure !== undefined) {
          expect(failure).toBeInstanceOf(RetryableError);
          await start(2);
        }
        await check(topic, log).catch((error: Error) => {
          wrong.push(`${when} statement ${statement}: ${error.message}`);
        });
        if (!hasBroken) break;
        places += 1;
      }
    }
    return { wrong, places };
  }

  const stored = async (topic: string): Promise<readonly string[]> =>
    (await database.owner.query<{ id: string }>(`SELECT encode(id, 'hex') AS id FROM goshawk.event WHERE organization = $1 ORDER BY id`, [topic])).rows.map(
      ({ id }) => id,
    );

  async function checkEvents(topic: string, log: Log<Enriched>): Promise<void> {
    const good = new Set(
      log
        .flat()
        .filter(({ event }) => event.host === null)
        .map(({ event }) => event.id),
    );
    expect(await stored(topic)).toEqual([...good].sort());
    await expectLedger(database.owner, topic, log);
    const { rows: counts } = await database.owner.query<{ events: number }>(
      'SELECT coalesce(sum(events), 0)::bigint AS events FROM goshawk.event_count WHERE organization = $1',
      [topic],
    );
    expect(counts[0]?.events).toBe(good.size);
    const { rows: letters } = await database.owner.query('SELECT FROM goshawk.dead_letter_outbox WHERE topic = $1', [topic]);
    expect(letters.length).toBe(log.flat().filter(({ event }) => event.host !== null).length);
  }

  const plain = (topic: string): Log<Enriched> =>
    [
      ['a', 'b', 'c', 'd'],
      ['e', 'f'],
    ].map((names) => names.map((name) => enriched(topic, name)));
  const withRepeats = (topic: string): Log<Enriched> =>
    [
      ['a', 'b', 'a', 'd'],
      ['b', 'f'],
    ].map((names) => names.map((name) => enriched(topic, name)));
  const withRefused = (topic: string): Log<Enriched> => [
    ['a', 'b'].map((name) => enriched(topic, name)),
    ['c', 'BAD', 'e'].map((name) => enriched(topic, name, name === 'BAD' ? { host: { name: incompressible(topic), id: null, ip: [], os: null } } : {})),
  ];

  it.each<[name: string, logOf: (topic: string) => Log<Enriched>, atLeast: number]>([
    ['plain events', plain, 16],
    ['events that repeat ids', withRepeats, 20],
    ['events with one that the server refuses', withRefused, 30],
  ])('stores each of %s once', async (_name, logOf, atLeast) => {
    const { wrong, places } = await interruptEverywhere('events', logOf, checkEvents);
    expect(wrong).toEqual([]);
    expect(places).toBeGreaterThanOrEqual(atLeast); // the cases above would be empty if nothing had been interrupted
  });

  it('goes on within a load that is cut into portions when it is tried again, wherever it broke', async () => {
    let places = 0;
    for (const when of ['before', 'after'] as const) {
      for (let statement = 1; ; statement += 1) {
        const topic = `portions-${when}-${statement}`;
        const log: Log<Enriched> = [['a', 'b', 'c'].map((name) => enriched(topic, name))];
        const loader = loaders(pool, { group: topic, loadBytes: 1 }).events;
        await loader.open([{ topic, partition: 0 }], 1);
        const batch = batchOf(topic, 0, 0, log[0] as readonly Enriched[]);
        breaker.arm(statement, when);
        const failure = await loader.load([batch]).then(
          () => undefined,
          (error: unknown) => error,
        );
        const hasBroken = breaker.hasBroken;
        breaker.arm(Number.POSITIVE_INFINITY, when);
        if (failure !== undefined) {
          expect(failure).toBeInstanceOf(RetryableError);
          await loader.load([batch]);
        }
        await checkEvents(topic, log);
        if (!hasBroken) break;
        places += 1;
      }
    }
    expect(places).toBeGreaterThanOrEqual(2 * 3 * 4); // three portions of at least four statements, each broken before and after
  });

  it('keeps the last revision of each alert', async () => {
    const alertLog = (topic: string): Log<Alert> => [[1, 2, 3, 4].map((revision) => alert(topic, revision))];
    const { wrong } = await interruptEverywhere('alerts', alertLog, async (topic, log) => {
      const { rows } = await database.owner.query<{ revision: number }>('SELECT revision FROM goshawk.alert WHERE organization = $1', [topic]);
      expect(rows).toEqual([{ revision: 4 }]);
      await expectLedger(database.owner, topic, log);
    });
    expect(wrong).toEqual([]);
  });

  it('keeps the last state of each feature', async () => {
    const featureLog = (topic: string): Log<Feature> => [[1, 2, 3, 4].map((events) => feature(topic, events))];
    const { wrong } = await interruptEverywhere('features', featureLog, async (topic, log) => {
      const { rows } = await database.owner.query<{ events: number }>('SELECT events FROM goshawk.feature WHERE organization = $1', [topic]);
      expect(rows).toEqual([{ events: 4 }]);
      await expectLedger(database.owner, topic, log);
    });
    expect(wrong).toEqual([]);
  });

  it('would fail the above with the offsets outside of the transaction', async () => {
    const { wrong } = await interruptEverywhere('events', plain, checkEvents, offsetsApart(pool));
    expect(wrong.length).toBeGreaterThanOrEqual(2); // one for each load: rows rolled back, positions not
  });
});

const alert = (organization: string, revision: number): Alert => ({
  id: idOf(organization),
  organization,
  revision,
  time: 1_700_000_000_000_000,
  lastTime: 1_700_000_000_000_000,
  title: 'Title',
  severity: 'high',
  groupKey: 'key',
  score: 1,
  ruleIds: [],
  tags: [],
  entities: [],
  findings: [],
  findingCount: 1,
  events: [],
  eventCount: 1,
  reason: 'opened',
  changes: [],
});
const feature = (organization: string, events: number): Feature => ({
  organization,
  entityType: 'host',
  entity: 'h',
  windowStart: 1_700_000_100_000_000,
  windowMicros: 300_000_000,
  events,
  failures: 0,
  bytesOut: 0,
  bytesIn: 0,
  distinctDestinations: 0,
  distinctPorts: 0,
  distinctUsers: 0,
  distinctActions: 0,
});
