// Workers with the tasks that they really run, over a sink and a source that need no far side: what a change of hands leaves behind.
import type { HTTPMethods } from 'fastify';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { allowListOf } from '../../outbound/allow-list.ts';
import type { Outbound } from '../../outbound/client.ts';
import { ConfigError } from '../../pipeline/core/errors.ts';
import { settingsOf } from '../../pipeline/core/topic-settings.ts';
import { memoryBroker } from '../../pipeline/runtime/memory/index.ts';
import type { MemoryBroker } from '../../pipeline/runtime/memory/index.ts';
import { systemClock } from '../../pipeline/core/wall-clock.ts';
import { Codec } from '../../schemas/avro/codec.ts';
import { fixedIds } from '../../schemas/avro/registry.ts';
import { schemas } from '../../schemas/avro/types.gen.ts';
import { topics } from '../../topologies/topics.ts';
import { DELIVERED } from '../_sink/index.ts';
import type { SinkConnector } from '../_sink/index.ts';
import type { SourceConnector } from '../_source/index.ts';
import { rawOptions } from '../_source/options.ts';
import { startTasks } from './start-task.ts';
import { catalogueOf, crewWorld, prepare, silent } from './test/crew-world.ts';
import type { Worker } from './worker.ts';

const TOPIC = 'sink.default.ecs.v1';
const RAW = 'raw.default.gateway-numbers';
const EVENTUALLY = { timeout: 15_000, interval: 10 };
const SESSION_MS = 6_000;
let taken: string[];

const collecting: SinkConnector<{ token: string }> = {
  name: 'collecting',
  type: 'sink',
  version: '1.0.0',
  config: z.strictObject({ token: z.string().default('').meta({ description: 'Who it is.', secret: true }) }),
  duplicates: 'repeated',
  sink: async ({ token }) => {
    if (token === 'wrong') throw new ConfigError('SINK_MISCONFIGURED', `The far side does not believe the token ${token}.`);
    return {
      limits: { maxRecords: 10, maxBytes: 1_000_000, lingerMs: 0, maxInFlight: 1 },
      send: async (records) => records.map(({ value }) => (taken.push(value.toString()), DELIVERED)),
      close: async () => {},
    };
  },
};
/** 0 to 9, two at a time. */
const numbers: SourceConnector = {
  name: 'numbers',
  type: 'source',
  version: '1.0.0',
  config: z.strictObject(rawOptions('numbers')),
  checkPosition: () => null,
  source: async () => ({
    async poll(positions) {
      const from = Number(positions.get({ of: 'numbers' })?.['next'] ?? 0);
      const records = [from, from + 1].filter((n) => n < 10).map((n) => ({ value: Buffer.from(String(n)) }));
      return { records, positions: [{ partition: { of: 'numbers' }, position: { next: from + records.length } }], waitMs: records.length === 0 ? 60_000 : 1 };
    },
    close: async () => {},
  }),
};

let broker: MemoryBroker;
let open: Worker[];
beforeEach(async () => {
  taken = [];
  open = [];
  broker = memoryBroker();
  await prepare(broker);
  await broker.admin().createTopics([settingsOf(topics.ledger, 1), settingsOf(topics.connectDeadLetters, 1)], 1);
});
afterEach(async () => {
  await Promise.all(open.map((worker) => worker.stop()));
  await broker.close();
});

async function start(id: string, on: MemoryBroker): Promise<Worker> {
  const codec = new Codec(fixedIds());
  const catalogue = catalogueOf([collecting, numbers]);
  const worker = await crewWorld().open(on, id, {
    catalogue,
    start: startTasks({
      broker: on,
      catalogue,
      outbound: {} as Outbound,
      allowOf: async () => allowListOf([], 'none'),
      encodeEntry: (entry) => codec.encode(schemas.ledgerEntry, entry),
      createRawTopic: (name) => on.admin().createTopics([settingsOf(topics.raw, 1, name)], 1),
      extra: {},
      clock: systemClock,
      log: silent,
    }),
  });
  open.push(worker);
  return worker;
}
const ask = async (worker: Worker, method: HTTPMethods, url: string, payload?: object): Promise<unknown> => {
  const answer = await worker.app.inject({ method, url, headers: { authorization: 'engineer' }, ...(payload === undefined ? {} : { payload }) });
  return answer.body === '' ? answer.statusCode : answer.json();
};
const send = (...values: readonly string[]) =>
  broker.producer().send(values.map((value) => ({ topic: TOPIC, partition: 0, key: null, value: Buffer.from(value) })));
