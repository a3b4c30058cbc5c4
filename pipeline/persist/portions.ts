import type { Batch, StreamRecord } from '../core/index.ts';

/**
 * Cuts a load that would take too much memory into several, in order: each is a transaction of its own. A record larger than
 * the limit is alone.
 */
export function portionsOf<V>(batches: readonly Batch<V>[], bytesOf: (value: V) => number, limitBytes: number): readonly (readonly Batch<V>[])[] {
  let bytes = 0;
  for (const { records } of batches) for (const { value } of records) bytes += bytesOf(value);
  if (bytes <= limitBytes) return [batches];

  const portions: Batch<V>[][] = [[]];
  bytes = 0;
  for (const batch of batches) {
    let from = batch.from;
    let records: StreamRecord<V>[] = [];
    const close = (next: number) => {
      const refused = batch.refused?.filter(({ position: { offset } }) => offset >= from && offset < next) ?? [];
      if (next > from)
        portions.at(-1)?.push({ topic: batch.topic, partition: batch.partition, from, next, records, ...(refused.length > 0 ? { refused } : {}) });
      from = next;
      records = [];
    };
    for (const record of batch.records) {
      const size = bytesOf(record.value);
      if (bytes > 0 && bytes + size > limitBytes) {
        close(record.position.offset);
        portions.push([]);
        bytes = 0;
      }
      bytes += size;
      records.push(record);
    }
    close(batch.next);
  }
  return portions.filter((portion) => portion.length > 0);
}
