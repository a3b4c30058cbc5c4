// What a sink is, and what it says of each record that it was given. The worker does the rest: order, retries, commits, dead letters, counts.
import type { Logger } from 'pino';
import type { AllowList } from '../../outbound/allow-list.ts';
import type { Outbound } from '../../outbound/client.ts';
import type { ConfigSchema, Position } from '../../pipeline/core/index.ts';
import type { OpenCluster } from './cluster.ts';

/** A record of a sink topic, after the transforms of its connector. */
export interface SinkRecord {
  /** A transform may have renamed it: `position` has where the record lies. */
  readonly topic: string;
  readonly position: Position;
  /** Stable over restarts and replays: what `publish` calls the document, else topic, partition and offset. Printable ASCII without spaces, 512 characters at most. */
  readonly id: string;
  /** What the document is of; `unknown` on topics that publish did not write. */
  readonly kind: 'event' | 'finding' | 'alert' | 'unknown';
  readonly key: Buffer | null;
  /** Bytes of its own. A tombstone never reaches a sink. */
  readonly value: Buffer;
  /** Publish wrote the value, and no transform has made another of it. Absent = nobody knows. */
  readonly isAsPublished?: boolean;
  readonly headers: readonly (readonly [name: string, value: Buffer])[];
  /** Append time. Milliseconds. */
  readonly timestampMs: number;
}

/** `delivered`: the far side has it. `present`: it had it before. `rejected`: it will never take it as it is. */
export type Settled =
  | { readonly kind: 'delivered' | 'present' }
  | {
      readonly kind: 'rejected';
      /** What the far side calls it, in few words of a closed set: `mapper_parsing_exception`, `12`. */
      readonly reason: string;
      /** For people; never a secret, nor a whole payload. */
      readonly message: string;
    };
export type Outcome =
  | Settled
  | {
      /** Not taken, or nobody knows. It is offered again, alone or with others, as often as it takes. */
      readonly kind: 'retry';
      readonly message: string;
      /** The far side may have it already: sent again, it may be there twice. */
      readonly isAmbiguous: boolean;
      /** What the far side asked for (Retry-After); the worker's own backoff otherwise. */
      readonly afterMs?: number;
    }
  /** The far side has taken it and will say later whether it is safe. It stays owed until then. */
  | { readonly kind: 'accepted'; readonly acknowledged: Promise<Exclude<Outcome, { readonly kind: 'accepted' }>> };

export const DELIVERED: Settled = { kind: 'delivered' };
export const PRESENT: Settled = { kind: 'present' };
export const rejected = (reason: string, message: string): Settled => ({ kind: 'rejected', reason, message });

/** What one call of `send` is given at most, and how many calls may be open. */
export interface BatchLimits {
  readonly maxRecords: number;
  /** Of values. A single larger record is given alone. */
  readonly maxBytes: number;
  /** A batch that is not full waits this long for more. 0 = it is sent as soon as a call is free. */
  readonly lingerMs: number;
  /** Calls of `send` that are open at once. */
  readonly maxInFlight: number;
  /** Records of a batch are of one partition, consecutive and in order; batches of one partition follow each other. */
  readonly perPartition?: boolean;
  /** Two records of one key are never in open calls at once, and never change places. */
  readonly orderedByKey?: boolean;
}

export interface Sink {
  readonly limits: BatchLimits;
  /**
   * Whoever has a partition later takes back what was delivered beyond the committed position, and writes it anew. Then nothing of that is believed any
   * more once a partition was lost. Absent = what was delivered is there, whoever asks.
   */
  readonly isTakenBack?: boolean;
  /**
   * Hands records to the far side.
   *
   * @returns An outcome for each record, at its index. It resolves when the next call may be made.
   * @throws RetryableError SINK_UNAVAILABLE for the whole call; `details.isAmbiguous` when the far side may have taken some, `details.afterMs` when it named a time.
   *   ConfigError SINK_MISCONFIGURED for what only a person can mend (credentials, an index that is not there): the task fails and says so. Nothing else.
   */
  readonly send: (records: readonly SinkRecord[], signal: AbortSignal) => Promise<readonly Outcome[]>;
  /** Ends connections. Called once, when no `send` is open. */
  readonly close: () => Promise<void>;
}

export interface SinkDeps {
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
  /** The far side is near its limit: no call of `send` begins within that time. */
  readonly slowDown: (ms: number) => void;
  /** For a sink whose far side is a Kafka. Absent: none can be reached from here. */
  readonly openCluster?: OpenCluster;
  /** Folders below which connectors may keep files; absolute. `<organization>` in them stands for the name of the organization. Absent: none. */
  readonly fileFolders?: readonly string[];
  /**
   * Of the consumer group, as this task knows it: whoever has a partition later has a higher one, until the group is made anew. For a far side that can tell
   * a worker that was thought dead from its successor. Absent = 0; -1 = the task has no partitions.
   */
  readonly generation?: () => number;
}

/**
 * The default export of `connectors/<name>/index.ts` of a sink. `name` is its `connector.class`. Loading has no side effects and brings in no foreign
 * package: `sink` does.
 */
export interface SinkConnector<Config extends object = object> {
  readonly name: string;
  readonly type: 'sink';
  /** What it says of itself to `GET /connector-plugins`. */
  readonly version: string;
  /**
   * A flat zod object, an option a key in camel case; values come as text and are turned into what the option is. Each has `.meta`: `description`,
   * and where it helps `group`, `importance` (`high`, `medium`, `low`), `displayName`, `width`, `dependents`, `secret`.
   */
  readonly config: ConfigSchema<Config>;
  /** In one word, what happens to what is sent twice: `identified` (the far side keeps one) or `repeated` (it keeps both). */
  readonly duplicates: 'identified' | 'repeated' | ((config: Config) => 'identified' | 'repeated');
  /** Asks the far side whether the configuration can work: credentials, index. @returns Problems by option; empty = none found. Never throws for what the far side says. */
  readonly check?: (config: Config, deps: SinkDeps) => Promise<readonly { readonly option: string; readonly message: string }[]>;
  /** @throws ConfigError SINK_MISCONFIGURED; RetryableError SINK_UNAVAILABLE: it is opened again later. */
  readonly sink: (config: Config, deps: SinkDeps) => Promise<Sink>;
}
