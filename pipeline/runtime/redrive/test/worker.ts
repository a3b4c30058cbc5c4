// A process that sends dead letters again on a real broker, and is killed between its n-th send and the commit: `node worker.ts <host:port> <code> <n>`.
import { pino } from 'pino';
import { Codec } from '../../../../schemas/avro/codec.ts';
import { fixedIds } from '../../../../schemas/avro/registry.ts';
import { kafkaBroker } from '../../kafka/index.ts';
import type { Broker, TxnProducer } from '../../port.ts';
import { redrive } from '../index.ts';

const [, , address = '', code = '', killedAt = ''] = process.argv;
const log = pino({ level: 'error' }, pino.destination(2));
const broker = kafkaBroker({ brokers: [address], clientId: 'redrive', log });
let transactions = 0;

/** Dies when all of the n-th transaction is at the broker and its commit is not asked for yet. */
const mortal = (producer: TxnProducer): TxnProducer => ({
  init: (cleanse) => producer.init(cleanse),
  isUsable: () => producer.isUsable(),
  close: () => producer.close(),
  transact: (work) =>
    producer.transact(async (txn) => {
      await work(txn);
      if (++transactions === Number(killedAt)) process.kill(process.pid, 'SIGKILL');
    }),
});
const sums = await redrive({
  broker: { ...broker, txnProducer: (options: Parameters<Broker['txnProducer']>[0]) => mortal(broker.txnProducer(options)) },
  codec: new Codec(fixedIds()),
  filter: { code },
  isExecuted: true,
  by: 'tester',
  log,
  signal: new AbortController().signal,
  replicationFactor: 1,
});
process.stdout.write(JSON.stringify(sums));
await broker.close();
