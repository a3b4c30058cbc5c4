import type { Offsets, TopicPartition } from '../port.ts';
import type { TopicPartitions } from './library.ts';

/** The inverse of `tpKey`. */
export function partitionOf(key: string): TopicPartition {
  const slash = key.lastIndexOf('/');
  return { topic: key.slice(0, slash), partition: Number(key.slice(slash + 1)) };
}

/** As kafkajs's requests take offsets: by topic, as text. */
export const offsetTopics = (offsets: Offsets): TopicPartitions<{ partition: number; offset: string }>[] =>
  [
    ...Map.groupBy(
      [...offsets].map(([key, offset]) => ({ ...partitionOf(key), offset: String(offset) })),
      ({ topic }) => topic,
    ),
  ].map(([topic, partitions]) => ({ topic, partitions }));
