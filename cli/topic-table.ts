import type { TopicDeclaration } from '../topologies/topics.ts';
import { sinkTopic, topics } from '../topologies/topics.ts';

/** A row of the catalogue, as people read it. */
export interface TopicRow {
  readonly name: string;
  readonly schema: string;
  readonly key: string;
  readonly partitions: string;
  readonly cleanup: string;
  readonly retention: string;
  readonly maxMessage: string;
  readonly note: string;
}

const HOUR_MS = 3_600_000;
const MIB = 1_048_576;
const span = (ms: number) => (ms % (24 * HOUR_MS) === 0 ? `${ms / (24 * HOUR_MS)} d` : `${ms / HOUR_MS} h`);

export function topicRows(): readonly TopicRow[] {
  const all: readonly TopicDeclaration<unknown>[] = [...Object.values(topics), { ...sinkTopic('<org>', 'ecs') }];
  return all.map(({ name, schema, key, partitions, cleanup, retentionMs, retentionBytes, maxMessageBytes, note = '' }) => ({
    name: name.replace('raw.*', 'raw.<org>.<source>'),
    schema: schema === 'bytes' ? 'bytes' : schema.fullName,
    key,
    partitions: partitions === undefined ? 'as configured' : String(partitions),
    cleanup,
    retention: cleanup === 'compact' ? 'newest of each key' : `${span(retentionMs)}, ${retentionBytes / MIB} MiB a partition`,
    maxMessage: `${maxMessageBytes / MIB} MiB`,
    note,
  }));
}
