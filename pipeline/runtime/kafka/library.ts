// The parts of kafkajs 2.2.4 that we stand on: connections with TLS and SASL, version negotiation, and the codecs of requests that are
// not on the record path. Its consumer, producer and admin are not used: they have defects that cost records (docs/adr/0003).
// Loaded by file name, which is why the version is pinned and checked.
import { createRequire } from 'node:module';
import { FatalError } from '../../core/errors.ts';
import { frameRequest } from './frame.ts';

const PINNED = '2.2.4';
const require = createRequire(import.meta.url);

/** What a request becomes; kafkajs's encoders have more, the frame needs only this. */
export interface Encoded {
  readonly buffer: Buffer;
}
export interface WireRequest {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly apiName: string;
  readonly encode: () => Promise<Encoded> | Encoded;
}
interface WireResponse<T> {
  readonly decode: (raw: Buffer) => Promise<T>;
  readonly parse: (decoded: T) => Promise<T> | T;
}
export interface Call<T> {
  readonly request: WireRequest;
  readonly response: WireResponse<T>;
  readonly requestTimeout?: number;
  readonly logResponseError?: boolean;
}

interface KafkajsConnection {
  readonly socket?: { readonly destroy: () => void };
  readonly rejectRequests: (error: Error) => void;
  readonly disconnect: () => Promise<unknown>;
}
interface KafkajsPool {
  readonly pool: readonly KafkajsConnection[];
  readonly send: <T>(call: Call<T>) => Promise<T>;
}
export interface TopicPartitions<P> {
  readonly topic: string;
  readonly partitions: readonly P[];
}
export interface ClusterMetadata {
  readonly brokers: readonly { readonly nodeId: number; readonly host: string; readonly port: number; readonly rack: string | null }[];
  readonly clusterId: string;
  readonly controllerId: number;
  readonly topicMetadata: readonly {
    readonly topicErrorCode: number;
    readonly topic: string;
    readonly partitionMetadata: readonly { readonly partitionErrorCode: number; readonly partitionId: number; readonly leader: number }[];
  }[];
}
export interface JoinedGroup {
  readonly generationId: number;
  readonly leaderId: string;
  readonly memberId: string;
  readonly members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[];
}
interface TransactionIds {
  readonly transactionalId: string;
  readonly producerId: string;
  readonly producerEpoch: number;
}

