import { createHash } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { memoryBroker } from '../../pipeline/runtime/memory/index.ts';
import type { MemoryBroker } from '../../pipeline/runtime/memory/index.ts';
import { batchOf, loaders } from '../../pipeline/persist/test/log.ts';
import { Codec } from '../../schemas/avro/codec.ts';
import { fixedIds } from '../../schemas/avro/registry.ts';
import { plainContext, plainEvent } from '../../schemas/avro/plain.ts';
import type { Alert, Enriched } from '../../schemas/avro/types.gen.ts';
import type { Pool } from '../../store/connect.ts';
import { openPool } from '../../store/connect.ts';
import type { FreshDatabase } from '../../store/test/fresh-database.ts';
import { freshDatabase, serverUrl, silent } from '../../store/test/fresh-database.ts';
import { topics } from '../../topologies/topics.ts';
import { openKeys } from '../auth/keys.ts';
import { dutiesOf } from './duties.ts';
import { config, runTicker } from './index.ts';

const TIME = 1_700_000_000_123_456;
const RAW = 'raw.default.test';
/** The ledger's duties have a test of their own, beside them. */
const ledgerDuties = { closeBooks: () => Promise.resolve([]), signReports: () => Promise.resolve(), publishAuditHeads: () => Promise.resolve() };
const idOf = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32);

