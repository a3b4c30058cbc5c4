// The processes of one test, and what tests do with them.
import { randomUUID } from 'node:crypto';
import { afterEach, expect } from 'vitest';
import { PipelineError } from '../../../core/errors.ts';
import { tpKey } from '../../port.ts';
import type { Broker, ConsumerOptions, Headers, Offsets, OutRecord, RawRecord, TopicPartition, TopicSettings, TxnProducer } from '../../port.ts';
import { Member } from '../member.ts';
import type { MemberOptions } from '../member.ts';
import type { Faults, Subject, Switches } from '../subject.ts';

export const at = (topic: string, partition = 0): TopicPartition => ({ topic, partition });
export const record = (
  topic: string,
  value: string,
  { partition = 0, key = null, headers }: { partition?: number; key?: string | null; headers?: Headers } = {},
): OutRecord => ({ topic, partition, key: key === null ? null : Buffer.from(key), value: Buffer.from(value), ...(headers ? { headers } : {}) });
export const valuesOf = (records: readonly RawRecord[]) => records.map(({ value }) => String(value));
export const offsetsOf = (...pairs: [TopicPartition, number][]): Offsets => new Map(pairs.map(([tp, offset]) => [tpKey(tp), offset]));
export const nothing: Parameters<TxnProducer['init']>[0] = { outputs: [], groupId: null };

export type World = ReturnType<typeof openWorld>;

/** Called within a `describe`: after each of its tests all that the test opened is closed. */
export function openWorld(subject: Subject) {
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
  const connectFaulty = async (): Promise<{ readonly broker: Broker; readonly faults: Faults }> => {
    const connected = await subject.connectFaulty();
    brokers.push(connected.broker);
    return connected;
  };
  return { subject, connect, connectFaulty, join, topic, produced, begun, contents, failureOf };
}
