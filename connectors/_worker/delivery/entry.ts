// A record between the topic and the far side.
import type { RawRecord, TopicPartition } from '../../../pipeline/runtime/port.ts';
import type { Settled, SinkRecord } from '../../_sink/index.ts';

/** `left`: settled without the far side: filtered, a tombstone, or refused by a transform. */
export type Settlement = Settled | { readonly kind: 'left'; readonly reason: 'filtered' | 'tombstone' };

/** Why a record was refused, and by what. */
export interface Refusal {
  readonly stage: 'TRANSFORMATION' | 'VALUE_CONVERTER' | 'TASK_PUT' | 'CONSUMER';
  readonly className: string;
  readonly error: { readonly name: string; readonly message: string; readonly stack?: string | undefined };
}

export class Entry {
  readonly tp: TopicPartition;
  readonly offset: number;
  readonly timestampMs: number;
  /** What it counts for in the byte budget. */
  readonly bytes: number;
  /** Wall clock of when it was read, milliseconds. */
  readonly sinceMs: number;
  /** Records that it stands for: more than one for a batch that cannot be read. */
  readonly records: number;
  settled: Settlement | null = null;
  /** Its dead letter is due. */
  refusal: Refusal | null = null;
  attempts = 0;
  /** Not sent before; wall clock, milliseconds. */
  dueMs = 0;
  /** Its partition has gone to another: what the far side says of it is for nobody. */
  isAbandoned = false;
  #raw: RawRecord | null;
  #record: SinkRecord | null;

  /**
   * @param raw As it lies on the topic. Its bytes may be views into what was fetched: see `detach`.
   * @param record Null when it never goes to the far side.
   */
  constructor(tp: TopicPartition, raw: RawRecord, record: SinkRecord | null, sinceMs: number, records = 1) {
    this.tp = tp;
    this.offset = raw.offset;
    this.timestampMs = raw.timestampMs;
    this.sinceMs = sinceMs;
    this.records = records;
    this.bytes = OVERHEAD_BYTES + bytesOf(raw) + (record === null || record.value === raw.value ? 0 : record.value.length);
    this.#raw = raw;
    this.#record = record;
  }

  /** Its bytes count: it is owed, or its dead letter is. */
  get isHeld(): boolean {
    return this.settled === null || this.refusal !== null;
  }
  /** Of an entry that is held. */
  get raw(): RawRecord {
    return this.#raw!;
  }
  /** Of an entry that is owed. */
  get record(): SinkRecord {
    return this.#record!;
  }
  /** Once nobody asks for its bytes again. */
  free(): void {
    this.#raw = null;
    this.#record = null;
  }
  /** One that stays longer than its neighbours does not keep their bytes in memory with its own. */
  detach(): void {
    const raw = this.#raw;
    if (raw === null) return;
    const value = copyOf(raw.value);
    this.#raw = { ...raw, key: copyOf(raw.key), value, headers: raw.headers.map(([name, text]) => [name, Buffer.from(text)] as const) };
    const record = this.#record;
    if (record === null) return;
    const headers = record.headers === raw.headers ? this.#raw.headers : record.headers.map(([name, text]) => [name, Buffer.from(text)] as const);
    this.#record = { ...record, key: copyOf(record.key), value: record.value === raw.value ? value! : record.value, headers };
  }
}

/** What a record costs beside its bytes. */
const OVERHEAD_BYTES = 300;
const copyOf = (bytes: Buffer | null): Buffer | null => (bytes === null ? null : Buffer.from(bytes));

function bytesOf({ key, value, headers }: RawRecord): number {
  let bytes = (key?.length ?? 0) + (value?.length ?? 0);
  for (const [name, text] of headers) bytes += name.length + text.length;
  return bytes;
}
