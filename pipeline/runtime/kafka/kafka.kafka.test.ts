import { connect as connectTo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterAll, describe } from 'vitest';
import { portContract } from '../_contract/port.ts';
import { startProxy } from '../_contract/proxy.ts';
import type { Proxy } from '../_contract/proxy.ts';
import { kafkaBroker } from './index.ts';

const address = process.env.GOSHAWK_TEST_KAFKA ?? '';
const brokers = address.split(',');
const log = pino({ level: 'silent' });
const proxies: Proxy[] = [];

describe.skipIf(address === '')('a real broker', () => {
  afterAll(async () => { await Promise.all(proxies.map((proxy) => proxy.close())); });

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
});
