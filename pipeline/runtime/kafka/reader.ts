import { FatalError } from '../../core/errors.ts';
import type { PartitionReader, RawBatch, TopicPartition } from '../port.ts';
import type { Connections } from './connections.ts';
import { Fetcher } from './fetcher.ts';
import type { Slot } from './fetcher.ts';

const WAIT_MS = 200; // a read that begins while others wait for records is asked for after this at the latest
const MAX_BYTES_PER_PARTITION = 1024 * 1024;
const SLICE_RECORDS = 1_000;

/** Reads partitions without a group. All reads of one reader share its connections and fetches. */
export class KafkaReader implements PartitionReader {
  readonly #connections: Connections;
  readonly #fetcher: Fetcher;
  readonly #closing = new AbortController();
  #running: Promise<void> | null = null;
  #failure: unknown;

  constructor(connections: Connections, onTrouble: (error: unknown) => void) {
    this.#connections = connections;
    this.#fetcher = new Fetcher(connections, {
      isolation: 'committed',
      maxBytesPerPartition: MAX_BYTES_PER_PARTITION,
      maxWaitMs: WAIT_MS,
      sliceRecords: SLICE_RECORDS,
      onTrouble,
    });
  }

  async *read(tp: TopicPartition, from: number, to: number | 'follow', signal: AbortSignal): AsyncGenerator<RawBatch> {
    if (to !== 'follow' && from >= to) return;
    if (this.#closing.signal.aborted) throw new FatalError('BROKER_REFUSED', 'The reader is closed');
    const ended = AbortSignal.any([signal, this.#closing.signal]);
    if (ended.aborted) return;
    let wake = Promise.withResolvers<void>();
    let ahead: RawBatch | null = null;
    let failure: unknown;
    const onEnd = () => {
      wake.resolve();
    };
    ended.addEventListener('abort', onEnd);
    // One batch ahead; the partition pauses until it is taken, so that a slow taker holds up nobody else.
    const slot = this.#fetcher.add(
      tp,
      from,
      async (batch: RawBatch, of: Slot) => {
        ahead = batch;
        this.#fetcher.setPaused(of, true);
        wake.resolve();
      },
      (error) => {
        failure = error;
        wake.resolve();
      },
    );
    this.#running ??= this.#fetcher.run().catch((error: unknown) => {
      this.#failure = error;
      this.#closing.abort();
    });
    try {
      while (!ended.aborted) {
        const batch = ahead as RawBatch | null;
        if (!batch) {
          if (failure !== undefined) throw failure;
          await wake.promise;
          wake = Promise.withResolvers();
          continue;
        }
        ahead = null;
        const isLast = to !== 'follow' && batch.nextOffset >= to;
        if (!isLast) this.#fetcher.setPaused(slot, false);
        yield isLast && batch.nextOffset > to ? { ...batch, records: batch.records.filter(({ offset }) => offset < to), nextOffset: to } : batch;
        if (isLast) return;
      }
      if (this.#failure !== undefined && !signal.aborted) throw this.#failure;
    } finally {
      ended.removeEventListener('abort', onEnd);
      this.#fetcher.remove(slot);
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#fetcher.stop();
    await this.#running;
    this.#connections.close();
  }
}
