import type { TopicPartition } from '../port.ts';
import { Cursor } from './cursor.ts';
import type { Call } from './library.ts';

/** A batch on its way: encoded once, sent as often as it takes, so that the broker knows a repeat by its sequence. */
export interface PreparedBatch {
  readonly tp: TopicPartition;
  /** int32 partition, int32 size, then the batch: as it stands in the request. */
  readonly bytes: Buffer;
  readonly count: number;
}
/** In front of each batch; see `PreparedBatch.bytes`. */
export const BATCH_HEADROOM = 8;
export interface ProduceAnswer {
  readonly tp: TopicPartition;
  readonly errorCode: number;
  readonly baseOffset: number;
}

const REPLICATION_TIMEOUT_MS = 10_000;

/** Produce 7, acks from all in-sync replicas. */
export function produce(transactionalId: string | null, batches: readonly PreparedBatch[]): Call<readonly ProduceAnswer[]> {
  return {
    request: { apiKey: 0, apiVersion: 7, apiName: 'Produce', encode: () => ({ buffer: encodeProduce(transactionalId, batches) }) },
    response: { decode: async (raw) => decodeProduce(raw), parse: (answers) => answers },
  };
}

export function encodeProduce(transactionalId: string | null, batches: readonly PreparedBatch[], timeoutMs = REPLICATION_TIMEOUT_MS): Buffer {
  const topics = [...Map.groupBy(batches, ({ tp }) => tp.topic)];
  let size = 2 + (transactionalId === null ? 0 : Buffer.byteLength(transactionalId)) + 2 + 4 + 4;
  for (const [topic, group] of topics) {
    size += 2 + Buffer.byteLength(topic) + 4;
    for (const { bytes } of group) size += bytes.length;
  }
  const out = Buffer.allocUnsafe(size);
  let at = 0;
  const writeString = (text: string | null) => {
    const length = text === null ? -1 : out.write(text, at + 2);
    out.writeInt16BE(length, at);
    at += 2 + Math.max(0, length);
  };
  writeString(transactionalId);
  at = out.writeInt16BE(-1, at);
  at = out.writeInt32BE(timeoutMs, at);
  at = out.writeInt32BE(topics.length, at);
  for (const [topic, group] of topics) {
    writeString(topic);
    at = out.writeInt32BE(group.length, at);
    for (const { bytes, tp } of group) {
      bytes.writeInt32BE(tp.partition, 0);
      bytes.writeInt32BE(bytes.length - BATCH_HEADROOM, 4);
      out.set(bytes, at);
      at += bytes.length;
    }
  }
  return out;
}

function decodeProduce(raw: Buffer): readonly ProduceAnswer[] {
  const cursor = new Cursor(raw);
  return cursor
    .array(() => {
      const topic = cursor.string();
      return cursor.array(() => {
        const answer = { tp: { topic, partition: cursor.int32() }, errorCode: cursor.int16(), baseOffset: cursor.int64() };
        cursor.int64(); // append time
        cursor.int64(); // log start
        return answer;
      });
    })
    .flat();
}
