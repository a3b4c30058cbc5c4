import { afterEach, describe, expect, it } from 'vitest';
import { settingsOf } from '../../pipeline/core/topic-settings.ts';
import { memoryBroker } from '../../pipeline/runtime/memory/index.ts';
import type { Broker, OutRecord } from '../../pipeline/runtime/port.ts';
import { topics } from '../../topologies/topics.ts';
import { recordsOf } from '../test/raw-records.ts';
import { MAX_EVENT_BYTES, openGateway } from './gateway.ts';
import type { Gateway, GatewayOptions } from './gateway.ts';

const from = { organization: 'default', source: 'test', sensor: 's1' };
const bytes = (...texts: readonly string[]) => texts.map((text) => Buffer.from(text));

describe('the gateway', () => {
  const open: Gateway[] = [];
  afterEach(async () => {
    for (const gateway of open.splice(0)) await gateway.close();
  });
  const gatewayOf = (broker: Broker, more: Partial<GatewayOptions> = {}) => {
    const gateway = openGateway({
      broker,
      createRawTopic: (name) => broker.admin().createTopics([settingsOf(topics.raw, 4, name)], 1),
      wallMicros: () => 7,
      ...more,
    });
    open.push(gateway);
    return gateway;
  };
  /** A broker whose producer answers when the test says so. */
  function heldBroker() {
    const broker = memoryBroker();
    const waiting: (() => void)[] = [];
    const producer = broker.producer();
    const held: Broker = {
      ...broker,
      admin: () => broker.admin(),
      producer: () => ({
        send: async (records: readonly OutRecord[]) => {
          await new Promise<void>((resolve) => waiting.push(resolve));
          return producer.send(records);
        },
        close: () => producer.close(),
      }),
    };
    return { held, waiting };
  }

  it('makes the topic, and says where each record lies', async () => {
    const broker = memoryBroker();
    const taken = await gatewayOf(broker).deliver(bytes('a', 'b'), from);
    expect(taken).toEqual([0, 1].map((offset) => ({ topic: 'raw.default.gateway-test', partition: taken[0]!.partition, offset, takenAt: 7 })));
  });

  it.each<[name: string, delivery: { readonly key?: string; readonly format?: string }, partitions: number]>([
    ['keeps what has one key in one partition', { key: '10.0.0.1', format: 'ecs' }, 1],
    ['keeps what one sensor sends of a format that needs order in one partition', { format: 'zeek' }, 1],
    ['keeps what one sensor sends of a declared format in one partition', { format: 'acme' }, 1],
    ['keeps what one sensor sends of a format that is not known in one partition', {}, 1],
    ['spreads the rest', { format: 'ecs' }, 4],
  ])('%s', async (_name, delivery, partitions) => {
    const { deliver } = gatewayOf(memoryBroker());
    const found = new Set<number>();
    for (let n = 0; n < 8; n += 1) for (const { partition } of await deliver(bytes('x'), { ...from, ...delivery })) found.add(partition);
    expect(found.size).toBe(partitions);
  });

  it('writes beside each record who sent it, what it is, and by which request it came', async () => {
    const broker = memoryBroker();
    await gatewayOf(broker).deliver(bytes('a'), { ...from, format: 'ecs', requestId: 'r-1' });
    await gatewayOf(broker).deliver(bytes('b'), from);
    const records = await recordsOf(broker, 'raw.default.gateway-test');
    const found = Object.fromEntries(records.map(({ text, headers }) => [text, headers]));
    expect(found).toEqual({ a: { sensor: 's1', format: 'ecs', request: 'r-1' }, b: { sensor: 's1' } });
  });

  it('keeps the hosts behind one sensor apart, and still says where each record lies', async () => {
    const broker = memoryBroker();
    const hosts = Array.from({ length: 12 }, (_, n) => `host-${n % 5}`);
    const taken = await gatewayOf(broker).deliver(
      bytes(...hosts),
      from,
      hosts.map((host) => ({ host })),
    );
    expect(new Set(taken.map(({ partition }) => partition)).size).toBeGreaterThan(1);
    const reader = broker.reader();
    for (const [n, { topic, partition, offset }] of taken.entries())
      for await (const { records } of reader.read({ topic, partition }, offset, offset + 1, new AbortController().signal))
        expect([records[0]!.value!.toString(), records[0]!.key!.toString()]).toEqual([hosts[n], `s1 ${hosts[n]}`]);
    await reader.close();
  });

  it('refuses more than may wait, and takes it again once the broker has answered', async () => {
    const { held, waiting } = heldBroker();
    const gateway = gatewayOf(held, { maxWaitingBytes: 10 });
    const first = gateway.deliver([Buffer.alloc(10)], from);
    await expect.poll(() => waiting.length).toBe(1);
    expect(gateway.isBusy()).toBe(true);
    await expect(gateway.deliver([Buffer.alloc(1)], from)).rejects.toMatchObject({ code: 'GATEWAY_BUSY' });
    waiting.shift()!();
    expect(await first).toHaveLength(1);
    const second = gateway.deliver([Buffer.alloc(11)], from); // more than may wait, but alone
    await expect.poll(() => waiting.length).toBe(1);
    waiting.shift()!();
    expect(await second).toHaveLength(1);
  });

  it('knows the place of each record when others write in between', async () => {
    const broker = memoryBroker();
    const producer = broker.producer();
    const cut: Broker = {
      ...broker,
      admin: () => broker.admin(),
      producer: () => ({
        async send(records: readonly OutRecord[]) {
          const [first, ...others] = records as readonly [OutRecord, ...OutRecord[]];
          const before = await producer.send([first]);
          await producer.send([{ ...first, value: Buffer.from('of another') }]);
          return [...before, ...(await producer.send(others))];
        },
        close: () => producer.close(),
      }),
    };
    const taken = await gatewayOf(cut).deliver(bytes('a', 'b', 'c'), { ...from, key: 'k' });
    expect(taken.map(({ offset }) => offset)).toEqual([0, 2, 3]);
  });

  it('counts what is told beside records, too: a little of each may be very much of all', async () => {
    const broker = memoryBroker();
    const producer = broker.producer();
    const sizes: number[] = [];
    const counting: Broker = {
      ...broker,
      admin: () => broker.admin(),
      producer: () => ({
        send(records: readonly OutRecord[]) {
          sizes.push(records.reduce((sum, { value, headers }) => sum + value!.length + (headers ?? []).reduce((all, [, text]) => all + text.length, 0), 0));
          return producer.send(records);
        },
        close: () => producer.close(),
      }),
    };
    const told = Array.from({ length: 400 }, (_, n) => ({ labels: { n: `${n}`, much: 'x'.repeat(10_000) } }));
    const taken = await gatewayOf(counting).deliver(
      told.map(() => Buffer.from('v')),
      from,
      told,
    );
    expect([taken.length, Math.max(...sizes) < topics.raw.maxMessageBytes, sizes.length]).toEqual([400, true, 6]);
    const [record] = await recordsOf(broker, taken[0]!.topic);
    expect(JSON.parse(record!.headers.told!)).toEqual(told[0]);
  });

  it('takes records up to the limit of their topic', () => {
    expect(MAX_EVENT_BYTES).toBe(topics.raw.maxMessageBytes - 4_096);
  });

  it('does not answer before the broker has', async () => {
    const { held, waiting } = heldBroker();
    let isAnswered = false;
    const sending = gatewayOf(held)
      .deliver(bytes('a'), from)
      .then(() => (isAnswered = true));
    await expect.poll(() => waiting.length).toBe(1);
    expect(isAnswered).toBe(false);
    waiting.shift()!();
    await sending;
    expect(isAnswered).toBe(true);
  });

  it.each([
    ['a name that could leave its organization', '../x'],
    ['a name with a dot', 'a.b'],
    ['no name', ''],
    ['the name of what the platform tells of itself', 'goshawk'],
  ])('refuses %s', async (_name, source) => {
    await expect(gatewayOf(memoryBroker()).deliver(bytes('a'), { ...from, source })).rejects.toMatchObject({ code: 'SOURCE_REFUSED' });
  });

  it('refuses the 33rd source of an organization, and keeps taking the others', async () => {
    const { deliver } = gatewayOf(memoryBroker());
    for (let n = 0; n < 32; n += 1) await deliver(bytes('a'), { ...from, source: `s${n}` });
    await expect(deliver(bytes('a'), { ...from, source: 'one-more' })).rejects.toMatchObject({ code: 'SOURCE_REFUSED' });
    expect(await deliver(bytes('a'), { ...from, source: 's0' })).toHaveLength(1);
    expect(await deliver(bytes('a'), { ...from, organization: 'other', source: 'one-more' })).toHaveLength(1);
  });
});
