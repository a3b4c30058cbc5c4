import { tpKey } from '../port.ts';
import type { Broker, ConsumerOptions, TopicPartition } from '../port.ts';
import { memoryAdmin } from './admin.ts';
import type { Cluster } from './cluster.ts';
import { MemoryConsumer } from './consumer.ts';
import { Faults } from './faults.ts';
import type { Operation } from './faults.ts';
import type { CommittedOffsets } from './group.ts';
import { memoryProducer, MemoryTxnProducer } from './producer.ts';
import { MemoryReader } from './reader.ts';

/** One process's connection to a cluster in memory. */
export class Client implements Broker {
  readonly cluster: Cluster;
  /** Faults for this client's next requests. */
  readonly faults = new Faults();
  readonly maxBatchRecords: number;
  readonly withoutStableReads: boolean;
  #isCrashed = false;
  readonly #open: (() => Promise<void>)[] = [];

  constructor(cluster: Cluster, options: { readonly maxBatchRecords?: number; readonly withoutStableReads?: boolean }) {
    this.cluster = cluster;
    this.maxBatchRecords = options.maxBatchRecords ?? 500;
    this.withoutStableReads = options.withoutStableReads ?? false;
  }

  get isCrashed(): boolean {
    return this.#isCrashed;
  }

  consumer(options: ConsumerOptions): MemoryConsumer {
    const consumer = new MemoryConsumer(this, { sessionTimeoutMs: 6_000, heartbeatIntervalMs: 500, rebalanceTimeoutMs: 60_000, ...options });
    this.#open.push(() => consumer.stop());
    return consumer;
  }

  reader(): MemoryReader {
    const reader = new MemoryReader(this);
    this.#open.push(() => reader.close());
    return reader;
  }

  producer() {
    return memoryProducer(this);
  }

  txnProducer({ transactionalId, transactionTimeoutMs = 10_000 }: Parameters<Broker['txnProducer']>[0]): MemoryTxnProducer {
    return new MemoryTxnProducer(this, transactionalId, transactionTimeoutMs);
  }

  admin() {
    return memoryAdmin(this);
  }

  /** As kill -9: no request of this client is answered any more, nothing is left in order, its sessions and transactions run out. */
  crash(): void {
    this.#isCrashed = true;
    this.cluster.changed.notify();
  }

  async close(): Promise<void> {
    if (!this.#isCrashed) await Promise.all(this.#open.map((close) => close()));
  }

  /** A request and its answer, under the faults that wait for it. */
  async request<T>(operation: Operation, apply: () => T): Promise<T> {
    await Promise.resolve();
    if (this.#isCrashed) return new Promise<T>(() => {});
    const answer = await this.faults.run(operation, () => (this.#isCrashed ? new Promise<T>(() => {}) : apply()));
    return this.#isCrashed ? new Promise<T>(() => {}) : answer;
  }

  /** Committed offsets; waits while an open transaction may still move one of them. */
  async committed(groupId: string, partitions: readonly TopicPartition[]): Promise<CommittedOffsets> {
    const group = this.cluster.group(groupId);
    const keys = partitions.map(tpKey);
    while (group.isUnstable(keys) && !this.withoutStableReads) await this.cluster.changed.wait();
    return new Map(
      keys.flatMap((key) => {
        const committed = group.offsets.get(key);
        return committed ? [[key, committed] as const] : [];
      }),
    );
  }
}
