import pino from 'pino';
import { expect, it } from 'vitest';
import { memoryBroker } from '../../pipeline/runtime/memory/index.ts';
import { farBehind, openAlarm } from './far-behind.ts';

const TOPIC = 'sink.alpha.ecs.v1';
const GROUP = 'connect-siem';
const HOUR = 3_600_000;
const tp = { topic: TOPIC, partition: 0 };

async function world() {
  const broker = memoryBroker();
  const admin = broker.admin();
  await admin.createTopics(
    [
      { name: TOPIC, partitions: 1, config: { 'retention.ms': String(72 * HOUR) } },
      { name: 'raw.alpha.gateway-goshawk', partitions: 1, config: {} },
    ],
    1,
  );
  const producer = broker.producer();
  return {
    broker,
    admin,
    reader: broker.reader(),
    write: () => producer.send([{ topic: TOPIC, partition: 0, key: null, value: Buffer.from('{}') }]),
    after: (hours: number) => broker.clock.advance(hours * HOUR),
    found: () => farBehind({ admin, reader: broker.reader() }, GROUP, [tp], broker.clock.nowMs()),
  };
}

it('finds what is older than half of what the topic keeps', async () => {
  const at = await world();
  await at.write();
  const appendedAt = at.broker.clock.nowMs();
  await at.admin.setCommitted(GROUP, new Map([[`${TOPIC}/0`, 0]]));
  at.after(35);
  expect(await at.found()).toBeNull();
  at.after(1);
  expect(await at.found()).toEqual({ ...tp, offset: 0, appendedAt, keptMs: 72 * HOUR });
  await at.admin.setCommitted(GROUP, new Map([[`${TOPIC}/0`, 1]]));
  expect(await at.found()).toBeNull();
});

it('goes by what a topic has kept in fact where its size makes it forget', async () => {
  const at = await world();
  for (let n = 0; n < 10; n++) {
    await at.write();
    at.after(1);
  }
  await at.admin.deleteRecords(new Map([[`${TOPIC}/0`, 2]])); // it keeps eight hours
  await at.admin.setCommitted(GROUP, new Map([[`${TOPIC}/0`, 7]]));
  expect(await at.found()).toBeNull();
  await at.admin.setCommitted(GROUP, new Map([[`${TOPIC}/0`, 5]]));
  expect(await at.found()).toMatchObject({ offset: 5, keptMs: 8 * HOUR });
  await at.admin.setCommitted(GROUP, new Map([[`${TOPIC}/0`, 1]])); // lost already
  expect(await at.found()).toMatchObject({ offset: 2 });
});

it('tells it once, and once that it is over', async () => {
  const at = await world();
  const told: string[] = [];
  const alarm = openAlarm({
    admin: at.admin,
    reader: at.reader,
    send: async (records) =>
      void told.push(...records.map(({ topic, value }) => `${topic} ${(JSON.parse(String(value)) as { goshawk: { kind: string } }).goshawk.kind}`)),
    createRawTopic: async () => {},
    watched: async () => [{ name: 'siem', organization: 'alpha', group: GROUP, partitions: [tp] }],
    nowMs: () => at.broker.clock.nowMs(),
    log: pino({ level: 'silent' }),
  });
  await at.write();
  await at.admin.setCommitted(GROUP, new Map([[`${TOPIC}/0`, 0]]));
  await alarm();
  at.after(40);
  await alarm();
  await alarm();
  await at.admin.setCommitted(GROUP, new Map([[`${TOPIC}/0`, 1]]));
  await alarm();
  await alarm();
  expect(told).toEqual(['raw.alpha.gateway-goshawk connector-far-behind', 'raw.alpha.gateway-goshawk connector-caught-up']);
});
