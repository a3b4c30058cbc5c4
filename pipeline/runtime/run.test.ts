import { describe, expect, it } from 'vitest';
import { defineStage, pass, send } from '../core/index.ts';
import { defineTopology, stage } from '../core/topology.ts';
import type { Event } from '../../schemas/avro/types.gen.ts';
import { sinkTopic, topics } from '../../topologies/topics.ts';
import { check, example, line, platform, take } from './test/example.ts';
import type { Line } from './test/example.ts';
import { memoryBroker } from './memory/index.ts';
import type { MemoryBroker } from './memory/index.ts';
import { runOnMemory } from './topology-driver.ts';

const RAW = 'raw.default.test';
const start = (options = {}) => runOnMemory(example, { platform, topics: [RAW], ...options });

describe('runTopology', () => {
  it('takes records through all stages, each with what became of it', async () => {
    const driver = await start();
    const lines: Line[] = [
      { n: 1 },
      { n: 2, act: 'reject' },
      { n: 3, act: 'crash' },
      { n: 4, act: 'skip' },
      { n: 5 },
      { n: 6, act: 'check-reject' },
      { n: 7, act: 'sum-reject' },
      { n: 8, act: 'large' },
      { n: 9 },
    ];
    await driver.write(RAW, [
      ...lines.map((fields) => ({ key: null, value: line(fields) })),
      { key: Buffer.from('k'), value: Buffer.from('garbage'), partition: 0 },
    ]);
    await driver.settle();
    expect((await driver.records(topics.findings)).map(({ value }) => value.title)).toEqual(['h 1 1', 'h 2 5', 'h 3 9']);
    expect((await driver.records(topics.enriched)).map(({ value, key }) => [key, value.event.labels.n, value.context.relatedHosts])).toEqual([
      ['h', '1', ['h']],
      ['h', '5', ['h']],
      ['h', '7', ['h']],
      ['h', '9', ['h']],
    ]);
    const letters = (await driver.raw('dead-letters.v1')).map(({ headers, key, value }) => {
      const text = (name: string) => new Map(headers).get(name)?.toString();
      return [
        text('__goshawk.errors.stage'),
        text('__goshawk.errors.code'),
        text('__streams.errors.topic'),
        text('__streams.errors.offset'),
        text('__goshawk.errors.organization'),
        key?.toString(),
        value!.length > 5,
      ];
    });
    expect(letters.sort((a, b) => String(a).localeCompare(String(b)))).toEqual([
      ['check', 'PAST_TIMESTAMP', 'events.parsed.v1', expect.any(String), '', 'h', true],
      ['sum', 'INVALID_EVENT', 'events.enriched.v1', expect.any(String), '', 'h', true],
      ['take', 'DECODE_FAILED', RAW, '9', 'default', 'k', true],
      ['take', 'INVALID_EVENT', RAW, '1', 'default', undefined, true],
      ['take', 'RECORD_TOO_LARGE', RAW, '7', 'default', undefined, true],
      ['take', 'UNEXPECTED', RAW, '2', 'default', undefined, true],
    ]);
    await driver.stop();
  });

  it('reads a raw topic that is made while it runs, and one that is there before anything else', async () => {
    const driver = await start({ topics: [] });
    expect(driver.running.status().find(({ name }) => name === 'take')).toMatchObject({ state: 'running', tasks: [] });
    const admin = driver.broker.admin();
    for (const name of ['raw.default.first', 'raw.acme.second']) {
      await admin.createTopics([{ name, partitions: 2, config: {} }], 1);
      await driver.write(name, [{ key: null, value: line({ n: 1, host: name }), partition: 1 }]);
      await driver.advance(3500);
    }
    expect(
      (await driver.records(topics.parsed))
        .map(({ value }) => [value.sensor, value.provenance.topic, value.provenance.partition])
        .sort((a, b) => String(a).localeCompare(String(b))),
    ).toEqual([
      ['raw.acme.second', 'raw.acme.second', 1],
      ['raw.default.first', 'raw.default.first', 1],
    ]);
    await driver.stop();
  });

  it('refuses a raw topic with more partitions than the stage has places for state', async () => {
    const driver = await start();
    await driver.broker.admin().createTopics([{ name: 'raw.default.wide', partitions: 9, config: {} }], 1);
    await driver.advance(3500);
    expect(
      driver.running
        .status()
        .find(({ name }) => name === 'take')!
        .tasks.map(({ topic }) => topic),
    ).not.toContain('raw.default.wide');
    await driver.stop();
  });

  it('stops a stage that fails on too many records by a bug of ours, and commits nothing half done', async () => {
    const driver = await start();
    await driver.write(
      RAW,
      Array.from({ length: 40 }, (_, n) => ({ key: null, value: line({ n, act: 'crash' }), partition: 0 })),
    );
    await expect(driver.running.failed).resolves.toMatchObject({ code: 'TOO_MANY_UNEXPECTED' });
    expect(driver.running.status().find(({ name }) => name === 'take')).toMatchObject({ state: 'failed', lag: null }); // never 0: records are unread
    await driver.stop();
  });

  it('runs only the stages it is told to, and knows the whole topology all the same', async () => {
    const driver = await start({ stages: ['take', 'check'] });
    await driver.write(RAW, [{ key: null, value: line({ n: 1 }) }]);
    await driver.settle();
    expect([(await driver.records(topics.valid)).length, (await driver.records(topics.enriched)).length]).toEqual([1, 0]);
    await driver.stop();
    await expect(start({ broker: driver.broker.connect(), stages: ['take', 'sums'] })).rejects.toMatchObject({ code: 'INVALID_USAGE' });
  });

  it('refuses partition counts that a forward cannot keep', async () => {
    const broker = memoryBroker();
    await broker.admin().createTopics([{ name: topics.valid.name, partitions: 3, config: {} }], 1);
    await expect(start({ broker })).rejects.toMatchObject({
      code: 'TOPIC_MISMATCH',
      message: expect.stringContaining('events.parsed.v1 has 2 partitions and events.valid.v1 has 3') as string,
    });
  });

  it('has the counts of the ledger in its status and its metrics', async () => {
    const driver = await start();
    await driver.write(
      RAW,
      (['skip', 'reject', undefined, undefined] as const).map((act, n) => ({ key: null, value: line({ n, ...(act === undefined ? {} : { act }) }) })),
    );
    await driver.advance(6000);
    expect(driver.running.status()[0]).toMatchObject({ name: 'take', state: 'running', lag: 0, in: 4, passed: 2, dropped: 1, rejected: 1, out: 3 });
    const text = await driver.registry.metrics();
    expect(text).toContain('stage_dropped_records_total{stage="take",reason="filtered"} 1');
    expect(text).toContain('stage_rejected_records_total{stage="take",code="INVALID_EVENT"} 1');
    expect(text).toContain('stage_lag_records{stage="take"} 0');
    expect(text).toMatch(/stage_watermark_seconds\{stage="take"\} 17672255/);
    expect(text).toMatch(/stage_watermarks_total\{stage="take",reason="silence"\} [1-9]/);
    const entries = (await driver.records(topics.ledger)).map(({ value }) => value).filter(({ stage: name }) => name === 'take');
    expect(entries).toEqual([
      {
        app: 'goshawk',
        stage: 'take',
        topic: RAW,
        partition: 0,
        from: 0,
        to: 4,
        in: 4,
        passed: 2,
        dropped: [{ reason: 'filtered', count: 1 }],
        rejected: [{ reason: 'INVALID_EVENT', count: 1 }],
        emitted: 0,
        out: [
          { topic: 'dead-letters.v1', partition: 0, count: 1, first: expect.any(Number) as number, last: expect.any(Number) as number },
          {
            topic: 'events.parsed.v1',
            partition: expect.any(Number) as number,
            count: 2,
            first: expect.any(Number) as number,
            last: expect.any(Number) as number,
          },
        ],
        watermark: expect.any(Number) as number,
        throttledMs: 0,
        begins: false,
        watermarks: [{ dataset: 'test.a', at: expect.any(Number) as number }],
        wallFrom: expect.any(Number) as number,
        wallTo: expect.any(Number) as number,
      },
    ]);
    await driver.stop();
  });

  it('writes an entry at once when the counts no longer fit beside the offset', async () => {
    const spread = defineStage<Uint8Array>()({
      name: 'take',
      reads: 'bytes',
      process: ({ value, position }) =>
        pass(...Array.from({ length: 40 }, (_, n) => send({ ...sinkTopic(`o${n}-${position.offset}-${'x'.repeat(60)}`, 'ecs') }, 'k', value))),
    });
    const driver = await runOnMemory(defineTopology('spread', [stage(spread, { from: topics.raw, to: [{ ...sinkTopic('', 'ecs'), name: 'sink.*' }] })]), {
      platform,
      topics: [RAW],
      limits: { ledgerEveryMs: 1e9, ledgerIdleMs: 1e9 },
    });
    await driver.write(RAW, [{ key: null, value: line({ n: 1 }) }]);
    await driver.settle();
    const [entry] = (await driver.records(topics.ledger)).map(({ value }) => value);
    expect(entry?.out).toHaveLength(40);
    await driver.stop();
  });
});

