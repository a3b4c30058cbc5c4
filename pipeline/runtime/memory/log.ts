import { FatalError } from '../../core/errors.ts';
import type { Headers, OutRecord, RawBatch, RawRecord, TopicPartition } from '../port.ts';

interface Entry {
  readonly kind: 'data' | 'commit' | 'abort';
  readonly offset: number;
  readonly producerId: number;
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Headers;
}
/** Offsets [from, to) that cannot be read any more. */
interface Damaged {
  readonly from: number;
  readonly to: number;
  readonly records: number;
  readonly bytes: Buffer;
}
interface Aborted {
  readonly producerId: number;
  readonly first: number;
  readonly marker: number;
}

/** One partition: records and transaction markers at their offsets, with the holes that compaction leaves. */
export class PartitionLog {
  readonly tp: TopicPartition;
  #entries: Entry[] = []; // ascending offsets
  #start = 0;
  #end = 0;
  readonly #open = new Map<number, number>(); // producer id to the first offset of its open transaction
  readonly #aborted: Aborted[] = [];
  readonly #damaged: Damaged[] = [];

  constructor(tp: TopicPartition) {
    this.tp = tp;
  }

  get start(): number {
    return this.#start;
  }
  /** High watermark: there are no replicas to wait for. */
  get end(): number {
    return this.#end;
  }
  get lastStable(): number {
    return Math.min(this.#end, ...this.#open.values());
  }

  /** @returns The offset of the first record. */
  append(records: readonly OutRecord[], producerId: number, transactional: boolean, timestampMs: number): number {
    const first = this.#end;
    if (transactional && !this.#open.has(producerId)) this.#open.set(producerId, first);
    for (const { key, value, headers = [] } of records) {
      this.#entries.push({
        kind: 'data',
        offset: this.#end++,
        producerId,
        timestampMs,
        key: key && Buffer.from(key),
        value: value && Buffer.from(value),
        headers: headers.map(([name, bytes]) => [name, Buffer.from(bytes)]),
      });
    }
    return first;
  }

  /** Ends a producer's transaction. The marker takes an offset, also where the transaction wrote nothing. */
  mark(producerId: number, kind: 'commit' | 'abort', timestampMs: number): void {
    const first = this.#open.get(producerId);
    this.#open.delete(producerId);
    const marker = this.#end++;
    if (kind === 'abort' && first !== undefined) this.#aborted.push({ producerId, first, marker });
    this.#entries.push({ kind, offset: marker, producerId, timestampMs, key: null, value: null, headers: [] });
  }

  /**
   * The next batch at `from`; `nextOffset` equals `from` when there is nothing to read yet.
   * @throws FatalError OFFSET_GONE outside of the log.
   */
  read(from: number, isolation: 'committed' | 'uncommitted', maxRecords: number): RawBatch {
    if (from < this.#start || from > this.#end) {
      const { topic, partition } = this.tp;
      throw new FatalError('OFFSET_GONE', `Offset ${from} of ${topic}/${partition} is outside of [${this.#start}, ${this.#end}]`, {
        topic,
        partition,
        offset: from,
      });
    }
    const limit = isolation === 'committed' ? this.lastStable : this.#end;
    const around = { tp: this.tp, from, highWatermark: this.#end, lastStableOffset: this.lastStable };
    const damaged = this.#damaged.find(({ to }) => to > from);
    if (damaged && damaged.from <= from && damaged.to <= limit) {
      const records = Math.min(damaged.records, damaged.to - from);
      return { ...around, records: [], nextOffset: damaged.to, unreadable: { reason: 'Damaged for a test', records, bytes: damaged.bytes } };
    }
    const records: RawRecord[] = [];
    let nextOffset = Math.max(from, Math.min(limit, damaged?.from ?? Infinity));
    for (let i = this.#indexOf(from); i < this.#entries.length && this.#entries[i]!.offset < limit; i++) {
      const entry = this.#entries[i]!;
      if (entry.offset >= nextOffset) break;
      if (records.length === maxRecords) {
        nextOffset = entry.offset;
        break;
      }
      if (entry.kind !== 'data' || (isolation === 'committed' && this.#isAborted(entry))) continue;
      const { key, value, headers, timestampMs, offset } = entry;
      records.push({ key, value, headers, timestampMs, offset });
    }
    return { ...around, records, nextOffset };
  }

  /** First offset whose record is at or after the time, else the end. */
  offsetAt(timestampMs: number): number {
    return this.#entries.find((entry) => entry.kind === 'data' && entry.timestampMs >= timestampMs)?.offset ?? this.#end;
  }

  /** Keeps the last record of each key, and drops aborted records and markers. What is not yet stable stays. */
  compact(): void {
    const stable = this.lastStable;
    const last = new Map<string, number>();
    for (const entry of this.#entries) {
      if (entry.kind === 'data' && entry.offset < stable && entry.key && !this.#isAborted(entry)) last.set(entry.key.toString('latin1'), entry.offset);
    }
    this.#entries = this.#entries.filter(
      (entry) => entry.offset >= stable || (entry.kind === 'data' && entry.key !== null && last.get(entry.key.toString('latin1')) === entry.offset),
    );
  }

  deleteBefore(offset: number): void {
    this.#start = Math.max(this.#start, Math.min(offset, this.#end));
    this.#entries = this.#entries.filter((entry) => entry.offset >= this.#start);
  }

  /** Makes [from, to) one batch that nobody can read, whose bytes these are. */
  damage(from: number, to: number, bytes: Buffer): void {
    const records = this.#entries.filter(({ kind, offset }) => kind === 'data' && offset >= from && offset < to).length;
    this.#damaged.push({ from, to, records, bytes });
    this.#damaged.sort((a, b) => a.from - b.from);
  }

  /** Loses one record, as a faulty disk would. The offset stays a hole. */
  removeRecord(offset: number): void {
    this.#entries = this.#entries.filter((entry) => entry.offset !== offset);
  }

  #isAborted({ producerId, offset }: Entry): boolean {
    return this.#aborted.some((range) => range.producerId === producerId && range.first <= offset && offset < range.marker);
  }

  #indexOf(offset: number): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#entries[middle]!.offset < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
