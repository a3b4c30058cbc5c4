import type { TopicSettings } from './port.ts';

/** A changelog: rolled often, so that a restore reads little more than what is there. */
export const changelogSettings = (name: string, partitions: number): TopicSettings => ({
  name,
  partitions,
  config: {
    'message.timestamp.type': 'LogAppendTime',
    'cleanup.policy': 'compact',
    'max.message.bytes': '8388608',
    'segment.ms': '600000',
    'segment.bytes': '16777216',
    'min.cleanable.dirty.ratio': '0.3',
    'max.compaction.lag.ms': '3600000',
    'delete.retention.ms': '3600000',
  },
});
