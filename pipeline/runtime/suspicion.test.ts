// A record whose outputs or state the broker refuses, in the midst of others.
import { describe, expect, it } from 'vitest';
import { topics } from '../../topologies/topics.ts';
import { LETTER_HEADERS } from '../core/dead-letter.ts';
import { memoryBroker } from './memory/index.ts';
import type { MemoryBroker } from './memory/index.ts';
import type { Offsets, TxnProducer } from './port.ts';
import { example, line, platform, SECOND, T0 } from './test/example.ts';
import { runOnMemory } from './topology-driver.ts';

const RAW = 'raw.default.test';
const LONG = 'h'.repeat(3000);

/** Lines 0 to 59 in two partitions, with the names of their hosts; on a broker where one topic takes less than it is declared with. */
async function given(hosts: readonly string[], small: Readonly<Record<string, number>>) {
  const broker = memoryBroker();
  const limits = Object.entries(small).map(([name, bytes]) => ({ name, partitions: 2, config: { 'max.message.bytes': String(bytes) } }));
  await broker.admin().createTopics([...limits, { name: RAW, partitions: 2, config: {} }], 1);
  await broker.producer().send(hosts.map((host, n) => ({ topic: RAW, partition: n % 2, key: null, value: line({ n, host, time: T0 + n * 1000 }) })));
  return { broker, transactions: watched(broker) };
}
/** How far each committed transaction of a stage's group moved its input. */
function watched(broker: MemoryBroker): { readonly of: (group: string) => readonly number[] } {
  const moved = new Map<string, number[]>();
  const at = new Map<string, number>();
  const make = broker.txnProducer.bind(broker);
  Object.assign(broker, {
    txnProducer: (options: Parameters<typeof make>[0]): TxnProducer => {
      const producer = make(options);
      const transact = producer.transact.bind(producer);
      return Object.assign(producer, {
        transact: async (work: Parameters<TxnProducer['transact']>[0]) => {
          let wanted: Offsets = new Map();
          let groupId = '';
          await transact((txn) =>
            work({
              ...txn,
              offsets: (offsets, group, metadata) => {
                wanted = offsets;
                ({ groupId } = group);
                return txn.offsets(offsets, group, metadata);
              },
            }),
          );
          let sum = 0;
          for (const [key, offset] of wanted) {
            sum += offset - (at.get(`${groupId} ${key}`) ?? 0);
            at.set(`${groupId} ${key}`, offset);
          }
          moved.set(groupId, [...(moved.get(groupId) ?? []), sum]);
        },
      });
    },
  });
  return { of: (group) => moved.get(group) ?? [] };
}
const run = (broker: MemoryBroker) => runOnMemory(example, { platform, topics: [RAW], broker, limits: { commitRecords: 20, turnRecords: 7 } });
const plain = (count: number) => Array.from({ length: count }, (_, n) => `host-${n % 3}`);

describe('a record that the broker refuses', () => {
  it.each<[name: string, bad: readonly number[], small: Readonly<Record<string, number>>, stage: string]>([
    ['for what it became', [31], { [topics.parsed.name]: 2500 }, 'take'],
    ['as the first of all, and as the last', [0, 59], { [topics.parsed.name]: 2500 }, 'take'],
    ['next to others of its kind', [20, 21, 22, 40], { [topics.parsed.name]: 2500 }, 'take'],
    ['for the state that it wrote', [31, 44], { 'goshawk.sum-counts.changelog': 2500 }, 'sum'],
  ])('is a dead letter, %s; the others commit', async (_name, bad, small, stage) => {
    const { broker, transactions } = await given(
      plain(60).map((host, n) => (bad.includes(n) ? LONG + String(n) : host)),
      small,
    );
    const driver = await run(broker);
    await driver.settle(50);
    const letters = (await driver.raw('dead-letters.v1')).map(({ headers }) => {
      const header = new Map(headers);
      return [header.get(LETTER_HEADERS.stage)?.toString(), header.get(LETTER_HEADERS.code)?.toString()];
    });
    expect(letters).toEqual(bad.map(() => [stage, 'RECORD_TOO_LARGE']));
    const counted = (await driver.records(topics.findings)).map(({ value }) => value.title.split(' ')).filter(([, word]) => word !== 'minute');
    expect(counted.map(([, , n]) => Number(n)).sort((a, b) => a - b)).toEqual(plain(60).flatMap((_, n) => (bad.includes(n) ? [] : [n])));
    for (const own of Map.groupBy(counted, ([host]) => host).values()) expect(own.map(([, count]) => Number(count))).toEqual(own.map((_, i) => i + 1));
    await driver.stop();
    const entries = (await driver.records(topics.ledger)).map(({ value }) => value).filter((entry) => entry.stage === stage);
    const sum = (of: readonly { readonly count: number }[]) => of.reduce((all, { count }) => all + count, 0);
    expect(entries.reduce((all, entry) => all + sum(entry.rejected), 0)).toBe(bad.length);
    const sizes = transactions.of('goshawk.take');
    expect(Math.max(...sizes)).toBeLessThanOrEqual(20);
    if (stage === 'take') expect(sizes.slice(sizes.indexOf(1)).some((size) => size > 1) || bad.includes(59)).toBe(true); // they grow again
  });

  it.each<[name: string, isLate: boolean]>([
    ['at a watermark', false],
    ['right behind a record, which is not to blame', true],
  ])('ends the stage when it is the output of a timer, %s: there is no record to set aside', async (_name, isLate) => {
    const outcomeWith = async (bytes: number) => {
      const { broker } = await given(plain(2), { [topics.findings.name]: bytes });
      const driver = await run(broker);
      const failed = driver.running.failed.then(({ message }) => message);
      const write = async (host: string, seconds: number) => {
        await driver.write(
          RAW,
          [0, 1].map((partition) => ({ key: null, value: line({ n: partition, host, time: T0 + seconds * SECOND }), partition })),
        );
        return Promise.race([driver.advance(1000).then(() => 'settled'), failed]).catch((error: Error) => error.message);
      };
      const outcomes: string[] = [];
      for (const late of isLate ? [false, true] : [true, false]) outcomes.push(await (late ? write('a-host-with-a-longer-name', 1) : write('h', 90)));
      const found = (await driver.raw(topics.findings.name)).filter(({ key }) => key!.includes('longer')).map(({ key, value }) => key!.length + value!.length);
      return { outcomes, largest: Math.max(...found), letters: await driver.raw('dead-letters.v1') };
    };
    const { outcomes, largest } = await outcomeWith(100_000);
    expect(outcomes).toEqual(['settled', 'settled']);
    const refused = await outcomeWith(largest - 1); // the minute of the longer name; its single counts are shorter
    expect(refused.outcomes[1]).toMatch(/exceeds the/);
    expect(refused.letters).toEqual([]);
  });
});

it('no transaction takes more input than its limit, however many partitions fill it and however long it waits', async () => {
  const { broker, transactions } = await given(plain(400), {});
  const release = broker.faults.hold('commit');
  const starting = run(broker);
  const driver = await starting;
  for (let turns = 0; turns < 500; turns++)
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  release();
  await driver.settle();
  const moved = transactions.of('goshawk.take');
  expect(moved.reduce((all, count) => all + count, 0)).toBe(400);
  expect(Math.max(...moved)).toBe(20);
  await driver.stop();
});