const rawValues = async (): Promise<readonly string[]> => {
  const tp = { topic: RAW, partition: 0 };
  if (!(await broker.admin().topics()).has(RAW)) return [];
  const end = (await broker.admin().offsets([tp], 'stable')).get(`${RAW}/0`)!;
  const found: string[] = [];
  if (end > 0)
    for await (const { records } of broker.reader().read(tp, 0, end, new AbortController().signal)) found.push(...records.map(({ value }) => String(value)));
  return found;
};

it('a sink goes on where it was set', async () => {
  await send('a', 'b', 'c');
  const one = await start('one:1', broker);
  await ask(one, 'POST', '/connectors', { name: 's', config: { 'connector.class': 'collecting', topics: TOPIC, start: 'earliest' } });
  await expect.poll(() => taken, EVENTUALLY).toEqual(['a', 'b', 'c']);
  await expect.poll(() => ask(one, 'GET', '/connectors/s/delivery'), EVENTUALLY).toMatchObject({ total: { delivered: 3, owed: 0 } });
  await ask(one, 'PUT', '/connectors/s/stop');
  const row = { partition: { kafka_topic: TOPIC, kafka_partition: 0 }, offset: { kafka_offset: 1 } };
  expect(await ask(one, 'PATCH', '/connectors/s/offsets', { offsets: [row] })).toMatchObject({ message: expect.stringContaining('successfully') as string });
  await ask(one, 'PUT', '/connectors/s/resume');
  await expect.poll(() => taken, EVENTUALLY).toEqual(['a', 'b', 'c', 'b', 'c']);
});

it('a sink and a source of a worker that was killed go on with another, and nothing is lost or written twice', async () => {
  await send('a', 'b');
  const [one, other] = [await start('one:1', broker), broker.connect()];
  await start('two:1', other);
  await ask(one, 'POST', '/connectors', {
    name: 's',
    config: { 'connector.class': 'collecting', topics: TOPIC, start: 'earliest', 'offset.flush.interval.ms': '100' },
  });
  await ask(one, 'POST', '/connectors', { name: 'n', config: { 'connector.class': 'numbers' } });
  await expect.poll(() => ask(one, 'GET', '/connectors/s/offsets'), EVENTUALLY).toMatchObject({ offsets: [{ offset: { kafka_offset: 2 } }] });
  open.pop();
  other.crash();
  broker.clock.advance(SESSION_MS + 1);
  await send('c');
  await expect.poll(() => taken, EVENTUALLY).toEqual(['a', 'b', 'c']);
  await expect.poll(rawValues, EVENTUALLY).toEqual(Array.from({ length: 10 }, (_none, n) => String(n)));
  expect(await ask(one, 'GET', '/connectors/n/offsets')).toEqual({ offsets: [{ partition: { of: 'numbers' }, offset: { next: 10 } }] });
});

it('a task whose secret is wrong says so without it', async () => {
  const one = await start('one:1', broker);
  const config = { 'connector.class': 'collecting', topics: TOPIC, token: '${env:SECRET_WRONG}' };
  await ask(one, 'POST', '/connectors', { name: 's', config });
  await expect.poll(() => ask(one, 'GET', '/connectors/s/tasks/0/status'), EVENTUALLY).toMatchObject({ state: 'FAILED' });
  const told = JSON.stringify([
    await ask(one, 'GET', '/connectors/s/tasks/0/status'),
    await ask(one, 'GET', '/connectors/s'),
    await ask(one, 'GET', '/connectors/s/delivery'),
  ]);
  expect(told).toContain('The far side does not believe the token');
  expect(told).toContain('${env:SECRET_WRONG}');
  expect(told).not.toMatch(/token wrong/);
});
