import { describe, expect, it, vi } from 'vitest';
import { ConfigError, RecordError, RetryableError } from '../../../pipeline/core/errors.ts';
import { topics } from '../../../topologies/topics.ts';
import { DELIVERED, PRESENT, rejected } from '../../_sink/index.ts';
import type { Outcome } from '../../_sink/index.ts';
import { FarSide, ids, LIMITS, sorted, TOPIC, world } from './test/world.ts';
import type { World } from './test/world.ts';

const DEAD = topics.connectDeadLetters.name;
const totalOf = async (at: World) => [...(await at.committed()).values()].reduce((sum, offset) => sum + offset, 0);
const all = async (at: World, count: number) => vi.waitFor(async () => expect(await totalOf(at)).toBe(count), { timeout: 10_000, interval: 2 });
const again: Outcome = { kind: 'retry', message: 'Busy.', isAmbiguous: false };

describe('a task of a sink', () => {
  it('delivers each record once, commits all, and says so in the ledger', async () => {
    const at = await world();
    const far = new FarSide();
    await at.write(200);
    const task = at.start(far);
    await all(at, 200);
    await task.stop();
    expect(sorted(far.taken)).toEqual(ids(200));
    const entries = await at.ledger();
    expect(entries.reduce((sum, { in: read, passed }) => [sum[0]! + read, sum[1]! + passed], [0, 0])).toEqual([200, 200]);
    for (const [, of] of Map.groupBy(entries, ({ partition }) => partition)) of.reduce((end, { from, to }) => (expect(from).toBe(end), to), 0);
    expect(entries[0]).toMatchObject({ app: 'connect', stage: 'connect-siem', topic: TOPIC });
    expect([far.opened, far.closed]).toEqual([1, 1]);
  });

  it('counts what is filtered, what is a tombstone, and what was there already', async () => {
    const at = await world();
    const far = new FarSide();
    await at.write(6, { partition: 0 });
    await at.broker.producer().send([{ topic: TOPIC, partition: 0, key: Buffer.from('gone'), value: null }]);
    far.act = ({ id }) => (id === 'd1' ? PRESENT : DELIVERED);
    const task = at.start(far, { transform: (record) => (String(record.value).includes('"n":3') ? null : record) });
    await all(at, 7);
    expect(task.progress()).toMatchObject({ delivered: 4, present: 1, filtered: 2, rejected: 0, owed: 0, owedBytes: 0, lag: 0 });
    await task.stop();
    const entries = await at.ledger();
    const dropped = Object.groupBy(
      entries.flatMap((entry) => entry.dropped),
      ({ reason }) => reason,
    );
    expect(dropped).toMatchObject({ filtered: [{ count: 1 }], tombstone: [{ count: 1 }] });
  });

  it('sets aside what is rejected, with its own bytes and the reason in the headers of Kafka Connect', async () => {
    const at = await world();
    const far = new FarSide();
    await at.write(9);
    far.act = ({ id }) => (id === 'd4' ? rejected('mapper_parsing_exception', 'failed to parse field [n]') : DELIVERED);
    const task = at.start(far);
    await all(at, 9);
    await task.stop();
    expect(sorted(far.taken)).toEqual(ids(9).filter((id) => id !== 'd4'));
    const [letter, ...more] = await at.records(DEAD);
    expect(more).toEqual([]);
    expect([String(letter!.key), String(letter!.value)]).toEqual(['k4', '{"n":4,"filling":""}']);
    const { '__connect.errors.exception.stacktrace': trace, ...headers } = Object.fromEntries(letter!.headers.map(([name, value]) => [name, String(value)]));
    expect(trace).toContain('mapper_parsing_exception');
    expect(headers).toEqual({
      'goshawk.id': 'd4',
      '__connect.errors.topic': TOPIC,
      '__connect.errors.partition': '1',
      '__connect.errors.offset': '1',
      '__connect.errors.connector.name': 'siem',
      '__connect.errors.task.id': '0',
      '__connect.errors.stage': 'TASK_PUT',
      '__connect.errors.class.name': 'far-side',
      '__connect.errors.exception.class.name': 'RecordError',
      '__connect.errors.exception.message': 'mapper_parsing_exception: failed to parse field [n]',
    });
    expect((await at.ledger()).flatMap((entry) => entry.rejected)).toEqual([{ reason: 'mapper_parsing_exception', count: 1 }]);
  });

  it('sets aside what a transform refuses', async () => {
    const at = await world();
    const far = new FarSide();
    await at.write(3, { partition: 0 });
    const task = at.start(far, {
      transform: (record) => {
        if (String(record.value).includes('"n":1'))
          throw new RecordError('TRANSFORM_FAILED', 'Not a number.', {
            stage: 'TRANSFORMATION',
            className: 'org.apache.kafka.connect.transforms.Cast',
            exception: 'org.apache.kafka.connect.errors.DataException',
          });
        return record;
      },
    });
    await all(at, 3);
    await task.stop();
    const [letter] = await at.records(DEAD);
    const headers = new Map(letter!.headers.map(([name, value]) => [name, String(value)]));
    expect(['stage', 'class.name', 'exception.class.name'].map((name) => headers.get(`__connect.errors.${name}`))).toEqual([
      'TRANSFORMATION',
      'org.apache.kafka.connect.transforms.Cast',
      'org.apache.kafka.connect.errors.DataException',
    ]);
    expect(far.taken).toEqual(['d0', 'd2']);
  });

  it('sets aside a batch that cannot be read, and goes on behind it', async () => {
    const at = await world();
    const far = new FarSide();
    await at.write(9, { partition: 0 });
    at.broker.damage(TOPIC, 0, 3, 6, Buffer.from('broken'));
    const task = at.start(far);
    await all(at, 9);
    await task.stop();
    expect(far.taken).toEqual(['d0', 'd1', 'd2', 'd6', 'd7', 'd8']);
    expect((await at.records(DEAD)).map(({ value }) => String(value))).toEqual(['broken']);
    expect((await at.ledger()).flatMap((entry) => entry.rejected)).toEqual([{ reason: 'BATCH_UNREADABLE', count: 3 }]);
  });

  it('fails at the first refusal where errors.tolerance is none, and commits nothing from there on', async () => {
    const at = await world();
    const far = new FarSide();
    far.limits = { ...LIMITS, maxRecords: 1, maxInFlight: 1 };
    await at.write(9, { partition: 0 });
    far.act = ({ id }) => (id === 'd4' ? rejected('12', 'Event field is required') : DELIVERED);
    const task = at.start(far, { tolerance: 'none' });
    expect((await task.failed).message).toContain('12: Event field is required');
    await task.stop();
    expect(await totalOf(at)).toBe(4);
    expect(await at.records(DEAD)).toEqual([]);
  });

  it('offers one item again, not its batch', async () => {
    const at = await world();
    const far = new FarSide();
    await at.write(10, { partition: 0 });
    let refusals = 3;
    far.act = ({ id }) => (id === 'd5' && refusals-- > 0 ? again : DELIVERED);
    const task = at.start(far);
    await all(at, 10);
    await task.stop();
    expect(sorted(far.taken)).toEqual(ids(10));
    expect(far.calls.map((call) => call.map(({ id }) => id)).slice(1)).toEqual([['d5'], ['d5'], ['d5']]);
  });

  it('commits only as far as everything is settled', async () => {
    const at = await world();
    const far = new FarSide();
    await at.write(30, { partition: 0 });
    far.act = ({ id }) => (id === 'd7' ? again : DELIVERED);
    const task = at.start(far);
    await vi.waitFor(() => expect(far.taken).toHaveLength(29));
    await all(at, 7);
    expect(task.progress()).toMatchObject({ delivered: 29, owed: 1, lag: 23 });
    at.broker.crash();
    const other = at.broker.connect();
    at.broker.clock.advance(60_000);
    const second = new FarSide();
    const next = at.start(second, { broker: other });
    await vi.waitFor(() => expect(second.taken).toHaveLength(23));
    expect(sorted(second.taken)).toEqual(ids(23, 7));
    await Promise.all([task.stop(), next.stop()]);
  });

  it('says in the ledger where a person has set its position', async () => {
    const at = await world();
    await at.write(9, { partition: 0 });
    const first = at.start(new FarSide());
    await all(at, 9);
    await first.stop();
    await at.broker.admin().setCommitted('connect-siem', new Map([[`${TOPIC}/0`, 4]]));
    const far = new FarSide();
    const next = at.start(far);
    await all(at, 9);
    await next.stop();
    expect(far.taken).toEqual(['d4', 'd5', 'd6', 'd7', 'd8']);
    const entries = await at.ledger();
    expect(entries.filter(({ begins }) => begins).map(({ from }) => from)).toEqual([0, 4]);
  });

  it('waits, with everything, while the far side is away, and says what is wrong', async () => {
    const at = await world();
    const far = new FarSide();
    await at.write(60);
    far.act = (_record, call) => {
      if (call <= 12) throw new RetryableError('SINK_UNAVAILABLE', 'No connection.', { isAmbiguous: call % 2 === 0 });
      return DELIVERED;
    };
    const task = at.start(far);
    await all(at, 60);
    expect(sorted(far.taken)).toEqual(ids(60));
    expect(task.progress()).toMatchObject({ delivered: 60, owed: 0, lastError: { message: 'No connection.' } });
    expect(task.progress().duplicates).toBeGreaterThan(0);
    await task.stop();
  });

  it('fails for what only a person can mend, and keeps the rest owed', async () => {
    const at = await world();
    const far = new FarSide();
    await at.write(5, { partition: 0 });
    far.act = () => {
      throw new ConfigError('SINK_MISCONFIGURED', 'Invalid token.');
    };
    const task = at.start(far);
    expect(await task.failed).toMatchObject({ code: 'SINK_MISCONFIGURED' });
    await task.stop();
    expect(await totalOf(at)).toBe(0);
    const repaired = new FarSide();
    const next = at.start(repaired);
    await all(at, 5);
    await next.stop();
    expect(repaired.taken).toEqual(ids(5));
  });

  it('waits for a far side that cannot be opened yet', async () => {
    const at = await world();
    const far = new FarSide();
    await at.write(3);
    let tries = 0;
    const task = at.start(far, {
      openSink: async () => {
        if (++tries < 4) throw new RetryableError('SINK_UNAVAILABLE', 'No connection.');
        return far.open();
      },
    });
    await all(at, 3);
    await task.stop();
    expect(tries).toBe(4);
  });

  it('reads no more than its budget holds while nobody takes anything', async () => {
    const at = await world({ maxBatchRecords: 5 });
    const far = new FarSide();
    const { promise, resolve } = Promise.withResolvers<void>();
    far.gate = promise;
    await at.write(600, { bytes: 1_000 });
    const task = at.start(far, { maxOwedBytes: 50_000 });
    await vi.waitFor(() => expect(task.progress().owedBytes).toBeGreaterThanOrEqual(50_000));
    await new Promise((done) => {
      setTimeout(done, 50);
    });
    expect(task.progress().owedBytes).toBeLessThan(50_000 + 3 * 5 * 1_500); // a batch of each partition may have been under way
    resolve();
    far.gate = null;
    await all(at, 600);
    expect(task.progress().owedBytes).toBe(0);
    await task.stop();
    expect(sorted(far.taken)).toEqual(ids(600));
  });

  it('joins again when the broker does not say where its partitions stand', async () => {
    const at = await world();
    const far = new FarSide();
    await at.write(9);
    const broker = at.broker.connect();
    const admin = broker.admin();
    let refusals = 2;
    const positions: typeof admin.positions = async (...args) => {
      if (refusals-- > 0) throw new RetryableError('BROKER_UNAVAILABLE', 'The broker does not answer.');
      return admin.positions(...args);
    };
    const task = at.start(far, {
      broker: { ...broker, consumer: broker.consumer.bind(broker), txnProducer: broker.txnProducer.bind(broker), admin: () => ({ ...admin, positions }) },
    });
    await all(at, 9);
    await task.stop();
    expect(refusals).toBeLessThan(0);
    expect(sorted(far.taken)).toEqual(ids(9));
  });

  it('owes what was accepted until it is acknowledged, and sends again what is not', async () => {
    const at = await world();
    const far = new FarSide();
    await at.write(4, { partition: 0 });
    const acks = new Map<string, (outcome: Exclude<Outcome, { kind: 'accepted' }>) => void>();
    far.act = ({ id }) => {
      const { promise, resolve } = Promise.withResolvers<Exclude<Outcome, { kind: 'accepted' }>>();
      acks.set(id, resolve);
      return { kind: 'accepted', acknowledged: promise };
    };
    const task = at.start(far);
    await vi.waitFor(() => expect(acks.size).toBe(4));
    for (const id of ['d1', 'd2']) acks.get(id)!(DELIVERED);
    await vi.waitFor(() => expect(task.progress()).toMatchObject({ delivered: 2, owed: 2 }));
    expect(await totalOf(at)).toBe(0);
    acks.get('d0')!(DELIVERED);
    await all(at, 3);
    acks.get('d3')!({ kind: 'retry', message: 'Not acknowledged in time.', isAmbiguous: true });
    acks.delete('d3');
    await vi.waitFor(() => expect(acks.has('d3')).toBe(true));
    acks.get('d3')!(DELIVERED);
    await all(at, 4);
    expect(task.progress()).toMatchObject({ delivered: 4, duplicates: 1 });
    await task.stop();
  });

  it('sends and reads nothing while it is paused', async () => {
    const at = await world();
    const far = new FarSide();
    await at.write(20);
    const task = at.start(far);
    await all(at, 20);
    await task.pause();
    await at.write(20);
    await new Promise((done) => {
      setTimeout(done, 30);
    });
    expect(far.taken).toHaveLength(20);
    await task.resume();
    await all(at, 40);
    await task.stop();
  });

  it('keeps records of one partition in order and apart where the sink asks for it', async () => {
    const at = await world();
    const far = new FarSide();
    far.limits = { ...LIMITS, perPartition: true, maxRecords: 7 };
    await at.write(90);
    let refusals = 5;
    far.act = ({ position }, call) => {
      expect(far.calls[call - 1]!.every((record) => record.position.partition === position.partition)).toBe(true);
      if (refusals > 0 && position.offset % 9 === 3) {
        refusals--;
        throw new RetryableError('SINK_UNAVAILABLE', 'No connection.');
      }
      return DELIVERED;
    };
    const task = at.start(far);
    await all(at, 90);
    await task.stop();
    for (const partition of [0, 1, 2]) {
      const of = [...new Set(far.taken)].map((id) => Number(id.slice(1))).filter((n) => n % 3 === partition); // a call that failed had taken a part
      expect(of).toEqual(of.toSorted((a, b) => a - b));
    }
  });

  it('never changes the order of records of one key where the sink asks for it', async () => {
    const at = await world();
    const far = new FarSide();
    far.limits = { ...LIMITS, orderedByKey: true, maxRecords: 4 };
    await at.write(120, { partition: 0, key: (n) => `k${n % 5}` });
    let turn = 0;
    far.act = () => (turn++ % 4 === 1 ? again : DELIVERED);
    const task = at.start(far);
    await all(at, 120);
    await task.stop();
    for (const key of [0, 1, 2, 3, 4]) {
      const of = far.taken.map((id) => Number(id.slice(1))).filter((n) => n % 5 === key);
      expect(of).toEqual(of.toSorted((a, b) => a - b));
      expect(of).toHaveLength(24);
    }
  });
});
