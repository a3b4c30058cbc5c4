// Options that every connector has.

/** Of a sink connector, beside what its own folder declares. */
export interface CommonConfig {
  readonly name: string;
  readonly tasksMax: number;
  /** Of a sink: one of the two. */
  readonly topics: readonly string[];
  readonly topicsRegex: string;
  /** Where a new connector begins: `now`, `earliest`, or milliseconds since 1970. */
  readonly start: 'now' | 'earliest' | number;
  /** Only documents that this subscription asked for; empty = all. */
  readonly subscription: string;
  /** Most bytes of records that are read and not settled, of a task. */
  readonly maxOwedBytes: number;
  /** How often settled positions are committed. */
  readonly commitIntervalMs: number;
  readonly errors: {
    readonly tolerance: 'none' | 'all';
    /** 0 = a record is not tried again by transforms; -1 = for ever. Milliseconds. */
    readonly retryTimeoutMs: number;
    readonly retryDelayMaxMs: number;
    /** Empty = none. */
    readonly deadLetterTopic: string;
    readonly deadLetterReplication: number;
    readonly deadLetterContext: boolean;
    readonly log: boolean;
    readonly logRecords: boolean;
  };
}
