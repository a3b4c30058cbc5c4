import pino from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { RetryableError } from '../../pipeline/core/errors.ts';
import { memoryBroker } from '../../pipeline/runtime/memory/index.ts';
import type { MemoryBroker } from '../../pipeline/runtime/memory/index.ts';
import { Codec } from '../../schemas/avro/codec.ts';
import { fixedIds } from '../../schemas/avro/registry.ts';
import { schemas } from '../../schemas/avro/types.gen.ts';
import { installationTopics } from '../../topologies/settings.ts';
import { topics } from '../../topologies/topics.ts';
import { topology } from '../test/api.ts';
import { LagMeter } from './lag.ts';
import { LedgerView } from './ledger-view.ts';
import { PipelineMonitor, refusedSources, topicsOf } from './monitor.ts';
import { brokerProbe, databaseProbe, Parts } from './parts.ts';

const codec = new Codec(fixedIds());
const record = (topic: string) => ({ topic, partition: 0, key: null, value: Buffer.from('x') });

describe('the pipeline', () => {
  let broker: MemoryBroker;
  let stored: Record<string, unknown>[] = [];
  let isDatabaseAway = false;
  let isBrokerAway = false;
  let now: number;
  let monitor: PipelineMonitor;
  const ledger = new LedgerView(codec, 'goshawk');
  const stage = async (name: string) => (await monitor.snapshot()).stages.find((each) => each.name === name);

  beforeEach(async () => {
    broker = memoryBroker();
    [stored, isDatabaseAway, isBrokerAway, now] = [[], false, false, 10_000_000];
    await broker.admin().createTopics(installationTopics({ organizations: ['default', 'other'], partitions: 2 }), 1);
    const pool = {
      query: async (sql: string) => {
        if (isDatabaseAway) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
        return { rows: sql.includes('stage_offset') ? stored : sql.includes('server_version') ? [{ version: '18' }] : [] };
      },
    } as never;
    const port = { ...broker, admin: () => (isBrokerAway ? { clusterId: gone, topics: gone, close: async () => {} } : broker.admin()) } as never;
    const parts = new Parts([brokerProbe(port), databaseProbe(pool)], () => now);
    monitor = new PipelineMonitor({
      broker: port,
      pool,
      topology,
      ledger,
      parts,
      lag: new LagMeter(port, () => codec.idOf(schemas.watermark)),
      app: 'goshawk',
      log: pino({ level: 'silent' }),
      wallMicros: () => now,
    });
  });
  const gone = () => Promise.reject(new RetryableError('BROKER_UNAVAILABLE', 'away'));

  it('counts what a stage has not read: to the end, from what it committed', async () => {
    await broker.producer().send([record(topics.parsed.name), record(topics.parsed.name), record(topics.parsed.name)]);
    expect((await stage('validate'))?.lag).toBe(3);
    await broker.admin().setCommitted('goshawk.validate', new Map([[`${topics.parsed.name}/0`, 2]]));
    now += 2_000_000;
    expect((await stage('validate'))?.lag).toBe(1);
  });

  it('counts all raw topics as the input of ingest', async () => {
    await broker.producer().send([record('raw.default.zeek'), record('raw.other.windows')]);
    expect((await stage('ingest'))?.lag).toBe(2);
  });

  it('believes the database of a stage that keeps its position there', async () => {
    await broker.producer().send([record(topics.enriched.name), record(topics.enriched.name)]);
    await broker.admin().setCommitted('goshawk.persist', new Map([[`${topics.enriched.name}/0`, 1]]));
    stored = [{ group: 'goshawk.persist', topic: topics.enriched.name, partition: 0, next: 2 }];
    expect((await stage('persist-events'))?.lag).toBe(0);
  });

  it('does not count what was deleted before it was read', async () => {
    await broker.producer().send([record(topics.parsed.name), record(topics.parsed.name)]);
    await broker.admin().deleteRecords(new Map([[`${topics.parsed.name}/0`, 1]]));
    expect((await stage('validate'))?.lag).toBe(1);
  });

  it('answers without the broker, and names it', async () => {
    isBrokerAway = true;
    const { state, parts, stages } = await monitor.snapshot();
    expect([state, parts.map(({ name, state: each }) => `${name} ${each}`), stages.map(({ lag }) => lag)]).toEqual([
      'degraded',
      ['broker down', 'database up'],
      [null, null, null],
    ]);
  });

  it('answers without the database, and names it', async () => {
    isDatabaseAway = true;
    const { state, parts } = await monitor.snapshot();
    expect([state, parts.map(({ name, state: each }) => `${name} ${each}`).slice(0, 2)]).toEqual(['degraded', ['broker up', 'database down']]);
  });

  it('is down without both', async () => {
    [isDatabaseAway, isBrokerAway] = [true, true];
    expect((await monitor.snapshot()).state).toBe('down');
  });

  it('asks at most every second and a half, whoever asks', async () => {
    const first = await monitor.snapshot();
    now += 1_000_000;
    expect(await monitor.snapshot()).toBe(first);
    now += 1_000_000;
    expect(await monitor.snapshot()).not.toBe(first);
  });

  it('does not tell names of topics of other organizations', async () => {
    const names = topicsOf((await monitor.snapshot()).topics, 'default').map(({ name }) => name);
    expect(names).toContain('raw.default.zeek');
    expect(names).toContain(topics.enriched.name);
    expect(names.filter((name) => name.includes('other'))).toEqual([]);
  });
});

it('says of a source of which much is refused whether it is read more slowly', () => {
  const refused = ['raw.default.bad', 'raw.default.odd'].map((topic) => ({ topic, count: 2_000, code: 'DECODE_FAILED' }));
  const snapshot = { state: 'ready', parts: [], stages: [], topics: [], throttled: ['raw.default.bad', 'raw.other.bad'] } as const;
  expect(refusedSources(refused, snapshot).map(({ topic, isThrottled }) => [topic, isThrottled])).toEqual([
    ['raw.default.bad', true],
    ['raw.default.odd', false],
  ]);
});
