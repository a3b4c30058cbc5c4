// The two requests that exactly-once with groups needs and kafkajs lacks (KIP-447): a commit that names its member and generation, and a
// read that waits for open transactions.
import type { GroupMetadata, TopicPartition } from '../port.ts';
import { Cursor, FlexibleBody } from './cursor.ts';
import type { Call } from './library.ts';

interface OffsetToCommit extends TopicPartition {
  readonly offset: number;
  readonly metadata: string | null;
}
export interface TxnOffsetCommit {
  readonly transactionalId: string;
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly group: GroupMetadata;
  readonly offsets: readonly OffsetToCommit[];
}
export interface PartitionAnswer extends TopicPartition {
  readonly errorCode: number;
}
export interface FetchedOffset extends PartitionAnswer {
  readonly offset: number;
  readonly metadata: string;
}

const byTopic = <T extends TopicPartition>(items: readonly T[]): [topic: string, items: T[]][] => [...Map.groupBy(items, ({ topic }) => topic)];

/** TxnOffsetCommit 3. */
export function txnOffsetCommit({ transactionalId, producerId, producerEpoch, group, offsets }: TxnOffsetCommit): Call<readonly PartitionAnswer[]> {
  const body = new FlexibleBody()
    .tags() // ends the request header
    .string(transactionalId)
    .string(group.groupId)
    .int64(producerId)
    .int16(producerEpoch)
    .int32(group.generationId)
    .string(group.memberId)
    .string(group.groupInstanceId);
  body
    .array(byTopic(offsets), ([topic, partitions]) => {
      body
        .string(topic)
        .array(partitions, ({ partition, offset, metadata }) => {
          body.int32(partition).int64(BigInt(offset)).int32(-1).string(metadata).tags();
        })
        .tags();
    })
    .tags();
  return {
    request: { apiKey: 28, apiVersion: 3, apiName: 'TxnOffsetCommit', encode: () => body },
    response: { decode: async (raw) => decodeTxnOffsetCommit(raw), parse: (answers) => answers },
  };
}

function decodeTxnOffsetCommit(raw: Buffer): readonly PartitionAnswer[] {
  const cursor = new Cursor(raw);
  cursor.tags();
  cursor.int32(); // throttle time: kafkajs's queue has no use for it here
  return cursor
    .compactArray(() => {
      const topic = cursor.compactString() ?? '';
      const partitions = cursor.compactArray(() => {
        const answer = { topic, partition: cursor.int32(), errorCode: cursor.int16() };
        cursor.tags();
        return answer;
      });
      cursor.tags();
      return partitions;
    })
    .flat();
}

/** OffsetFetch 7. @param isStable Error 88 for partitions whose offset an open transaction may still move. */
export function offsetFetch(
  groupId: string,
  partitions: readonly TopicPartition[] | 'all',
  isStable: boolean,
): Call<{ readonly errorCode: number; readonly offsets: readonly FetchedOffset[] }> {
  const body = new FlexibleBody().tags().string(groupId);
  body
    .array(partitions === 'all' ? null : byTopic(partitions), ([topic, items]) => {
      body
        .string(topic)
        .array(items, ({ partition }) => {
          body.int32(partition);
        })
        .tags();
    })
    .bool(isStable)
    .tags();
  return {
    request: { apiKey: 9, apiVersion: 7, apiName: 'OffsetFetch', encode: () => body },
    response: { decode: async (raw) => decodeOffsetFetch(raw), parse: (answer) => answer },
  };
}

function decodeOffsetFetch(raw: Buffer) {
  const cursor = new Cursor(raw);
  cursor.tags();
  cursor.int32();
  const offsets = cursor
    .compactArray(() => {
      const topic = cursor.compactString() ?? '';
      const partitions = cursor.compactArray(() => {
        const partition = cursor.int32();
        const offset = cursor.int64();
        cursor.int32(); // leader epoch
        const metadata = cursor.compactString() ?? '';
        const errorCode = cursor.int16();
        cursor.tags();
        return { topic, partition, offset, metadata, errorCode };
      });
      cursor.tags();
      return partitions;
    })
    .flat();
  return { errorCode: cursor.int16(), offsets };
}
