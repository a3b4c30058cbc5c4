/**
 * Wall-clock time of what runs stages and connectors: spacing of commits, silence, retries. Stages never see it. Tests move their own. Whole milliseconds, and
 * never backwards: where the machine's clock is set while the process runs, this one goes on from what it was.
 */
export interface WallClock {
  readonly nowMs: () => number;
  /** Runs once after `ms`, in a later turn of the event loop also for 0. @returns Cancels it. */
  readonly after: (ms: number, run: () => void) => () => void;
}

export const systemClock: WallClock = {
  nowMs: () => Math.floor(performance.timeOrigin + performance.now()),
  after(ms, run) {
    if (ms <= 0) {
      const immediate = setImmediate(run);
      return () => clearImmediate(immediate);
    }
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** Waits, unless the signal ends it first. */
export const sleep = (clock: WallClock, ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const end = () => {
      cancel();
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.after(ms, end);
    signal?.addEventListener('abort', end);
  });

/** Delays 100 ms, 200 ms ... up to 5 s. */
export const backoffMs = (attempt: number): number => Math.min(5000, 100 * 2 ** Math.min(attempt, 6));
