import type { Batch, StreamRecord } from '../core/index.ts';
import { PipelineError } from '../core/errors.ts';
import type { CopyRows } from '../../store/copy.ts';
import type { DeadLetter } from './dead-letters.ts';
import { partitionKey } from './position.ts';
import type { Target } from './target.ts';

/** What one load takes from one partition: batches that follow each other. Rows [rowFrom, rowTo) are its, once encoded. */
export interface Span<V> {
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
  readonly next: number;
  readonly batches: readonly Batch<V>[];
  readonly records: number; // refused ones included
  rowFrom: number;
  rowTo: number;
}

/** How many records were refused: a batch that could not be unpacked counts for as many as it held. */
export const recordsOf = (refused: readonly { readonly records?: number }[]): number => refused.reduce((sum, { records = 1 }) => sum + records, 0);

/** By partition, in offset order. @throws Error when batches of a partition leave a hole between them */
export function spansOf<V>(batches: readonly Batch<V>[]): readonly Span<V>[] {
  const byPartition = new Map<string, Batch<V>[]>();
  for (const batch of batches) {
    const list = byPartition.get(partitionKey(batch));
    if (list === undefined) byPartition.set(partitionKey(batch), [batch]);
    else list.push(batch);
  }
  return [...byPartition.keys()].sort().map((key) => {
    const list = (byPartition.get(key) as Batch<V>[]).sort((a, b) => a.from - b.from);
    const first = list[0] as Batch<V>;
    for (const [index, batch] of list.entries()) {
      const before = list[index - 1];
      if (before !== undefined && before.next !== batch.from) throw new Error(`Batches of ${key} leave a hole: ${before.next} to ${batch.from}`);
    }
    const records = list.reduce((sum, batch) => sum + batch.records.length + recordsOf(batch.refused ?? []), 0);
    return {
      topic: first.topic,
      partition: first.partition,
      from: first.from,
      next: (list.at(-1) as Batch<V>).next,
      batches: list,
      records,
      rowFrom: 0,
      rowTo: 0,
    };
  });
}

const PIECE_BYTES = 256 << 10;

/** The rows of a load while they are encoded; `records[i]` became row i. */
export class Encoding<V> {
  readonly rows: CopyRows;
  readonly spans: readonly Span<V>[];
  readonly records: StreamRecord<V>[] = [];
  /** What the encoder, or the decoder before it, refused. */
  readonly refused: DeadLetter[] = [];
  readonly #target: Target<V>;
  #isBegun = false;

  constructor(target: Target<V>, rows: CopyRows, spans: readonly Span<V>[]) {
    rows.clear();
    this.#target = target;
    this.rows = rows;
    this.spans = spans;
  }

  /** Encodes piece by piece, so that the server works while we do. To be walked to its end, once. */
  *pieces(): Generator<Buffer> {
    if (this.#isBegun) throw new Error('Rows are encoded once');
    this.#isBegun = true;
    const { rows } = this;
    let sent = 0;
    let sentBytes = 0;
    for (const span of this.spans) {
      span.rowFrom = rows.rows;
      for (const { records, refused } of span.batches) {
        if (refused !== undefined) this.refused.push(...refused);
        for (const record of records) {
          this.#encode(record);
          if (rows.byteLength - sentBytes >= PIECE_BYTES) {
            yield rows.slice(sent, rows.rows);
            sent = rows.rows;
            sentBytes = rows.byteLength;
          }
        }
      }
      span.rowTo = rows.rows;
    }
    if (sent < rows.rows) yield rows.slice(sent, rows.rows);
  }

  #encode(record: StreamRecord<V>): void {
    const { rows } = this;
    rows.beginRow(this.#target.columns.length);
    try {
      this.#target.write(rows, record.value);
      rows.endRow();
      this.records.push(record);
    } catch (error) {
      rows.dropRow();
      this.refused.push(deadLetterOf(record, error));
    }
  }
}

/** Anything but an error of ours is a bug; it must not stop the partition. */
export function deadLetterOf({ position }: StreamRecord<unknown>, error: unknown): DeadLetter {
  const message = error instanceof Error ? error.message : String(error);
  return { position, code: error instanceof PipelineError ? error.code : 'UNEXPECTED', message };
}
