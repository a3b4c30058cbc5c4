// Starts tasks of sink connectors for the worker.
import type { Logger } from 'pino';
import type { AllowList } from '../../../outbound/allow-list.ts';
import type { Outbound } from '../../../outbound/client.ts';
import { RetryableError } from '../../../pipeline/core/errors.ts';
import type { Broker } from '../../../pipeline/runtime/port.ts';
import type { LedgerEntry } from '../../../schemas/avro/types.gen.ts';
import type { SinkConnector, SinkDeps } from '../../_sink/index.ts';
import { topicPattern } from '../settings/common-config.ts';
import type { CommonConfig } from '../settings/common-config.ts';
import { maskedLog } from '../settings/masked-log.ts';
import type { Settings } from '../settings/settings.ts';
import type { StartTask, TaskSpec } from '../task.ts';
import { isAskedFor } from './record.ts';
import type { Transform } from './record.ts';
import { SinkTask } from './sink-task.ts';
import type { WallClock } from '../../../pipeline/core/wall-clock.ts';

export interface DeliveryDeps {
  readonly broker: Broker;
  readonly outbound: Outbound;
  /** What the organization has opened for itself. */
  readonly allowOf: (organization: string) => Promise<AllowList>;
  /** The connector and its configuration, secrets resolved. @throws ConfigError with all problems. */
  readonly read: (spec: TaskSpec) => Promise<{ readonly plugin: SinkConnector; readonly settings: Settings }>;
  /** Whether the topic may be read for the organization where a pattern, not a name, has found it. */
  readonly mayFind: (organization: string, topic: string) => boolean;
  readonly encodeEntry: (entry: LedgerEntry) => Buffer;
  /** What a sink asks for beyond the network; see `SinkDeps`. */
  readonly extra: Omit<SinkDeps, 'log' | 'outbound' | 'allow' | 'connector' | 'task' | 'organization' | 'signal' | 'now' | 'slowDown' | 'generation'>;
  readonly clock: WallClock;
  readonly log: Logger;
}

const RETRY_INITIAL_MS = 300; // as errors.retry.timeout of Kafka Connect begins
const DRAIN_MS = 10_000;

export const sinkTasks =
  ({ broker, outbound, allowOf, read, mayFind, encodeEntry, extra, clock, log }: DeliveryDeps): StartTask =>
  async (spec) => {
    const { plugin, settings } = await read(spec);
    const { common, connector: config, transforms, mask } = settings;
    const { connector, task, organization } = spec;
    const isWanted = isAskedFor(common.subscription);
    const transform: Transform = (record) => (isWanted(record) ? transforms.apply(record) : null);
    const started = new SinkTask({
      connector,
      task,
      className: plugin.name,
      topics: () => topicsOf(common, (topic) => mayFind(organization, topic), broker),
      broker,
      openSink: async (given) =>
        plugin.sink(config, {
          ...extra,
          ...given,
          log: maskedLog(log.child({ connector, task }), mask),
          outbound,
          allow: await allowOf(organization),
          connector,
          task,
          organization,
          now: clock.nowMs,
        }),
      transform,
      tolerance: common.errors.tolerance,
      deadLetters: { topic: common.errors.deadLetterTopic, replication: common.errors.deadLetterReplication, hasHeaders: common.errors.deadLetterContext },
      encodeEntry,
      maxOwedBytes: common.maxOwedBytes,
      commitEveryMs: common.commitIntervalMs,
      drainMs: DRAIN_MS,
      retry: { initialMs: RETRY_INITIAL_MS, maxMs: common.errors.retryDelayMaxMs },
      logs: { refusals: common.errors.log, positions: common.errors.logRecords },
      mask,
      isPaused: spec.isPaused,
      clock,
      random: Math.random,
      log,
    });
    started.start();
    return started;
  };

/** @throws RetryableError TOPIC_MISSING while there is none to read. */
async function topicsOf(common: CommonConfig, mayFind: (topic: string) => boolean, broker: Broker): Promise<readonly string[]> {
  const admin = broker.admin();
  try {
    const matches = topicPattern(common);
    const found = [...(await admin.topics()).keys()].filter((topic) => matches(topic) && (common.topicsRegex === '' || mayFind(topic))).sort();
    if (found.length > 0) return found;
    throw new RetryableError('TOPIC_MISSING', `None of the topics that the connector reads exists yet (${common.topics.join(', ') || common.topicsRegex}).`);
  } finally {
    await admin.close();
  }
}
