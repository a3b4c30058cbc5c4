// What needs a broker of one's own: damage on its disk, a broker that hangs or dies at the worst moment, a version with a defect.
import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { killGroup } from '../../../local/part.ts';
import { ownBrokerProblem, startOwnBroker } from '../../../test/own-broker.ts';
import type { OwnBroker } from '../../../test/own-broker.ts';
import { tpKey } from '../port.ts';
import type { Broker, GroupMetadata, RawBatch, TopicPartition } from '../port.ts';
import { CODEC } from './compression.ts';
import { Connections } from './connections.ts';
import { crc32c } from './crc32c.ts';
import { kafkaBroker } from './index.ts';
import { quietLogger } from './log.ts';
import { BATCH_HEADROOM, produce } from './produce.ts';
import { encodeBatch } from './record-batch.ts';

const log = pino({ level: 'silent' });
const START_MS = 240_000; // a machine that does much else
const never = new AbortController().signal;
const record = (tp: TopicPartition, value: string) => ({ ...tp, key: Buffer.from('k'), value: Buffer.from(value) });

async function topic(broker: Broker, partitions = 1, config: Record<string, string> = {}): Promise<string> {
  const name = `t-${randomUUID()}`;
  await broker.admin().createTopics([{ name, partitions, config }], 1);
  return name;
}
async function read(broker: Broker, tp: TopicPartition): Promise<RawBatch[]> {
  const end = (await broker.admin().offsets([tp], 'latest')).get(tpKey(tp))!;
  const batches: RawBatch[] = [];
  for await (const batch of broker.reader().read(tp, 0, end, never)) batches.push(batch);
  return batches;
}
/** A member of a group, for what it may commit. */
async function member(broker: Broker, groupId: string, input: string): Promise<GroupMetadata> {
  const joined = Promise.withResolvers<GroupMetadata>();
  const consumer = broker.consumer({ groupId });
  await consumer.run(
    { topics: [input], isolation: 'committed', start: 'earliest' },
    {
      assigned: async (_owned, group) => {
        joined.resolve(group);
        return undefined;
      },
      revoked: async () => {},
      lost: () => {},
      batch: async () => {},
    },
  );
  return joined.promise;
}

