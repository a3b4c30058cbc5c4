import { PipelineError, RetryableError } from '../../pipeline/core/errors.ts';
import type { Admin, PartitionReader, RawRecord } from '../../pipeline/runtime/port.ts';
import { tpKey } from '../../pipeline/runtime/port.ts';

/**
 * One record of a topic, in memory of its own.
 * @returns Undefined when it is not there: deleted by retention, or a hole.
 * @throws RetryableError when the broker is away, or the read was ended before the record came.
 */
export async function readRecord(
  reader: PartitionReader,
  admin: Admin,
  at: { readonly topic: string; readonly partition: number; readonly offset: number },
  signal: AbortSignal,
): Promise<Pick<RawRecord, 'key' | 'value' | 'headers' | 'timestampMs'> | undefined> {
  const tp = { topic: at.topic, partition: at.partition };
  // Reading outside of what a partition holds would wait, or be an error.
  if (!(await admin.topics()).has(at.topic)) return undefined;
  const [earliest, stable] = await Promise.all([admin.offsets([tp], 'earliest'), admin.offsets([tp], 'stable')]);
  if (at.offset < (earliest.get(tpKey(tp)) ?? 0) || at.offset >= (stable.get(tpKey(tp)) ?? 0)) return undefined;
  let isReached = false;
  try {
    for await (const batch of reader.read(tp, at.offset, at.offset + 1, signal)) {
      isReached ||= batch.nextOffset > at.offset;
      const found = batch.records.find(({ offset }) => offset === at.offset);
      if (found !== undefined)
        return {
          key: copyOf(found.key),
          value: copyOf(found.value),
          headers: found.headers.map(([name, value]) => [name, Buffer.from(value)] as const),
          timestampMs: found.timestampMs,
        };
    }
  } catch (error) {
    if (error instanceof PipelineError && error.code === 'OFFSET_GONE') return undefined; // retention was quicker
    throw error;
  }
  if (!isReached) throw new RetryableError('BROKER_UNAVAILABLE', `The read of ${at.topic}/${at.partition} at ${at.offset} was ended`);
  return undefined;
}

const copyOf = (bytes: Buffer | null): Buffer | null => (bytes === null ? null : Buffer.from(bytes));
