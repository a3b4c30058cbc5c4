// Writes real records to the raw topics at a steady rate, each round with other ids and host names. Says "go" when it begins; prints what it sent.
import { pino } from 'pino';
import { openRebaser } from '../../local/rebase.ts';
import { openSalter } from '../../local/salt.ts';
import { kafkaBroker } from '../../pipeline/runtime/kafka/index.ts';
import type { OutRecord } from '../../pipeline/runtime/port.ts';
import { readSamples } from '../samples.ts';

const [brokers = '', rateText = '0', secondsText = '0', salt = ''] = process.argv.slice(2);
const [rate, seconds] = [Number(rateText), Number(secondsText)];
const TICK_MS = 50;
const PARTITIONS = 4;

const samples = await readSamples();
const total = rate * seconds;
const now = Date.now() * 1000;
const rebaser = openRebaser();
const records: OutRecord[] = [];
// Made beforehand: salting costs more than the rest of the chain. Event times advance as the records will be sent.
for (let round = 0; records.length < total; round++) {
  const salter = openSalter(`${salt}-${round}`);
  for (const { source, text } of samples) {
    if (records.length === total) break;
    const time = rebaser.timeOf(text);
    const fresh = salter
      .salt(time === null ? text : rebaser.shift(text, now + Math.round((records.length / rate) * 1e6) - time))
      .replaceAll(
        /("(?:Computer|Hostname)":\s*")([^"]+)"/g,
        (_all, name: string, host: string) => `${name}${host.replace(/^[^.]+/, (first) => `${first}-${round}`)}"`,
      );
    records.push({
      topic: `raw.default.${source}`,
      partition: records.length % PARTITIONS,
      key: Buffer.from(String(records.length % 64)),
      value: Buffer.from(fresh),
    });
  }
}

const broker = kafkaBroker({ brokers: brokers.split(','), clientId: 'bench-generator', log: pino({ level: 'silent' }) });
const producer = broker.producer();
await producer.send(records.slice(0, 1));
process.stdout.write('go\n');
const start = performance.now();
const cpu = process.cpuUsage();
let sent = 1;
let slowestMs = 0;
while (sent < total) {
  const due = Math.min(total, Math.floor(((performance.now() - start) / 1000) * rate));
  if (due > sent) {
    const before = performance.now();
    await producer.send(records.slice(sent, due));
    slowestMs = Math.max(slowestMs, performance.now() - before);
    sent = due;
  }
  await new Promise((resolve) => {
    setTimeout(resolve, TICK_MS);
  });
}
const { user, system } = process.cpuUsage(cpu);
await broker.close();
process.stdout.write(
  `${JSON.stringify({ sent, seconds: (performance.now() - start) / 1000, cpuMicros: user + system, slowestMs: Math.round(slowestMs), bytes: Math.round(records.reduce((sum, { value }) => sum + value!.length, 0) / records.length) })}\n`,
);
process.exit(0);
