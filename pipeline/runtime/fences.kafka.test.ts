// What a broker says of a producer that another one has fenced, through a proxy: once it is a transaction that timed out, again and again a second process.
import { randomUUID } from 'node:crypto';
import { connect as connectTo } from 'node:net';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { Codec } from '../../schemas/avro/codec.ts';
import { fixedIds } from '../../schemas/avro/registry.ts';
import { topics } from '../../topologies/topics.ts';
import { settingsOf } from '../core/topic-settings.ts';
import { startProxy } from './_contract/proxy.ts';
import { APPENDED_HEADER } from './input.ts';
import { kafkaBroker } from './kafka/index.ts';
import type { TopicPartition } from './port.ts';
import { tpKey } from './port.ts';
import { runTopology } from './run.ts';
import { example, line, platform } from './test/example.ts';

const address = process.env['GOSHAWK_TEST_KAFKA'] ?? '';
const log = pino({ level: 'silent' });
const INVALID_PRODUCER_EPOCH = 47;

it.skipIf(address === '').each<[name: string, refusals: number, isFatal: boolean]>([
  ['goes on when its producer was fenced once', 1, false],
  ['ends when its producer is fenced again and again', 60, true],
])('a process %s', { timeout: 120_000 }, async (_name, refusals, isFatal) => {
  const app = `t${randomUUID().slice(0, 8)}`;
  const prefix = `${app}.`;
  const raw = `${prefix}raw.default.test`;
  const own = kafkaBroker({ brokers: [address], clientId: 'fences', log });
  const proxy = await startProxy(address);
  const broker = kafkaBroker({ brokers: [address], clientId: 'fences', log, socketFactory: ({ onConnect }) => connectTo(proxy.port, '127.0.0.1', onConnect) });
  const admin = own.admin();
  const names = [...example.wires.flatMap((wire) => (wire.kind === 'stage' ? wire.to : [])), platform.deadLetters, platform.ledger];
  await admin.createTopics([...names.map((topic) => settingsOf(topic as never, 1, prefix + topic.name)), { name: raw, partitions: 1, config: {} }], 1);
  const running = await runTopology({
    topology: example,
    broker,
    codec: new Codec(fixedIds()),
    app,
    instanceId: 'one',
    platform,
    topicName: (topic) => prefix + topic,
    log,
    registry: new Registry(),
  });
  try {
    await running.ready;
    for (let n = 0; n < refusals; n++) proxy.refuseOffsets(INVALID_PRODUCER_EPOCH);
    await own.producer().send([{ topic: raw, partition: 0, key: null, value: line({ n: 1 }) }]);
    if (isFatal) {
      expect(await running.failed).toMatchObject({ name: 'FatalError', code: 'PRODUCER_FENCED', details: { code: INVALID_PRODUCER_EPOCH } });
      return;
    }
    const [input, output] = [raw, prefix + topics.parsed.name].map((topic) => ({ topic, partition: 0 })) as [TopicPartition, TopicPartition];
    const committed = async () => (await admin.committed(`${app}.take`, [input])).get(tpKey(input));
    await expect.poll(committed, { timeout: 60_000, interval: 300 }).toBe(1);
    const end = (await admin.offsets([output], 'stable')).get(tpKey(output))!;
    let events = 0;
    for await (const { records } of own.reader().read(output, 0, end, new AbortController().signal))
      events += records.filter(({ headers }) => headers.some(([header]) => header === APPENDED_HEADER)).length; // watermarks have none
    expect(events).toBe(1); // what the refused transaction held is not to be seen
  } finally {
    await running.stop().catch(() => {});
    await admin.deleteTopics([...(await admin.topics()).keys()].filter((name) => name.startsWith(app)));
    await broker.close();
    await own.close();
    await proxy.close();
  }
});
