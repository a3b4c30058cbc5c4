// Reads and changes the topic of configurations. Any worker may change it, without a leader: who writes fences whoever else was about to.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { FencedError, RetryableError } from '../../pipeline/core/errors.ts';
import type { Broker } from '../../pipeline/runtime/port.ts';
import type { ConfigRecord, ConfigState } from './config-state.ts';
import { followTopic } from './topic-log.ts';

/** What a change writes, decided by what is there. */
export interface Change<T> {
  readonly records: readonly ConfigRecord[];
  readonly result: T;
}
export interface ConfigLog {
  readonly state: ConfigState;
  /**
   * Changes what connectors there are. `decide` sees everything that anybody has written, and nobody writes between its answer and ours; it may
   * be asked more than once. Changes of this process come one after the other. This worker has taken the change when it resolves.
   *
   * @throws what `decide` throws; RetryableError when the broker does not answer in time, or others write all the time.
   */
  readonly change: <T>(decide: (state: ConfigState) => Change<T> | Promise<Change<T>>) => Promise<T>;
  /** Reads to the end of what is committed now. */
  readonly refresh: () => Promise<void>;
  readonly close: () => Promise<void>;
}
export interface ConfigLogOptions {
  readonly broker: Broker;
  /** Empty; filled before this resolves, and from then on. */
  readonly state: ConfigState;
  readonly topic: string;
  readonly transactionalId: string;
  readonly changed: () => void;
  readonly log: Logger;
}

const MAX_PAUSE_MS = 5_000;
const ANSWER_MS = 30_000;
const TRANSACTION_TIMEOUT_MS = 10_000;
const WRITE_HEADER = 'write';
/** Ids of writes that are remembered: only those of the last seconds matter. */
const REMEMBERED_WRITES = 1_000;

export async function openConfigLog({ broker, state, topic, transactionalId, changed, log }: ConfigLogOptions): Promise<ConfigLog> {
  const writes = new Set<string>();
  const following = await followTopic({
    broker,
    topic,
    log,
    changed,
    take(record, isLive) {
      for (const [name, value] of record.headers) if (name === WRITE_HEADER) remember(writes, value.toString());
      if (!state.take(record, isLive)) log.warn({ topic, offset: record.offset, key: record.key?.toString() }, 'A record of connectors cannot be read.');
    },
  });
  let queue: Promise<unknown> = Promise.resolve();

  /** @returns null when somebody else came in between: begin again. */
  async function attempt<T>(decide: (state: ConfigState) => Change<T> | Promise<Change<T>>): Promise<{ readonly result: T } | null> {
    const producer = broker.txnProducer({ transactionalId, transactionTimeoutMs: TRANSACTION_TIMEOUT_MS });
    const id = randomUUID();
    let result: T;
    let hasBegun = false;
    try {
      await producer.init({ outputs: [{ topic, partition: 0 }], groupId: null });
      hasBegun = true;
      await following.untilNow(); // nobody can add to it now without fencing this producer
      const change = await decide(state);
      result = change.result;
      if (change.records.length === 0) return { result };
      await producer.transact(async (transaction) => {
        const headers = [[WRITE_HEADER, Buffer.from(id)]] as const;
        await transaction.send(change.records.map((record) => ({ ...record, topic, partition: 0, headers })));
      });
    } catch (error) {
      if (!hasBegun && (error instanceof RetryableError || error instanceof FencedError)) return null; // another one began, or nobody is there
      if (!isToRepeat(error)) throw error;
      if (!isUnknown(error)) return null;
      // The answer was lost: the next to begin decides whether it counts, and then it can be read.
      await settle();
      return writes.has(id) ? { result: result! } : null;
    } finally {
      await producer.close();
    }
    await following.untilNow();
    return { result };
  }
  async function settle(): Promise<void> {
    const producer = broker.txnProducer({ transactionalId, transactionTimeoutMs: TRANSACTION_TIMEOUT_MS });
    try {
      await producer.init({ outputs: [{ topic, partition: 0 }], groupId: null });
      await following.untilNow();
    } finally {
      await producer.close();
    }
  }
  async function changeNow<T>(decide: (state: ConfigState) => Change<T> | Promise<Change<T>>): Promise<T> {
    const beganMs = performance.now();
    for (let n = 0; performance.now() - beganMs < ANSWER_MS; n++) {
      const attemptMs = performance.now();
      const done = await attempt(decide);
      if (done !== null) return done.result;
      // Two that fence each other need a pause of one in which the other gets through, however slow the broker is.
      const tookMs = performance.now() - attemptMs;
      await delay(Math.min(Math.random() * tookMs * 2 ** n, MAX_PAUSE_MS));
    }
    throw new RetryableError('BROKER_UNAVAILABLE', 'Other workers change connectors all the time. Ask again.');
  }

  return {
    state,
    change(decide) {
      const mine = queue.then(() => changeNow(decide));
      queue = mine.catch(() => {});
      return inTime(mine);
    },
    refresh: () => following.untilNow(),
    async close() {
      await queue;
      await following.close();
    },
  };
}

/** Nobody waits without end for a broker that is away. What was begun goes on. */
async function inTime<T>(change: Promise<T>): Promise<T> {
  const timer = new AbortController();
  const late = delay(ANSWER_MS, undefined, { signal: timer.signal }).then(
    () => {
      throw new RetryableError(
        'BROKER_UNAVAILABLE',
        `The broker has not answered within ${ANSWER_MS / 1_000} s. The change may still be made: look before you ask again.`,
      );
    },
    () => change,
  );
  try {
    return await Promise.race([change, late]);
  } finally {
    timer.abort();
  }
}

function remember(writes: Set<string>, id: string): void {
  writes.add(id);
  if (writes.size <= REMEMBERED_WRITES) return;
  for (const oldest of writes) {
    writes.delete(oldest);
    return;
  }
}

/** Fenced by another writer, or aborted: nothing of it counts, unless `isUnknown`. */
const isToRepeat = (error: unknown): boolean => error instanceof FencedError || (error instanceof RetryableError && error.code === 'TXN_MUST_ABORT');
const isUnknown = (error: unknown): boolean => error instanceof RetryableError && error.details['outcome'] === 'unknown';
