import type { Logger } from 'pino';
import type { Admin, Broker, ConsumerOptions, PartitionReader, Producer, TxnProducer } from '../port.ts';
import { KafkaAdmin } from './admin.ts';
import type { Compression } from './compression.ts';
import { Connections } from './connections.ts';
import { KafkaConsumer } from './consumer.ts';
import type { SocketFactory } from './library.ts';
import { quietLogger, troubleLog } from './log.ts';
import { KafkaProducer } from './producer.ts';
import { KafkaReader } from './reader.ts';
import { KafkaTxnProducer } from './txn-producer.ts';

export interface KafkaBrokerOptions {
  /** `host:port` of some nodes of the cluster. */
  readonly brokers: readonly string[];
  /** Shows in the broker's logs, quotas and group descriptions. */
  readonly clientId: string;
  /** `true`, or options of node:tls. */
  readonly ssl?: object | boolean | undefined;
  readonly sasl?: { readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'; readonly username: string; readonly password: string } | undefined;
  readonly log: Logger;
  /** Of what we write; zstd level 1 unless told otherwise. */
  readonly compression?: Compression;
  /** How long one request may take; 15 s. */
  readonly requestTimeoutMs?: number;
  /** For tests: a way through a proxy. */
  readonly socketFactory?: SocketFactory;
  /** For the tests of the contract suite: reads committed offsets while a transaction may still move them. */
  readonly withoutStableReads?: boolean;
}

/**
 * An Apache Kafka cluster, 2.5 or later, over connections of kafkajs 2.2.4. Connects when first used. Each consumer, producer, reader and
 * admin has its own connections; closing it, or the broker, closes them.
 */
export function kafkaBroker(options: KafkaBrokerOptions): Broker {
  const { brokers, clientId, ssl, sasl, log, socketFactory, requestTimeoutMs, compression = 'zstd', withoutStableReads = false } = options;
  const logger = quietLogger(log);
  const open = new Map<symbol, () => Promise<void>>();
  /** A part with connections of its own, in the list of what is open until those are closed. */
  const part = <T>(make: (connections: Connections) => T, close: (made: T) => Promise<void>): T => {
    const id = Symbol('part');
    const made = make(
      new Connections({
        brokers,
        clientId,
        ssl,
        sasl,
        logger,
        socketFactory,
        requestTimeoutMs,
        onClose: () => {
          open.delete(id);
        },
      }),
    );
    open.set(id, () => close(made));
    return made;
  };
  return {
    consumer: (group: ConsumerOptions) =>
      part(
        (connections) =>
          new KafkaConsumer(
            connections,
            { sessionTimeoutMs: 6_000, heartbeatIntervalMs: 500, rebalanceTimeoutMs: 60_000, ...group },
            { log, isStable: !withoutStableReads, onTrouble: troubleLog(log, { group: group.groupId }) },
          ),
        (consumer) => consumer.stop(),
      ),
    reader: (): PartitionReader =>
      part(
        (connections) => new KafkaReader(connections, troubleLog(log, { reader: clientId })),
        (reader) => reader.close(),
      ),
    producer: (): Producer =>
      part(
        (connections) => new KafkaProducer(connections, compression),
        (producer) => producer.close(),
      ),
    txnProducer: ({ transactionalId, transactionTimeoutMs = 10_000 }): TxnProducer =>
      part(
        (connections) => new KafkaTxnProducer(connections, { transactionalId, transactionTimeoutMs, compression }),
        (producer) => producer.close(),
      ),
    admin: (): Admin =>
      part(
        (connections) => new KafkaAdmin(connections, !withoutStableReads),
        (admin) => admin.close(),
      ),
    close: async () => {
      await Promise.all([...open.values()].map((close) => close()));
    },
  };
}