const problem = await ownBrokerProblem();
describe.skipIf(problem !== null)(`a broker of one's own${problem === null ? '' : ` (${problem})`}`, () => {
  let own: OwnBroker;
  let broker: Broker;
  const brokers: Broker[] = [];
  const connect = (requestTimeoutMs?: number): Broker => {
    const made = kafkaBroker({ brokers: [own.address], clientId: 'own', log, ...(requestTimeoutMs === undefined ? {} : { requestTimeoutMs }) });
    brokers.push(made);
    return made;
  };
  beforeAll(async () => {
    own = await startOwnBroker();
    broker = connect();
  }, START_MS);
  afterAll(async () => {
    await Promise.all(brokers.map((each) => each.close()));
    await own.destroy();
  }, START_MS);

  // A broker checks the checksum of a batch and walks through its records when it takes it, so damage comes to it only by way of its disk:
  // it reads the file anew for each fetch, and sends what is there.
  it.each<[name: string, damage: (batch: Buffer) => void, reason: RegExp]>([
    ['whose bytes have changed', (batch) => void (batch[batch.length - 5]! ^= 0xff), /^Checksum/],
    ['that cannot be unpacked though its checksum is right', (batch) => sealed(batch, () => batch.fill(0x55, 61)), /./],
    ['that names more records than it has', (batch) => sealed(batch, () => batch.writeInt32BE(4, 57)), /cut off|malformed/],
  ])('gives a batch %s as unreadable, with its range and its bytes, and the ones around it', { timeout: 60_000 }, async (_name, damage, reason) => {
    const tp = { topic: await topic(broker), partition: 0 };
    const producer = broker.producer();
    for (const values of [['a'], ['b', 'c', 'd'], ['e']]) await producer.send(values.map((value) => record(tp, value)));
    const file = logFile(own, tp);
    const bytes = readFileSync(file);
    const at = 12 + bytes.readInt32BE(8); // the second batch
    const batch = Buffer.from(bytes.subarray(at, at + 12 + bytes.readInt32BE(at + 8)));
    damage(batch);
    const handle = openSync(file, 'r+');
    writeSync(handle, batch, 0, batch.length, at);
    closeSync(handle);
    const batches = await read(connect(), tp);
    expect(batches.map(({ from, nextOffset, records }) => [from, nextOffset, records.map(({ value }) => String(value))])).toEqual([
      [0, 1, ['a']],
      [1, 4, []],
      [4, 5, ['e']],
    ]);
    expect(batches[1]!.unreadable).toMatchObject({ reason: expect.stringMatching(reason) as string, bytes: batch });
    expect(batches[1]!.unreadable!.records).toBeGreaterThanOrEqual(3);
    expect(batches[1]!.unreadable!.records).toBeLessThanOrEqual(4);
  });
  const sealed = (batch: Buffer, change: () => unknown) => {
    change();
    batch.writeUInt32BE(crc32c(batch, 21, batch.length), 17);
  };

  // A broker unpacks in a stream and has no limit, so such a batch does come in from a producer.
  it.each<[name: string, codec: number, pack: (body: Buffer) => Buffer]>([
    ['gzip', CODEC.gzip, (body) => gzipSync(body, { level: 9 })],
    ['zstd', CODEC.zstd, (body) => zstdCompressSync(body)],
  ])('takes a batch of %s that unpacks to 70 MiB, which is unreadable to us', { timeout: 120_000 }, async (_name, codec, pack) => {
    const tp = { topic: await topic(broker), partition: 0 };
    const plain = encodeBatch(
      [record(tp, 'x'.repeat(70 * 1024 * 1024))],
      { producerId: -1n, producerEpoch: -1, firstSequence: -1, isTransactional: false },
      'none',
      1,
    );
    await produceRaw(tp, 1, Buffer.concat([plain.subarray(0, 61), pack(plain.subarray(61))]), codec);
    await broker.producer().send([record(tp, 'after')]);
    const batches = await read(connect(), tp);
    expect(batches[0]).toMatchObject({
      from: 0,
      nextOffset: 1,
      records: [],
      unreadable: { reason: 'The batch unpacks to more than 67108864 bytes', records: 1 },
    });
    expect(batches.flatMap(({ records }) => records.map(({ value }) => String(value)))).toEqual(['after']);
  });

  it('goes on with sequence numbers from the end of 31 bits to the beginning', async () => {
    const tp = { topic: await topic(broker), partition: 0 };
    const connections = rawConnections();
    const { producerId } = await (await connections.anyNode()).use((node) => node.initProducerId({ transactionTimeout: 60_000 }));
    const send = (values: readonly string[], firstSequence: number) =>
      produceRaw(
        tp,
        values.length,
        encodeBatch(
          values.map((value) => record(tp, value)),
          { producerId: BigInt(producerId), producerEpoch: 0, firstSequence, isTransactional: false },
          'none',
          1,
        ),
      );
    await send(['a', 'b', 'c'], 2 ** 31 - 4);
    await send(['d', 'e', 'f'], 2 ** 31 - 1); // its second record has number 0
    await send(['g'], 2);
    await expect(send(['h'], 0)).rejects.toThrow(/45|46/); // kafkajs's way: 0 after the end
    connections.close();
    expect((await read(connect(), tp)).flatMap(({ records }) => records.map(({ value }) => String(value)))).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
  });

  it('that hangs while a transaction commits: the next producer finds out what became of it', { timeout: 120_000 }, async () => {
    const [input, output] = [await topic(broker), { topic: await topic(broker), partition: 0 }];
    const group = `g-${randomUUID()}`;
    const metadata = await member(broker, group, input);
    const impatient = connect(1_500);
    const options = { transactionalId: `x-${randomUUID()}`, transactionTimeoutMs: 4_000 };
    const producer = impatient.txnProducer(options);
    await producer.init({ outputs: [output], groupId: group });
    const failure = producer.transact(async (txn) => {
      await txn.send([record(output, 'a')]);
      await txn.offsets(new Map([[`${input}/0`, 0]]), metadata, new Map([[`${input}/0`, 'mine']]));
      killGroup(own.pid()!, 'SIGSTOP');
    });
    await expect(failure).rejects.toMatchObject({ code: 'TXN_MUST_ABORT', details: { outcome: 'unknown' } });
    killGroup(own.pid()!, 'SIGCONT'); // now the requests to commit are read, after we have given up
    const next = connect().txnProducer(options);
    await next.init({ outputs: [output], groupId: group });
    const isCommitted = (await broker.admin().positions(group, [{ topic: input, partition: 0 }])).get(`${input}/0`)?.metadata === 'mine';
    await next.transact(async (txn) => {
      await txn.send([record(output, 'b')]);
    });
    const values = (await read(connect(), output)).flatMap(({ records }) => records.map(({ value }) => String(value)));
    expect(values).toEqual(isCommitted ? ['a', 'b'] : ['b']); // the offsets tell the truth of the outputs, whichever it is
  });

  const rawConnections = () => new Connections({ brokers: [own.address], clientId: 'raw', logger: quietLogger(log) });
  /** One batch as it is, with checksum and size set right. */
  const produceRaw = async (tp: TopicPartition, count: number, batch: Buffer, codec?: number): Promise<void> => {
    if (codec !== undefined) batch.writeInt16BE(codec, 21);
    batch.writeInt32BE(batch.length - 12, 8);
    batch.writeUInt32BE(crc32c(batch, 21, batch.length), 17);
    const connections = rawConnections();
    const node = await connections.node(await connections.leader(tp));
    const [answer] = await node.send(produce(null, [{ tp, count, bytes: Buffer.concat([Buffer.alloc(BATCH_HEADROOM), batch]) }]));
    connections.close();
    if (answer!.errorCode !== 0) throw new Error(`Refused with ${answer!.errorCode}`);
  };
});

