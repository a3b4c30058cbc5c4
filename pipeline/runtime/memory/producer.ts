import { FatalError, FencedError, PipelineError, RetryableError } from '../../core/errors.ts';
import { tpKey } from '../port.ts';
import type { Appended, GroupMetadata, Offsets, OutRecord, Producer, Transaction, TxnProducer } from '../port.ts';
import type { Client } from './client.ts';
import { withMetadata } from './group.ts';
import type { PartitionLog } from './log.ts';
import type { ProducerIdentity } from './transactions.ts';

const CLEANSE_KEY = Buffer.from('cleanse');
const isUnanswered = (error: unknown) => error instanceof PipelineError && error.details['unanswered'] === true;

/** Appends records by partition, in the order given within each. */
function appendAll(client: Client, records: readonly OutRecord[], append: (log: PartitionLog, records: readonly OutRecord[]) => number): Appended[] {
  for (const record of records) client.cluster.checkRecord(record);
  const byPartition = Map.groupBy(records, tpKey);
  const logs = [...byPartition.values()].map((group) => client.cluster.log(group[0]!)); // all exist, or nothing is appended
  const appended = [...byPartition.values()].map((group, i) => ({ tp: logs[i]!.tp, first: append(logs[i]!, group), count: group.length }));
  client.cluster.changed.notify();
  return appended;
}

export function memoryProducer(client: Client): Producer {
  const producerId = client.cluster.nextId();
  return {
    send: (records) =>
      client.request('send', () => appendAll(client, records, (log, group) => log.append(group, producerId, false, client.cluster.clock.nowMs()))),
    close: async () => {},
  };
}

export class MemoryTxnProducer implements TxnProducer {
  readonly #client: Client;
  readonly #transactionalId: string;
  readonly #timeoutMs: number;
  #who: ProducerIdentity | null = null;
  #isUsable = false;
  #isOpen = false;

  constructor(client: Client, transactionalId: string, timeoutMs: number) {
    this.#client = client;
    this.#transactionalId = transactionalId;
    this.#timeoutMs = timeoutMs;
  }

  async init({ outputs, groupId }: Parameters<TxnProducer['init']>[0]): Promise<void> {
    const { cluster } = this.#client;
    this.#who = await this.#client.request('init', () => cluster.transactions.init(this.#transactionalId, this.#timeoutMs, cluster.clock.nowMs()));
    this.#isUsable = true;
    // The cleansing transaction of the real adapter, for the offsets that it takes.
    const who = this.#who;
    for (const { topic, partition } of outputs) {
      cluster.transactions.append(who, cluster.log({ topic, partition }), [{ topic, partition, key: CLEANSE_KEY, value: null }], cluster.clock.nowMs());
    }
    if (groupId !== null) cluster.transactions.addGroup(who, cluster.group(groupId), cluster.clock.nowMs());
    cluster.transactions.end(who, false, cluster.clock.nowMs());
    cluster.changed.notify();
  }

  async transact(work: (txn: Transaction) => Promise<void>): Promise<void> {
    const who = this.#who;
    if (!who || !this.#isUsable) throw new RetryableError('TXN_MUST_ABORT', `The producer ${this.#transactionalId} cannot be used (again): make a new one`);
    if (this.#isOpen) throw new FatalError('BROKER_REFUSED', `A transaction of ${this.#transactionalId} is open already`);
    this.#isOpen = true;
    try {
      await this.#attempt(work, who);
      await this.#commit(who);
    } finally {
      this.#isOpen = false;
    }
  }

  isUsable(): boolean {
    return this.#isUsable;
  }

  async close(): Promise<void> {
    this.#isUsable = false;
  }

  async #attempt(work: (txn: Transaction) => Promise<void>, who: ProducerIdentity): Promise<void> {
    try {
      await work({
        send: (records) => this.#answered(this.#send(who, records)),
        offsets: (offsets, group, metadata) => this.#answered(this.#offsets(who, offsets, group, metadata)),
      });
    } catch (error) {
      await this.#abort(who);
      throw error;
    }
  }

  #send(who: ProducerIdentity, records: readonly OutRecord[]): Promise<readonly Appended[]> {
    const { cluster } = this.#client;
    return this.#client.request('send', () =>
      appendAll(this.#client, records, (log, group) => cluster.transactions.append(who, log, group, cluster.clock.nowMs())),
    );
  }

  #offsets(who: ProducerIdentity, offsets: Offsets, member: GroupMetadata, metadata?: ReadonlyMap<string, string>): Promise<void> {
    const { cluster } = this.#client;
    return this.#client.request('offsets', () => {
      const group = cluster.group(member.groupId);
      cluster.transactions.addGroup(who, group, cluster.clock.nowMs());
      cluster.transactions.commitOffsets(who, group, withMetadata(offsets, metadata), member);
    });
  }

  async #commit(who: ProducerIdentity): Promise<void> {
    const { cluster } = this.#client;
    try {
      await this.#client.request('commit', () => {
        cluster.transactions.end(who, true, cluster.clock.nowMs());
      });
      cluster.changed.notify();
    } catch (error) {
      this.#isUsable = false;
      if (error instanceof FencedError) throw error;
      throw new RetryableError('TXN_MUST_ABORT', 'The answer to a commit was lost', { outcome: 'unknown' }, { cause: error });
    }
  }

  /** An abort that fails leaves it to the next init, or to the timeout: nothing of it becomes visible. */
  async #abort(who: ProducerIdentity): Promise<void> {
    const { cluster } = this.#client;
    try {
      await this.#client.request('abort', () => {
        cluster.transactions.end(who, false, cluster.clock.nowMs());
      });
      cluster.changed.notify();
    } catch {
      this.#isUsable = false;
    }
  }

  /** Without an answer, or fenced, the producer is not to be used again. */
  async #answered<T>(request: Promise<T>): Promise<T> {
    try {
      return await request;
    } catch (error) {
      if (isUnanswered(error) || (error instanceof FencedError && error.code === 'PRODUCER_FENCED')) this.#isUsable = false;
      throw error;
    }
  }
}
