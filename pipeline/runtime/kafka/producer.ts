import { tpKey } from '../port.ts';
import type { Appended, OutRecord, Producer } from '../port.ts';
import type { Compression } from './compression.ts';
import type { Connections } from './connections.ts';
import { isCoordinatorMoved, isMoved, toPipelineError } from './errors.ts';
import { Mutex, retry } from './retry.ts';
import { Sender } from './sender.ts';

const DELIVERY_TIMEOUT_MS = 30_000;

interface Waiting {
  readonly records: readonly OutRecord[];
  readonly resolve: (appended: readonly Appended[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Idempotent. What is handed in while a request is under way goes out together in the next one. */
export class KafkaProducer implements Producer {
  readonly #connections: Connections;
  readonly #compression: Compression;
  readonly #mutex = new Mutex();
  #sender: Sender | null = null;
  #waiting: Waiting[] = [];

  constructor(connections: Connections, compression: Compression) {
    this.#connections = connections;
    this.#compression = compression;
  }

  send(records: readonly OutRecord[]): Promise<readonly Appended[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ records, resolve, reject });
      if (this.#waiting.length === 1) void this.#mutex.run(() => this.#flush());
    });
  }

  async close(): Promise<void> {
    await this.#mutex.run(async () => {
      this.#connections.close();
    });
  }

  async #flush(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    try {
      if (!this.#sender || this.#sender.isBroken) this.#sender = await this.#init();
      const appended = await this.#sender.send(waiting.flatMap(({ records }) => records));
      const shares = shareOut(
        appended,
        waiting.map(({ records }) => records),
      );
      waiting.forEach(({ resolve }, i) => {
        resolve(shares[i]!);
      });
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  }

  async #init(): Promise<Sender> {
    try {
      const { producerId, producerEpoch } = await retry(
        async () => {
          const node = await this.#connections.anyNode();
          return node.use((broker) => broker.initProducerId({ transactionTimeout: DELIVERY_TIMEOUT_MS }));
        },
        { isRetriable: (error) => isMoved(error) || isCoordinatorMoved(error), deadlineMs: DELIVERY_TIMEOUT_MS, before: () => this.#connections.refresh() },
      );
      return new Sender(
        this.#connections,
        { producerId: BigInt(producerId), producerEpoch },
        { transactionalId: null, compression: this.#compression, deliveryTimeoutMs: DELIVERY_TIMEOUT_MS, onPartitions: async () => {} },
      );
    } catch (error) {
      throw toPipelineError(error, 'begin to produce');
    }
  }
}

/** Divides what a joint send appended among those who asked, in their order. */
export function shareOut(appended: readonly Appended[], requests: readonly (readonly OutRecord[])[]): (readonly Appended[])[] {
  if (requests.length === 1) return [appended];
  const left = Map.groupBy(
    appended.map(({ tp, first, count }) => ({ tp, first, count })),
    ({ tp }) => tpKey(tp),
  );
  return requests.map((records) =>
    [...Map.groupBy(records, tpKey)].flatMap(([key, group]) => {
      const ranges = left.get(key) ?? [];
      const shares: Appended[] = [];
      for (let missing = group.length; missing > 0 && ranges.length > 0;) {
        const range = ranges[0]!;
        const count = Math.min(missing, range.count);
        shares.push({ tp: range.tp, first: range.first, count });
        range.first += count;
        range.count -= count;
        missing -= count;
        if (range.count === 0) ranges.shift();
      }
      return shares;
    }),
  );
}
