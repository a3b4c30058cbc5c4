import { FatalError } from '../../core/errors.ts';
import { tpKey } from '../port.ts';
import type { RawBatch, RawRecord, TopicPartition } from '../port.ts';
import { Cursor } from './cursor.ts';
import type { Call } from './library.ts';
import { decodeRecords, isAbortMarker, isIntact, readHeader, WRONG_CHECKSUM } from './record-batch.ts';
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
 * @throws FatalError BROKER_REFUSED where not even the frame of a batch or a marker can be read: nobody can say where to go on.
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
  const framed = <T>(read: () => T): T => {
    try {
      return read();
    } catch (cause) {
      throw new FatalError(
        'BROKER_REFUSED',
        `The log of ${tpKey(tp)} is damaged at offset ${next}: ${(cause as Error).message}`,
        { ...tp, offset: next },
        { cause },
      );
    }
  };
  const headerAt = (at: number) => framed(() => readHeader(bytes, at));
  for (let header = headerAt(0); header; header = headerAt(header.end)) {
    const current = header;
    if (current.nextOffset <= from) continue; // the broker begins at a whole batch
    if (framed(() => isAborted(current))) {
      next = current.nextOffset;
      continue;
    }
    let records: readonly RawRecord[];
    try {
      records = decodeRecords(bytes, current, from);
    } catch (error) {
      if (next > position) yield take(pending, next);
      pending = [];
      const { nextOffset, unreadable } = setAside(bytes, current, position, highWatermark, error as Error);
      yield take([], nextOffset, { unreadable });
      next = nextOffset;
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
      next = isLast ? current.nextOffset : part.at(-1)!.offset + 1;
    }
    next = current.nextOffset;
  }
  if (next > position) yield take(pending, next);
}

/**
 * What is known of a batch that cannot be read. Its header is believed when the checksum is right. Else it covers no more than what lies
 * before the next batch, or before the end of the partition, and counts as a record for each offset.
 */
function setAside(
  bytes: Buffer,
  header: BatchHeader,
  from: number,
  highWatermark: number,
  error: Error,
): { readonly nextOffset: number; readonly unreadable: NonNullable<RawBatch['unreadable']> } {
  const isBelieved = isIntact(bytes, header);
  const following = header.end + 8 <= bytes.length ? Number(bytes.readBigInt64BE(header.end)) : highWatermark;
  const nextOffset = isBelieved ? header.nextOffset : Math.max(from + 1, Math.min(header.nextOffset, following > from ? following : Infinity));
  const records = Math.min(nextOffset - from, isBelieved && header.records > 0 ? header.records : Infinity);
  const reason = isBelieved ? error.message : WRONG_CHECKSUM;
  return { nextOffset, unreadable: { reason, records, bytes: bytes.subarray(header.at, header.end) } };
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
