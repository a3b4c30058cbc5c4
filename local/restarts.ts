/** How long to wait before a process that ended by itself is started again; null when it ended too often. */
export interface RestartPolicy {
  /** Call once per end. */
  readonly next: (nowMs: number) => number | null;
}

const MOST_PER_MINUTE = 5;
const MINUTE_MS = 60_000;
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 8_000;

/** Five in any minute at most; the wait doubles from half a second and begins anew after a quiet minute. */
export function restartPolicy(): RestartPolicy {
  let ends: number[] = [];
  return {
    next(nowMs) {
      ends = [...ends.filter((at) => nowMs - at < MINUTE_MS), nowMs];
      return ends.length > MOST_PER_MINUTE ? null : Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (ends.length - 1));
    },
  };
}
