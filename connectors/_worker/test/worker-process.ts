// A worker in a process of its own, to be killed: `node worker-process.ts <brokers> <prefix>`. Prints its address.
import pino from 'pino';
import type { AddressInfo } from 'node:net';
import { kafkaBroker } from '../../../pipeline/runtime/kafka/index.ts';
import { serveStarting } from '../rest/starting.ts';
import { crewWorld, namesOf } from './crew-world.ts';

const [, , brokers = '', prefix = ''] = process.argv;
process.removeAllListeners('warning'); // kafkajs
const broker = kafkaBroker({ brokers: [brokers], clientId: 'worker', log: pino({ level: 'silent' }) });
const { port, close } = await serveStarting('127.0.0.1', 0);
const worker = await crewWorld().open(broker, `127.0.0.1:${port}`, { names: namesOf(prefix), progressMs: 500 });
await close();
await worker.app.listen({ host: '127.0.0.1', port });
process.stdout.write(`${(worker.app.server.address() as AddressInfo).port}\n`);
