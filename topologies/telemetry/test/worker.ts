// A process that runs stages of the topology on a real broker until it is killed or told to stop: `node worker.ts <host:port> <app> <instance> <stage>...`.
import { brokerAt, runOnBroker } from './on-broker.ts';

const [, , address = '', app = '', instanceId = '', ...stages] = process.argv;
const broker = brokerAt(address, instanceId);
const running = await runOnBroker(broker, app, instanceId, { stages });
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
