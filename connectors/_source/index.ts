// What a pulled source is. The worker does the rest: when it is asked, where its records go, and that they and its position are kept together.
import type { Logger } from 'pino';
import type { AllowList } from '../../outbound/allow-list.ts';
import type { Outbound } from '../../outbound/client.ts';
import type { Told } from '../../pipeline/core/connector.ts';
import type { ConfigSchema } from '../../pipeline/core/index.ts';
import type { JsonObject, Positions, PositionChange } from './positions.ts';

export type { Json, JsonObject, PositionChange, Positions } from './positions.ts';

export interface PulledRecord {
  /** As the far side has it. Of at most MAX_RECORD_BYTES: larger ones are `refused`. */
  readonly value: Buffer;
  /** Records of one key stay in order: one partition. Absent = those of one `Pulled` do. */
  readonly key?: string;
  readonly told?: Told;
}

/** What can never become a record: it is set aside as a dead letter, and counted. */
export interface RefusedRecord {
  /** What there is of it; the worker cuts it. */
  readonly value: Buffer;
  /** In few words of a closed set: `too-large`, `not-json`. */
  readonly reason: string;
  /** For people: where it lay, and why. Never a secret. */
  readonly message: string;
}

/** All of it is kept, or none: in one transaction with the positions. */
export interface Pulled {
  readonly records: readonly PulledRecord[];
  readonly refused?: readonly RefusedRecord[];
  readonly positions: readonly PositionChange[];
  /** Nothing more is there for now: it is asked again after that time. Absent = at once. */
  readonly waitMs?: number;
  /**
   * Called once all of it is kept, for what the far side may forget then. It may not be called (the process ends), so the next `poll` must be
   * able to tell from the positions that it is still to be done. A RetryableError is logged, and no reason to stop.
   */
  readonly kept?: (signal: AbortSignal) => Promise<void>;
}

export interface PulledSource {
  /**
   * Takes what comes next on the far side, at most a few megabytes. One call at a time.
   *
   * @param positions What is kept. Where to go on follows from it and from nothing else: when the last `Pulled` was not kept, it is asked again with the same
   *   positions, and answers the same records or more of them.
   * @throws RetryableError SOURCE_UNAVAILABLE; `details.afterMs` when the far side named a time. ConfigError SOURCE_MISCONFIGURED for what only a person can
   *   mend: the task fails and says so. Nothing else.
   */
  readonly poll: (positions: Positions, signal: AbortSignal) => Promise<Pulled>;
  /** Ends connections. Called once, when no `poll` is open. */
  readonly close: () => Promise<void>;
}

export interface SourceDeps {
  readonly log: Logger;
  /** For everything that its configuration points at. */
  readonly outbound: Outbound;
  /** What the organization opens for itself; passed to `outbound` with each request. */
  readonly allow: AllowList;
  readonly connector: string;
  readonly task: number;
  readonly organization: string;
  /** Ends with the task. */
  readonly signal: AbortSignal;
  /** Wall clock, milliseconds since 1970. */
  readonly now: () => number;
}

/** What the configuration of every pulled source has: see `rawOptions`. */
export interface RawTarget {
  readonly source: string;
  readonly format: string;
  readonly sensor: string;
}

/**
 * The default export of `connectors/<name>/index.ts` of a pulled source. `name` is its `connector.class`. As for sinks, loading has no side effects. One task
 * runs it, whatever `tasks.max` says: the transactional id of that task is what keeps a worker that was thought dead from writing beside its successor.
 */
export interface SourceConnector<Config extends RawTarget = RawTarget> {
  readonly name: string;
  readonly type: 'source';
  readonly version: string;
  /** As that of a sink; see `_sink/index.ts`. */
  readonly config: ConfigSchema<Config>;
  /** For positions that are set by hand. @returns What is wrong with one, for people; null = nothing. */
  readonly checkPosition: (partition: JsonObject, position: JsonObject) => string | null;
  /** @throws ConfigError SOURCE_MISCONFIGURED; RetryableError SOURCE_UNAVAILABLE: it is opened again later. */
  readonly source: (config: Config, deps: SourceDeps) => Promise<PulledSource>;
}
