import { FatalError, RetryableError } from '../../core/errors.ts';
import { tpKey } from '../port.ts';
import type { GroupMetadata, Offsets, TopicPartition, Transaction, TxnProducer } from '../port.ts';
import type { Compression } from './compression.ts';
import type { Connections } from './connections.ts';
import { BrokerError, isConcurrentTransaction, isCoordinatorMoved, isUnanswered, toPipelineError } from './errors.ts';
import { txnOffsetCommit } from './group-offsets.ts';
import type { KafkajsBroker } from './library.ts';
import { partitionOf } from './offset-topics.ts';
import { Mutex, retry } from './retry.ts';
import { isFenced, Sender } from './sender.ts';
import type { ProducerIds } from './sender.ts';

export interface TxnProducerSettings {
  readonly transactionalId: string;
  readonly transactionTimeoutMs: number;
  readonly compression: Compression;
}

const INIT_DEADLINE_MS = 90_000; // the predecessor's transaction may have to end first
const CONCURRENT_WAIT_MS = 10; // a commit is decided before its markers are written; the next transaction waits for them
const CLEANSE_KEY = Buffer.from('cleanse'); // compacted topics refuse records without a key

/**
 * One transaction at a time under one transactional id. Requests to coordinators are repeated until they are answered or the transaction
 * would time out; all of them may be repeated: the broker keeps what it has decided.
 */
export class KafkaTxnProducer implements TxnProducer {
  readonly #connections: Connections;
  readonly #settings: TxnProducerSettings;
  readonly #mutex = new Mutex();
  #ids: ProducerIds | null = null;
  #sender: Sender | null = null;
  #isUsable = false;
  #isOpen = false;
  readonly #partitions = new Set<string>(); // in the open transaction
  readonly #groups = new Set<string>();
  /** Whose offsets transactions commit, once the cleansing is over. */
  #groupId: string | null = null;

  constructor(connections: Connections, settings: TxnProducerSettings) {
    this.#connections = connections;
    this.#settings = settings;
  }

