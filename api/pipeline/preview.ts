import type { Broker } from '../../pipeline/runtime/port.ts';
import { topics } from '../../topologies/topics.ts';

/** The first bytes of dead letters as text, by their offsets on dead-letters.v1; null where the topic no longer holds one. */
export type DeadLetterPreview = (letters: readonly (readonly [partition: number, offset: number])[]) => Promise<readonly (string | null)[]>;

const PREVIEW_BYTES = 4_096;
const TIMEOUT_MS = 5_000;

/** Reads each from the broker: what may hold secrets is not kept in memory. */
export const openPreview =
  (broker: Broker): DeadLetterPreview =>
  async (letters) => {
    const reader = broker.reader();
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    try {
      return await Promise.all(
        letters.map(async ([partition, offset]) => {
          for await (const { records } of reader.read({ topic: topics.deadLetters.name, partition }, offset, offset + 1, signal)) {
            const record = records.find((each) => each.offset === offset);
            if (record !== undefined) return textOf(record.value);
          }
          return null;
        }),
      );
    } finally {
      await reader.close();
    }
  };

/** Bytes that are no UTF-8 show as U+FFFD; framed Avro is mostly readable that way. */
const textOf = (value: Buffer | null): string => (value === null ? '' : value.subarray(0, PREVIEW_BYTES).toString('utf8'));
