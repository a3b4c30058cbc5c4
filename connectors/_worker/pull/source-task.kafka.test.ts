// The same on a real broker: a task that is left behind, one that takes over, and a position behind an open transaction.
import { randomUUID } from 'node:crypto';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { settingsOf } from '../../../pipeline/core/topic-settings.ts';
import { kafkaBroker } from '../../../pipeline/runtime/kafka/index.ts';
import { topics } from '../../../topologies/topics.ts';
import type { PulledSource } from '../../_source/index.ts';
import { readPositions } from './positions-topic.ts';
import { SourceTask } from './source-task.ts';

const address = process.env['GOSHAWK_TEST_KAFKA'] ?? '';
const log = pino({ level: 'silent' });
const NEVER = new AbortController().signal;
const PART = { of: 'numbers' };
const COUNT = 400;

/** Gives numbers, twenty at a time, until `to`. */
const numbers = (to: number, hold?: Promise<void>): PulledSource => ({
  async poll(positions) {
    const from = (positions.get(PART)?.next as number | undefined) ?? 0;
    const next = Math.min(to, from + 20);
    if (from >= 40) await hold;
    return {
      records: Array.from({ length: next - from }, (_none, index) => ({ value: Buffer.from(String(from + index)) })),
      positions: next > from ? [{ partition: PART, position: { next } }] : [],
      ...(next === to && { waitMs: 50 }),
    };
  },
  close: async () => {},
});

describe.skipIf(address === '')('a task of a source on a real broker', () => {
  const connect = () => kafkaBroker({ brokers: address.split(','), clientId: 'pull', log });
  const own = connect();
  beforeAll(async () => {
    await own.admin().createTopics([settingsOf(topics.connectOffsets, 1), settingsOf(topics.connectDeadLetters, 1)], 1);
  });
  afterAll(() => own.close());

  const started = (connector: string, source: PulledSource, broker = connect()) => {
    const task = new SourceTask({
      connector,
      task: 0,
      organization: 'alpha',
      className: 'numbers',
      target: { source: connector, format: '', sensor: '' },
      broker,
      createRawTopic: (name) => own.admin().createTopics([settingsOf(topics.raw, 3, name)], 1),
      openSource: async () => source,
      tolerance: 'all',
      deadLetters: { topic: topics.connectDeadLetters.name, hasHeaders: true },
      retry: { initialMs: 50, maxMs: 500 },
      mask: (text) => text,
      isPaused: false,
      clock: {
        nowMs: () => Date.now(),
        after(ms, run) {
          const timer = setTimeout(run, ms);
          return () => clearTimeout(timer);
        },
      },
      random: () => 0.5,
      log,
    });
    task.start();
    return { task, broker };
  };
  async function taken(connector: string): Promise<readonly number[]> {
    const topic = `raw.alpha.gateway-${connector}`;
    const found: number[] = [];
    for (let partition = 0; partition < ((await own.admin().topics()).get(topic) ?? 0); partition++) {
      const tp = { topic, partition };
      const [end = 0] = (await own.admin().offsets([tp], 'stable')).values();
      const reader = own.reader();
      for await (const { records } of reader.read(tp, 0, end, NEVER)) found.push(...records.map(({ value }) => Number(value)));
      await reader.close();
    }
    return found.sort((a, b) => a - b);
  }
  const all = Array.from({ length: COUNT }, (_none, n) => n);
  const name = () => `n-${randomUUID().slice(0, 8)}`;

  it('writes each record once while another takes over from it, and is fenced', async () => {
    const connector = name();
    const held = Promise.withResolvers<void>();
    const zombie = started(connector, numbers(COUNT, held.promise));
    await expect.poll(() => taken(connector), { timeout: 30_000 }).toEqual(all.slice(0, 40));
    const successor = started(connector, numbers(COUNT));
    await expect.poll(() => taken(connector), { timeout: 30_000 }).toEqual(all);
    held.resolve();
    await expect.poll(() => zombie.task.progress().lastError, { timeout: 30_000 }).not.toBeNull();
    await Promise.all([zombie.task.stop(), successor.task.stop()]);
    expect(await taken(connector)).toEqual(all);
    const [position] = (await readPositions({ broker: own, admin: own.admin() }, connector, NEVER)).all();
    expect(position).toEqual({ partition: PART, position: { next: COUNT } });
    await Promise.all([zombie.broker.close(), successor.broker.close()]);
  });

  it('finds its position behind an open transaction of another connector', async () => {
    const connector = name();
    const other = connect();
    const producer = other.txnProducer({ transactionalId: `goshawk-connect-${name()}-0` });
    await producer.init({ outputs: [], groupId: null });
    const isOpen = Promise.withResolvers<void>();
    const done = Promise.withResolvers<void>();
    const transaction = producer.transact(async (txn) => {
      await txn.send([{ topic: topics.connectOffsets.name, partition: 0, key: Buffer.from('["other",{}]'), value: Buffer.from('{}') }]);
      isOpen.resolve();
      await done.promise;
    });
    await isOpen.promise;
    const first = started(connector, numbers(60));
    let isRead = false;
    const positions = readPositions({ broker: own, admin: own.admin() }, connector, NEVER).then((found) => {
      isRead = true;
      return found;
    });
    for (let trip = 0; trip < 20; trip++) await own.admin().topics(); // time that it would have needed
    expect(isRead).toBe(false);
    done.resolve();
    await transaction;
    await positions;
    await expect.poll(() => taken(connector), { timeout: 30_000 }).toEqual(all.slice(0, 60));
    await first.task.stop();
    const second = started(connector, numbers(80));
    await expect.poll(() => taken(connector), { timeout: 30_000 }).toEqual(all.slice(0, 80));
    await second.task.stop();
    await Promise.all([other.close(), first.broker.close(), second.broker.close()]);
  });
});
