// What only the broker in memory can do: crash, move the clock, lose a record, hold a request.
import { describe, expect, it } from 'vitest';
import { Member } from '../_contract/member.ts';
import { tpKey } from '../port.ts';
import type { OutRecord, TopicPartition } from '../port.ts';
import { memoryBroker } from './index.ts';
import type { MemoryBroker } from './index.ts';

const tp: TopicPartition = { topic: 't', partition: 0 };
const record = (value: string, key: string | null = null): OutRecord => ({ ...tp, key: key === null ? null : Buffer.from(key), value: Buffer.from(value) });
const withTopic = async (config: Record<string, string> = {}): Promise<MemoryBroker> => {
  const broker = memoryBroker();
  await broker.admin().createTopics([{ name: 't', partitions: 1, config }], 1);
  return broker;
};
const contents = async (broker: MemoryBroker): Promise<string[]> => {
  const [[, start]] = (await broker.admin().offsets([tp], 'earliest')) as unknown as [[string, number]];
  const [[, end]] = (await broker.admin().offsets([tp], 'stable')) as unknown as [[string, number]];
  const found: string[] = [];
  for await (const { records } of broker.reader().read(tp, start, end, new AbortController().signal)) found.push(...records.map(({ value }) => String(value)));
  return found;
};

describe('a broker in memory', () => {
  it('keeps the partitions of a crashed member until its session is over', async () => {
    const broker = await withTopic();
    await broker.producer().send([record('a')]);
    const crashing = broker.connect();
    const a = await new Member(crashing, { groupId: 'g', sessionTimeoutMs: 6_000 }, { topics: ['t'] }).run();
    await a.until(() => a.values.length === 1);
    crashing.crash();
    const b = new Member(broker, { groupId: 'g' }, { topics: ['t'] });
    const joining = b.run();
    broker.clock.advance(6_000);
    expect(b.generations).toEqual([]);
    broker.clock.advance(1);
    await joining;
    await b.until(() => b.values.length === 1);
    expect(a.hooks).toEqual(['assigned t/0']); // a dead process learns nothing
    await b.consumer.stop();
  });

  it('ends the transaction of a crashed producer by its timeout, or by the next init', async () => {
    const broker = await withTopic();
    const orphan = async () => {
      const crashing = broker.connect();
      const producer = crashing.txnProducer({ transactionalId: 'x', transactionTimeoutMs: 10_000 });
      await producer.init({ outputs: [], groupId: null });
      await new Promise<void>((resolve) => {
        void producer.transact(async (txn) => {
          await txn.send([record('orphan')]);
          crashing.crash();
          resolve();
        });
      });
    };
    await orphan();
    await broker.producer().send([record('after')]);
    expect(await contents(broker)).toEqual([]);
    broker.clock.advance(10_000);
    expect(await contents(broker)).toEqual(['after']);
    await orphan();
    await broker.txnProducer({ transactionalId: 'x' }).init({ outputs: [], groupId: null });
    await broker.producer().send([record('last')]);
    expect(await contents(broker)).toEqual(['after', 'last']);
  });

  it('deletes by time, keeps the last of each key, and loses a record, each on demand', async () => {
    const broker = await withTopic({ 'retention.ms': '1000' });
    await broker.producer().send([record('old')]);
    broker.clock.advance(1_001);
    await broker.producer().send([record('new')]);
    broker.retain('t');
    expect(await contents(broker)).toEqual(['new']);

    const compacted = await withTopic({ 'cleanup.policy': 'compact' });
    await compacted.producer().send([record('1', 'a'), record('2', 'b'), record('3', 'a')]);
    compacted.compact('t');
    expect(await contents(compacted)).toEqual(['2', '3']);
    await expect(compacted.producer().send([record('4')])).rejects.toMatchObject({ code: 'UNEXPECTED' });
    compacted.removeRecord('t', 0, 1);
    expect(await contents(compacted)).toEqual(['3']);
    expect(await compacted.admin().offsets([tp], 'latest')).toEqual(new Map([[tpKey(tp), 3]]));
  });

  it('holds a request until it is let go', async () => {
    const broker = await withTopic();
    const release = broker.faults.hold('send');
    const producer = broker.producer();
    const held = producer.send([record('held')]);
    await producer.send([record('free')]);
    expect(await contents(broker)).toEqual(['free']);
    release();
    await held;
    expect(await contents(broker)).toEqual(['free', 'held']);
  });

  it('shares nothing that a client could change', async () => {
    const broker = await withTopic();
    const value = Buffer.from('a');
    await broker.producer().send([{ ...tp, key: null, value }]);
    value[0] = 0x62;
    expect(await contents(broker)).toEqual(['a']);
  });
});
