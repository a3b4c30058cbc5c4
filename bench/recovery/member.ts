// One member of the group whose recovery is measured: `node member.ts <host:port> <app> <instance>`. Says `ready` when it has its state.
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { kafkaBroker } from '../../pipeline/runtime/kafka/index.ts';
import { runTopology } from '../../pipeline/runtime/run.ts';
import { counting } from '../../pipeline/runtime/test/counting.ts';
import { Codec } from '../../schemas/avro/codec.ts';
import { fixedIds } from '../../schemas/avro/registry.ts';
import { topics } from '../../topologies/topics.ts';

const [, , address = '', app = '', instanceId = ''] = process.argv;
const log = pino({ level: 'fatal' }, pino.destination(2));
const broker = kafkaBroker({ brokers: address.split(','), clientId: instanceId, log });
const running = await runTopology({
  topology: counting(app).topology,
  broker,
  codec: new Codec(fixedIds()),
  app,
  instanceId,
  platform: { deadLetters: topics.deadLetters, ledger: topics.ledger },
  log,
  registry: new Registry(),
});
const end = async (status: number): Promise<never> => {
  await running.stop();
  process.stdout.write('left\n');
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
