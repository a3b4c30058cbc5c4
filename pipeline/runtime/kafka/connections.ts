import { FatalError } from '../../core/errors.ts';
import { tpKey } from '../port.ts';
import type { TopicPartition } from '../port.ts';
import { BrokerError, isUnanswered } from './errors.ts';
import { library } from './library.ts';
import type { Call, ClusterMetadata, KafkajsBroker, KafkajsLogger, SocketFactory } from './library.ts';

export interface ConnectionOptions {
  /** `host:port` of some nodes; the others are learned from them. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** TLS options of node:tls, or `true`. */
  readonly ssl?: object | boolean | undefined;
  /** `{ mechanism, username, password }` and what else kafkajs takes. */
  readonly sasl?: object | undefined;
  readonly logger: KafkajsLogger;
  readonly socketFactory?: SocketFactory | undefined;
  readonly requestTimeoutMs?: number | undefined;
  /** Called once, by `close`. */
  readonly onClose?: () => void;
}
export type CoordinatorKind = 'group' | 'transaction';

/** The first broker version with TxnOffsetCommit 3 and OffsetFetch 7 is 2.5; below, the highest versions fall into the gaps of our codecs. */
const NEEDED = [
  { name: 'Produce', apiKey: 0, version: 7 },
  { name: 'Fetch', apiKey: 1, version: 11 },
  { name: 'OffsetFetch', apiKey: 9, version: 7 },
  { name: 'TxnOffsetCommit', apiKey: 28, version: 3 },
];
const CONNECTION_TIMEOUT_MS = 5_000;

/** Of all topics when none is named. Errors are per topic, hence not thrown. */
function metadataCall(topics: readonly string[]): Call<ClusterMetadata> {
  const { request, response } = library.metadata({ topics, allowAutoTopicCreation: false });
  return { request, response: { decode: response.decode, parse: (data) => data } };
}

/** One node. Requests go out in order and are answered in order; fetches have a connection of their own. */
export class Node {
  readonly id: number;
  readonly address: string;
  readonly #broker: KafkajsBroker;
  readonly #gone: (node: Node) => void;

  constructor(id: number, address: string, broker: KafkajsBroker, gone: (node: Node) => void) {
    this.id = id;
    this.address = address;
    this.#broker = broker;
    this.#gone = gone;
  }

