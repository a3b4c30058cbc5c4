// What a sink is given of a record on a topic.
import type { Headers, RawRecord, TopicPartition } from '../../../pipeline/runtime/port.ts';
import type { SinkRecord } from '../../_sink/index.ts';
import type { TransformRecord } from '../transforms/record.ts';

/** @returns Null: left out. @throws RecordError TRANSFORM_FAILED for what it cannot do with a record. */
export type Transform = (record: TransformRecord) => TransformRecord | null;

/** Written by publish: what the document is called, what it is of, and which subscriptions asked for it, with commas between. */
const ID_HEADER = 'goshawk.id';
const KIND_HEADER = 'goshawk.kind';
const SUBSCRIPTIONS_HEADER = 'goshawk.subscriptions';

const KINDS: ReadonlySet<string> = new Set(['event', 'finding', 'alert']);
const ID = /^[\x21-\x7e]{1,512}$/;

/** @returns Why it never goes to the far side, or the record. */
export function sinkRecordOf(
  { key, value, headers, timestampMs, offset }: RawRecord,
  { topic, partition }: TopicPartition,
  transform: Transform,
): SinkRecord | 'filtered' | 'tombstone' {
  const id = textOf(headers, ID_HEADER);
  const kind = textOf(headers, KIND_HEADER);
  const found = transform({
    topic,
    position: { topic, partition, offset },
    id: id !== undefined && ID.test(id) ? id : `${topic}+${partition}+${offset}`,
    kind: kind !== undefined && KINDS.has(kind) ? (kind as SinkRecord['kind']) : 'unknown',
    key,
    value,
    headers,
    timestampMs,
    isAsPublished: id !== undefined,
  });
  if (found === null) return 'filtered';
  if (found.value === null) return 'tombstone';
  return (found.value === value ? found : { ...found, isAsPublished: false }) as SinkRecord;
}

/** @param subscription Empty = all documents. */
export const isAskedFor =
  (subscription: string) =>
  ({ headers }: Pick<SinkRecord, 'headers'>): boolean =>
    subscription === '' || (textOf(headers, SUBSCRIPTIONS_HEADER)?.split(',').includes(subscription) ?? false);

function textOf(headers: Headers, name: string): string | undefined {
  for (const [each, value] of headers) if (each === name) return value.toString('latin1');
  return undefined;
}
