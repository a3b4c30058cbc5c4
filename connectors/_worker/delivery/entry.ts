// A record between the topic and the far side.
import { tpKey } from '../../../pipeline/runtime/port.ts';
import type { RawRecord, TopicPartition } from '../../../pipeline/runtime/port.ts';
import type { Settled, SinkRecord } from '../../_sink/index.ts';

/** `left`: settled without the far side: filtered, a tombstone, or refused by a transform. */
export type Settlement = Settled | { readonly kind: 'left'; readonly reason: 'filtered' | 'tombstone' };

/** What a dead letter needs of the record as it lay on the topic. The bytes are its own. */
export interface Original extends Pick<RawRecord, 'key' | 'value' | 'headers' | 'timestampMs' | 'offset'> {
  readonly tp: TopicPartition;
}
/** Why a record was refused, and by what. */
export interface Refusal {
  readonly stage: 'TRANSFORMATION' | 'VALUE_CONVERTER' | 'TASK_PUT' | 'CONSUMER';
  readonly className: string;
  readonly error: { readonly name: string; readonly message: string; readonly stack?: string | undefined };
}

export class Entry {
  #original: Original;
  #record: SinkRecord | null;
  readonly offset: number;
  readonly timestampMs: number;
  /** What it counts for in the byte budget. */
  readonly bytes: number;
  /** Wall clock of when it was read, milliseconds. */
  readonly sinceMs: number;
  /** Records that it stands for: more than one for a batch that cannot be read. */
  readonly records: number;
  /** Of `orderedByKey`; null without a key: such records are in nobody's way. */
  readonly orderKey: string | null;
  settled: Settlement | null = null;
  refusal: Refusal | null = null;
  attempts = 0;
  /** Not sent before; wall clock, milliseconds. */
  dueMs = 0;
  /** Its partition has gone to another: what the far side says of it is for nobody. */
  isAbandoned = false;

  /** @param record Null when it never goes to the far side. */
  constructor(original: Original, record: SinkRecord | null, sinceMs: number, records = 1) {
    this.#original = original;
    this.#record = record;
    this.offset = original.offset;
    this.timestampMs = original.timestampMs;
    this.sinceMs = sinceMs;
    this.records = records;
    this.bytes = OVERHEAD_BYTES + bytesOf(original) + (record === null || record.value === original.value ? 0 : record.value.length);
    const key = record?.key ?? null;
    this.orderKey = key === null ? null : `${tpKey(original.tp)}:${key.toString('latin1')}`;
  }

  /** Its bytes count: it is owed, or its dead letter is. */
  get isHeld(): boolean {
    return this.settled === null || this.refusal !== null;
  }
  get original(): Original {
    return this.#original;
  }
  get record(): SinkRecord | null {
    return this.#record;
  }
  /** Once it is settled and no dead letter is due, nobody asks for its bytes again. */
  free(): void {
    this.#record = null;
    this.#original = { ...this.#original, key: null, value: null, headers: [] };
  }
}

const OVERHEAD_BYTES = 300;
function bytesOf({ key, value, headers }: Original): number {
  let bytes = (key?.length ?? 0) + (value?.length ?? 0);
  for (const [name, text] of headers) bytes += name.length + text.length;
  return bytes;
}
