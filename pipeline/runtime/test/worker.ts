// A process that runs the example on a real broker until it is killed or told to stop: `node worker.ts <host:port> <app> <instance> <topic prefix>`.
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { Codec } from '../../../schemas/avro/codec.ts';
import { fixedIds } from '../../../schemas/avro/registry.ts';
import { kafkaBroker } from '../kafka/index.ts';
import { runTopology } from '../run.ts';
import { example, platform } from './example.ts';

const [, , address = '', app = '', instanceId = '', prefix = ''] = process.argv;
const log = pino({ level: process.env['LOG_LEVEL'] ?? 'error' }, pino.destination(2));
const broker = kafkaBroker({ brokers: [address], clientId: instanceId, log });
const running = await runTopology({
  topology: example,
  broker,
  codec: new Codec(fixedIds()),
  app,
  instanceId,
  platform,
  topicName: (name) => prefix + name,
  log,
  registry: new Registry(),
  latenessOf: () => 0,
  limits: { ledgerEveryMs: 1000, turnRecords: 200, commitRecords: 500 },
});
const end = async (status: number) => {
  await running.stop();
  await broker.close();
  process.exit(status);
};
process.once('SIGTERM', () => void end(0));
void running.failed.then((error) => {
  process.stderr.write(`${error.stack ?? error.message}\n`);
  return end(1);
});
await running.ready;
process.stdout.write('ready\n');
