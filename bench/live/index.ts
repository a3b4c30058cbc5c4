import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { loadavg } from 'node:os';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import pg from 'pg';
import { FatalError } from '../../pipeline/core/errors.ts';
import { settingsOf } from '../../pipeline/core/topic-settings.ts';
import { kafkaBroker } from '../../pipeline/runtime/kafka/index.ts';
import { Codec } from '../../schemas/avro/codec.ts';
import { plainContext, plainEvent } from '../../schemas/avro/plain.ts';
import { fixedIds } from '../../schemas/avro/registry.ts';
import { schemas } from '../../schemas/avro/types.gen.ts';
import { migrate } from '../../store/migrate.ts';
import { topics } from '../../topologies/topics.ts';
import type { Bench, Benchmark, Figure } from '../figure.ts';
import { cpuMicros } from '../figure.ts';
import type { Heard, Visit } from './clients.ts';
import { openServer } from './server.ts';
import type { LiveServer } from './server.ts';

const CLIENTS = 1_000;
const MOST_CLIENTS = 5_000;
/** Clients that want different things of the tail. */
const FILTERS = 100;
const EVENTS = 20;
const WARMING = 10;
const PER_SECOND = 5;
const GOAL_MS = 250;
const ALERT_ID = 'ab'.repeat(16);
const TOKEN = '{"token":"x"}';
const JOINED = '{"joined"';

const stamp = (): string => `sentAt=${(performance.timeOrigin + performance.now()).toFixed(2)};`;

export default {
  name: 'live',
  description: 'From Kafka and from a commit to thousands of WebSockets, beside a bare WebSocket that sends the same to all',
  async run(bench: Bench): Promise<readonly Figure[]> {
    const { kafkaBrokers, databaseUrl } = await bench.services();
    await migrate({ databaseUrl, log: bench.log });
    const broker = kafkaBroker({ brokers: kafkaBrokers.split(','), clientId: 'bench-live', log: bench.log });
    const codec = new Codec(fixedIds());
    await broker.admin().createTopics([settingsOf(topics.enriched, 4)], 1);
    const producer = broker.producer();
    const database = new pg.Client({ connectionString: databaseUrl });
    await database.connect();
    const server = await openServer({ broker, codec, databaseUrl, log: bench.log });
    const produce = (mark: string) =>
      producer.send([
        {
          topic: topics.enriched.name,
          partition: 0,
          key: null,
          value: codec.encode(schemas.enriched, {
            event: plainEvent({ message: mark, host: { name: 'web01', id: null, ip: [], os: null } }),
            context: plainContext(),
          }),
        },
      ]);
    const change = (mark: string) =>
      database.query(
        `INSERT INTO goshawk.alert AS a (id, organization, revision, event_time, last_time, title, severity, group_key, score, rule_ids, tags, entities, findings, finding_count, events, event_count, reason)
         VALUES (decode($1, 'hex'), 'default', 1, now(), now(), $2, 3, 'bench', 70, '{}', '{}', '[]', '[]', 1, '[]', 1, 'opened')
         ON CONFLICT (id) DO UPDATE SET title = excluded.title, revision = a.revision + 1, changed_at = now()`,
        [ALERT_ID, mark],
      );
    const tail: Visit = { port: server.port, path: '/live', clients: CLIENTS, say: [[TOKEN, '{"join":"events"}']], until: JOINED };
    const measure = (visit: Visit, send: (mark: string) => unknown) => measured(server, visit, send);
    // The same bytes as a message of the tail, so that both send as much.
    const bytes = 1_100;
    const broadcast = (mark: string) => server.broadcast(Buffer.from(`{"room":"events","text":"${mark}"}`.padEnd(bytes)));
    try {
      bench.say('bare WebSockets');
      const bare = await measure({ ...tail, path: '/bare', say: [[]] }, broadcast);
      bench.say('live tail');
      const same = await measure(tail, produce);
      const say = Array.from({ length: FILTERS }, (_, n) => [TOKEN, `{"join":"events","filter":{"search":"host.name:web0* and not user.name:u${n}"}}`]);
      const filtered = await measure({ ...tail, say }, produce);
      bench.say(`${MOST_CLIENTS} clients`);
      const manyBare = await measure({ ...tail, path: '/bare', say: [[]], clients: MOST_CLIENTS }, broadcast);
      const many = await measure({ ...tail, say: [[TOKEN, '{"join":"alerts"}']], clients: MOST_CLIENTS }, change);
      return [
        latency(`Kafka to ${CLIENTS} clients of one tail, p99`, same, bare, GOAL_MS),
        latency(`Kafka to ${CLIENTS} clients with ${FILTERS} filters, p99`, filtered, bare, GOAL_MS),
        latency(`commit of an alert to ${MOST_CLIENTS} clients, p99`, many, manyBare, null),
        {
          measure: 'CPU for a message and client',
          value: many.cpuMicrosEach,
          unit: 'us',
          baseline: { what: 'a bare WebSocket', value: manyBare.cpuMicrosEach },
          goal: null,
          note: `${MOST_CLIENTS} clients in one room, everything else of the process included; load ${load()}`,
        },
        {
          measure: 'memory for a client in a room',
          value: many.bytesEach / 1_024,
          unit: 'KiB',
          baseline: { what: 'a bare WebSocket', value: manyBare.bytesEach / 1_024 },
          goal: null,
          note: `heap and buffers of JavaScript after a collection, ${MOST_CLIENTS} clients`,
        },
        {
          measure: 'clients connected',
          value: many.clients,
          unit: 'clients',
          baseline: null,
          goal: { value: MOST_CLIENTS, isAtMost: false },
          note: `on one process; each of ${EVENTS} messages came to all: ${many.heard.messages} of ${MOST_CLIENTS * EVENTS}`,
        },
      ];
    } finally {
      await server.close();
      await database.end();
      await producer.close();
      await broker.close();
    }
  },
} satisfies Benchmark;

