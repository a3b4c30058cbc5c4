// Loaders against a place in memory that keeps rows and offsets together, as the database does.
import { describe, expect, it } from 'vitest';
import { FencedError, RetryableError } from '../core/errors.ts';
import type { Batch, Loader, RefusedRecord } from '../core/index.ts';
import { defineTopology, loader, stage } from '../core/topology.ts';
import type { Event } from '../../schemas/avro/types.gen.ts';
import { topics } from '../../topologies/topics.ts';
import { line, platform, take } from './test/example.ts';
import { memoryBroker } from './memory/index.ts';
import { runOnMemory } from './topology-driver.ts';
import type { OnMemoryOptions, TopologyDriver } from './topology-driver.ts';

const RAW = 'raw.default.test';

/** Rows, and how far each partition is: changed together or not at all. */
class Place {
  readonly rows: string[] = [];
  readonly refused: string[] = [];
  readonly setAside: RefusedRecord[] = [];
  readonly offsets = new Map<string, { next: number; generation: number }>();
  /** Errors of the next loads, before or after the rows are durable. */
  readonly faults: { readonly when: 'before' | 'after'; readonly error: Error }[] = [];
  opened = 0;
  closed = 0;

  loader(): Loader<Event> {
    return {
      name: 'events',
      reads: { labels: true, sensor: true },
      open: async (owned, generation) => {
        this.opened++;
        return owned.flatMap(({ topic, partition }) => {
          const key = `${topic}/${partition}`;
          const known = this.offsets.get(key);
          if (known === undefined) {
            this.offsets.set(key, { next: 0, generation });
            return [];
          }
          known.generation = Math.max(known.generation, generation);
          return [{ topic, partition, next: known.next }];
        });
      },
      load: async (batches) => {
        const fault = this.faults.shift();
        if (fault?.when === 'before') throw fault.error;
        for (const batch of batches) this.#take(batch);
        if (fault?.when === 'after') throw fault.error;
      },
      close: async () => {
        this.closed++;
      },
    };
  }

  #take(batch: Batch<Event>): void {
    const known = this.offsets.get(`${batch.topic}/${batch.partition}`)!;
    if (known.next !== batch.from) throw new FencedError('OFFSETS_FENCED', `Expected ${known.next}, got ${batch.from}`);
    known.next = batch.next;
    for (const { value, position } of batch.records) {
      expect(position.offset >= batch.from && position.offset < batch.next).toBe(true);
      this.rows.push(value.labels['n']!);
    }
    for (const { code } of batch.refused ?? []) this.refused.push(code);
    this.setAside.push(...(batch.refused ?? []));
  }
}

const start = (place: Place, more: Partial<OnMemoryOptions> = {}) =>
  runOnMemory(
    defineTopology('loading', [stage(take, { from: topics.raw, to: [topics.parsed] }), loader(place.loader(), { from: topics.parsed, group: 'persist' })]),
    { platform, topics: [RAW], limits: { turnRecords: 3, commitRecords: 5 }, ...more },
  );
const write = (driver: TopologyDriver, from: number, count: number) =>
  driver.write(
    RAW,
    Array.from({ length: count }, (_, i) => ({ key: null, value: line({ n: from + i, host: `h${(from + i) % 5}` }), partition: i % 2 })),
  );
const numbers = (place: Place) => place.rows.map(Number).sort((a, b) => a - b);
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