  /** A request through kafkajs's own codecs. */
  async use<T>(request: (broker: KafkajsBroker) => Promise<T>): Promise<T> {
    try {
      if (!this.#broker.isConnected()) await this.#broker.connect();
      return await request(this.#broker);
    } catch (error) {
      // Without an answer, what still arrives on these sockets belongs to a request nobody waits for: they are not used again.
      if (isUnanswered(error)) this.#gone(this);
      throw error;
    }
  }

  /** A request through codecs of ours. */
  send<T>(call: Call<T>): Promise<T> {
    return this.use((broker) => broker.connectionPool.send(call));
  }

  async connect(): Promise<void> {
    await this.use(async () => {});
    const lacking = NEEDED.filter(
      ({ apiKey, version }) => (this.#broker.versions?.[apiKey]?.maxVersion ?? 0) < version || this.#broker.versions![apiKey]!.minVersion > version,
    );
    if (lacking.length > 0) {
      throw new FatalError(
        'UNSUPPORTED_BROKER',
        `The broker at ${this.address} does not speak ${lacking.map(({ name, version }) => `${name} ${version}`).join(', ')}: Apache Kafka 2.5 or later is needed`,
      );
    }
  }

  /** At once: waiting requests fail as unanswered. */
  close(): void {
    for (const connection of this.#broker.connectionPool.pool) {
      connection.rejectRequests(Object.assign(new Error('The connection is closed'), { name: 'KafkaJSConnectionClosedError' }));
      void connection.disconnect();
      connection.socket?.destroy();
    }
  }
}

/** Connections to a cluster, with what is known of it: nodes, leaders, coordinators. One of these per consumer, producer and so on. */
export class Connections {
  readonly #options: ConnectionOptions;
  readonly #nodes = new Map<number, Node>();
  readonly #coordinators = new Map<string, Promise<number>>();
  #metadata: ClusterMetadata | null = null;
  #leaders = new Map<string, number>();
  #counts = new Map<string, number>();
  #refreshing: Promise<void> | null = null;
  #isClosed = false;
  #nextSeed = 0;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** A connected node. @throws what `isMoved` knows when it is not there now. */
  async node(id: number): Promise<Node> {
    if (!this.#metadata) await this.refresh();
    const known = this.#nodes.get(id);
    if (known) return known;
    const found = this.#metadata!.brokers.find(({ nodeId }) => nodeId === id);
    if (!found) throw new BrokerError(5);
    const node = this.#open(found.host, found.port, id);
    this.#nodes.set(id, node);
    await node.connect();
    return node;
  }

  async anyNode(): Promise<Node> {
    if (!this.#metadata) await this.refresh();
    const [first] = this.#metadata!.brokers;
    if (first) return this.node(first.nodeId);
    this.#metadata = null; // a broker that has just come back names none, not even itself: ask again
    throw new BrokerError(5);
  }

  async controller(): Promise<Node> {
    if (!this.#metadata) await this.refresh();
    return this.node(this.#metadata!.controllerId);
  }

  /** All nodes, for questions that each answers for itself. */
  async everyNode(): Promise<Node[]> {
    await this.refresh();
    return Promise.all(this.#metadata!.brokers.map(({ nodeId }) => this.node(nodeId)));
  }

  /** The node that leads a group or a transactional id. Asked once, until `forgetCoordinator`. */
  async coordinator(kind: CoordinatorKind, id: string): Promise<Node> {
    const key = `${kind} ${id}`;
    let found = this.#coordinators.get(key);
    if (!found) {
      found = this.#findCoordinator(kind, id);
      this.#coordinators.set(key, found);
      found.catch(() => this.#coordinators.delete(key));
    }
    return this.node(await found);
  }

  forgetCoordinator(kind: CoordinatorKind, id: string): void {
    this.#coordinators.delete(`${kind} ${id}`);
  }

  /** The node id of a partition's leader. @throws BrokerError 3 or 5, which are retried after a refresh, or 29: we may not see the topic. */
  async leader(tp: TopicPartition): Promise<number> {
    if (!this.#metadata) await this.refresh();
    const leader = this.#leaders.get(tpKey(tp));
    if (leader === undefined) throw new BrokerError((await this.topicError(tp.topic)) || 3);
    if (leader < 0) throw new BrokerError(5);
    return leader;
  }

  /** What the broker says of a topic by name: 0, 3 when it is not there, 29 when we may not see it. Lists of all topics leave those out. */
  async topicError(topic: string): Promise<number> {
    const node = await this.anyNode();
    const { topicMetadata } = await node.send(metadataCall([topic]));
    return topicMetadata[0]?.topicErrorCode ?? 3;
  }

  /** Of topics that we may see. As of the last refresh. */
  get partitionCounts(): ReadonlyMap<string, number> {
    return this.#counts;
  }
  get clusterId(): string {
    return this.#metadata!.clusterId;
  }

  /** Asks any node for the state of the cluster. Calls at the same time share one answer. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#options.onClose?.();
    for (const node of this.#nodes.values()) node.close();
    this.#nodes.clear();
  }

  async #refresh(): Promise<void> {
    const { node, metadata } = await this.#ask();
    if (this.#isClosed) {
      node.close();
      throw new FatalError('BROKER_REFUSED', 'The client is closed');
    }
    this.#metadata = metadata;
    const addresses = new Map(metadata.brokers.map(({ nodeId, host, port }) => [nodeId, `${host}:${port}`]));
    for (const [id, known] of this.#nodes) if (addresses.get(id) !== known.address) this.#drop(known);
    if (node.id < 0) node.close(); // a seed: the same machine is asked by its own name from now on
    const topics = metadata.topicMetadata.filter(({ topicErrorCode }) => topicErrorCode === 0);
    this.#counts = new Map(topics.map(({ topic, partitionMetadata }) => [topic, partitionMetadata.length]));
    this.#leaders = new Map(
      topics.flatMap(({ topic, partitionMetadata }) =>
        partitionMetadata.map(({ partitionId, leader }) => [tpKey({ topic, partition: partitionId }), leader] as const),
      ),
    );
  }

  /** From a node that is connected, else from the seeds in turn. */
  async #ask(): Promise<{ readonly node: Node; readonly metadata: ClusterMetadata }> {
    const call = metadataCall([]);
    for (const node of this.#nodes.values()) {
      try {
        return { node, metadata: await node.send(call) };
      } catch {
        this.#drop(node);
      }
    }
    let failure: unknown;
    for (let tries = 0; tries < this.#options.brokers.length; tries++) {
      const address = this.#options.brokers[this.#nextSeed++ % this.#options.brokers.length]!;
      const colon = address.lastIndexOf(':');
      const node = this.#open(address.slice(0, colon), Number(address.slice(colon + 1)), -1);
      try {
        await node.connect();
        return { node, metadata: await node.send(call) };
      } catch (error) {
        node.close();
        failure = error;
        if (!isUnanswered(error)) break;
      }
    }
    throw failure;
  }

  #open(host: string, port: number, id: number): Node {
    const { clientId, ssl, sasl, logger, socketFactory, requestTimeoutMs = 15_000 } = this.#options;
    const connectionPool = new library.ConnectionPool({
      host,
      port,
      rack: null,
      clientId,
      ssl: ssl === true ? {} : ssl || undefined,
      sasl,
      logger,
      socketFactory: socketFactory ?? library.defaultSocketFactory,
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: requestTimeoutMs,
      enforceRequestTimeout: true,
    });
    const broker = new library.Broker({ connectionPool, logger, nodeId: id, allowAutoTopicCreation: false });
    return new Node(id, `${host}:${port}`, broker, (node) => {
      this.#drop(node);
    });
  }

  #drop(node: Node): void {
    if (this.#nodes.get(node.id) === node) this.#nodes.delete(node.id);
    node.close();
  }

  async #findCoordinator(kind: CoordinatorKind, id: string): Promise<number> {
    const node = await this.anyNode();
    const { coordinator } = await node.use((broker) => broker.findGroupCoordinator({ groupId: id, coordinatorType: kind === 'group' ? 0 : 1 }));
    if (!this.#metadata!.brokers.some(({ nodeId }) => nodeId === coordinator.nodeId)) await this.refresh();
    return coordinator.nodeId;
  }
}
