// For tests: a record of a topic.
import type { StreamRecord } from '../../core/index.ts';

export const recordOf = <V>(topic: string, partition: number, offset: number, value: V): StreamRecord<V> => ({
  key: null,
  value,
  headers: new Map(),
  position: { topic, partition, offset },
  appendedAt: 0,
});
