// A database that does not move: the stages before persist go on, persist waits with little in memory, and later stores everything once.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Codec } from '../../schemas/avro/codec.ts';
import { fixedIds } from '../../schemas/avro/registry.ts';
import { openClient, openPool } from '../../store/connect.ts';
import type { Pool } from '../../store/connect.ts';
import type { FreshDatabase } from '../../store/test/fresh-database.ts';
import { freshDatabase, serverUrl } from '../../store/test/fresh-database.ts';
import { topics } from '../../topologies/topics.ts';
import { defineTopology, loader, stage } from '../core/topology.ts';
import { settingsOf } from '../core/topic-settings.ts';
import { kafkaBroker } from '../runtime/kafka/index.ts';
import type { Running } from '../runtime/status.ts';
import { runTopology } from '../runtime/run.ts';
import { add, check, line, platform, take } from '../runtime/test/example.ts';
import { loaders } from './test/log.ts';

const address = process.env.GOSHAWK_TEST_KAFKA;
const PARTITIONS = 2;
const RECORDS = 6_000;
const COMMIT = 300;
const TURN = 100;

describe.skipIf(!address || serverUrl === '')('a database that does not move', () => {
  const app = `t${randomUUID().slice(0, 8)}`;
  const prefix = `${app}.`;
  const raw = `${prefix}raw.default.test`;
  const log = pino({ level: 'silent' });
  const broker = kafkaBroker({ brokers: [address ?? ''], clientId: app, log });
  let database: FreshDatabase;
  let pool: Pool;
  let running: Running;
  beforeAll(async () => {
    database = await freshDatabase();
    pool = openPool({ databaseUrl: database.url, role: 'goshawk_stages', max: 4 });
    const admin = broker.admin();
    const names = [topics.parsed, topics.valid, topics.enriched, platform.deadLetters, platform.ledger];
    await admin.createTopics(
      [...names.map((topic) => settingsOf(topic as never, PARTITIONS, prefix + topic.name)), { name: raw, partitions: PARTITIONS, config: {} }],
      1,
    );
    running = await runTopology({
      topology: defineTopology('slow', [
        stage(take, { from: topics.raw, to: [topics.parsed] }),
        stage(check, { from: topics.parsed, to: [topics.valid] }),
        stage(add, { from: topics.valid, to: [topics.enriched] }),
        loader(loaders(pool, { group: `${app}.persist`, app }).events, { from: topics.enriched, group: 'persist' }),
      ]),
      broker,
      codec: new Codec(fixedIds()),
      app,
      instanceId: 'one',
      platform,
      topicName: (name) => prefix + name,
      log,
      registry: new Registry(),
      latenessOf: () => 0,
      limits: { turnRecords: TURN, commitRecords: COMMIT },
    });
    await running.ready;
  });
  afterAll(async () => {
    await running?.stop();
    const admin = broker.admin();
    await admin.deleteTopics([...(await admin.topics()).keys()].filter((name) => name.startsWith(app)));
    await broker.close();
    await pool?.end();
    await database?.drop();
  });

  const of = (name: string) => running.status().find((status) => status.name === name)!;
  const until = async (isSo: () => boolean | Promise<boolean>) => {
    while (!(await isSo())) await delay(50); // the test's timeout is the limit
  };
  const rows = async () =>
    (await database.owner.query<{ rows: string; ids: string }>('SELECT count(*) AS rows, count(DISTINCT id) AS ids FROM goshawk.event')).rows.map((row) => [
      Number(row.rows),
      Number(row.ids),
    ])[0];

  it('slows persist only, and nothing is stored twice when it moves again', { timeout: 120_000 }, async () => {
    const blocker = openClient({ databaseUrl: database.url });
    await blocker.connect();
    await blocker.query('BEGIN; LOCK TABLE goshawk.event IN ACCESS EXCLUSIVE MODE');
    const producer = broker.producer();
    for (let n = 0; n < RECORDS; n += 500) {
      await producer.send(
        Array.from({ length: 500 }, (_, i) => ({ topic: raw, partition: i % PARTITIONS, key: null, value: line({ n: n + i, host: `host-${i % 20}` }) })),
      );
    }

    let mostHeld = 0;
    const held = () => of('events').tasks.reduce((sum, { position, committed }) => sum + position - Math.max(0, committed), 0);
    await until(() => {
      mostHeld = Math.max(mostHeld, held());
      return of('add').passed === RECORDS && of('events').lag! > RECORDS / 2;
    });
    await until(() => ['take', 'check', 'add'].every((name) => of(name).lag === 0));
    expect(of('events').in, 'the first load is still under way').toBe(0);
    // One load under way, one that waits with what a turn added; offsets of transaction markers and watermarks are among them.
    expect(mostHeld).toBeGreaterThan(0);
    expect(mostHeld).toBeLessThan(2 * COMMIT + PARTITIONS * TURN + RECORDS / 10);

    await blocker.query('COMMIT');
    await blocker.end();
    await until(() => of('events').in === RECORDS);
    expect(await rows()).toEqual([RECORDS, RECORDS]);
    const { rows: ledger } = await database.owner.query<{ passed: string; duplicates: string }>(
      `SELECT sum(passed) AS passed, sum(coalesce((dropped->>'duplicate')::int, 0)) AS duplicates FROM goshawk.stage_ledger WHERE app = $1`,
      [app],
    );
    expect(ledger.map(({ passed, duplicates }) => [Number(passed), Number(duplicates)])).toEqual([[RECORDS, 0]]);
  });
});
