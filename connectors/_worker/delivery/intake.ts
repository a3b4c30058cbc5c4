// Records as they lie on a topic, made entries: transformed, or refused.
import { RecordError } from '../../../pipeline/core/errors.ts';
import type { RawBatch, RawRecord, TopicPartition } from '../../../pipeline/runtime/port.ts';
import { rejected } from '../../_sink/index.ts';
import { Entry } from './entry.ts';
import type { Refusal, Settlement } from './entry.ts';
import { sinkRecordOf } from './record.ts';
import type { Transform } from './record.ts';

/** An entry, and what became of it already where it never goes to the far side. */
export interface Taken {
  readonly entry: Entry;
  readonly settlement: Settlement | null;
  readonly refusal: Refusal | null;
}

/** @param className `connector.class`, where a transform does not say which it was. */
export function take(raw: RawRecord, tp: TopicPartition, transform: Transform, className: string, nowMs: number): Taken {
  try {
    const found = sinkRecordOf(raw, tp, transform);
    if (typeof found !== 'string') return { entry: new Entry(tp, raw, found, nowMs), settlement: null, refusal: null };
    return { entry: new Entry(tp, raw, null, nowMs), settlement: { kind: 'left', reason: found }, refusal: null };
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    return { entry: new Entry(tp, raw, null, nowMs), settlement: rejected(error.code, error.message), refusal: transformRefusal(error, className) };
  }
}

/** A batch that cannot be read: one entry at its last offset, with its raw bytes. */
export function takeUnreadable(batch: RawBatch, { reason, records, bytes }: NonNullable<RawBatch['unreadable']>, className: string, nowMs: number): Taken {
  const raw: RawRecord = { offset: batch.nextOffset - 1, key: null, value: bytes, headers: [], timestampMs: nowMs };
  const error = new RecordError('BATCH_UNREADABLE', `Offsets ${batch.from} to ${batch.nextOffset} cannot be read: ${reason}`);
  const refusal: Refusal = { stage: 'CONSUMER', className, error };
  return { entry: new Entry(batch.tp, raw, null, nowMs, records), settlement: rejected(error.code, error.message), refusal };
}

/** A transform says which of them it was, and what Kafka Connect would have thrown. */
function transformRefusal(error: RecordError, fallback: string): Refusal {
  const { stage, className, exception } = error.details as { readonly stage?: Refusal['stage']; readonly className?: string; readonly exception?: string };
  const { message, stack } = error;
  return { stage: stage ?? 'TRANSFORMATION', className: className ?? fallback, error: { name: exception ?? error.name, message, stack } };
}
