// What a stage instance is given by `run.ts`.
import type { Logger } from 'pino';
import type { Micros, Topic } from '../core/index.ts';
import type { Codec } from '../../schemas/avro/codec.ts';
import type { Backlog } from './backlog.ts';
import type { Destination } from './destination.ts';
import type { RuntimeMetrics } from './metrics.ts';
import type { Admin, Broker, PartitionReader } from './port.ts';
import type { ReferenceData } from './reference.ts';
import type { StagePlan } from './stage-plan.ts';
import type { WallClock } from '../core/wall-clock.ts';

export interface StageInstanceOptions {
  readonly app: string;
  readonly instanceId: string;
  readonly version: string;
  readonly plan: StagePlan;
  /** Topics to begin with, by their names on the broker. */
  readonly topics: readonly string[];
  /** How many tasks the stage has in all. */
  readonly tasks: () => number;
  readonly broker: Broker;
  readonly admin: Admin;
  readonly reader: PartitionReader;
  readonly codec: Codec;
  readonly reference: ReferenceData;
  readonly latenessOf: (dataset: string) => Micros;
  readonly maxFuture: Micros;
  /** See `RunOptions`; of a source only. */
  readonly until?: ReadonlyMap<string, number>;
  readonly limits: RuntimeLimits;
  readonly clock: WallClock;
  readonly log: Logger;
  readonly metrics: RuntimeMetrics;
  /** What waits for this stage, for those before it in this process. */
  readonly backlog: Backlog;
  /** What waits for the stages of this process that read what this one writes, by name on the broker. */
  readonly downstream: ReadonlyMap<string, readonly Backlog[]>;
  /** A topic that a pattern of the wiring stands for; undefined when there is none yet. */
  readonly destinationOf: (to: Topic<unknown>) => Destination | undefined;
  readonly createTopic: (to: Topic<unknown>) => Promise<void>;
}
export interface RuntimeLimits {
  /** Most records between two turns of the event loop. */
  readonly turnRecords: number;
  /** Uncommitted input records at which a commit does not wait for its time, and no more are taken while one is in flight. */
  readonly commitRecords: number;
  readonly ledgerEveryMs: number;
  readonly ledgerIdleMs: number;
  /** Silence after which a dataset holds nobody back. */
  readonly idleAfterMs: number;
  readonly retryBudgetMs: number;
  readonly transactionTimeoutMs: number;
  readonly maxBytesPerPartition: number;
}
