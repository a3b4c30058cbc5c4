import { randomUUID } from 'node:crypto';
import { connect as connectTo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterAll, describe, expect, it } from 'vitest';
import { tpKey } from '../port.ts';
import type { GroupMetadata } from '../port.ts';
import { portContract } from '../_contract/port.ts';
import { restoringContract } from '../_contract/restoring.ts';
import { startProxy } from '../_contract/proxy.ts';
import type { Proxy } from '../_contract/proxy.ts';
import { kafkaBroker } from './index.ts';

const address = process.env.GOSHAWK_TEST_KAFKA ?? '';
const brokers = address.split(',');
const log = pino({ level: 'silent' });
const proxies: Proxy[] = [];

describe.skipIf(address === '')('a real broker', () => {
  afterAll(async () => {
    await Promise.all(proxies.map((proxy) => proxy.close()));
  });

  portContract('kafka', {
    connect: (switches) => kafkaBroker({ brokers, clientId: 'contract', log, ...switches }),
    connectFaulty: async () => {
      const proxy = await startProxy(brokers[0]!);
      proxies.push(proxy);
      const broker = kafkaBroker({ brokers, clientId: 'contract', log, socketFactory: ({ onConnect }) => connectTo(proxy.port, '127.0.0.1', onConnect) });
      return { broker, faults: proxy.faults };
    },
    shortSession: { sessionTimeoutMs: 6_000, rebalanceTimeoutMs: 2_000, heartbeatIntervalMs: 200 }, // 6 s is the least that brokers permit unless configured
    passTime: () => {}, // it does
    compact: async (topic) => {
      // The cleaner leaves the active segment alone, and comes round every 15 seconds.
      const broker = kafkaBroker({ brokers, clientId: 'contract', log });
      const producer = broker.producer();
      for (let first = 0; first === 0;) {
        await producer.send([{ topic, partition: 0, key: Buffer.from('same'), value: Buffer.from('later') }]);
        await sleep(500);
        for await (const batch of broker.reader().read({ topic, partition: 0 }, 0, 1, new AbortController().signal)) first = batch.records.length === 0 ? 1 : 0;
      }
      await broker.close();
    },
  });

  restoringContract('kafka', () => kafkaBroker({ brokers, clientId: 'contract', log }));

  const own = kafkaBroker({ brokers, clientId: 'contract', log });
  afterAll(() => own.close());
  const topic = async (config: Record<string, string> = {}) => {
    const name = `t-${randomUUID()}`;
    await own.admin().createTopics([{ name, partitions: 1, config }], 1);
    return { topic: name, partition: 0 };
  };

  it('says that the outcome of a commit is unknown, and the next init finds out', async () => {
    const [input, output] = [await topic(), await topic()];
    const group = `g-${randomUUID()}`;
    const proxy = await startProxy(brokers[0]!);
    proxies.push(proxy);
    const broker = kafkaBroker({ brokers, clientId: 'contract', log, socketFactory: ({ onConnect }) => connectTo(proxy.port, '127.0.0.1', onConnect) });
    const consumer = own.consumer({ groupId: group });
    const { promise: metadata, resolve } = Promise.withResolvers<GroupMetadata>();
    await consumer.run(
      { topics: [input.topic], isolation: 'committed', start: 'earliest' },
      {
        assigned: async (_owned, joined) => {
          resolve(joined);
          return undefined;
        },
        revoked: async () => {},
        lost: () => {},
        batch: async () => {},
      },
    );
    const options = { transactionalId: `x-${randomUUID()}`, transactionTimeoutMs: 2_000 };
    const producer = broker.txnProducer(options);
    await producer.init({ outputs: [output], groupId: group });
    const restore = proxy.loseAllAnswers('commit');
    const failure = producer.transact(async (txn) => {
      await txn.send([{ ...output, key: null, value: Buffer.from('a') }]);
      await txn.offsets(new Map([[tpKey(input), 0]]), await metadata);
    });
    await expect(failure).rejects.toMatchObject({ code: 'TXN_MUST_ABORT', details: { outcome: 'unknown' } });
    expect(producer.isUsable()).toBe(false);
    restore();
    const next = broker.txnProducer(options);
    await next.init({ outputs: [output], groupId: group });
    expect(await broker.admin().committed(group, [input])).toEqual(new Map([[tpKey(input), 0]])); // it had counted
    await consumer.stop();
    await broker.close();
  });

  it.each(['gzip', 'snappy', 'lz4', 'zstd', 'uncompressed'])('reads what the broker has stored as %s', async (codec) => {
    const tp = await topic({ 'compression.type': codec });
    const values = Array.from({ length: 3_000 }, (_, i) => `${i} ${'abcdefgh'.repeat(i % 40)} ${randomUUID()}`);
    await own.producer().send(values.map((value, i) => ({ ...tp, key: Buffer.from(String(i)), value: Buffer.from(value) })));
    const found: string[] = [];
    for await (const { records, unreadable } of own.reader().read(tp, 0, 3_000, new AbortController().signal)) {
      expect(unreadable).toBeUndefined();
      found.push(...records.map(({ value }) => String(value)));
    }
    expect(found).toEqual(values);
  });
});
