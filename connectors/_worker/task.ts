// What the worker asks of whatever moves the records of one task: `delivery/` for sinks, `pull/` for sources.

export interface TaskSpec {
  readonly connector: string;
  /** 0 to tasks - 1. */
  readonly task: number;
  readonly tasks: number;
  readonly type: 'sink' | 'source';
  readonly organization: string;
  /** Of a sink: the consumer group that all its tasks share and the worker shows and sets the offsets of, `connect-<name>`. */
  readonly group: string;
  /**
   * As its owner wrote it, references to secrets included (`${file:...}`): they are resolved by `readConfig` of `settings/` when the task
   * starts, and kept by nobody else.
   */
  readonly config: Readonly<Record<string, string>>;
  /** True: it opens nothing that costs and reads nothing until `resume`. */
  readonly isPaused: boolean;
}

/** Counts since the task started, of records. */
export interface TaskProgress {
  /** The far side has taken them; a source: written to the raw topic. */
  readonly delivered: number;
  /** The far side had them already. */
  readonly present: number;
  /** In the dead-letter topic, or passed over where the connector asks for that. */
  readonly rejected: number;
  /** Left out by a transform or a subscription; tombstones. */
  readonly filtered: number;
  /** Read and not settled yet. */
  readonly owed: number;
  readonly owedBytes: number;
  /** Records between the committed offsets and the ends of the partitions that this task has; null when unknown. */
  readonly lag: number | null;
  /** Of `delivered`: sent again after an answer that left open whether they had been taken. */
  readonly duplicates: number;
  /** The last thing that went wrong, also when it went right afterwards. No secrets. `at`: milliseconds since 1970. */
  readonly lastError: { readonly at: number; readonly message: string } | null;
  /** When a record was last settled; null = never. Milliseconds since 1970. */
  readonly lastProgressAt: number | null;
  /** Append time of the oldest record that is owed; null when none is. Milliseconds since 1970. */
  readonly oldestOwedAt: number | null;
}
export const NO_PROGRESS: TaskProgress = {
  delivered: 0,
  present: 0,
  rejected: 0,
  filtered: 0,
  owed: 0,
  owedBytes: 0,
  lag: null,
  duplicates: 0,
  lastError: null,
  lastProgressAt: null,
  oldestOwedAt: null,
};

export interface RunningTask {
  /** What is under way is finished; nothing more is read. Resolves when that is so, or after a bounded time. Calling it again does nothing. */
  readonly pause: () => Promise<void>;
  readonly resume: () => Promise<void>;
  /** Commits what is settled, gives everything back, and leaves its group. Never throws. */
  readonly stop: () => Promise<void>;
  /** Resolves with why it ended by itself; never after `stop`. Its message holds no secret. */
  readonly failed: Promise<Error>;
  readonly progress: () => TaskProgress;
}

/** Starts one task. @throws ConfigError what a person must mend: the task is FAILED until it is restarted or configured anew. Any other error likewise. */
export type StartTask = (spec: TaskSpec) => Promise<RunningTask>;
