// What one request carries: a document, a document with its kind beside it, or an array of documents.
import { createHash } from 'node:crypto';
import type { SinkRecord } from '../_sink/index.ts';
import { webhookId } from './sign.ts';

export type BodyForm = 'document' | 'envelope' | 'array';

/** The bytes that are signed and sent. `document` and `envelope` take the first record alone. */
export function bodyOf(form: BodyForm, records: readonly SinkRecord[]): Buffer {
  const [first] = records;
  if (form === 'document') return first!.value;
  if (form === 'envelope') {
    const { kind, timestampMs, value } = first!;
    return Buffer.concat([Buffer.from(`{"type":"goshawk.${kind}","timestamp":"${new Date(timestampMs).toISOString()}","data":`), value, Buffer.from('}')]);
  }
  return Buffer.concat(records.flatMap(({ value }, index) => [Buffer.from(index === 0 ? '[' : ','), value]).concat(Buffer.from(']')));
}

/** Bytes that an array adds to its documents. */
export const arrayBytes = (count: number): number => count + 1;

/** Of one record its own; of several what all of theirs make, so that the same records sent again have it again. */
export function idOf(records: readonly SinkRecord[]): string {
  const ids = records.map(({ id }) => webhookId(id));
  return ids.length === 1 ? ids[0]! : `batch_${createHash('sha256').update(ids.join(' ')).digest('hex').slice(0, 32)}`;
}
