import type { RawBatch, RawRecord, TopicPartition } from '../port.ts';
import { Cursor } from './cursor.ts';
import type { Call } from './library.ts';
import { decodeRecords, isAbortMarker, readHeader } from './record-batch.ts';
import type { BatchHeader } from './record-batch.ts';

interface FetchPosition extends TopicPartition {
  readonly offset: number;
}
export interface FetchedPartition extends TopicPartition {
  readonly errorCode: number;
  readonly highWatermark: number;
  readonly lastStableOffset: number;
  /** Transactions that were aborted within the fetched range, by their first offset. */
  readonly aborted: readonly { readonly producerId: number; readonly firstOffset: number }[];
  readonly bytes: Buffer;
}
export interface FetchRequest {
  readonly isolation: 'committed' | 'uncommitted';
  readonly maxWaitMs: number;
  /** Both count compressed bytes. */
  readonly maxBytes: number;
  readonly maxBytesPerPartition: number;
  readonly positions: readonly FetchPosition[];
}

/** Fetch 11, without a fetch session. */
export function fetch(request: FetchRequest): Call<readonly FetchedPartition[]> {
  return {
    request: { apiKey: 1, apiVersion: 11, apiName: 'Fetch', encode: () => ({ buffer: encodeFetch(request) }) },
    response: { decode: async (raw) => decodeFetch(raw), parse: (partitions) => partitions },
    requestTimeout: request.maxWaitMs + 15_000,
  };
}

export function encodeFetch({ isolation, maxWaitMs, maxBytes, maxBytesPerPartition, positions }: FetchRequest): Buffer {
  const topics = [...Map.groupBy(positions, ({ topic }) => topic)];
  let size = 4 + 4 + 4 + 4 + 1 + 4 + 4 + 4 + 4 + 2;
  for (const [topic, partitions] of topics) size += 2 + Buffer.byteLength(topic) + 4 + partitions.length * 28;
  const out = Buffer.allocUnsafe(size);
  let at = out.writeInt32BE(-1, 0); // replica: a consumer
  at = out.writeInt32BE(maxWaitMs, at);
  at = out.writeInt32BE(1, at);
  at = out.writeInt32BE(maxBytes, at);
  at = out.writeInt8(isolation === 'committed' ? 1 : 0, at);
  at = out.writeInt32BE(0, at); // session id and epoch: none
  at = out.writeInt32BE(-1, at);
  at = out.writeInt32BE(topics.length, at);
  for (const [topic, partitions] of topics) {
    const length = out.write(topic, at + 2);
    at = out.writeInt16BE(length, at) + length;
    at = out.writeInt32BE(partitions.length, at);
    for (const { partition, offset } of partitions) {
      at = out.writeInt32BE(partition, at);
      at = out.writeInt32BE(-1, at); // leader epoch: not checked
      at = out.writeBigInt64BE(BigInt(offset), at);
      at = out.writeBigInt64BE(-1n, at); // log start: for followers
      at = out.writeInt32BE(maxBytesPerPartition, at);
    }
  }
  at = out.writeInt32BE(0, at); // topics to forget
  out.writeInt16BE(0, at); // rack: leaders only
  return out;
}

function decodeFetch(raw: Buffer): readonly FetchedPartition[] {
  const cursor = new Cursor(raw);
  cursor.int32(); // throttle time
  const errorCode = cursor.int16();
  cursor.int32(); // session id
  const partitions = cursor
    .array(() => {
      const topic = cursor.string();
      return cursor.array(() => {
        const partition = cursor.int32();
        const ownCode = cursor.int16();
        const highWatermark = cursor.int64();
        const lastStableOffset = cursor.int64();
        cursor.int64(); // log start
        const aborted = cursor.array(() => ({ producerId: cursor.int64(), firstOffset: cursor.int64() }));
        cursor.int32(); // preferred replica
        return { topic, partition, errorCode: ownCode || errorCode, highWatermark, lastStableOffset, aborted, bytes: cursor.view() };
      });
    })
    .flat();
  return partitions;
}

/**
 * Cuts what was fetched of one partition into batches of about `sliceRecords` records, unpacking no more than is asked for. Control
 * batches and aborted transactions are left out, but covered by `nextOffset`; so are holes.
 *
 * A batch that cannot be read comes alone, without records, as `unreadable`.
 */
export function* slices(fetched: FetchedPartition, from: number, sliceRecords: number): Generator<RawBatch, void, undefined> {
  const { bytes, highWatermark, lastStableOffset } = fetched;
  const tp = { topic: fetched.topic, partition: fetched.partition };
  const isAborted = abortedFilter(fetched);
  let position = from;
  let pending: RawRecord[] = [];
  let next = from; // after what `pending` covers
  const take = (records: readonly RawRecord[], nextOffset: number, extra: Pick<RawBatch, 'unreadable'> = {}): RawBatch => {
    const batch: RawBatch = { tp, records, from: position, nextOffset, highWatermark, lastStableOffset, ...extra };
    position = nextOffset;
    return batch;
  };
  for (let header = readHeader(bytes, 0); header; header = readHeader(bytes, header.end)) {
    if (header.nextOffset <= from) continue; // the broker begins at a whole batch
    if (isAborted(header)) {
      next = header.nextOffset;
      continue;
    }
    let records: readonly RawRecord[];
    try {
      records = decodeRecords(bytes, header, from);
    } catch (error) {
      if (next > position) yield take(pending, next);
      pending = [];
      yield take([], header.nextOffset, { unreadable: { reason: (error as Error).message, bytes: bytes.subarray(header.at, header.end) } });
      next = header.nextOffset;
      continue;
    }
    for (let i = 0; i < records.length; i += sliceRecords) {
      const isLast = i + sliceRecords >= records.length;
      const part = records.length <= sliceRecords ? records : records.slice(i, i + sliceRecords);
      if (pending.length > 0 && pending.length + part.length > sliceRecords) {
        yield take(pending, next);
        pending = [];
      }
      if (pending.length === 0) pending = part as RawRecord[];
      else for (const record of part) pending.push(record);
      next = isLast ? header.nextOffset : part.at(-1)!.offset + 1;
    }
    next = header.nextOffset;
  }
  if (next > position) yield take(pending, next);
}

/** True for batches whose records a reader of committed data must not see: markers, and what aborted transactions wrote. */
function abortedFilter({ bytes, aborted }: FetchedPartition): (header: BatchHeader) => boolean {
  const ahead = [...aborted].sort((a, b) => a.firstOffset - b.firstOffset);
  const open = new Set<number>();
  return (header) => {
    while (ahead.length > 0 && ahead[0]!.firstOffset < header.nextOffset) open.add(ahead.shift()!.producerId);
    if (header.isControl) {
      if (isAbortMarker(bytes, header)) open.delete(header.producerId);
      return true;
    }
    return header.isTransactional && open.has(header.producerId);
  };
}