/** One node of the cluster, with the requests that we take from kafkajs. Offsets and ids are decimal text there. */
export interface KafkajsBroker {
  readonly connectionPool: KafkajsPool;
  readonly versions: Readonly<Record<number, { readonly minVersion: number; readonly maxVersion: number }>> | null;
  readonly isConnected: () => boolean;
  readonly connect: () => Promise<void>;
  readonly findGroupCoordinator: (request: { groupId: string; coordinatorType: 0 | 1 }) => Promise<{ coordinator: { nodeId: number } }>;
  readonly joinGroup: (request: {
    groupId: string;
    sessionTimeout: number;
    rebalanceTimeout: number;
    memberId: string;
    groupProtocols: readonly { readonly name: string; readonly metadata: Buffer }[];
  }) => Promise<JoinedGroup>;
  readonly syncGroup: (request: {
    groupId: string;
    generationId: number;
    memberId: string;
    groupAssignment: readonly { readonly memberId: string; readonly memberAssignment: Buffer }[];
  }) => Promise<{ memberAssignment: Buffer }>;
  readonly heartbeat: (request: { groupId: string; groupGenerationId: number; memberId: string }) => Promise<unknown>;
  readonly leaveGroup: (request: { groupId: string; memberId: string }) => Promise<unknown>;
  readonly offsetCommit: (request: {
    groupId: string;
    groupGenerationId: number;
    memberId: string;
    topics: readonly TopicPartitions<{ partition: number; offset: string }>[];
  }) => Promise<unknown>;
  readonly listOffsets: (request: {
    replicaId: number;
    isolationLevel: 0 | 1;
    topics: readonly TopicPartitions<{ partition: number; timestamp: number }>[];
  }) => Promise<{ responses: readonly TopicPartitions<{ partition: number; offset: string }>[] }>;
  readonly initProducerId: (request: { transactionalId?: string; transactionTimeout: number }) => Promise<{ producerId: string; producerEpoch: number }>;
  readonly addPartitionsToTxn: (request: TransactionIds & { topics: readonly TopicPartitions<number>[] }) => Promise<unknown>;
  readonly addOffsetsToTxn: (request: TransactionIds & { groupId: string }) => Promise<unknown>;
  readonly endTxn: (request: TransactionIds & { transactionResult: boolean }) => Promise<unknown>;
  readonly createTopics: (request: {
    timeout: number;
    topics: readonly { topic: string; numPartitions: number; replicationFactor: number; configEntries: readonly { name: string; value: string }[] }[];
  }) => Promise<unknown>;
  readonly deleteTopics: (request: { topics: readonly string[]; timeout: number }) => Promise<unknown>;
  readonly describeConfigs: (request: {
    resources: readonly { type: number; name: string }[];
  }) => Promise<{ resources: readonly { configEntries: readonly { configName: string; configValue: string | null }[] }[] }>;
  readonly listGroups: () => Promise<{ groups: readonly { groupId: string; protocolType: string }[] }>;
  readonly describeGroups: (request: {
    groupIds: readonly string[];
  }) => Promise<{ groups: readonly { groupId: string; state: string; members: readonly unknown[] }[] }>;
  readonly createAcls: (request: {
    acl: readonly {
      readonly resourceType: number;
      readonly resourceName: string;
      readonly resourcePatternType: number;
      readonly principal: string;
      readonly host: string;
      readonly operation: number;
      readonly permissionType: number;
    }[];
  }) => Promise<unknown>;
  readonly deleteAcls: (request: {
    filters: readonly {
      readonly resourceType: number;
      readonly resourceName: string | null;
      readonly resourcePatternType: number;
      readonly principal: string;
      readonly host: string | null;
      readonly operation: number;
      readonly permissionType: number;
    }[];
  }) => Promise<unknown>;
  readonly deleteRecords: (request: { topics: readonly TopicPartitions<{ partition: number; offset: string }>[]; timeout?: number }) => Promise<unknown>;
}
/** What kafkajs logs through. */
export interface KafkajsLogger {
  readonly namespace: () => KafkajsLogger;
  readonly debug: (message: string, extra?: object) => void;
  readonly info: (message: string, extra?: object) => void;
  readonly warn: (message: string, extra?: object) => void;
  readonly error: (message: string, extra?: object) => void;
}
export type SocketFactory = (options: { host: string; port: number; ssl: object | undefined; onConnect: () => void }) => unknown;
interface PoolOptions {
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
  readonly clientId: string;
  readonly ssl?: object | undefined;
  readonly sasl?: object | undefined;
  readonly socketFactory: SocketFactory;
  readonly logger: KafkajsLogger;
  readonly connectionTimeout: number;
  readonly requestTimeout: number;
  readonly enforceRequestTimeout: boolean;
}
interface Library {
  readonly Broker: new (options: { connectionPool: KafkajsPool; logger: KafkajsLogger; nodeId?: number; allowAutoTopicCreation: boolean }) => KafkajsBroker;
  readonly ConnectionPool: new (options: PoolOptions) => KafkajsPool;
  readonly metadata: (request: { topics: readonly string[]; allowAutoTopicCreation: boolean }) => Call<ClusterMetadata>;
  readonly MemberMetadata: {
    readonly encode: (m: { version: number; topics: readonly string[]; userData: Buffer }) => Buffer;
    readonly decode: (b: Buffer) => { topics: string[]; userData: Buffer | null };
  };
  readonly MemberAssignment: {
    readonly encode: (a: { version: number; assignment: Readonly<Record<string, readonly number[]>> }) => Buffer;
    readonly decode: (b: Buffer) => { assignment: Record<string, number[]> } | null;
  };
  readonly defaultSocketFactory: SocketFactory;
}

interface RequestQueue {
  pending: readonly unknown[];
  throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  checkPendingRequests: () => void;
}
/**
 * Looks again at requests that wait. The original set a timer after every answer, also when none waits, with a negative delay
 * (kafkajs issue 1751: TimeoutNegativeWarning on Node 24).
 */
function scheduleCheckPendingRequests(this: RequestQueue): void {
  if (this.pending.length === 0 || this.throttleCheckTimeoutId) return;
  this.throttleCheckTimeoutId = setTimeout(
    () => {
      this.throttleCheckTimeoutId = null;
      this.checkPendingRequests();
    },
    Math.max(10, this.throttledUntil - Date.now()),
  );
}

function loadLibrary(): Library {
  const { version } = require('kafkajs/package.json') as { version: string };
  if (version !== PINNED)
    throw new FatalError('UNSUPPORTED_BROKER', `kafkajs ${version} is installed, but this adapter knows ${PINNED} only: run npm ci`, { version });
  const part = (name: string): unknown => require(`kafkajs/src/${name}`);

  // Before anything loads it: importers keep their reference.
  const framePath = require.resolve('kafkajs/src/protocol/request.js');
  require(framePath);
  require.cache[framePath]!.exports = frameRequest;
  const queue = part('network/requestQueue/index.js') as { prototype: { scheduleCheckPendingRequests: () => void } };
  queue.prototype.scheduleCheckPendingRequests = scheduleCheckPendingRequests;

  const { MemberMetadata, MemberAssignment } = part('consumer/assignerProtocol.js') as Pick<Library, 'MemberMetadata' | 'MemberAssignment'>;
  const { protocol } = part('protocol/requests/metadata/index.js') as { protocol: (v: { version: number }) => Library['metadata'] };
  return {
    Broker: part('broker/index.js') as Library['Broker'],
    ConnectionPool: part('network/connectionPool.js') as Library['ConnectionPool'],
    metadata: protocol({ version: 6 }),
    MemberMetadata,
    MemberAssignment,
    defaultSocketFactory: (part('network/socketFactory.js') as () => SocketFactory)(),
  };
}

/** Loaded once a process, and only where a real broker is used. */
export const library: Library = loadLibrary();
