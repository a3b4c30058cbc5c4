// Reads all partitions of a topic without a group, for as long as wanted, through anything that goes away and comes back.
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Broker, PartitionReader, RawBatch, TopicPartition } from '../../pipeline/runtime/port.ts';
import { tpKey } from '../../pipeline/runtime/port.ts';

export interface FollowOptions {
  readonly broker: Broker;
  readonly topic: string;
  readonly start: 'earliest' | 'latest';
  readonly log: Logger;
  /** Called in offset order per partition; the next batch waits until it has returned. A throw is logged and the batch skipped. */
  readonly onBatch: (batch: RawBatch) => void | Promise<void>;
  /** Between attempts. Tests pass one of their own. */
  readonly retryMs?: number;
}
export interface Follower {
  /** Resolves when everything that was there at the start has been read, or when it is stopped. */
  readonly caughtUp: Promise<void>;
  readonly stop: () => Promise<void>;
}

const RETRY_MS = 2_000;

/** Begins at once. While the broker is away it tries again; what was deleted before it was read is skipped. */
export function followTopic({ broker, topic, start, log, onBatch, retryMs = RETRY_MS }: FollowOptions): Follower {
  const ending = new AbortController();
  const { signal } = ending;
  const positions = new Map<string, number>();
  const caughtUp = Promise.withResolvers<void>();

  async function follow(reader: PartitionReader, tp: TopicPartition, onRead: () => void): Promise<void> {
    for await (const batch of reader.read(tp, positions.get(tpKey(tp)) ?? 0, 'follow', signal)) {
      try {
        await onBatch(batch);
      } catch (error) {
        log.error(
          { code: 'UNEXPECTED', err: error, topic, partition: tp.partition, offset: batch.from },
          'A batch that was followed could not be handled; it is skipped.',
        );
      }
      positions.set(tpKey(tp), batch.nextOffset);
      onRead();
    }
  }

  async function attempt(): Promise<void> {
    const admin = broker.admin();
    const reader = broker.reader();
    try {
      const count = (await admin.topics()).get(topic);
      if (count === undefined) throw new Error(`Topic ${topic} does not exist`);
      const partitions = Array.from({ length: count }, (_, partition): TopicPartition => ({ topic, partition }));
      const ends = await admin.offsets(partitions, 'stable');
      const starts = await admin.offsets(partitions, start === 'earliest' || positions.size > 0 ? 'earliest' : 'stable');
      for (const tp of partitions) positions.set(tpKey(tp), Math.max(positions.get(tpKey(tp)) ?? 0, starts.get(tpKey(tp)) ?? 0));
      const checkCaughtUp = () => {
        if (partitions.every((tp) => (positions.get(tpKey(tp)) ?? 0) >= (ends.get(tpKey(tp)) ?? 0))) caughtUp.resolve();
      };
      checkCaughtUp();
      // One partition that fails ends the attempt for all: they share the reader.
      await Promise.race([Promise.all(partitions.map((tp) => follow(reader, tp, checkCaughtUp))), aborted(signal)]);
    } finally {
      await Promise.allSettled([reader.close(), admin.close()]);
    }
  }

  async function run(): Promise<void> {
    let isAway = false;
    while (!signal.aborted) {
      try {
        await attempt();
        isAway = false;
      } catch (error) {
        if (signal.aborted) break;
        if (!isAway) log.warn({ topic, reason: error instanceof Error ? error.message : String(error) }, 'A topic cannot be followed for now; trying again.');
        isAway = true;
      }
      await delay(retryMs, undefined, { signal }).catch(() => {});
    }
    caughtUp.resolve();
  }

  const running = run();
  return {
    caughtUp: caughtUp.promise,
    stop: async () => {
      ending.abort();
      await running;
    },
  };
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