function logFile(own: OwnBroker, { topic: name, partition }: TopicPartition): string {
  const folder = join(own.folder, 'kafka/data', `${name}-${partition}`);
  return join(
    folder,
    readdirSync(folder).find((file) => file.endsWith('.log'))!,
  );
}

// A coordinator skips the markers of a partition without a leader (KAFKA-20734), as when a single broker comes back and a transaction times
// out meanwhile. Versions 4.0 to 4.2 do not.
const VERSION = '4.4.0';
const unfit = await ownBrokerProblem({ version: VERSION });
describe.skipIf(unfit !== null)(
  `Apache Kafka ${VERSION}, killed while a transaction is open that times out during the restart${unfit === null ? '' : ` (${unfit})`}`,
  () => {
    let own: OwnBroker | undefined;
    let cannot = '';
    beforeAll(async () => {
      own = await startOwnBroker({ version: VERSION, properties: { 'transaction.abort.timed.out.transaction.cleanup.interval.ms': '100' } }).catch(
        (error: unknown) => {
          if ((error as { code?: unknown }).code !== 'FETCH_FAILED') throw error;
          cannot = (error as Error).message;
          return undefined;
        },
      );
    }, START_MS);
    afterAll(async () => own?.destroy(), START_MS);

    /** What readers of committed data see of the lost transaction, once its successor has committed; and whether the group's offsets can be read. */
    const aftermath = async (running: OwnBroker, isCleansed: boolean, transactionTimeoutMs = 5_000) => {
      const open = (requestTimeoutMs = 5_000) => kafkaBroker({ brokers: [running.address], clientId: 'defect', log, requestTimeoutMs });
      const before = open();
      const [name, input] = [await topic(before, 40), await topic(before)];
      const outputs = Array.from({ length: 40 }, (_, partition) => ({ topic: name, partition }));
      const group = `g-${randomUUID()}`;
      const metadata = await member(before, group, input);
      const options = { transactionalId: `x-${randomUUID()}`, transactionTimeoutMs };
      const producer = before.txnProducer(options);
      await producer.init({ outputs: [], groupId: null });
      const sent = Promise.withResolvers<void>();
      producer
        .transact(async (txn) => {
          await txn.send(outputs.map((tp) => record(tp, 'aborted')));
          await txn.offsets(new Map([[`${input}/0`, 0]]), metadata);
          sent.resolve();
          await new Promise<never>(() => {}); // it dies with the broker
        })
        .catch(() => {});
      await sent.promise;
      await running.kill();
      void before.close();
      await running.start();
      const after = open();
      const successor = after.txnProducer(options);
      await successor.init(isCleansed ? { outputs, groupId: group } : { outputs: [], groupId: null });
      await successor.transact(async (txn) => {
        await txn.send(outputs.map((tp) => record(tp, 'committed')));
      });
      const seen = (await Promise.all(outputs.map((tp) => read(after, tp)))).flat().flatMap(({ records }) => records.map(({ value }) => String(value)));
      const asked = after.admin().committed(group, [{ topic: input, partition: 0 }]);
      const isStable = await Promise.race([
        asked.then(() => true),
        read(after, outputs[0]!).then(() => new Promise<boolean>((resolve) => setTimeout(resolve, 5_000, false))),
      ]);
      asked.catch(() => {});
      await after.close();
      return { aborted: seen.filter((value) => value === 'aborted').length, committed: seen.filter((value) => value === 'committed').length, isStable };
    };

    it('shows aborted records and blocks the group, where nothing is done about it', { timeout: 3 * START_MS }, async ({ skip }) => {
      if (own === undefined) return skip(cannot);
      // It must time out after the kill and before the partitions have leaders again: how long that is depends on the machine.
      for (const transactionTimeoutMs of [5_000, 3_000, 8_000]) {
        const { aborted, committed, isStable } = await aftermath(own, false, transactionTimeoutMs);
        expect(committed).toBe(40);
        if (aborted > 0 || !isStable) return undefined; // the next test proves something
      }
      return skip('the defect did not show in three restarts on this machine');
    });

    it('shows nothing that was aborted after the cleansing transaction of an init, and frees the group', { timeout: START_MS }, async ({ skip }) => {
      if (own === undefined) return skip(cannot);
      expect(await aftermath(own, true)).toEqual({ aborted: 0, committed: 40, isStable: true });
      return undefined;
    });
  },
);
