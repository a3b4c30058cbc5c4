// What runs a topology: where, as whom, and within what limits.
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Micros, RefTable } from '../core/index.ts';
import type { Topology } from '../core/topology.ts';
import type { Codec } from '../../schemas/avro/codec.ts';
import type { RuntimeLimits } from './instance-options.ts';
import type { Broker } from './port.ts';
import type { PlatformTopics } from './stage-plan.ts';
import type { WallClock } from '../core/wall-clock.ts';

export interface RunOptions {
  readonly topology: Topology;
  /** Names of stages, and of loader groups; all unless given. */
  readonly stages?: readonly string[];
  /** Left open by `stop`: whoever made it closes it. */
  readonly broker: Broker;
  readonly codec: Codec;
  /** Prefix of groups, transactional ids and changelogs: `goshawk`, or a lane's. */
  readonly app?: string;
  /** The same after a restart, and of this process alone: a start fences what ran under it before. */
  readonly instanceId: string;
  readonly version?: string;
  readonly platform: PlatformTopics;
  readonly referenceTables?: readonly RefTable<unknown>[];
  /** Name of a topic on the broker; a lane has names of its own. */
  readonly topicName?: (name: string) => string;
  /** How late an event of a dataset may be, in place of what the topology says; 30 s where neither does. */
  readonly latenessOf?: (dataset: string) => Micros;
  /** Events stamped further ahead of their append time move no watermark: in place of what the topology says; 5 minutes. */
  readonly maxFuture?: Micros;
  /**
   * A lane: offsets at which sources stop, exclusive, by `topic/partition`; partitions that are not named are not read. Nobody is declared
   * idle, and when a source has come to the end of all its partitions, no timer waits for anything any more.
   */
  readonly until?: ReadonlyMap<string, number>;
  readonly replicationFactor?: number;
  /** Partitions of what is created while running; that of the dead letters unless given. */
  readonly partitions?: number;
  readonly log: Logger;
  readonly registry: Registry;
  readonly limits?: Partial<RuntimeLimits>;
  /** In place of what the topology says; for tests. */
  readonly commitEveryMs?: number;
  readonly loadEveryMs?: number;
  readonly rawWatchMs?: number;
  /** How long records may wait for the next stage of this process before the one that writes them pauses; 3 s. */
  readonly maxBehindMs?: number;
  readonly clock?: WallClock;
}

const DEFAULT_LIMITS: Omit<RuntimeLimits, 'transactionTimeoutMs'> = {
  turnRecords: 1000,
  commitRecords: 4000,
  ledgerEveryMs: 10_000,
  ledgerIdleMs: 1000,
  idleAfterMs: 30_000,
  retryBudgetMs: 300_000,
  maxBytesPerPartition: 262_144,
};

/** On one broker a transaction must outlast the broker's restart; on replicated ones a dead instance's should end soon. */
export const limitsOf = ({ limits, replicationFactor = 1 }: Pick<RunOptions, 'limits' | 'replicationFactor'>): RuntimeLimits => ({
  ...DEFAULT_LIMITS,
  transactionTimeoutMs: replicationFactor >= 3 ? 10_000 : 60_000,
  ...limits,
});
