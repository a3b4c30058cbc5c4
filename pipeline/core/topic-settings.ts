// What a declared topic asks of a broker: for those who create the catalogue, and for stages that create a topic when they first write to it.

/** A topic of `topologies/topics.ts`, as far as a broker is concerned. */
export interface DeclaredTopic {
  readonly name: string;
  readonly cleanup: 'delete' | 'compact';
  readonly retentionMs: number; // ignored when compacted
  readonly retentionBytes: number; // per partition; -1 = no limit
  readonly maxMessageBytes: number;
  /** Absent = the installation's count. */
  readonly partitions?: number;
}
/** As the broker port takes it. */
export interface Settings {
  readonly name: string;
  readonly partitions: number;
  readonly config: Readonly<Record<string, string>>;
}

const MINUTE_MS = 60_000;
const SEGMENTS_IN_RETENTION = 4; // retention deletes whole closed segments, so a segment closes well before it is due
const SEGMENT_BYTES = 268_435_456;

/** @param name Where the declaration stands for a family (`raw.*`), the member's. */
export function settingsOf(topic: DeclaredTopic, partitions: number, name: string = topic.name): Settings {
  const { cleanup, retentionMs, retentionBytes, maxMessageBytes } = topic;
  const byTime =
    cleanup === 'delete'
      ? {
          'retention.ms': String(retentionMs),
          'retention.bytes': String(retentionBytes),
          'segment.bytes': String(SEGMENT_BYTES),
          'segment.ms': String(Math.max(10 * MINUTE_MS, Math.floor(retentionMs / SEGMENTS_IN_RETENTION))),
        }
      : {};
  return {
    name,
    partitions: topic.partitions ?? partitions,
    // Stamped by the broker, so that retention counts from when a record was written.
    config: { 'cleanup.policy': cleanup, 'max.message.bytes': String(maxMessageBytes), 'message.timestamp.type': 'LogAppendTime', ...byTime },
  };
}
