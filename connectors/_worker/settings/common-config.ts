// What every connector has, read from those options.
import { RE2JS } from 're2js';
import type { SinkOptions, SourceOptions } from './common-options.ts';
import { DEAD_LETTER_TOPIC, startOf } from './common-options.ts';

export interface CommonConfig {
  readonly name: string;
  readonly tasksMax: number;
  /** Of a sink: these, or those that the pattern meets. */
  readonly topics: readonly string[];
  /** Empty = none. `topicPattern` reads it. */
  readonly topicsRegex: string;
  /** Where a new connector begins: `now`, `earliest`, or milliseconds since 1970. */
  readonly start: 'now' | 'earliest' | number;
  /** Only documents that this subscription asked for; empty = all. */
  readonly subscription: string;
  /** Most bytes of records that a task has read and not settled. */
  readonly maxOwedBytes: number;
  /** How often settled positions are committed. Milliseconds. */
  readonly commitIntervalMs: number;
  readonly errors: {
    readonly tolerance: 'none' | 'all';
    /** Milliseconds; 0 = not tried again, -1 = for ever. */
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

const SOURCE: Omit<CommonConfig, 'name' | 'tasksMax' | 'errors'> = {
  topics: [],
  topicsRegex: '',
  start: 'now',
  subscription: '',
  maxOwedBytes: 0,
  commitIntervalMs: 0,
};
const SOURCE_ERRORS: Omit<CommonConfig['errors'], 'tolerance'> = {
  retryTimeoutMs: 0,
  retryDelayMaxMs: 60_000,
  deadLetterTopic: DEAD_LETTER_TOPIC,
  deadLetterReplication: 3,
  deadLetterContext: true,
  log: false,
  logRecords: false,
};

export function commonOf(options: SinkOptions | SourceOptions): CommonConfig {
  const { name, 'tasks.max': tasksMax, 'errors.tolerance': tolerance } = options;
  if (!('topics' in options)) return { ...SOURCE, name, tasksMax, errors: { ...SOURCE_ERRORS, tolerance } };
  return {
    name,
    tasksMax,
    topics: [...new Set(options.topics)],
    topicsRegex: options['topics.regex'],
    start: startOf(options.start)!,
    subscription: options.subscription,
    maxOwedBytes: options.maxOwedBytes,
    commitIntervalMs: options['offset.flush.interval.ms'],
    errors: {
      tolerance,
      retryTimeoutMs: options['errors.retry.timeout'],
      retryDelayMaxMs: options['errors.retry.delay.max.ms'],
      deadLetterTopic: options['errors.deadletterqueue.topic.name'],
      deadLetterReplication: options['errors.deadletterqueue.topic.replication.factor'],
      deadLetterContext: options['errors.deadletterqueue.context.headers.enable'],
      log: options['errors.log.enable'],
      logRecords: options['errors.log.include.messages'],
    },
  };
}

/** Whether a topic is among those that a sink reads. In linear time, whatever the pattern. */
export function topicPattern({ topics, topicsRegex }: Pick<CommonConfig, 'topics' | 'topicsRegex'>): (topic: string) => boolean {
  if (topicsRegex === '') return (topic) => topics.includes(topic);
  const pattern = RE2JS.compile(topicsRegex);
  return (topic) => pattern.matches(topic);
}
