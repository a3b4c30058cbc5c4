// Follows the topic of states, and tells what this worker does.
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Broker } from '../../pipeline/runtime/port.ts';
import { StatusState } from './status-state.ts';
import type { StatusRecord } from './status-state.ts';
import { followTopic } from './topic-log.ts';

export interface StatusLog {
  readonly state: StatusState;
  /** Writes soon, in order; of one key only the last counts. Goes on trying while the broker is away. */
  readonly put: (records: readonly StatusRecord[]) => void;
  /** Resolves when everything that was put has been written, or `withinMs` is over. */
  readonly flush: (withinMs: number) => Promise<void>;
  readonly refresh: () => Promise<void>;
  /** What is not written yet is not. */
  readonly close: () => Promise<void>;
}
export interface StatusLogOptions {
  readonly broker: Broker;
  readonly topic: string;
  /** After records were taken. */
  readonly changed: () => void;
  readonly log: Logger;
}
const RETRY_MS = 500;

export async function openStatusLog({ broker, topic, changed, log }: StatusLogOptions): Promise<StatusLog> {
  const state = new StatusState();
  const following = await followTopic({
    broker,
    topic,
    log,
    changed,
    take(record) {
      if (!state.take(record)) log.warn({ topic, offset: record.offset, key: record.key?.toString() }, 'A record of states cannot be read.');
    },
  });
  const producer = broker.producer();
  const closing = new AbortController();
  const pending = new Map<string, StatusRecord>();
  let writing: Promise<void> | null = null;

  async function write(): Promise<void> {
    while (pending.size > 0 && !closing.signal.aborted) {
      const records = [...pending.values()];
      pending.clear();
      try {
        await producer.send(records.map((record) => ({ ...record, topic, partition: 0 })));
      } catch (error) {
        log.warn({ err: error, topic }, 'The state of connectors cannot be told for now.');
        for (const record of records) if (!pending.has(record.key.toString())) pending.set(record.key.toString(), record);
        await delay(RETRY_MS, undefined, { signal: closing.signal }).catch(() => {});
      }
    }
    writing = null;
  }

  return {
    state,
    put(records) {
      for (const record of records) {
        pending.delete(record.key.toString()); // to the end
        pending.set(record.key.toString(), record);
      }
      writing ??= write();
    },
    async flush(withinMs) {
      const timer = new AbortController();
      await Promise.race([writing, delay(withinMs, undefined, { signal: timer.signal }).catch(() => {})]);
      timer.abort();
    },
    refresh: () => following.untilNow(),
    async close() {
      closing.abort();
      await writing;
      await producer.close();
      await following.close();
    },
  };
}