describe('loaders', () => {
  it('load every record once, markers and watermarks within their ranges', async () => {
    const place = new Place();
    const driver = await start(place);
    for (let i = 0; i < 10; i++) {
      await write(driver, i * 10, 10);
      await driver.settle();
    }
    expect(numbers(place)).toEqual(upTo(100));
    await driver.advance(6000);
    await driver.stop();
    const admin = driver.broker.admin();
    const tps = [0, 1].map((partition) => ({ topic: topics.parsed.name, partition }));
    expect(await admin.committed('goshawk.persist', tps), 'the hint').toEqual(new Map([...place.offsets].map(([key, { next }]) => [key, next])));
    expect([place.opened, place.closed]).toEqual([1, 1]);
  });

  it('go on where the place is, whatever Kafka says', async () => {
    const place = new Place();
    const first = await start(place);
    await write(first, 0, 20);
    await first.settle();
    await first.stop();
    await first.broker.admin().setCommitted(
      'goshawk.persist',
      new Map([
        [`${topics.parsed.name}/0`, 0],
        [`${topics.parsed.name}/1`, 0],
      ]),
    );
    const second = await start(place, { broker: first.broker.connect() });
    await write(second, 20, 20);
    await second.settle();
    await second.stop();
    expect(numbers(place)).toEqual(upTo(40));
  });

  it('wait for a place that is away, while the stages before them go on', async () => {
    const place = new Place();
    const driver = await start(place);
    const away = new RetryableError('DATABASE_UNAVAILABLE', 'The database does not answer');
    place.faults.push(...Array.from({ length: 4 }, () => ({ when: 'before' as const, error: away })));
    await write(driver, 0, 30);
    for (let i = 0; i < 300; i++)
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    expect((await driver.records(topics.parsed)).length).toBe(30);
    expect([place.rows.length, driver.running.status().find(({ name }) => name === 'events')]).toMatchObject([0, { state: 'paused', pausedFor: ['database'] }]);
    await driver.settle(50);
    expect(numbers(place)).toEqual(upTo(30));
    await driver.stop();
  });

  it('join again when fenced, and load nothing twice', async () => {
    const place = new Place();
    const driver = await start(place);
    place.faults.push({ when: 'after', error: new FencedError('OFFSETS_FENCED', 'Another owner') });
    await write(driver, 0, 30);
    await driver.settle(50);
    expect(numbers(place)).toEqual(upTo(30));
    expect(place.opened).toBeGreaterThan(1);
    await driver.stop();
  });

  it('hand over records that cannot be decoded, with the others of their range', async () => {
    const place = new Place();
    const driver = await start(place);
    const framed = driver.codec.encode(topics.parsed.schema as never, (await import('../../schemas/avro/plain.ts')).plainEvent({ labels: { n: '0' } }));
    await driver.write(topics.parsed.name, [
      { key: null, value: Buffer.from('garbage') },
      { key: null, value: framed },
      { key: null, value: framed.subarray(0, 40) },
      { key: null, value: null },
    ]);
    await driver.settle();
    expect([place.rows, place.refused]).toEqual([['0'], ['DECODE_FAILED', 'DECODE_FAILED', 'DECODE_FAILED']]);
    await driver.stop();
  });

  it('hand over a batch that cannot be read as one refused record that stands for all of it', async () => {
    const place = new Place();
    const broker = memoryBroker();
    const first = await runOnMemory(defineTopology('taking', [stage(take, { from: topics.raw, to: [topics.parsed] })]), { platform, topics: [RAW], broker });
    await write(first, 0, 20);
    await first.settle();
    await first.stop();
    const parsed = (await first.raw(topics.parsed.name)).filter(({ key }) => key!.toString().startsWith('h')); // no watermark
    const broken = parsed.filter(({ partition }) => partition === parsed[0]!.partition).slice(1, 4);
    broker.damage(topics.parsed.name, broken[0]!.partition, broken[0]!.offset, broken[2]!.offset + 1, Buffer.from('a batch'));
    const driver = await start(place, { broker });
    await driver.settle();
    await driver.stop();
    expect(place.rows.length).toBe(17);
    expect(place.setAside.map(({ position, value, records, code }) => [position.offset, String(value), records, code])).toEqual([
      [broken[0]!.offset, 'a batch', 3, 'BATCH_UNREADABLE'],
    ]);
    expect(driver.running.status().find(({ name }) => name === 'events')).toMatchObject({ in: 20, passed: 17, rejected: 3 });
  });

  it('let wait no more bytes than may be in a load, however large the records are', async () => {
    const place = new Place();
    const MiB = 1 << 20;
    const sizes: number[] = [];
    const loaderOf = place.loader();
    const load = async (batches: readonly Batch<Event>[]) => {
      sizes.push(batches.reduce((sum, { records }) => sum + records.reduce((bytes, { value }) => bytes + value.labels['n']!.length, 0), 0));
      await isSlow;
      await loaderOf.load(batches);
    };
    const { promise: isSlow, resolve: goOn } = Promise.withResolvers<void>();
    const driver = await runOnMemory(
      defineTopology('loading', [
        stage(take, { from: topics.raw, to: [topics.parsed] }),
        loader({ ...loaderOf, load }, { from: topics.parsed, group: 'persist' }),
      ]),
      { platform, topics: [RAW], limits: { turnRecords: 1, commitRecords: 4000 } },
    );
    const { plainEvent } = await import('../../schemas/avro/plain.ts');
    const framed = driver.codec.encode(topics.parsed.schema as never, plainEvent({ labels: { n: 'x'.repeat(MiB) } }));
    for (let n = 0; n < 100; n++) await driver.write(topics.parsed.name, [{ key: null, value: framed, partition: 0 }]);
    for (let i = 0; i < 1000; i++)
      await new Promise((resolve) => {
        setImmediate(resolve); // all that may be read is read, while the first load is under way
      });
    goOn();
    await driver.settle();
    expect(place.rows.length).toBe(100);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(33 * MiB);
    await driver.stop();
  });

  it('do not keep a process from stopping while the place is away', async () => {
    const place = new Place();
    const driver = await start(place);
    place.faults.push(...Array.from({ length: 1000 }, () => ({ when: 'before' as const, error: new RetryableError('DATABASE_UNAVAILABLE', 'Away') })));
    await write(driver, 0, 10);
    for (let i = 0; i < 100; i++)
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    await driver.stop();
    expect(place.rows).toEqual([]);
    place.faults.length = 0;
    const again = await start(place, { broker: driver.broker.connect() });
    await again.settle();
    expect(numbers(place)).toEqual(upTo(10));
    await again.stop();
  });
});
