import { setImmediate as turn } from 'node:timers/promises';
import type { PartitionReader, RawBatch, TopicPartition } from '../port.ts';
import type { Client } from './client.ts';

export class MemoryReader implements PartitionReader {
  readonly #client: Client;
  readonly #closing = new AbortController();

  constructor(client: Client) {
    this.#client = client;
  }

  async *read(tp: TopicPartition, from: number, to: number | 'follow', signal: AbortSignal): AsyncGenerator<RawBatch> {
    const { cluster, maxBatchRecords } = this.#client;
    const ended = AbortSignal.any([signal, this.#closing.signal]);
    const wake = () => {
      cluster.changed.notify();
    };
    ended.addEventListener('abort', wake);
    try {
      const end = to === 'follow' ? Infinity : to;
      let position = from;
      while (!ended.aborted && !this.#client.isCrashed && position < end) {
        const batch = cluster.log(tp).read(position, 'committed', maxBatchRecords);
        if (batch.nextOffset === position) {
          await cluster.changed.wait();
          continue;
        }
        position = batch.nextOffset;
        yield position <= end ? batch : { ...batch, records: batch.records.filter(({ offset }) => offset < end), nextOffset: end };
        await turn();
      }
    } finally {
      ended.removeEventListener('abort', wake);
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
  }
}
