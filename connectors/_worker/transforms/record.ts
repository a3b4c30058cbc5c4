// What a chain of transforms takes and gives.
import type { SinkRecord } from '../../_sink/index.ts';

/** A sink's record, or a tombstone of its topic. */
export interface TransformRecord extends Omit<SinkRecord, 'value'> {
  readonly value: Buffer | null;
}

export interface Transforms {
  /** False: `apply` gives back what it is given. */
  readonly any: boolean;
  /**
   * Applies all of them in their order.
   *
   * @returns null when one of them leaves the record out. `id`, `kind` and `position` are never changed. Bytes that no transform changed are the same object.
   * @throws RecordError TRANSFORM_FAILED with `details`: `stage` (`TRANSFORMATION`, `KEY_CONVERTER` or `VALUE_CONVERTER`), `className` as Kafka Connect names it, `exception`
   *   (the class that Connect would throw), `alias`.
   */
  readonly apply: (record: TransformRecord) => TransformRecord | null;
}
