// Wall clock of a task: retries, lingering, commits. Tests move their own.
export interface Clock {
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
  /** Runs once after `ms`. @returns Cancels it. */
  readonly after: (ms: number, run: () => void) => () => void;
}

/** Waits, unless the signal ends it first. */
export const sleep = (clock: Clock, ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.after(ms, end);
    signal.addEventListener('abort', end);
  });
