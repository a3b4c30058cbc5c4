// Who leads each partition and how many replicas are in step, in one request and without a client.
import { askOnce } from '../local/kafka-probe.ts';
import { Cursor } from '../pipeline/runtime/kafka/cursor.ts';

const METADATA = 3;
const VERSION = 5;

export interface PartitionReplicas {
  readonly topic: string;
  readonly partition: number;
  /** -1 = nobody. */
  readonly leader: number;
  readonly inSync: number;
}

/** Of all topics, as the broker at `port` sees them. Rejects when it does not answer. */
export const readReplicas = (port: number): Promise<readonly PartitionReplicas[]> => askOnce(port, '127.0.0.1', request(), parse);

/** Size, key, version, correlation id, no client id, all topics (a null list), no creation. */
function request(): Buffer {
  const frame = Buffer.alloc(4 + 2 + 2 + 4 + 2 + 4 + 1);
  frame.writeInt32BE(frame.length - 4, 0);
  frame.writeInt16BE(METADATA, 4);
  frame.writeInt16BE(VERSION, 6);
  frame.writeInt16BE(-1, 12);
  frame.writeInt32BE(-1, 14);
  return frame;
}

function parse(answer: Buffer): readonly PartitionReplicas[] {
  const cursor = new Cursor(answer);
  const list = <T>(read: () => T): T[] => Array.from({ length: Math.max(0, cursor.int32()) }, read);
  cursor.at = 12; // size, correlation id, throttle time
  list(() => [cursor.int32(), cursor.string(), cursor.int32(), cursor.string()]); // brokers: id, host, port, rack
  cursor.string(); // cluster
  cursor.int32(); // controller
  return list(() => {
    cursor.int16();
    const topic = cursor.string() ?? '';
    cursor.at += 1; // is it internal
    return list(() => {
      cursor.int16();
      const [partition, leader] = [cursor.int32(), cursor.int32()];
      list(() => cursor.int32()); // replicas
      const inSync = list(() => cursor.int32()).length;
      list(() => cursor.int32()); // offline
      return { topic, partition, leader, inSync };
    });
  }).flat();
}
