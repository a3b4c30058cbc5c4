// What a sink is given of a record on a topic.
import type { Headers } from '../../../pipeline/runtime/port.ts';
import type { SinkRecord } from '../../_sink/index.ts';
import type { Original } from './entry.ts';

/** What transforms may change. A null value is a tombstone. */
export interface Transformable {
  readonly topic: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Headers;
  readonly timestampMs: number;
}
/** @returns Null: left out. @throws RecordError for what it cannot do with a record; `details.transform` names which. */
export type Transform = (record: Transformable) => Transformable | null;

/** Written by publish: what the document is called, and what it is of. */
export const ID_HEADER = 'goshawk.id';
export const KIND_HEADER = 'goshawk.kind';

const KINDS: ReadonlySet<string> = new Set(['event', 'finding', 'alert']);
const ID = /^[\x21-\x7e]{1,512}$/;

/** @returns Why it never goes to the far side, or the record. */
export function sinkRecordOf(original: Original, transform: Transform): SinkRecord | 'filtered' | 'tombstone' {
  const { tp, offset, key, value, headers, timestampMs } = original;
  const found = transform({ topic: tp.topic, key, value, headers, timestampMs });
  if (found === null) return 'filtered';
  if (found.value === null) return 'tombstone';
  const id = textOf(headers, ID_HEADER);
  const kind = textOf(headers, KIND_HEADER);
  return {
    topic: found.topic,
    position: { topic: tp.topic, partition: tp.partition, offset },
    id: id !== undefined && ID.test(id) ? id : `${tp.topic}+${tp.partition}+${offset}`,
    kind: kind !== undefined && KINDS.has(kind) ? (kind as SinkRecord['kind']) : 'unknown',
    key: found.key,
    value: found.value,
    headers: found.headers,
    timestampMs: found.timestampMs,
  };
}

function textOf(headers: Headers, name: string): string | undefined {
  for (const [each, value] of headers) if (each === name) return value.toString('latin1');
  return undefined;
}
