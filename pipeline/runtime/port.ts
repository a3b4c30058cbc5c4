// What is asked of a broker. `kafka/` and `memory/` fulfil it; one contract suite runs on both. Codes of the broker become the
// error classes of core/errors.ts here and nowhere else.
import type { Headers } from '../core/index.ts';

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}
/** Key of maps over partitions: `topic/partition`. Topic names hold no slash. */
export const tpKey = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;
/** Offsets by `tpKey`. */
export type Offsets = ReadonlyMap<string, number>;
export type { Headers };

export interface RawRecord {
  readonly key: Buffer | null;
  /** A view into the fetch buffer: copy what outlives the commit. */
  readonly value: Buffer | null;
  readonly headers: Headers;
  /** Append time where the topic says LogAppendTime, as every topic of ours does. Milliseconds. */
  readonly timestampMs: number;
  readonly offset: number;
}
export interface RawBatch {
  readonly tp: TopicPartition;
  /** Data records only, in offset order; markers and aborted records are left out. May be empty. */
  readonly records: readonly RawRecord[];
  /** First offset that the batch covers. */
  readonly from: number;
  /** Offset after the last that the batch covers, markers and holes included. */
  readonly nextOffset: number;
  readonly highWatermark: number;
  readonly lastStableOffset: number;
  /**
   * The range could not be read (checksum, decompression, format, size limit): no records, but the raw batch for a dead letter, and how many
   * records it stands for: as its header says, or one for each offset where the header is not to be believed.
   */
  readonly unreadable?: { readonly reason: string; readonly records: number; readonly bytes: Buffer };
}
export interface OutRecord {
  readonly topic: string;
  readonly partition: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: Headers;
}
/** Where one send put its records in one partition: offsets [first, first + count). */
export interface Appended {
  readonly tp: TopicPartition;
  readonly first: number;
  readonly count: number;
}

export interface GroupMetadata {
  readonly groupId: string;
  readonly generationId: number;
  readonly memberId: string;
  readonly groupInstanceId: string | null;
}

/** What a member says it owned until it joined again: the partition numbers, and the generation in which they were its own. */
export interface Claim {
  readonly generationId: number;
  readonly numbers: readonly number[];
}
/**
 * Divides partitions among the members of a group. Must give the same answer for the same members in any order, whoever leads. A member
 * claims what it owned in its last generation; null when it owned nothing or has lost it.
 */
