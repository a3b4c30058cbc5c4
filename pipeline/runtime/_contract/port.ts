// What every broker behind the port promises. Run for memory always, and for a real broker where one is configured.
import { randomBytes, randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { FatalError, FencedError, PipelineError, RecordError, RetryableError } from '../../core/errors.ts';
import { tpKey } from '../port.ts';
import type { Broker, ConsumerOptions, Headers, Offsets, OutRecord, RawBatch, RawRecord, TopicPartition, TopicSettings, TxnProducer } from '../port.ts';
import { Member } from './member.ts';
import type { MemberOptions } from './member.ts';

interface Switches {
  readonly withoutGroupMetadata?: boolean;
  readonly withoutStableReads?: boolean;
}
export type FaultyOperation = 'send' | 'offsets' | 'commit';
/** Trouble for the next requests of one process. */
export interface Faults {
  /** The broker does it, but the answer does not come through. */
  readonly loseAnswer: (operation: FaultyOperation) => void;
  /** The broker never gets it. */
  readonly loseRequest: (operation: FaultyOperation) => void;
  /** The caller gives up, and the broker gets it only when the returned function is called; resolves when that has dealt with it. */
  readonly delay: (operation: FaultyOperation) => () => Promise<void>;
  /** Refused as by a coordinator that loads (14), is away (15), or has moved (16); 51 CONCURRENT_TRANSACTIONS is for the first step of `offsets`. */
  readonly refuse: (operation: 'offsets' | 'commit', code: 14 | 15 | 16 | 51) => void;
}
export interface Subject {
  /** A process of its own, on the same cluster. */
  readonly connect: (switches?: Switches) => Broker;
  readonly connectFaulty: () => Promise<{ readonly broker: Broker; readonly faults: Faults }>;
  /** Times for members that are expelled in tests: as short as the broker permits. */
  readonly shortSession: Omit<ConsumerOptions, 'groupId'>;
  /** Lets a silent member's session, and a transaction of `transactionTimeoutMs` 1,000, run out. */
  readonly passTime: () => void;
  /** Returns when superseded records before the last one of the partition are gone. */
  readonly compact: (topic: string) => Promise<void>;
  /** Lets go of one test's processes. */
  readonly cleanUp?: () => Promise<void>;
}

const at = (topic: string, partition = 0): TopicPartition => ({ topic, partition });
const record = (
  topic: string,
  value: string,
  { partition = 0, key = null, headers }: { partition?: number; key?: string | null; headers?: Headers } = {},
): OutRecord => ({ topic, partition, key: key === null ? null : Buffer.from(key), value: Buffer.from(value), ...(headers ? { headers } : {}) });
const valuesOf = (records: readonly RawRecord[]) => records.map(({ value }) => String(value));
const offsetsOf = (...pairs: [TopicPartition, number][]): Offsets => new Map(pairs.map(([tp, offset]) => [tpKey(tp), offset]));
const nothing: Parameters<TxnProducer['init']>[0] = { outputs: [], groupId: null };

export function portContract(name: string, subject: Subject): void {
  describe(`port: ${name}`, () => {
    const members: Member[] = [];
    const brokers: Broker[] = [];
    const connect = (switches?: Switches): Broker => {
      const broker = subject.connect(switches);
      brokers.push(broker);
      return broker;
    };
    afterEach(async () => {
      await Promise.all(members.splice(0).map(({ consumer }) => consumer.stop()));
      await Promise.all(brokers.splice(0).map((broker) => broker.close()));
      await subject.cleanUp?.();
    });

    const join = (
      broker: Broker,
      groupId: string,
      options: MemberOptions,
      times: Omit<ConsumerOptions, 'groupId'> = { heartbeatIntervalMs: 200 },
    ): Promise<Member> => {
      const member = new Member(broker, { groupId, ...times }, options);
      members.push(member);
      return member.run();
    };
    const topic = async (partitions = 1, settings: Partial<TopicSettings> = {}): Promise<string> => {
      const created = `t-${randomUUID()}`;
      await connect()
        .admin()
        .createTopics([{ name: created, partitions, config: {}, ...settings }], 1);
      return created;
    };
    const produced = async (...records: OutRecord[]): Promise<void> => {
      await connect().producer().send(records);
    };
    const begun = async (
      broker: Broker,
      init: Parameters<TxnProducer['init']>[0] = nothing,
      transactionalId = `x-${randomUUID()}`,
      transactionTimeoutMs = 60_000,
    ): Promise<TxnProducer> => {
      const producer = broker.txnProducer({ transactionalId, transactionTimeoutMs });
      await producer.init(init);
      return producer;
    };
    /** All committed records of a partition. Reading to the latest offset waits for the markers of a commit just made, `stable` does not. */
    const contents = async (tp: TopicPartition, to: 'latest' | 'stable' = 'latest'): Promise<RawRecord[]> => {
      const broker = connect();
      const end = (await broker.admin().offsets([tp], to)).get(tpKey(tp))!;
      const start = (await broker.admin().offsets([tp], 'earliest')).get(tpKey(tp))!;
      const found: RawRecord[] = [];
      for await (const batch of broker.reader().read(tp, start, end, new AbortController().signal)) found.push(...batch.records);
      return found;
    };
    const failureOf = async (promise: Promise<unknown>): Promise<PipelineError> => {
      const error = await promise.then(
        () => {
          throw new Error('it succeeded');
        },
        (failure: unknown) => failure,
      );
      expect(error).toBeInstanceOf(PipelineError);
      return error as PipelineError;
    };

    describe('records', () => {
      it('come back as they were sent, in order, where the send said', async () => {
        const t = await topic(2);
        const headers: Headers = [
          ['a', Buffer.from('1')],
          ['a', Buffer.from([0, 255])],
          ['ü', Buffer.alloc(0)],
        ];
        const appended = await connect()
          .producer()
          .send([
            record(t, 'one', { key: 'k', headers }),
            record(t, 'two', { partition: 1 }),
            { topic: t, partition: 0, key: Buffer.from([0, 0, 0, 0]), value: null },
          ]);
        expect([...appended].sort((a, b) => a.tp.partition - b.tp.partition)).toEqual([
          { tp: at(t, 0), first: 0, count: 2 },
          { tp: at(t, 1), first: 0, count: 1 },
        ]);
        const [one, two] = await contents(at(t, 0));
        expect(one).toMatchObject({ key: Buffer.from('k'), value: Buffer.from('one'), headers, offset: 0 });
        expect(two).toMatchObject({ key: Buffer.from([0, 0, 0, 0]), value: null, headers: [], offset: 1 });
        expect(one!.timestampMs).toBeGreaterThan(1_600_000_000_000);
        expect(valuesOf(await contents(at(t, 1)))).toEqual(['two']);
      });

      it('keep their order over many sends, also concurrent ones, and each send learns its own offsets', async () => {
        const t = await topic();
        const producer = connect().producer();
        const sends = Array.from({ length: 40 }, (_, i) => Array.from({ length: 1 + (i % 3) }, (_unused, j) => record(t, `${i}.${j}`)));
        const appended = await Promise.all(sends.map((records) => producer.send(records)));
        const all = await contents(at(t));
        expect(valuesOf(all)).toEqual(sends.flat().map(({ value }) => String(value)));
        appended.forEach((ranges, i) => {
          const found = ranges.flatMap(({ first, count }) => all.filter(({ offset }) => offset >= first && offset < first + count));
          expect(valuesOf(found)).toEqual(sends[i]!.map(({ value }) => String(value)));
        });
      });

      it('may be more and larger than one request holds', async () => {
        const t = await topic();
        const large = 'x'.repeat(300_000);
        const records = [...Array.from({ length: 4_500 }, (_, i) => record(t, String(i))), ...Array.from({ length: 9 }, () => record(t, large))];
        expect(await connect().producer().send(records)).toEqual([{ tp: at(t), first: 0, count: 4_509 }]);
        const found = await contents(at(t));
        expect(valuesOf(found.slice(0, 4_500))).toEqual(records.slice(0, 4_500).map(({ value }) => String(value)));
        expect(found.slice(4_500).every(({ value }) => value!.length === 300_000)).toBe(true);
      });

      it('above the limit of their topic are refused one by one, and the producer goes on', async () => {
        const t = await topic(1, { config: { 'max.message.bytes': '2000' } });
        const producer = connect().producer();
        const error = await failureOf(producer.send([{ topic: t, partition: 0, key: null, value: randomBytes(6_000) }])); // cannot be compressed
        expect(error).toBeInstanceOf(RecordError);
        expect(error.code).toBe('RECORD_TOO_LARGE');
        await producer.send([record(t, 'small')]);
        expect(valuesOf(await contents(at(t)))).toEqual(['small']);
      });

      it('below the limit of their topic go through, however many go out together', async () => {
        const t = await topic(1, { config: { 'max.message.bytes': '3000' } });
        const values = Array.from({ length: 100 }, (_, i) => `${i} ${randomBytes(100).toString('base64')}`);
        for (const producer of [connect().producer(), connect().producer()]) await producer.send(values.map((value) => record(t, value)));
        const transactional = await begun(connect());
        await transactional.transact(async (txn) => {
          await txn.send(values.map((value) => record(t, value)));
        });
        expect(valuesOf(await contents(at(t)))).toEqual([...values, ...values, ...values]);
      });

      it('that their topic refuses for what they are (87) are refused alone; the transaction is lost, the producer goes on', async () => {
        const [t, compacted] = [await topic(), await topic(1, { config: { 'cleanup.policy': 'compact' } })];
        const producer = await begun(connect());
        const error = await failureOf(
          producer.transact(async (txn) => {
            await txn.send([record(t, 'lost'), record(compacted, 'has no key')]);
          }),
        );
        expect(error).toBeInstanceOf(RecordError);
        expect(error.details['code']).toBe(87);
        expect(producer.isUsable()).toBe(true);
        await producer.transact(async (txn) => {
          await txn.send([record(t, 'kept'), record(compacted, 'has one', { key: 'k' })]);
        });
        expect(valuesOf(await contents(at(t)))).toEqual(['kept']);
        expect(valuesOf(await contents(at(compacted)))).toEqual(['has one']);
      });
    });

    describe('groups', () => {
      it('begin where they were told, and go on where they committed', async () => {
        const t = await topic();
        await produced(record(t, 'a'), record(t, 'b'));
        const group = `g-${randomUUID()}`;
        const first = await join(connect(), group, { topics: [t] });
        await first.until(() => first.values.length === 2);
        await first.consumer.commit(offsetsOf([at(t), 1]), first.group!);
        await first.consumer.stop();
        const second = await join(connect(), group, { topics: [t], start: 'latest' });
        await second.until(() => second.values.length === 1);
        expect(second.values).toEqual(['b']);

        const late = await join(connect(), `g-${randomUUID()}`, { topics: [t], start: 'latest' });
        await late.consumer.committed([at(t)]);
        const strict = await join(connect(), `g-${randomUUID()}`, { topics: [t], start: 'fail' });
        expect(await strict.consumer.failed).toMatchObject({ code: 'OFFSET_GONE' });
      });

      it('take start offsets from the assigned hook over committed ones', async () => {
        const t = await topic();
        await produced(...['a', 'b', 'c', 'd'].map((value) => record(t, value)));
        const group = `g-${randomUUID()}`;
        await connect()
          .admin()
          .setCommitted(group, offsetsOf([at(t), 1]));
        const member = await join(connect(), group, { topics: [t], assigned: async () => offsetsOf([at(t), 3]) });
        await member.until(() => member.values.length > 0);
        expect(member.values).toEqual(['d']);
      });

      it('see only committed data and cover markers, aborted records and holes with nextOffset', async () => {
        const t = await topic();
        const producer = await begun(connect());
        await producer.transact(async (txn) => {
          await txn.send([record(t, 'a'), record(t, 'b')]);
        }); // 0 1, marker 2
        await expect(
          producer.transact(async (txn) => {
            await txn.send([record(t, 'gone')]); // 3, marker 4
            throw new Error('no');
          }),
        ).rejects.toThrow('no');
        await producer.transact(async (txn) => {
          await txn.send([record(t, 'c')]);
        }); // 5, marker 6
        const member = await join(connect(), `g-${randomUUID()}`, { topics: [t] });
        await member.until(() => member.positions[tpKey(at(t))] === 7);
        expect(member.values).toEqual(['a', 'b', 'c']);
        for (const [i, batch] of member.batches.entries()) expect(batch.from).toBe(i === 0 ? 0 : member.batches[i - 1]!.nextOffset); // no gap, no overlap
        const loose = await join(connect(), `g-${randomUUID()}`, { topics: [t], isolation: 'uncommitted' });
        await loose.until(() => loose.positions[tpKey(at(t))] === 7);
        expect(loose.values).toEqual(['a', 'b', 'gone', 'c']);
      });

      it('do not pass an open transaction, which the batch shows by its stable offset', async () => {
        const t = await topic();
        await produced(record(t, 'before'));
        const producer = await begun(connect());
        const member = await join(connect(), `g-${randomUUID()}`, { topics: [t] });
        await producer.transact(async (txn) => {
          await txn.send([record(t, 'inside')]);
          await produced(record(t, 'after'));
          await member.until(() => member.values.length === 1);
          expect(
            (
              await connect()
                .admin()
                .offsets([at(t)], 'stable')
            ).get(tpKey(at(t))),
          ).toBe(1);
        });
        await member.until(() => member.positions[tpKey(at(t))] === 4);
        expect(member.values).toEqual(['before', 'inside', 'after']);
        expect(member.batches.at(-1)).toMatchObject({ highWatermark: 4, lastStableOffset: 4 });
      });

      it('pause, resume and seek', async () => {
        const t = await topic(2);
        const member = await join(connect(), `g-${randomUUID()}`, {
          topics: [t],
          assigned: async (_owned, { consumer }) => {
            consumer.pause([at(t, 0)]);
            return undefined;
          },
        });
        await produced(record(t, 'p0'), record(t, 'p1', { partition: 1 }));
        await member.until(() => member.values.length === 1);
        expect(member.values).toEqual(['p1']);
        member.consumer.resume([at(t, 0)]);
        await member.until(() => member.values.length === 2);
        member.consumer.seek(at(t, 1), 0);
        await member.until(() => member.values.length === 3);
        expect(member.values).toEqual(['p1', 'p0', 'p1']);
      });

      it('seek from within a batch, which then is stale', async () => {
        const t = await topic();
        await produced(record(t, 'a'), record(t, 'b'));
        const stale: boolean[] = [];
        const member = await join(connect(), `g-${randomUUID()}`, {
          topics: [t],
          batch: async (batch, { isStale }, { consumer, batches }) => {
            stale.push(isStale());
            if (batches.length === 1) consumer.seek(at(t), 1);
            stale.push(isStale());
            expect(batch.from).toBe(batches.length === 1 ? 0 : 1);
          },
        });
        await member.until(() => member.values.length === 3);
        expect(member.values).toEqual(['a', 'b', 'b']);
        expect(stale.slice(0, 2)).toEqual([false, true]);
      });

      it('hand partitions over by number, after the old owner committed, with hooks in order', async () => {
        const t = await topic(3);
        const u = await topic(3);
        const group = `g-${randomUUID()}`;
        await produced(record(t, 'a'), record(t, 'b'));
        const order: string[] = [];
        const a = await join(connect(), group, {
          topics: [t, u],
          revoked: async (owned, { consumer, group: metadata }) => {
            if (owned.length === 6)
              await consumer.commit(offsetsOf(...owned.map((tp): [TopicPartition, number] => [tp, tp.topic === t && tp.partition === 0 ? 1 : 0])), metadata!);
            order.push(`a revoked ${owned.length}`);
          },
        });
        await a.until(() => a.values.length === 2);
        const b = await join(connect(), group, {
          topics: [t, u],
          assigned: async (owned) => {
            order.push(`b assigned ${owned.length}`);
            return undefined;
          },
        });
        await a.until(() => a.generations.length === 2);
        expect(order.indexOf('a revoked 6')).toBeLessThan(order.findIndex((step) => step.startsWith('b assigned')));
        expect(a.generations[1]).toBe(b.generations[0]);
        for (const { owned } of [a, b]) {
          const numbers = (name: string) =>
            owned
              .filter((tp) => tp.topic === name)
              .map(({ partition }) => partition)
              .sort((x, y) => x - y);
          expect(numbers(t)).toEqual(numbers(u)); // a task is one number over all topics
        }
        expect([...a.owned, ...b.owned].map(tpKey).sort()).toEqual([0, 1, 2].flatMap((p) => [tpKey(at(t, p)), tpKey(at(u, p))]).sort());
        const owner = [a, b].find(({ owned }) => owned.some((tp) => tpKey(tp) === tpKey(at(t, 0))))!;
        const before = owner === a ? 2 : 0;
        await owner.until(() => owner.values.length === before + 1);
        expect(owner.values.at(-1)).toBe('b');
        await b.consumer.stop();
        expect(b.hooks.at(-1)).toMatch(/^revoked/);
        await a.until(() => a.owned.length === 6);
      });

      it('leave partitions where they are when members come and go, and move the fewest', async () => {
        const t = await topic(6);
        const group = `g-${randomUUID()}`;
        const owners = (...all: Member[]) => all.map(({ owned }) => owned.map(({ partition }) => partition).sort((x, y) => x - y));
        const settled = (...all: Member[]) => Promise.all(all.map((member) => member.until(() => member.owned.length === 6 / all.length)));
        const a = await join(connect(), group, { topics: [t] });
        const b = await join(connect(), group, { topics: [t] });
        await settled(a, b);
        const [first, second] = owners(a, b);
        const c = await join(connect(), group, { topics: [t] });
        await settled(a, b, c);
        const [one, two, three] = owners(a, b, c);
        expect(first).toEqual(expect.arrayContaining(one!));
        expect(second).toEqual(expect.arrayContaining(two!));
        await b.consumer.stop();
        await settled(a, c);
        const [left, right] = owners(a, c);
        expect(left).toEqual(expect.arrayContaining(one!));
        expect(right).toEqual(expect.arrayContaining(three!));
        expect([...left!, ...right!].sort((x, y) => x - y)).toEqual([0, 1, 2, 3, 4, 5]);
      });

      it('join again as the same member in the very next generation, so that nobody can have had their partitions', async () => {
        const [t, u] = [await topic(), await topic()];
        const group = `g-${randomUUID()}`;
        const member = await join(connect(), group, { topics: [t] });
        const before = member.group!;
        await member.consumer.resubscribe([t, u]);
        expect(member.group).toEqual({ ...before, generationId: before.generationId + 1 });
        await member.consumer.stop();
        const again = await join(connect(), group, { topics: [t, u] });
        expect(again.group!.generationId).toBeGreaterThan(before.generationId + 1);
      });

      it('tell a batch at work that the group rebalances', async () => {
        const t = await topic(2);
        await produced(record(t, 'a'));
        const group = `g-${randomUUID()}`;
        let failure: unknown;
        let wasStale = false;
        const a = await join(connect(), group, {
          topics: [t],
          batch: async (_batch, { beat, isStale }, { generations }) => {
            if (generations.length > 1) return;
            await new Promise<void>((resolve) => {
              const look = setInterval(() => {
                void beat().catch((error: unknown) => {
                  failure = error;
                  wasStale = isStale();
                  clearInterval(look);
                  resolve();
                });
              }, 5);
            });
            throw failure as Error;
          },
        });
        await a.until(() => a.batches.length === 1);
        const b = await join(connect(), group, { topics: [t] });
        await a.until(() => a.generations.length === 2);
        expect(failure).toBeInstanceOf(FencedError);
        expect(wasStale).toBe(true);
        expect(a.hooks).toContain(`revoked ${tpKey(at(t, 0))} ${tpKey(at(t, 1))}`);
        const owner = [a, b].find(({ owned }) => owned.some((tp) => tp.partition === 0))!;
        await owner.until(() => owner.values.length >= (owner === a ? 2 : 1)); // read again: nothing was committed
        expect(owner.values.at(-1)).toBe('a');
      });

      it('expel a member that hangs, which then learns that it lost its partitions', async () => {
        const t = await topic();
        await produced(record(t, 'a'));
        const group = `g-${randomUUID()}`;
        const { promise: hanging, resolve: release } = Promise.withResolvers<void>();
        const a = await join(
          connect(),
          group,
          {
            topics: [t],
            batch: async (_batch, _control, { generations }) => {
              if (generations.length === 1) await hanging;
            },
          },
          subject.shortSession,
        );
        await a.until(() => a.batches.length === 1);
        const joining = join(connect(), group, { topics: [t] }, subject.shortSession);
        subject.passTime();
        const b = await joining;
        await b.until(() => b.values.length === 1);
        release();
        await a.until(() => a.hooks.includes(`lost ${tpKey(at(t))}`) || a.hooks.some((hook) => hook.startsWith('revoked')));
        expect(a.hooks).toContain(`lost ${tpKey(at(t))}`);
      });

      it('end with the error of a batch, and rejoin when it says fenced', async () => {
        const t = await topic();
        await produced(record(t, 'a'));
        const broken = await join(connect(), `g-${randomUUID()}`, {
          topics: [t],
          batch: async () => {
            throw new FatalError('CHANGELOG_GAP', 'as a test');
          },
        });
        expect(await broken.consumer.failed).toMatchObject({ code: 'CHANGELOG_GAP' });
        expect(broken.hooks.at(-1)).toBe(`lost ${tpKey(at(t))}`);
        const fenced = await join(connect(), `g-${randomUUID()}`, {
          topics: [t],
          batch: async (_batch, _control, { generations }) => {
            if (generations.length === 1) throw new FencedError('OFFSETS_FENCED', 'as a test');
          },
        });
        await fenced.until(() => fenced.values.length === 2);
        expect(fenced.hooks).toEqual([`assigned ${tpKey(at(t))}`, `lost ${tpKey(at(t))}`, `assigned ${tpKey(at(t))}`]);
      });

      it('rejoin when asked to, dropping what they have', async () => {
        const t = await topic();
        const member = await join(connect(), `g-${randomUUID()}`, { topics: [t] });
        member.consumer.rejoin();
        await member.until(() => member.generations.length === 2);
        expect(member.generations[1]).toBeGreaterThan(member.generations[0]!);
        await produced(record(t, 'a'));
        await member.until(() => member.values.length === 1);
        expect(member.hooks).toEqual([`assigned ${tpKey(at(t))}`, `lost ${tpKey(at(t))}`, `assigned ${tpKey(at(t))}`]);
      });

      it('never jump over records that were deleted before they were read', async () => {
        const t = await topic();
        await produced(...['a', 'b', 'c'].map((value) => record(t, value)));
        const group = `g-${randomUUID()}`;
        const admin = connect().admin();
        await admin.setCommitted(group, offsetsOf([at(t), 1]));
        await admin.deleteRecords(offsetsOf([at(t), 2]));
        const member = await join(connect(), group, { topics: [t] });
        const error = await member.consumer.failed;
        expect(error).toBeInstanceOf(FatalError);
        expect(error).toMatchObject({ code: 'OFFSET_GONE', details: { offset: 1 } });
        expect(member.values).toEqual([]);
        expect(await admin.committed(group, [at(t)])).toEqual(offsetsOf([at(t), 1]));
      });

      it('read compacted partitions over the holes', { timeout: 90_000 }, async () => {
        const t = await topic(1, {
          config: { 'cleanup.policy': 'compact', 'segment.ms': '100', 'min.cleanable.dirty.ratio': '0.01', 'delete.retention.ms': '100' },
        });
        await produced(...Array.from({ length: 30 }, (_, i) => record(t, String(i), { key: 'same' })));
        await subject.compact(t);
        const end = (
          await connect()
            .admin()
            .offsets([at(t)], 'latest')
        ).get(tpKey(at(t)))!;
        const member = await join(connect(), `g-${randomUUID()}`, { topics: [t] });
        await member.until(() => member.positions[tpKey(at(t))] === end);
        expect(member.values).not.toContain('0');
        expect(member.values.length).toBeGreaterThan(0);
        for (const [i, batch] of member.batches.entries()) if (i > 0) expect(batch.from).toBe(member.batches[i - 1]!.nextOffset);
      });

      it('change topics by resubscribing', async () => {
        const [t, u] = [await topic(), await topic()];
        await produced(record(u, 'u'));
        const member = await join(connect(), `g-${randomUUID()}`, { topics: [t] });
        await member.consumer.resubscribe([t, u]);
        await member.until(() => member.values.length === 1);
        const [one, other] = [tpKey(at(t)), tpKey(at(u))].sort();
        expect(member.hooks).toEqual([`assigned ${tpKey(at(t))}`, `revoked ${tpKey(at(t))}`, `assigned ${one} ${other}`]);
      });
    });

    describe('readers', () => {
      it('read a range to its end, across markers, and no further', async () => {
        const t = await topic();
        const producer = await begun(connect());
        for (const value of ['a', 'b', 'c'])
          await producer.transact(async (txn) => {
            await txn.send([record(t, value)]);
          });
        const read = async (from: number, to: number) => {
          const batches: RawBatch[] = [];
          for await (const batch of connect().reader().read(at(t), from, to, new AbortController().signal)) batches.push(batch);
          return { values: batches.flatMap(({ records }) => valuesOf(records)), from: batches[0]?.from, next: batches.at(-1)?.nextOffset };
        };
        expect(await read(0, 6)).toEqual({ values: ['a', 'b', 'c'], from: 0, next: 6 });
        expect(await read(2, 4)).toEqual({ values: ['b'], from: 2, next: 4 });
        expect(await read(5, 6)).toEqual({ values: [], from: 5, next: 6 });
        expect(await read(3, 3)).toEqual({ values: [], from: undefined, next: undefined });
      });

      it('follow a partition, several at a time, until they are told to stop', async () => {
        const t = await topic(2);
        const reader = connect().reader();
        const stop = new AbortController();
        const seen: string[] = [];
        const { promise: all, resolve } = Promise.withResolvers<void>();
        const follow = async (partition: number) => {
          for await (const batch of reader.read(at(t, partition), 0, 'follow', stop.signal)) {
            seen.push(...valuesOf(batch.records));
            if (seen.length === 3) resolve();
          }
        };
        const following = [follow(0), follow(1), follow(0)];
        await produced(record(t, 'a'), record(t, 'b', { partition: 1 }));
        await all;
        stop.abort();
        await Promise.all(following);
        expect(seen.sort()).toEqual(['a', 'a', 'b']);
      });

      it('say when the range is gone', async () => {
        const t = await topic();
        await produced(record(t, 'a'), record(t, 'b'));
        await connect()
          .admin()
          .deleteRecords(offsetsOf([at(t), 1]));
        const reader = connect().reader();
        const read = async (from: number) => {
          const values: string[] = [];
          for await (const batch of reader.read(at(t), from, 2, new AbortController().signal)) values.push(...valuesOf(batch.records));
          return values;
        };
        expect((await failureOf(read(0))).code).toBe('OFFSET_GONE');
        expect(await read(1)).toEqual(['b']); // the reader is as good as before
      });
    });

    describe('transactions', () => {
      it('show outputs and offsets together, with metadata', async () => {
        const [input, output] = [await topic(), await topic()];
        await produced(record(input, 'a'));
        const group = `g-${randomUUID()}`;
        const member = await join(connect(), group, { topics: [input] });
        await member.until(() => member.values.length === 1);
        const admin = connect().admin();
        const producer = await begun(connect(), { outputs: [at(output)], groupId: group });
        const counts = JSON.stringify({ in: 1 });
        await producer.transact(async (txn) => {
          expect(await txn.send([record(output, 'A')])).toMatchObject([{ tp: at(output), count: 1 }]);
          await txn.offsets(offsetsOf([at(input), 1]), member.group!, new Map([[tpKey(at(input)), counts]]));
          expect(await contents(at(output), 'stable')).toEqual([]);
        });
        expect(valuesOf(await contents(at(output)))).toEqual(['A']);
        expect(await admin.committed(group, [at(input)])).toEqual(offsetsOf([at(input), 1]));
        expect((await admin.positions(group, [at(input)])).get(tpKey(at(input)))).toMatchObject({ offset: 1, metadata: counts });
      });

      it('leave nothing when their work fails, and the producer goes on', async () => {
        const [input, output] = [await topic(), await topic()];
        await produced(record(input, 'a'));
        const group = `g-${randomUUID()}`;
        const member = await join(connect(), group, { topics: [input] });
        await member.until(() => member.values.length === 1);
        const producer = await begun(connect());
        await expect(
          producer.transact(async (txn) => {
            await txn.send([record(output, 'A')]);
            await txn.offsets(offsetsOf([at(input), 1]), member.group!);
            throw new Error('as a test');
          }),
        ).rejects.toThrow('as a test');
        expect(producer.isUsable()).toBe(true);
        expect(
          await connect()
            .admin()
            .committed(group, [at(input)]),
        ).toEqual(new Map());
        await producer.transact(async (txn) => {
          await txn.send([record(output, 'B')]);
        });
        expect(valuesOf(await contents(at(output)))).toEqual(['B']);
      });

      it('may be many, quickly, and empty', async () => {
        const output = await topic(3);
        const producer = await begun(connect());
        await producer.transact(async () => {});
        for (let i = 0; i < 20; i++)
          await producer.transact(async (txn) => {
            await txn.send([record(output, String(i), { partition: i % 3 })]);
          });
        const found = (await Promise.all([0, 1, 2].map((partition) => contents(at(output, partition))))).map(valuesOf);
        expect(found.map((values) => values.map(Number))).toEqual([0, 1, 2].map((p) => Array.from({ length: 20 }, (_, i) => i).filter((i) => i % 3 === p)));
      });

      it('are fenced by a later producer of the same id, which ends what was open', async () => {
        const output = await topic();
        const transactionalId = `x-${randomUUID()}`;
        const old = await begun(connect(), nothing, transactionalId);
        let young!: TxnProducer;
        const error = await failureOf(
          old.transact(async (txn) => {
            await txn.send([record(output, 'old')]);
            young = await begun(connect(), { outputs: [at(output)], groupId: null }, transactionalId);
          }),
        );
        expect(error).toBeInstanceOf(FencedError);
        expect(error.code).toBe('PRODUCER_FENCED');
        expect(old.isUsable()).toBe(false);
        expect((await failureOf(old.transact(async () => {}))).code).toBe('TXN_MUST_ABORT');
        await young.transact(async (txn) => {
          await txn.send([record(output, 'young')]);
        });
        expect(valuesOf(await contents(at(output)))).toEqual(['young']);
      });

      it('that time out are aborted, and their producer is fenced', async () => {
        const output = await topic();
        const producer = await begun(connect(), nothing, undefined, 1_000);
        const error = await failureOf(
          producer.transact(async (txn) => {
            await txn.send([record(output, 'late')]);
            subject.passTime();
            const reader = connect().reader();
            for await (const batch of reader.read(at(output), 0, 2, new AbortController().signal)) expect(batch.records).toEqual([]); // until the marker
          }),
        );
        expect(error).toMatchObject({ code: 'PRODUCER_FENCED' });
        expect(await contents(at(output))).toEqual([]);
      });
    });

    describe('faults', () => {
      const forwarded = async (run: (faults: Faults, forward: () => Promise<void>) => Promise<unknown>) => {
        const [input, output] = [await topic(), await topic()];
        await produced(record(input, 'a'), record(input, 'b'));
        const group = `g-${randomUUID()}`;
        const member = await join(connect(), group, { topics: [input] });
        await member.until(() => member.values.length === 2);
        const { broker, faults } = await subject.connectFaulty();
        brokers.push(broker);
        const transactionalId = `x-${randomUUID()}`;
        let producer = await begun(broker, { outputs: [at(output)], groupId: group }, transactionalId);
        /** What the runtime does: after an unknown outcome it looks what became of it, else it does the work again. */
        const forward = async (): Promise<void> => {
          for (let tries = 0; tries < 3; tries++) {
            try {
              return await producer.transact(async (txn) => {
                await txn.send(member.values.map((value) => record(output, value.toUpperCase())));
                await txn.offsets(offsetsOf([at(input), 2]), member.group!);
              });
            } catch (error) {
              expect(error).toBeInstanceOf(RetryableError);
              if (!producer.isUsable()) producer = await begun(broker, { outputs: [at(output)], groupId: group }, transactionalId);
              if ((error as RetryableError).details['outcome'] !== 'unknown') continue;
              if ((await broker.admin().committed(group, [at(input)])).get(tpKey(at(input))) === 2) return;
            }
          }
          throw new Error('it never succeeded');
        };
        await run(faults, forward);
        expect(valuesOf(await contents(at(output)))).toEqual(['A', 'B']);
        expect(
          await connect()
            .admin()
            .committed(group, [at(input)]),
        ).toEqual(offsetsOf([at(input), 2]));
        // The transaction after it loses nothing either. A broker that has met a late send may refuse it once (45): then a new producer does it.
        const more = () =>
          producer.transact(async (txn) => {
            await txn.send([record(output, 'C'), record(output, 'D')]);
          });
        await more().catch(async (error: unknown) => {
          expect(error).toMatchObject({ code: 'TXN_MUST_ABORT', details: { code: 45 } });
          expect(producer.isUsable()).toBe(false);
          producer = await begun(broker, { outputs: [at(output)], groupId: group }, transactionalId);
          await more();
        });
        expect(valuesOf(await contents(at(output)))).toEqual(['A', 'B', 'C', 'D']);
      };

      it.each<[string, (faults: Faults) => void]>([
        [
          'the answer to a send is lost',
          (faults) => {
            faults.loseAnswer('send');
          },
        ],
        [
          'a send is lost',
          (faults) => {
            faults.loseRequest('send');
          },
        ],
        [
          'the answer to offsets is lost',
          (faults) => {
            faults.loseAnswer('offsets');
          },
        ],
        [
          'the answer to a commit is lost',
          (faults) => {
            faults.loseAnswer('commit');
          },
        ],
        [
          'a commit is lost',
          (faults) => {
            faults.loseRequest('commit');
          },
        ],
        ...([14, 15, 16] as const).flatMap((code): [string, (faults: Faults) => void][] =>
          (['offsets', 'commit'] as const).map((operation) => [
            `the coordinator loads, is away or has moved (${code} to ${operation})`,
            (faults) => {
              faults.refuse(operation, code);
            },
          ]),
        ),
        [
          'the transaction before is not finished, twice',
          (faults) => {
            faults.refuse('offsets', 51);
            faults.refuse('offsets', 51);
          },
        ],
      ])('%s: nothing is missing, nothing is double', (_name, inject) =>
        forwarded(async (faults, forward) => {
          inject(faults);
          await forward();
        }),
      );

      it.each(['send', 'offsets', 'commit'] as const)('a request that reaches the broker after its successor is done (%s) counts for nothing', (operation) =>
        forwarded(async (faults, forward) => {
          const arrive = faults.delay(operation);
          await forward();
          await arrive();
        }),
      );
    });

    describe('exactly once over a change of owner', () => {
      /** A reads and opens a transaction, then hangs; B takes over, handles the same record and commits; then A commits. */
      const zombie = async (switches: Switches): Promise<{ readonly outputs: string[]; readonly error: unknown }> => {
        const [input, output] = [await topic(), await topic()];
        await produced(record(input, 'a'));
        const group = `g-${randomUUID()}`;
        const { promise: hanging, resolve: release } = Promise.withResolvers<void>();
        const [brokerA, brokerB] = [connect(switches), connect(switches)];
        const producerA = await begun(brokerA);
        const producerB = await begun(brokerB);
        const a = await join(
          brokerA,
          group,
          {
            topics: [input],
            batch: async (_batch, _control, { generations }) => {
              if (generations.length === 1) await hanging;
            },
          },
          subject.shortSession,
        );
        await a.until(() => a.values.length === 1);
        const groupOfA = a.group!;
        let error: unknown;
        await producerA
          .transact(async (txn) => {
            await txn.send([record(output, 'A')]);
            const joining = join(brokerB, group, { topics: [input] }, subject.shortSession);
            subject.passTime();
            const b = await joining;
            await b.until(() => b.values.length === 1);
            await producerB.transact(async (other) => {
              await other.send([record(output, 'B')]);
              await other.offsets(offsetsOf([at(input), 1]), b.group!);
            });
            await txn.offsets(offsetsOf([at(input), 1]), groupOfA);
          })
          .catch((failure: unknown) => {
            error = failure;
          });
        release();
        return { outputs: valuesOf(await contents(at(output))), error };
      };

      it('fences a zombie', async () => {
        const { outputs, error } = await zombie({});
        expect(outputs).toEqual(['B']);
        expect(error).toBeInstanceOf(FencedError);
        expect(error).toMatchObject({ code: 'GENERATION_FENCED', details: { code: 25 } });
      });

      it('would not, without group metadata: the test above can fail', async () => {
        const { outputs, error } = await zombie({ withoutGroupMetadata: true });
        expect(error).toBeUndefined();
        expect(outputs).toEqual(['A', 'B']);
      });

      /** A's transaction with offsets is open while B becomes the owner. */
      const pending = async (switches: Switches): Promise<string[]> => {
        const [input, output] = [await topic(), await topic()];
        await produced(record(input, 'a'));
        const group = `g-${randomUUID()}`;
        const [brokerA, brokerB] = [connect(switches), connect(switches)];
        const producerA = await begun(brokerA);
        const a = await join(brokerA, group, { topics: [input] });
        await a.until(() => a.values.length === 1);
        let b!: Member;
        await producerA.transact(async (txn) => {
          await txn.send([record(output, 'a')]);
          await txn.offsets(offsetsOf([at(input), 1]), a.group!);
          await a.consumer.stop();
          b = await join(brokerB, group, { topics: [input] });
          await produced(record(input, 'b'));
          if (switches.withoutStableReads) await b.until(() => b.values.length > 0); // would wait for ever when reads are stable
        });
        await b.until(() => b.values.includes('b'));
        return b.values;
      };

      it('tells which positions an open transaction holds, and by what was committed there before', async () => {
        const [input, output] = [await topic(2), await topic()];
        const group = `g-${randomUUID()}`;
        const member = await join(connect(), group, { topics: [input] });
        const transactionalId = `x-${randomUUID()}`;
        const producer = await begun(connect(), nothing, transactionalId);
        const commit = (offset: number, metadata: string, within: () => Promise<void> = async () => {}) =>
          producer.transact(async (txn) => {
            await txn.send([record(output, 'a')]);
            await txn.offsets(offsetsOf([at(input), offset]), member.group!, new Map([[tpKey(at(input)), metadata]]));
            await within();
          });
        const admin = connect().admin();
        const pending = () => admin.pending(group, [at(input), at(input, 1)]);
        await commit(0, 'before');
        while ((await pending()).size > 0); // the markers of the commit come a moment later
        let seen: ReadonlyMap<string, string> = new Map();
        await failureOf(
          commit(1, 'now', async () => {
            seen = await pending();
            await begun(connect(), { outputs: [at(output)], groupId: group }, transactionalId); // takes over, and ends it
          }),
        );
        expect(seen).toEqual(new Map([[tpKey(at(input)), 'before']]));
        expect(await pending()).toEqual(new Map());
        expect(await admin.committed(group, [at(input)])).toEqual(offsetsOf([at(input), 0]));
      });

      it('lets a new owner wait for the open transaction of the old one', async () => {
        expect(await pending({})).toEqual(['b']);
      });

      it('would not, without stable reads: the test above can fail', async () => {
        expect(await pending({ withoutStableReads: true })).toEqual(['a', 'b']);
      });

      it('refuses a member of an earlier generation', async () => {
        const [input, output] = [await topic(2), await topic()];
        const group = `g-${randomUUID()}`;
        const a = await join(connect(), group, { topics: [input] });
        const old = a.group!;
        await join(connect(), group, { topics: [input] });
        await a.until(() => a.generations.length === 2);
        const producer = await begun(connect());
        const error = await failureOf(
          producer.transact(async (txn) => {
            await txn.send([record(output, 'x')]);
            await txn.offsets(offsetsOf([at(input), 0]), old);
          }),
        );
        expect(error).toMatchObject({ code: 'GENERATION_FENCED', details: { code: 22 } });
        expect(producer.isUsable()).toBe(true);
        expect((await failureOf(a.consumer.commit(offsetsOf([at(input), 0]), old))).code).toBe('GENERATION_FENCED');
      });
    });

    describe('admin', () => {
      it('creates what is missing and leaves the rest alone', async () => {
        const t = await topic(2, { config: { 'retention.ms': '12345' } });
        const admin = connect().admin();
        const u = `t-${randomUUID()}`;
        await admin.createTopics(
          [
            { name: t, partitions: 5, config: {} },
            { name: u, partitions: 1, config: { 'cleanup.policy': 'compact' } },
          ],
          1,
        );
        expect((await admin.topics()).get(t)).toBe(2);
        expect(await admin.configs(t)).toMatchObject({ 'retention.ms': '12345', 'cleanup.policy': 'delete' });
        expect(await admin.configs(u)).toMatchObject({ 'cleanup.policy': 'compact' });
        await admin.deleteTopics([u]);
        expect((await admin.topics()).has(u)).toBe(false);
        expect(await admin.clusterId()).toMatch(/./);
      });

      it('knows offsets: earliest, latest, by time', async () => {
        const t = await topic(2);
        await produced(record(t, 'a'), record(t, 'b'), record(t, 'c', { partition: 1 }));
        const admin = connect().admin();
        await admin.deleteRecords(offsetsOf([at(t), 1]));
        const both = [at(t, 0), at(t, 1)];
        expect(await admin.offsets(both, 'earliest')).toEqual(offsetsOf([at(t, 0), 1], [at(t, 1), 0]));
        expect(await admin.offsets(both, 'latest')).toEqual(offsetsOf([at(t, 0), 2], [at(t, 1), 1]));
        expect(await admin.offsets(both, 'stable')).toEqual(offsetsOf([at(t, 0), 2], [at(t, 1), 1]));
        expect(await admin.offsets(both, { timestampMs: 0 })).toEqual(offsetsOf([at(t, 0), 1], [at(t, 1), 0]));
        expect(await admin.offsets(both, { timestampMs: 9_999_999_999_999 })).toEqual(offsetsOf([at(t, 0), 2], [at(t, 1), 1]));
      });

      it('knows groups and sets offsets of those without members', async () => {
        const t = await topic();
        const group = `g-${randomUUID()}`;
        const admin = connect().admin();
        expect(await admin.committed(group, [at(t)])).toEqual(new Map());
        await admin.setCommitted(group, offsetsOf([at(t), 0]));
        expect(await admin.committed(group, [at(t)])).toEqual(offsetsOf([at(t), 0]));
        const member = await join(connect(), group, { topics: [t] });
        expect(await admin.groups()).toContainEqual({ groupId: group, state: 'Stable', members: 1 });
        expect((await failureOf(admin.setCommitted(group, offsetsOf([at(t), 0])))).code).toBe('BROKER_REFUSED');
        await member.consumer.stop();
        expect(await admin.groups()).toContainEqual({ groupId: group, state: 'Empty', members: 0 });
      });

      it('does not delete records of compacted topics', async () => {
        const t = await topic(1, { config: { 'cleanup.policy': 'compact' } });
        await produced(record(t, 'a', { key: 'k' }));
        expect(
          (
            await failureOf(
              connect()
                .admin()
                .deleteRecords(offsetsOf([at(t), 1])),
            )
          ).code,
        ).toBe('BROKER_REFUSED');
      });
    });
  });
}