describe.skipIf(serverUrl === '')('ticker', () => {
  let database: FreshDatabase;
  let pool: Pool;
  let broker: MemoryBroker;
  let persist: ReturnType<typeof loaders>;
  let next = 0;
  beforeAll(async () => {
    database = await freshDatabase();
    pool = openPool({ databaseUrl: database.url, role: 'goshawk_stages', max: 4 });
    broker = memoryBroker();
    await broker.admin().createTopics([{ name: RAW, partitions: 1, config: {} }], 1);
    persist = loaders(pool);
    await persist.events.open([{ topic: 'events', partition: 0 }], 1);
    await persist.alerts.open([{ topic: 'alerts', partition: 0 }], 1);
  });
  afterAll(async () => {
    await broker?.close();
    await pool?.end();
    await database?.drop();
  });

  const run = async (name: string, options: z.input<typeof config> = {}) => {
    const duty = dutiesOf(config.parse(options), {
      pool,
      admin: broker.admin(),
      reader: broker.reader(),
      log: silent,
      signal: new AbortController().signal,
      ...ledgerDuties,
    }).find((one) => one.name === name);
    if (duty === undefined) throw new Error(`There is no duty ${name}`);
    await duty.run();
  };
  const rowsOf = async (sql: string, ...values: unknown[]) => (await database.owner.query<Record<string, unknown>>(sql, values)).rows;
  const enriched = (name: string, offset: number): Enriched => ({
    event: plainEvent({
      id: idOf(name),
      time: TIME,
      native: Buffer.from(`{"name":"${name}"}`),
      provenance: { topic: RAW, partition: 0, offset, index: 0, appendedAt: TIME, parser: 'p', parserVersion: 1 },
    }),
    context: plainContext(),
  });
  const alert = (name: string, events: readonly [string, number][]): Alert => ({
    id: idOf(name),
    organization: 'default',
    revision: 1,
    time: TIME,
    lastTime: TIME,
    title: 'T',
    severity: 'low',
    groupKey: 'g',
    score: 1,
    ruleIds: [],
    tags: [],
    entities: [],
    findings: [],
    findingCount: 1,
    events: events.map(([event, offset]) => ({ id: idOf(event), time: TIME, dataset: 'd', topic: RAW, partition: 0, offset })),
    eventCount: events.length,
    reason: 'opened',
    changes: [],
  });
  const evidenceOf = (name: string) =>
    rowsOf(
      `SELECT encode(event_id, 'hex') AS id, native, event ->> 'sensor' AS sensor, raw, raw_hash, raw_state, event_hash FROM goshawk.evidence WHERE alert_id = decode($1, 'hex') ORDER BY raw_offset`,
      idOf(name),
    );

  it('copies evidence when the event is there, however late, then the raw bytes, and only once', async () => {
    await broker.producer().send([{ topic: RAW, partition: 0, key: Buffer.from('k'), value: Buffer.from('raw bytes 0') }]);
    await persist.alerts.load([
      batchOf('alerts', 0, next++, [
        alert('late', [
          ['e0', 0],
          ['e1', 900],
        ]),
      ]),
    ]);
    await run('evidence');
    expect(await evidenceOf('late')).toEqual([]);
    expect(await rowsOf('SELECT tries FROM goshawk.evidence_due')).toEqual([{ tries: 1 }, { tries: 1 }]);

    await persist.events.load([batchOf('events', 0, 0, [enriched('e0', 0), enriched('e1', 900)])]);
    await run('evidence'); // not due yet: it looks again a second later
    await database.owner.query('UPDATE goshawk.evidence_due SET due_at = now()');
    await run('evidence');
    expect(await rowsOf('SELECT FROM goshawk.evidence_due')).toEqual([]);
    await run('raw evidence');
    const [first, second] = await evidenceOf('late');
    expect(first).toMatchObject({
      id: idOf('e0'),
      native: '{"name":"e0"}',
      sensor: 'test',
      raw: Buffer.from('raw bytes 0'),
      raw_hash: createHash('sha256').update('raw bytes 0').digest(),
      raw_state: 'kept',
    });
    expect(second).toMatchObject({ id: idOf('e1'), raw: null, raw_hash: null, raw_state: 'gone' }); // no such offset any more

    await persist.alerts.load([batchOf('alerts', 0, next++, [{ ...alert('late', [['e0', 0]]), revision: 2 }])]);
    expect(await rowsOf('SELECT FROM goshawk.evidence_due')).toEqual([]);
  });

  it('sends a tombstone for each old decision about an alert, once, and leaves newer ones', async () => {
    const topic = topics.refDecisions.name;
    await broker.admin().createTopics([{ name: topic, partitions: 2, config: {} }], 1);
    const day = 86_400_000_000;
    const at = (days: number) => Date.now() * 1_000 - days * day;
    const keys = { old: `a|${at(70)}`, older: `b|${at(400)}`, gone: `c|${at(80)}`, fresh: `a|${at(50)}` };
    const send = (key: string, value: Buffer | null, partition = 0) => broker.producer().send([{ topic, partition, key: Buffer.from(key), value }]);
    for (const key of Object.values(keys)) await send(key, Buffer.from('x'), key === keys.older ? 1 : 0);
    await send(keys.gone, null);
    const unsent = () => rowsOf('SELECT key, payload FROM goshawk.outbox WHERE topic = $1 AND sent_at IS NULL ORDER BY key', topic);
    await run('old decisions');
    expect(await unsent()).toEqual([keys.old, keys.older].map((key) => ({ key, payload: null })));
    await run('old decisions');
    expect((await unsent()).length).toBe(2);
    await send(keys.old, null);
    await send(keys.older, null, 1);
    await database.owner.query('DELETE FROM goshawk.outbox WHERE topic = $1', [topic]);
    await run('old decisions');
    expect(await unsent()).toEqual([]);
  });

  it('leaves raw bytes for later while the broker is away, though the event is copied', async () => {
    await persist.alerts.load([batchOf('alerts', 0, next++, [alert('away', [['e0', 0]])])]);
    await run('evidence');
    const away = { ...broker.admin(), topics: () => Promise.reject(new Error('away')) };
    const duty = dutiesOf(config.parse({}), {
      pool,
      admin: away,
      reader: broker.reader(),
      log: silent,
      signal: new AbortController().signal,
      ...ledgerDuties,
    }).find((one) => one.name === 'raw evidence');
    await expect(duty?.run()).rejects.toThrow('away');
    expect(await evidenceOf('away')).toMatchObject([{ raw_state: 'due' }]);
    await run('raw evidence');
    expect(await evidenceOf('away')).toMatchObject([{ raw_state: 'kept' }]);
  });

  it('takes no event of another organization as evidence', async () => {
    await persist.alerts.load([batchOf('alerts', 0, next++, [{ ...alert('foreign', [['e0', 0]]), organization: 'other' }])]);
    await run('evidence');
    expect(await evidenceOf('foreign')).toEqual([]);
  });

  it('gives up what was never stored', async () => {
    await persist.alerts.load([batchOf('alerts', 0, next++, [alert('never', [['nothing', 1]])])]);
    await database.owner.query(
      `UPDATE goshawk.evidence_due SET asked_at = now() - interval '8 days', due_at = now() WHERE alert_id = decode('${idOf('never')}', 'hex')`,
    );
    await run('evidence', { evidenceGiveUpDays: 7 });
    expect(await rowsOf(`SELECT FROM goshawk.evidence_due WHERE alert_id = decode($1, 'hex')`, idOf('never'))).toEqual([]);
  });

  it('makes partitions ahead, so that a load at midnight finds them', async ({ skip }) => {
    skip(database.tier === 'timescale', 'chunks make themselves');
    await run('partitions ahead');
    const days = await rowsOf(
      `SELECT count(*) AS n FROM goshawk.time_partition WHERE parent = 'event' AND from_day BETWEEN (now() AT TIME ZONE 'UTC')::date AND (now() AT TIME ZONE 'UTC')::date + 2`,
    );
    expect(days).toEqual([{ n: 3 }]);
    await run('partitions ahead');
  });

  it('drops what is old by event time, but not what was stored lately', async () => {
    const count = async () => (await rowsOf('SELECT count(*) AS n FROM goshawk.event'))[0]?.n;
    await run('retention', { eventDays: 30 });
    expect(await count()).toBe(2); // of 2023, stored just now
    await database.age(40);
    await run('retention', { eventDays: 30 });
    expect(await count()).toBe(0);
    expect((await evidenceOf('late')).length).toBe(2); // evidence outlives it
  });

  it('folds counts and keeps their sums', async () => {
    const sum = () => rowsOf('SELECT sum(events)::bigint AS events, count(*) AS rows FROM goshawk.event_count');
    const one = `('2023-11-14 22:13:00+00', 'default', 'd', 's', NULL, 2, false, now() - interval '1 hour')`;
    await database.owner.query(
      `DELETE FROM goshawk.event_count; INSERT INTO goshawk.event_count VALUES ${one}, ${one}, ${one.replace('NULL', '5')}, ${one.replace(`now() - interval '1 hour'`, 'now()')}`,
    );
    await run('folding of counts');
    expect(await sum()).toEqual([{ events: 8, rows: 3 }]);
    await run('folding of counts');
    expect(await sum()).toEqual([{ events: 8, rows: 3 }]);
  });

  it('folds the ledger of past days, never across a hole', async () => {
    await database.owner.query(`DELETE FROM goshawk.stage_ledger`);
    const entry = (topic: string, from: number, to: number, ago: string) =>
      `('goshawk', 'persist', '${topic}', 0, ${from}, ${to}, ${to - from}, ${to - from - 3}, '{"duplicate": 1}', '{"INVALID_EVENT": 2}', (now() AT TIME ZONE 'UTC')::date - interval '${ago}', (now() AT TIME ZONE 'UTC')::date - interval '${ago}')`;
    await database.owner.query(
      `INSERT INTO goshawk.stage_ledger VALUES ${[
        entry('a', 0, 10, '5 days'),
        entry('a', 10, 20, '5 days'),
        entry('a', 20, 30, '5 days'),
        entry('a', 30, 40, '1 hour'),
        entry('b', 0, 10, '5 days'),
        entry('b', 11, 20, '5 days'),
      ].join(', ')}`,
    );
    await run('folding of the ledger');
    expect(
      await rowsOf('SELECT topic, from_offset AS from, to_offset AS to, records, passed, dropped, rejected FROM goshawk.stage_ledger ORDER BY 1, 2'),
    ).toEqual([
      { topic: 'a', from: 0, to: 30, records: 30, passed: 21, dropped: { duplicate: 3 }, rejected: { INVALID_EVENT: 6 } },
      { topic: 'a', from: 30, to: 40, records: 10, passed: 7, dropped: { duplicate: 1 }, rejected: { INVALID_EVENT: 2 } },
      { topic: 'b', from: 0, to: 10, records: 10, passed: 7, dropped: { duplicate: 1 }, rejected: { INVALID_EVENT: 2 } },
      { topic: 'b', from: 11, to: 20, records: 9, passed: 6, dropped: { duplicate: 1 }, rejected: { INVALID_EVENT: 2 } },
    ]);
  });

  it('prunes what was published long ago', async () => {
    await database.owner.query(
      `INSERT INTO goshawk.outbox (topic, key, sent_at) VALUES ('t', 'old', now() - interval '8 days'), ('t', 'new', now()), ('t', 'unsent', NULL)`,
    );
    await run('pruning of outboxes');
    expect(await rowsOf(`SELECT key FROM goshawk.outbox WHERE topic = 't' ORDER BY key`)).toEqual([{ key: 'new' }, { key: 'unsent' }]);
  });

  it('runs all duties until it is told to end', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'goshawk-ticker-'));
    const stop = new AbortController();
    const ledgerDeps = {
      codec: new Codec(fixedIds()),
      openEntry: () => undefined,
      flow: [],
      app: 'goshawk',
      keys: () => openKeys(folder),
      installation: 'here',
      folder: join(folder, 'reports'),
    };
    const running = runTicker(config.parse({ evidenceMs: 100 }), {
      pool,
      databaseUrl: database.url,
      broker,
      ledger: ledgerDeps,
      auditFolder: join(folder, 'audit'),
      log: silent,
      signal: stop.signal,
    });
    await persist.events.load([batchOf('events', 0, 2, [enriched('e9', 0)])]);
    await persist.alerts.load([batchOf('alerts', 0, next++, [alert('running', [['e9', 0]])])]);
    await expect.poll(async () => (await evidenceOf('running'))[0]?.raw_state, { timeout: 10_000 }).toBe('kept');
    stop.abort();
    await running;
  });
});
