// For tests: kafkajs as it is published, beside what we put in its place.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** A module of kafkajs; the caller says what it is. `fresh` loads it anew, also when ours stands in for it, and leaves the process as it was. */
export function original(name: string, load: 'shared' | 'fresh' = 'shared'): unknown {
  const path = require.resolve(`kafkajs/src/${name}`);
  if (load === 'shared') return require(path);
  const kept = require.cache[path];
  delete require.cache[path];
  try {
    return require(path);
  } finally {
    if (kept) require.cache[path] = kept;
    else delete require.cache[path];
  }
}

export interface OriginalEncoder {
  readonly buffer: Buffer;
}
interface OriginalMessage {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Record<string, Buffer | Buffer[]>;
  readonly timestamp: number;
}
export type OriginalProduce = (request: {
  acks: number;
  timeout: number;
  transactionalId: string | null;
  producerId: bigint | string;
  producerEpoch: number;
  compression: number;
  topicData: { topic: string; partitions: { partition: number; firstSequence: number; messages: OriginalMessage[] }[] }[];
}) => { encode: () => Promise<OriginalEncoder> };
export interface DecodedRecord {
  readonly offset: string;
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Record<string, Buffer | Buffer[]>;
  readonly isControlRecord: boolean;
}
export type OriginalBatchDecoder = (decoder: object) => Promise<{ readonly records: readonly DecodedRecord[] }>;
export type OriginalDecoder = new (buffer: Buffer) => object;
