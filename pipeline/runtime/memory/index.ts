import type { Broker } from '../port.ts';
import { Client } from './client.ts';
import { ManualClock } from './clock.ts';
import { Cluster } from './cluster.ts';
import type { Faults } from './faults.ts';

export interface MemoryBrokerOptions {
  /** Stands still unless moved. */
  readonly clock?: ManualClock;
  /** Most records in one batch; 500. */
  readonly maxBatchRecords?: number;
  /** For the tests of the contract suite: reads committed offsets while a transaction may still move them. */
  readonly withoutStableReads?: boolean;
}
export interface MemoryBroker extends Broker {
  readonly clock: ManualClock;
  readonly faults: Faults;
  /** Another process on the same cluster. */
  readonly connect: (options?: Omit<MemoryBrokerOptions, 'clock'>) => MemoryBroker;
  /** As kill -9 of this process. Its members hold their partitions until the clock has passed their session timeout. */
  readonly crash: () => void;
  /** Keeps the last record of each key; markers and aborted records go, offsets stay. */
  readonly compact: (topic: string) => void;
  /** Deletes what is older than the topic's `retention.ms`. */
  readonly retain: (topic: string) => void;
  /** Makes offsets [from, to) one batch that cannot be read, with these bytes. */
  readonly damage: (topic: string, partition: number, from: number, to: number, bytes: Buffer) => void;
  /** Loses one record without a trace, as no broker should: for tests of the ledger. */
  readonly removeRecord: (topic: string, partition: number, offset: number) => void;
}

/**
 * A Kafka cluster in this process, and a client of it: partitions, transactions, groups and generations as the real one has them, no
 * sockets, and a clock that the test moves. The contract suite of `_contract/` runs on this and on a real broker.
 */
export const memoryBroker = ({ clock = new ManualClock(), ...options }: MemoryBrokerOptions = {}): MemoryBroker => connect(new Cluster(clock), options);

function connect(cluster: Cluster, options: Omit<MemoryBrokerOptions, 'clock'>): MemoryBroker {
  const client = new Client(cluster, options);
  return Object.assign(client, {
    clock: cluster.clock,
    connect: (other: Omit<MemoryBrokerOptions, 'clock'> = options) => connect(cluster, other),
    compact: (topic: string) => {
      cluster.compact(topic);
    },
    retain: (topic: string) => {
      cluster.retain(topic);
    },
    damage: (topic: string, partition: number, from: number, to: number, bytes: Buffer) => {
      cluster.log({ topic, partition }).damage(from, to, bytes);
    },
    removeRecord: (topic: string, partition: number, offset: number) => {
      cluster.log({ topic, partition }).removeRecord(offset);
    },
  });
}