describe('back-pressure', () => {
  /** Writes to a topic of its own, which cannot be made before the gate opens. */
  const slow = defineStage<Event>()({
    name: 'slow',
    reads: { organization: true },
    process: ({ value: { organization } }) => pass(send(sinkTopic(organization, 'ecs'), 'k', Buffer.from('{}'))),
  });
  const topology = defineTopology('two', [
    stage(take, { from: topics.raw, to: [topics.parsed] }),
    stage(check, { from: topics.parsed, to: [topics.valid] }),
    stage(slow, { from: topics.valid, to: [{ ...sinkTopic('', 'ecs'), name: 'sink.*' }] }),
  ]);

  it('pauses a stage, and those before it, while the next one of the process is behind, and goes on when it has caught up', async () => {
    const gate = Promise.withResolvers<void>();
    const broker = withAdmin(memoryBroker(), (admin) => ({
      ...admin,
      createTopics: async (wanted, replication) => {
        if (wanted.some(({ name }) => name.startsWith('sink.'))) await gate.promise;
        await admin.createTopics(wanted, replication);
      },
    }));
    const driver = await runOnMemory(topology, { platform, topics: [RAW], broker });
    const write = (n: number) => driver.write(RAW, [{ key: null, value: line({ n }) }]);
    const turns = async () => {
      for (let i = 0; i < 200; i++)
        await new Promise((resolve) => {
          setImmediate(resolve);
        });
    };
    const pausedFor = () => Object.fromEntries(driver.running.status().map(({ name, pausedFor: reasons }) => [name, reasons.join()]));
    await write(1);
    await turns();
    for (let i = 0; i < 16; i++) {
      driver.clock.advance(250);
      await turns();
    }
    expect(pausedFor()).toEqual({ take: '', check: 'behind', slow: '' });
    await write(2); // waits for the second stage, which is paused
    await turns();
    for (let i = 0; i < 16; i++) {
      driver.clock.advance(250);
      await turns();
    }
    expect(pausedFor()).toEqual({ take: 'behind', check: 'behind', slow: '' });
    await write(3);
    await turns();
    expect((await driver.records(topics.parsed)).length).toBe(2);
    gate.resolve();
    await driver.settle(50);
    expect(pausedFor()).toEqual({ take: '', check: '', slow: '' });
    expect((await driver.raw('sink.default.ecs.v1')).length).toBe(3);
    await driver.stop();
  });
});

