import { beforeEach, describe, expect, it, vi } from 'vitest';
import { memoryBroker } from '../../pipeline/runtime/memory/index.ts';
import type { MemoryBroker } from '../../pipeline/runtime/memory/index.ts';
import { Codec } from '../../schemas/avro/codec.ts';
import { fixedIds } from '../../schemas/avro/registry.ts';
import { schemas } from '../../schemas/avro/types.gen.ts';
import { LagMeter } from './lag.ts';

const codec = new Codec(fixedIds());
const tp = { topic: 't', partition: 0 };
const watermark = codec.encode(schemas.watermark, { stage: 'detect', task: 0, of: 1, datasets: {}, idle: true });

describe('lag', () => {
  let broker: MemoryBroker;
  let meter: LagMeter;
  const end = async () => (await broker.admin().offsets([tp], 'stable')).get('t/0') ?? 0;
  const measure = async (next: number) => (await meter.measure([{ group: 'g', tp, next, end: await end() }]))[0];
  /** Records in a transaction, which leaves a marker behind them. */
  const send = async (...values: readonly Buffer[]) => {
    const producer = broker.txnProducer({ transactionalId: 'x' });
    await producer.init({ outputs: [tp], groupId: null });
    await producer.transact(async (txn) => void (await txn.send(values.map((value) => ({ ...tp, key: null, value })))));
    await producer.close();
  };

  beforeEach(async () => {
    broker = memoryBroker();
    await broker.admin().createTopics([{ name: 't', partitions: 1, config: {} }], 1);
    meter = new LagMeter(broker, () => codec.idOf(schemas.watermark));
  });

  it('is the difference of the offsets while a group moves', async () => {
    await send(Buffer.from('a'), Buffer.from('b'));
    expect(await measure(0)).toBe(await end());
    expect(await measure(1)).toBe((await end()) - 1);
  });

  it('leaves out markers and watermarks once the group stands still', async () => {
    await send(Buffer.from('a'));
    await send(watermark);
    await send(Buffer.from('b'), watermark);
    await measure(0);
    expect(await measure(0)).toBe(2);
    await send(watermark);
    expect(await measure(0)).toBe(2);
    await send(Buffer.from('c'));
    expect(await measure(0)).toBe(3);
  });

  it('is nothing for a group that has only markers and watermarks before it', async () => {
    await send(watermark);
    await measure(0);
    expect(await measure(0)).toBe(0);
  });

  it('is nothing at the end', async () => {
    await send(Buffer.from('a'));
    expect([await measure(await end()), await measure(await end())]).toEqual([0, 0]);
  });

  it('gets through a long idle past step by step', async () => {
    await send(...Array.from({ length: 12_000 }, () => watermark), Buffer.from('a'));
    const lags = [];
    for (let n = 0; n < 5; n += 1) lags.push(await measure(0));
    const total = await end();
    expect(lags).toEqual([total, total - 5_000, total - 10_000, 1, 1]);
  });

  it('does not read through a backlog that is real', async () => {
    await send(...Array.from({ length: 12_000 }, () => Buffer.from('a')));
    const lags: number[] = [];
    for (let n = 0; n < 5; n += 1) lags.push((await measure(0)) ?? 0);
    expect(lags.every((lag) => lag >= 12_000)).toBe(true);
    const reader = vi.spyOn(broker, 'reader');
    await measure(0);
    expect(reader).not.toHaveBeenCalled();
  });

  it('reads only what is new', async () => {
    await send(Buffer.from('a'));
    await measure(0);
    await measure(0);
    const reader = vi.spyOn(broker, 'reader');
    await measure(0);
    expect(reader).not.toHaveBeenCalled();
  });
});
