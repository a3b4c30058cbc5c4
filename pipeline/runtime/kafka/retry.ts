import { setTimeout as sleep } from 'node:timers/promises';

export interface RetryOptions {
  /** Whether the same request may succeed later. */
  readonly isRetriable: (error: unknown) => boolean;
  /** Gives up, with the last error, when this much time has passed. Infinity for "until the signal". */
  readonly deadlineMs: number;
  readonly firstWaitMs?: number;
  readonly signal?: AbortSignal;
  /** Before each further attempt: forget what led to the wrong broker. */
  readonly before?: (error: unknown) => Promise<void> | void;
}

const MAX_WAIT_MS = 1_000;

/** Repeats a request with doubling waits. Waits are not random: each instance has its own connections, and few compete. */
export async function retry<T>(attempt: () => Promise<T>, { isRetriable, deadlineMs, firstWaitMs = 20, signal, before }: RetryOptions): Promise<T> {
  const startedMs = performance.now();
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMs * 2, MAX_WAIT_MS)) {
    try {
      return await attempt();
    } catch (error) {
      if (!isRetriable(error) || signal?.aborted || performance.now() - startedMs + waitMs > deadlineMs) throw error;
      await sleep(waitMs, undefined, signal ? { signal } : {}).catch(() => {});
      if (signal?.aborted) throw error;
      await Promise.resolve(before?.(error)).catch(() => {}); // the next attempt meets the same trouble, if it lasts
    }
  }
}

/** Runs one after the other. */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work, work);
    this.#last = result.catch(() => {});
    return result;
  }
}
