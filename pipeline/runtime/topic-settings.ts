import type { TopicSettings } from './port.ts';

/** What a declaration of `topologies/topics.ts` says of a topic, as far as the broker is concerned. */
export interface DeclaredTopic {
  readonly name: string;
  readonly cleanup: 'delete' | 'compact';
  readonly retentionMs: number;
  readonly retentionBytes: number;
  readonly maxMessageBytes: number;
  readonly partitions?: number;
}

/** Every topic of ours is stamped by the broker, so that retention counts from when a record was written. */
const ALWAYS = { 'message.timestamp.type': 'LogAppendTime' };

export function topicSettings(
  { name, cleanup, retentionMs, retentionBytes, maxMessageBytes, partitions }: DeclaredTopic,
  installationPartitions: number,
): TopicSettings {
  const config: Record<string, string> = { ...ALWAYS, 'cleanup.policy': cleanup, 'max.message.bytes': String(maxMessageBytes) };
  if (cleanup === 'delete') {
    config['retention.ms'] = String(retentionMs);
    config['retention.bytes'] = String(retentionBytes);
  }
  return { name, partitions: partitions ?? installationPartitions, config };
}

/** A changelog: rolled often, so that a restore reads little more than what is there. */
export const changelogSettings = (name: string, partitions: number): TopicSettings => ({
  name,
  partitions,
  config: {
    ...ALWAYS,
    'cleanup.policy': 'compact',
    'max.message.bytes': '8388608',
    'segment.ms': '600000',
    'segment.bytes': '16777216',
    'min.cleanable.dirty.ratio': '0.3',
    'max.compaction.lag.ms': '3600000',
    'delete.retention.ms': '3600000',
  },
});
