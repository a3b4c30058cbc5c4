// A topic of one partition that is followed from its beginning: all that workers know of each other and of connectors.
import type { Logger } from 'pino';
import { setTimeout as delay } from 'node:timers/promises';
import { tpKey } from '../../pipeline/runtime/port.ts';
import type { Broker, RawRecord, TopicPartition } from '../../pipeline/runtime/port.ts';

export interface TopicLog {
  /** Resolves when everything before this offset has been taken. Rejects when the log is closed first. */
  readonly until: (offset: number) => Promise<void>;
  /** As `until`, of everything that is committed now. */
  readonly untilNow: () => Promise<void>;
  readonly close: () => Promise<void>;
}
export interface TopicLogOptions {
  readonly broker: Broker;
  readonly topic: string;
  /** Each record in order. `isLive`: it came after the log was opened. Must not throw. */
  readonly take: (record: RawRecord, isLive: boolean) => void;
  /** After records were taken, once for those that came together; not before the log is open. */
  readonly changed: () => void;
  readonly log: Logger;
}
const RETRY_MS = 500;

/** Resolves when everything that was there has been taken. @throws RetryableError BROKER_UNAVAILABLE. */
export async function followTopic({ broker, topic, take, changed, log }: TopicLogOptions): Promise<TopicLog> {
  const tp: TopicPartition = { topic, partition: 0 };
  const admin = broker.admin();
  const reader = broker.reader();
  const closing = new AbortController();
  const { signal } = closing;
  const waiting = new Set<{ readonly offset: number; readonly done: () => void; readonly fail: (error: Error) => void }>();
  let position = (await admin.offsets([tp], 'earliest')).get(tpKey(tp)) ?? 0;
  let isLive = false;

  const read = async (to: number | 'follow'): Promise<void> => {
    for await (const batch of reader.read(tp, position, to, signal)) {
      if (batch.unreadable !== undefined) log.error({ ...tp, from: batch.from, reason: batch.unreadable.reason }, 'Records of the worker cannot be read.');
      for (const record of batch.records) take(record, isLive);
      position = batch.nextOffset;
      if (isLive && batch.records.length > 0) changed();
      for (const waiter of waiting) if (waiter.offset <= position) waiter.done();
    }
  };
  const stable = async (): Promise<number> => (await admin.offsets([tp], 'stable')).get(tpKey(tp)) ?? 0;

  const end = await stable();
  if (end > position) await read(end);
  isLive = true;
  const following = (async () => {
    while (!signal.aborted) {
      await read('follow').catch((error: unknown) => {
        if (!signal.aborted) log.warn({ err: error, topic }, 'The worker cannot follow its topic for now.');
      });
      await delay(RETRY_MS, undefined, { signal }).catch(() => {});
    }
  })();

  const until = (offset: number): Promise<void> => {
    if (offset <= position) return Promise.resolve();
    if (signal.aborted) return Promise.reject(new Error(`The log of ${topic} is closed`));
    return new Promise((resolve, reject) => {
      const waiter = {
        offset,
        done: () => {
          waiting.delete(waiter);
          resolve();
        },
        fail: reject,
      };
      waiting.add(waiter);
    });
  };
  return {
    until,
    untilNow: async () => until(await stable()),
    async close() {
      closing.abort();
      for (const { fail } of waiting) fail(new Error(`The log of ${topic} is closed`));
      await reader.close();
      await following;
      await admin.close();
    },
  };
}