describe('a source that sends garbage', () => {
  it('is read more slowly, alone', async () => {
    const driver = await runOnMemory(example, { platform, topics: ['raw.default.good', 'raw.default.bad'] });
    const read = (topic: string) =>
      driver.running
        .status()[0]!
        .tasks.filter((task) => task.topic === topic)
        .reduce((sum, { position }) => sum + position, 0);
    await driver.write(
      'raw.default.bad',
      Array.from({ length: 6000 }, () => ({ key: null, value: Buffer.from('garbage') })),
    );
    for (let i = 0; i < 100; i++)
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    await driver.write(
      'raw.default.good',
      Array.from({ length: 3000 }, (_, n) => ({ key: null, value: line({ n }) })),
    );
    for (let i = 0; i < 300; i++)
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    expect(read('raw.default.good')).toBe(3000);
    expect(read('raw.default.bad')).toBeLessThan(4000);
    await driver.settle(200);
    expect((await driver.raw('dead-letters.v1')).length).toBe(6000);
    await driver.advance(15_000);
    const throttled = (await driver.records(topics.ledger)).filter(({ value }) => value.throttledMs > 0);
    expect([...new Set(throttled.map(({ value }) => value.topic))], 'and the ledger says which').toEqual(['raw.default.bad']);
    await driver.stop();
  });
});

/** The same broker with other administration. */
function withAdmin(broker: MemoryBroker, change: (admin: ReturnType<MemoryBroker['admin']>) => ReturnType<MemoryBroker['admin']>): MemoryBroker {
  return new Proxy(broker, {
    get(target, name) {
      if (name === 'admin') return () => change(target.admin());
      const value = Reflect.get(target, name, target) as unknown;
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