export interface Assignor {
  readonly name: string;
  readonly assign: (
    members: readonly { readonly memberId: string; readonly topics: readonly string[]; readonly claim: Claim | null }[],
    partitionCounts: ReadonlyMap<string, number>,
  ) => ReadonlyMap<string, readonly TopicPartition[]>;
}
export interface ConsumeOptions {
  /** Exact names. Changing the set is done by `resubscribe`. */
  readonly topics: readonly string[];
  readonly isolation: 'committed' | 'uncommitted';
  /** Where a group without a committed offset begins; `fail` is a FatalError OFFSET_GONE. Out of range is always that error. */
  readonly start: 'earliest' | 'latest' | 'fail';
  /** Compressed bytes; 256 KiB unless given. */
  readonly maxBytesPerPartition?: number;
  /** `stickyByNumber` of assign.ts unless given. */
  readonly assignor?: Assignor;
}
export interface ConsumeHandlers {
  /**
   * Called after a rebalance with all partitions now owned, maybe none; may return start offsets that override the committed ones. When the
   * generation is one more than that of the last `assigned`, nobody else owned in between what is still owned.
   */
  readonly assigned: (owned: readonly TopicPartition[], group: GroupMetadata) => Promise<Offsets | undefined>;
  /** Before a rebalance, still owned: commit or abort here. Awaited. */
  readonly revoked: (owned: readonly TopicPartition[]) => Promise<void>;
  /** No longer owned, without warning: drop everything uncommitted. */
  readonly lost: (owned: readonly TopicPartition[]) => void;
  /**
   * Return soon: the next fetch starts only when all handlers of this one returned. Pausing is the brake. `beat` throws when the group
   * rebalances: let it pass, the batch is then read again. A FencedError makes the consumer rejoin, any other error ends it (`failed`).
   * `isStale`: sought or no longer owned, stop working on it.
   */
  readonly batch: (batch: RawBatch, control: { readonly beat: () => Promise<void>; readonly isStale: () => boolean }) => Promise<void>;
}
export interface GroupConsumer {
  /** Resolves when joined; `failed` resolves with the error if the consumer later ends by itself. */
  readonly run: (options: ConsumeOptions, handlers: ConsumeHandlers) => Promise<void>;
  readonly failed: Promise<Error>;
  /** Joins again, as the same member, with another set of topics; `revoked` and `assigned` are called. Resolves when it has joined. */
  readonly resubscribe: (topics: readonly string[]) => Promise<void>;
  /** Outside of a transaction: for connectors and hints. */
  readonly commit: (offsets: Offsets, group: GroupMetadata) => Promise<void>;
  readonly committed: (partitions: readonly TopicPartition[]) => Promise<Offsets>;
  /** Of partitions that are owned; others are left alone. Pauses and seeks end with the next rebalance. */
  readonly pause: (partitions: readonly TopicPartition[]) => void;
  readonly resume: (partitions: readonly TopicPartition[]) => void;
  readonly seek: (partition: TopicPartition, offset: number) => void;
  /** For an owner that finds itself fenced outside of a batch: `lost` is called with what it owns, then it joins again. */
  readonly rejoin: () => void;
  /** Leaves the group gracefully; `revoked` is called first. */
  readonly stop: () => Promise<void>;
}
/** Reads partitions without joining a group that others share. */
export interface PartitionReader {
  /** Offsets [from, to); `follow` goes on until the signal. Ends when the position reaches `to`, also across markers and holes. */
  readonly read: (tp: TopicPartition, from: number, to: number | 'follow', signal: AbortSignal) => AsyncIterable<RawBatch>;
  readonly close: () => Promise<void>;
}
export interface Producer {
  /** Idempotent, acks all. Resolves when the broker has the records. */
  readonly send: (records: readonly OutRecord[]) => Promise<readonly Appended[]>;
  readonly close: () => Promise<void>;
}
export interface Transaction {
  readonly send: (records: readonly OutRecord[]) => Promise<readonly Appended[]>;
  /**
   * Next offset to read, per input partition. Goes out with generation and member id; refused when those are stale.
   * @param metadata Text kept beside the offset, by `tpKey`, below 4 kB each (the broker's offset.metadata.max.bytes): the runtime's
   *   counts for the ledger. It becomes visible with the offset, by `Admin.positions`; a partition without one gets ''.
   */
  readonly offsets: (offsets: Offsets, group: GroupMetadata, metadata?: ReadonlyMap<string, string>) => Promise<void>;
}
export interface TxnProducer {
  /** Fences predecessors with the same id, then runs the cleansing transaction over `outputs` and `group`. */
  readonly init: (cleanse: { readonly outputs: readonly TopicPartition[]; readonly groupId: string | null }) => Promise<void>;
  /**
   * Begins, runs `work`, commits. On an error of `work` aborts and rethrows it. Afterwards the producer may be unusable
   * (`isUsable` false): make a new one with the same id and `init` it.
   * @throws RetryableError TXN_MUST_ABORT (nothing visible), or with `details.outcome === 'unknown'` when the commit's answer was lost:
   *   then init a new producer with the same id and compare the committed offsets. FencedError when another has the id or the group moved on.
   */
  readonly transact: (work: (txn: Transaction) => Promise<void>) => Promise<void>;
  readonly isUsable: () => boolean;
  readonly close: () => Promise<void>;
}
export interface TopicSettings {
  readonly name: string;
  readonly partitions: number;
  readonly config: Readonly<Record<string, string>>;
}
/** Lets a principal do something with what has this name or, where `isPrefix`, begins with it. */
export interface Permission {
  /** Without the broker's `User:`. */
  readonly principal: string;
  readonly resource: 'topic' | 'group' | 'transactional-id' | 'cluster';
  readonly name: string;
  readonly isPrefix: boolean;
  /** Reading and writing include `describe`. */
  readonly operation: 'read' | 'write' | 'create' | 'delete' | 'describe' | 'describe-configs' | 'alter';
}
export interface Admin {
  readonly clusterId: () => Promise<string>;
  readonly topics: () => Promise<ReadonlyMap<string, number>>; // name to partition count
  /** Creates what is missing and waits until it has leaders; existing topics are left alone. */
  readonly createTopics: (topics: readonly TopicSettings[], replicationFactor: number) => Promise<void>;
  readonly deleteTopics: (names: readonly string[]) => Promise<void>;
  /** Effective settings of a topic. */
  readonly configs: (topic: string) => Promise<Readonly<Record<string, string>>>;
  /** `stable` = last stable offset; a time gives the first offset at or after it, or the end. */
  readonly offsets: (partitions: readonly TopicPartition[], at: 'earliest' | 'latest' | 'stable' | { readonly timestampMs: number }) => Promise<Offsets>;
  /** Committed offsets of a group, with require_stable; a partition without one is absent. */
  readonly committed: (groupId: string, partitions: readonly TopicPartition[]) => Promise<Offsets>;
  /** As `committed`, with the text that was committed beside each offset ('' when none). By `tpKey`. */
  readonly positions: (
    groupId: string,
    partitions: readonly TopicPartition[],
  ) => Promise<ReadonlyMap<string, { readonly offset: number; readonly metadata: string }>>;
  /**
   * Of the partitions, those whose committed offset an open transaction may still move, with the text beside the offset of before ('' when
   * there is none). By `tpKey`.
   */
  readonly pending: (groupId: string, partitions: readonly TopicPartition[]) => Promise<ReadonlyMap<string, string>>;
  readonly setCommitted: (groupId: string, offsets: Offsets) => Promise<void>;
  readonly groups: () => Promise<readonly { readonly groupId: string; readonly state: string; readonly members: number }[]>;
  /** Deletes everything before the given offsets. @throws FatalError BROKER_REFUSED for topics that are only compacted. */
  readonly deleteRecords: (before: Offsets) => Promise<void>;
  /** Adds permissions; those that exist stay. Needs a broker with an authorizer: else FatalError BROKER_REFUSED. */
  readonly permit: (permissions: readonly Permission[]) => Promise<void>;
  /** Takes back everything that was permitted to a principal. Needs a broker with an authorizer: else FatalError BROKER_REFUSED. */
  readonly forbid: (principal: string) => Promise<void>;
  /** Makes a user that signs in by SCRAM-SHA-256, or gives it another password; null removes it. Open connections stay: see `forbid`. */
  readonly setUser: (name: string, password: string | null) => Promise<void>;
  readonly close: () => Promise<void>;
}
export interface ConsumerOptions {
  readonly groupId: string;
  readonly sessionTimeoutMs?: number;
  readonly heartbeatIntervalMs?: number;
  readonly rebalanceTimeoutMs?: number;
}
export interface Broker {
  readonly consumer: (options: ConsumerOptions) => GroupConsumer;
  readonly reader: () => PartitionReader;
  readonly producer: () => Producer;
  readonly txnProducer: (options: { readonly transactionalId: string; readonly transactionTimeoutMs?: number }) => TxnProducer;
  readonly admin: () => Admin;
  /** Closes what it handed out and is still open. */
  readonly close: () => Promise<void>;
}