  async init({ outputs, groupId }: Parameters<TxnProducer['init']>[0]): Promise<void> {
    const { transactionalId, transactionTimeoutMs, compression } = this.#settings;
    const { producerId, producerEpoch } = await this.#coordinate('begin as', INIT_DEADLINE_MS, (broker) =>
      broker.initProducerId({ transactionalId, transactionTimeout: transactionTimeoutMs }),
    );
    this.#ids = { producerId: BigInt(producerId), producerEpoch };
    this.#sender = new Sender(this.#connections, this.#ids, {
      transactionalId,
      compression,
      deliveryTimeoutMs: this.#deadlineMs,
      onPartitions: (partitions) => this.#addPartitions(partitions),
    });
    this.#isUsable = true;
    await this.#cleanse(outputs, groupId);
    this.#groupId = groupId;
  }

  async transact(work: (txn: Transaction) => Promise<void>): Promise<void> {
    if (!this.isUsable()) throw new RetryableError('TXN_MUST_ABORT', `The producer ${this.#settings.transactionalId} cannot be used (again): make a new one`);
    if (this.#isOpen) throw new FatalError('BROKER_REFUSED', `A transaction of ${this.#settings.transactionalId} is open already`);
    this.#isOpen = true;
    try {
      await this.#attempt(work);
      await this.#commit();
    } finally {
      this.#isOpen = false;
      this.#partitions.clear();
      this.#groups.clear();
    }
  }

  isUsable(): boolean {
    return this.#isUsable && this.#sender?.isBroken === false;
  }

  async close(): Promise<void> {
    this.#isUsable = false;
    this.#connections.close();
  }

  /** A broker that is gone is given time, but a transaction that has timed out anyway is not worth it. */
  get #deadlineMs(): number {
    return Math.min(this.#settings.transactionTimeoutMs, 30_000);
  }

  async #attempt(work: (txn: Transaction) => Promise<void>): Promise<void> {
    try {
      await work({
        send: (records) => this.#mutex.run(() => this.#watch(this.#sender!.send(records))),
        offsets: (offsets, group, metadata) => this.#mutex.run(() => this.#watch(this.#sendOffsets(offsets, group, metadata))),
      });
    } catch (error) {
      await this.#abort();
      throw error;
    }
  }

  /** Marks the producer as used up where its state at the broker is unknown or another's. */
  async #watch<T>(request: Promise<T>): Promise<T> {
    try {
      return await request;
    } catch (error) {
      if (isUnanswered(error) || isFenced(error) || (error instanceof RetryableError && error.code === 'TXN_MUST_ABORT')) this.#isUsable = false;
      throw error;
    }
  }

  async #addPartitions(partitions: readonly TopicPartition[]): Promise<void> {
    const added = partitions.filter((tp) => !this.#partitions.has(tpKey(tp)));
    if (added.length === 0) return;
    const topics = [...Map.groupBy(added, ({ topic }) => topic)].map(([topic, items]) => ({ topic, partitions: items.map(({ partition }) => partition) }));
    const adding = this.#coordinate('add partitions to', this.#deadlineMs, (broker) => broker.addPartitionsToTxn({ ...this.#who(), topics }));
    const joining = this.#groupId === null ? undefined : this.#addGroup(this.#groupId); // offsets will follow: one wait for both
    const [failed] = (await Promise.allSettled([adding, joining])).filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    if (failed !== undefined) throw failed.reason; // only now, so that nothing is under way when the transaction is aborted
    for (const tp of added) this.#partitions.add(tpKey(tp));
  }

  async #addGroup(groupId: string): Promise<void> {
    if (this.#groups.has(groupId)) return;
    await this.#coordinate('add offsets to', this.#deadlineMs, (broker) => broker.addOffsetsToTxn({ ...this.#who(), groupId }));
    this.#groups.add(groupId);
  }

  async #sendOffsets(offsets: Offsets, group: GroupMetadata, metadata?: ReadonlyMap<string, string>): Promise<void> {
    const { groupId } = group;
    await this.#addGroup(groupId);
    const request = {
      ...this.#ids!,
      transactionalId: this.#settings.transactionalId,
      group,
      offsets: [...offsets].map(([key, offset]) => ({ ...partitionOf(key), offset, metadata: metadata?.get(key) ?? '' })),
    };
    const doing = `commit offsets of group ${groupId}`;
    try {
      await retry(
        async () => {
          const node = await this.#connections.coordinator('group', groupId);
          const refused = (await node.send(txnOffsetCommit(request))).find(({ errorCode }) => errorCode !== 0);
          if (refused) throw new BrokerError(refused.errorCode);
        },
        {
          isRetriable: isCoordinatorMoved,
          deadlineMs: this.#deadlineMs,
          before: () => {
            this.#connections.forgetCoordinator('group', groupId);
            return this.#connections.refresh();
          },
        },
      );
    } catch (error) {
      throw toPipelineError(error, doing);
    }
  }

  async #commit(): Promise<void> {
    if (this.#partitions.size + this.#groups.size === 0) return;
    let isLost = false; // an attempt went without an answer: then even a refusal does not say whether the first one counted
    try {
      await this.#coordinate('commit', this.#deadlineMs, async (broker) => {
        try {
          await broker.endTxn({ ...this.#who(), transactionResult: true });
        } catch (error) {
          isLost ||= isUnanswered(error);
          throw error;
        }
      });
    } catch (error) {
      this.#isUsable = false;
      if (isLost || isUnanswered(error)) {
        throw new RetryableError(
          'TXN_MUST_ABORT',
          `The answer to a commit of ${this.#settings.transactionalId} was lost`,
          { outcome: 'unknown' },
          { cause: error },
        );
      }
      if (error instanceof RetryableError) throw new RetryableError('TXN_MUST_ABORT', error.message, error.details, { cause: error });
      throw error;
    }
  }

  /** When it fails, the next init or the timeout aborts: nothing of it becomes visible. */
  async #abort(): Promise<void> {
    if (this.#partitions.size + this.#groups.size === 0) return;
    try {
      await this.#coordinate('abort', this.#deadlineMs, (broker) => broker.endTxn({ ...this.#who(), transactionResult: false }));
    } catch {
      this.#isUsable = false;
    }
  }

  /**
   * Aborts a transaction over everything that this producer writes to. Its markers close what a broker may have left unmarked when a
   * partition had no leader (KAFKA-20734): else aborted records would become visible with the next commit, or the group's offsets stay
   * unstable for ever.
   */
  async #cleanse(outputs: readonly TopicPartition[], groupId: string | null): Promise<void> {
    if (outputs.length === 0 && groupId === null) return;
    try {
      await this.#sender!.send(outputs.map((tp) => ({ ...tp, key: CLEANSE_KEY, value: null })));
      if (groupId !== null) {
        await this.#addGroup(groupId);
      }
    } finally {
      await this.#abort();
      this.#partitions.clear();
      this.#groups.clear();
    }
    if (!this.isUsable())
      throw new RetryableError('BROKER_UNAVAILABLE', `The broker did not end the cleansing transaction of ${this.#settings.transactionalId}`, {
        unanswered: true,
      });
  }

  #who() {
    return { transactionalId: this.#settings.transactionalId, producerId: String(this.#ids!.producerId), producerEpoch: this.#ids!.producerEpoch };
  }

  /** A request to the transaction's coordinator, repeated while that moves or is still at work on the transaction before. */
  async #coordinate<T>(doing: string, deadlineMs: number, request: (broker: KafkajsBroker) => Promise<T>): Promise<T> {
    const { transactionalId } = this.#settings;
    try {
      return await retry(
        async () => {
          const node = await this.#connections.coordinator('transaction', transactionalId);
          return node.use(request);
        },
        {
          deadlineMs,
          firstWaitMs: CONCURRENT_WAIT_MS,
          isRetriable: (error) => isConcurrentTransaction(error) || isCoordinatorMoved(error),
          before: (error) => {
            if (isConcurrentTransaction(error)) return undefined;
            this.#connections.forgetCoordinator('transaction', transactionalId);
            return this.#connections.refresh();
          },
        },
      );
    } catch (error) {
      throw toPipelineError(error, `${doing} ${transactionalId}`);
    }
  }
}