interface Measured {
  readonly heard: Heard;
  readonly clients: number;
  readonly cpuMicrosEach: number;
  readonly bytesEach: number;
}

/** Lets clients in, sends one message after the other, and asks what came. */
async function measured(server: LiveServer, visit: Visit, send: (mark: string) => unknown): Promise<Measured> {
  const before = bytesHeld();
  const child = spawn(process.execPath, [fileURLToPath(new URL('clients.ts', import.meta.url))], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const next = async <T>(): Promise<T> => {
    const [line] = (await Promise.race([
      once(lines, 'line'),
      once(child, 'exit').then(() => Promise.reject(new FatalError('UNEXPECTED', 'The clients ended.'))),
    ])) as [string];
    return JSON.parse(line) as T;
  };
  child.stdin.write(`${JSON.stringify(visit)}\n`);
  const { ready } = await next<{ readonly ready: number }>();
  const bytesEach = (bytesHeld() - before) / ready;
  // The reader of the topic begins with the first client, and looks for the end first: these are not counted.
  for (let n = 0; n < WARMING; n += 1) {
    await send('');
    await delay(1_000 / PER_SECOND);
  }
  const start = process.cpuUsage();
  for (let n = 0; n < EVENTS; n += 1) {
    await send(stamp());
    await delay(1_000 / PER_SECOND);
  }
  const cpu = cpuMicros(start);
  await delay(1_000);
  const heard = next<Heard>();
  child.stdin.end();
  const result = await heard;
  while (server.open() > 0) await delay(50);
  return { heard: result, clients: ready, cpuMicrosEach: cpu / Math.max(1, result.messages), bytesEach };
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function bytesHeld(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const load = (): string => loadavg()[0]!.toFixed(1);

const latency = (measure: string, { heard, clients }: Measured, bare: Measured, goal: number | null): Figure => ({
  measure,
  value: heard.p99,
  unit: 'ms',
  baseline: { what: 'a bare WebSocket', value: bare.heard.p99 },
  goal: goal === null ? null : { value: goal, isAtMost: true },
  note: `p50 ${heard.p50.toFixed(0)}, most ${heard.max.toFixed(0)}; ${PER_SECOND} messages a second, ${heard.messages} of ${clients * EVENTS} came; load ${load()}`,
});
