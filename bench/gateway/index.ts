import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { openGateway } from '../../api/gateway/gateway.ts';
import { config as syslogConfig } from '../../connectors/syslog/index.ts';
import { listenTcp } from '../../connectors/syslog/tcp.ts';
import { senderOf } from '../../pipeline/core/connector.ts';
import type { Deliver } from '../../pipeline/core/connector.ts';
import { FatalError } from '../../pipeline/core/errors.ts';
import { settingsOf } from '../../pipeline/core/topic-settings.ts';
import { kafkaBroker } from '../../pipeline/runtime/kafka/index.ts';
import { topics } from '../../topologies/topics.ts';
import type { Bench, Benchmark, Figure } from '../figure.ts';
import { cpuMicros } from '../figure.ts';
import { meanBytes } from '../samples.ts';
import { openBareRoute, openReceiver } from './receiver.ts';
import type { Sending } from './sender.ts';

const PER_REQUEST = 500;
const REQUESTS = 40;
const TIMES = 4;
const RECORDS = PER_REQUEST * REQUESTS * TIMES;
const LINE_BYTES = 250;
const JSON_BODY = { 'content-type': 'application/json', authorization: 'Bearer ghs_bench' };
/** Records a second that one core must take in, per second of CPU. */
const GOAL_PER_CORE = 30_000;
const sensor = { organization: 'default', sensor: 'bench', source: 'bench', format: null, credentialId: 'bench', expiresAt: null };
export default {
  name: 'gateway',
  description: 'Records from senders to their raw topic through HTTP inputs and syslog, beside writing the same records directly',
  async run(bench: Bench): Promise<readonly Figure[]> {
    const { kafkaBrokers } = await bench.services();
    const broker = kafkaBroker({ brokers: kafkaBrokers.split(','), clientId: 'bench-gateway', log: bench.log });
    const gateway = openGateway({
      broker,
      createRawTopic: (name) => broker.admin().createTopics([settingsOf(topics.raw, 4, name)], 1),
      wallMicros: () => Date.now() * 1_000,
    });
    const samples = (await bench.samples()).slice(0, PER_REQUEST * REQUESTS);
    const documents = Array.from({ length: PER_REQUEST * REQUESTS }, (_, n) => samples[n % samples.length]!.text);
    const lines = documents.map((_text, n) => `<134>1 2026-01-01T00:00:00.000Z web01 app ${n} - - `.padEnd(LINE_BYTES, 'message '));
    let delivered = 0;
    const deliver: Deliver = async (...args) => {
      const taken = await gateway.deliver(...args);
      delivered += taken.length;
      return taken;
    };
    const sensors = { authenticateSensor: async () => sensor, watch: () => () => {} };
    const receiver = await openReceiver(deliver, gateway.isBusy, sensor, bench.log);
    let taken = 0;
    const nowhere = await openReceiver(
      async (values) => values.map(() => ({ topic: 'raw.default.gateway-bench', partition: 0, offset: taken++, takenAt: 0 })),
      () => false,
      sensor,
      bench.log,
    );
    const bare = await openBareRoute();
    const syslog = await listenTcp(
      { ...syslogConfig.parse({}), port: 0, tls: null, option: 'bench' },
      { log: bench.log, deliver, sensors, countDropped: () => {} },
    );
    const base = receiver.url;

    /** Microseconds of this process per record: receiving, reading and writing to the broker. */
    const measured = async (sending: Sending, isDelivered = true): Promise<number> => {
      await run({ ...sending, times: 1 }); // warm
      delivered = 0;
      const start = process.cpuUsage();
      await run(sending);
      const micros = cpuMicros(start) / RECORDS;
      if (isDelivered && delivered !== RECORDS) throw new FatalError('UNEXPECTED', `${delivered} of ${RECORDS} records arrived`);
      return micros;
    };
    const directly = async (values: readonly string[]): Promise<number> => {
      const buffers = values.map((text) => Buffer.from(text));
      let start = process.cpuUsage();
      for (let round = 0; round <= TIMES; round += 1) {
        if (round === 1) start = process.cpuUsage();
        for (let at = 0; at < buffers.length; at += PER_REQUEST) await gateway.deliver(buffers.slice(at, at + PER_REQUEST), senderOf(sensor));
      }
      return cpuMicros(start) / RECORDS;
    };
    const bodies = (of: (texts: readonly string[]) => string) =>
      Array.from({ length: REQUESTS }, (_, n) => of(documents.slice(n * PER_REQUEST, (n + 1) * PER_REQUEST)));
    try {
      const documentsDirectly = await directly(documents);
      const linesDirectly = await directly(lines);
      const key = `ApiKey ${Buffer.from('a:ghs_bench').toString('base64')}`;
      const ways: readonly [name: string, sending: Sending, baseline: number, size: number][] = [
        [
          'syslog over TCP',
          { url: syslog.addresses[0]!, headers: {}, bodies: lines.map((line) => `${line.length} ${line}`), times: TIMES },
          linesDirectly,
          LINE_BYTES,
        ],
        [
          'POST /_bulk',
          {
            url: `${base}/_bulk`,
            headers: { authorization: key },
            bodies: bodies((texts) => texts.map((text) => `{"create":{}}\n${text}\n`).join('')),
            times: TIMES,
          },
          documentsDirectly,
          meanBytes(samples),
        ],
        [
          'POST /services/collector',
          {
            url: `${base}/services/collector`,
            headers: { authorization: 'Splunk ghs_bench' },
            bodies: bodies((texts) => texts.map((text) => `{"time":1763765999.123,"host":"h1","event":${text}}`).join('\n')),
            times: TIMES,
          },
          documentsDirectly,
          meanBytes(samples),
        ],
        [
          'POST /v2/events/bulk',
          { url: `${base}/v2/events/bulk`, headers: JSON_BODY, bodies: bodies((texts) => `{"format":"auto","events":[${texts.join(',')}]}`), times: TIMES },
          documentsDirectly,
          meanBytes(samples),
        ],
      ];
      const figures: Figure[] = [];
      for (const [name, sending, baseline, size] of ways) {
        const value = await measured(sending);
        figures.push({
          measure: name,
          value,
          unit: 'us/record',
          baseline: { what: 'written directly', value: baseline },
          goal: { value: 1_000_000 / GOAL_PER_CORE, isAtMost: true },
          note: `${RECORDS} records of ${size} bytes, ${name.startsWith('syslog') ? 'one connection' : `${PER_REQUEST} a request`}; ${Math.round(1_000_000 / value).toLocaleString('en')} records/s per core`,
        });
      }
      const json = bodies((texts) => `{"format":"auto","events":[${texts.join(',')}]}`);
      const bulk = (url: string): Sending => ({ url: `${url}/v2/events/bulk`, headers: JSON_BODY, bodies: json, times: TIMES });
      const least = await measured(bulk(bare.url), false);
      const value = await measured(bulk(nowhere.url), false);
      figures.push({
        measure: 'POST /v2/events/bulk, less the broker',
        value,
        unit: 'us/record',
        baseline: { what: 'bare fastify route', value: least },
        goal: null,
        note: `gate, token, limits, check of the body, metrics; ${Math.round(1_000_000 / value).toLocaleString('en')} records/s per core; load ${loadavg()[0]!.toFixed(1)}`,
      });
      return figures;
    } finally {
      await syslog.stop();
      await Promise.all([receiver.close(), nowhere.close(), bare.close()]);
      await gateway.close();
      await broker.close();
    }
  },
} satisfies Benchmark;

async function run(sending: Sending): Promise<void> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('sender.ts', import.meta.url))], { stdio: ['pipe', 'inherit', 'inherit'] });
  child.stdin.end(JSON.stringify(sending));
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new FatalError('UNEXPECTED', `The sender ended with ${code}.`);
}
