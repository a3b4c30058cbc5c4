// What time the far side believes it is: signatures and assertions are refused when they are minutes off.
import type { IncomingHttpHeaders } from 'node:http';

export interface FarClock {
  /** Milliseconds since 1970; our own clock until something else was learned. */
  readonly now: () => number;
  /** Takes the time of an answer (`Date`). @returns Whether that changed it by more than a minute: worth asking once more. */
  readonly learn: (headers: IncomingHttpHeaders) => boolean;
}

const WORTH_MS = 60_000;

export function openFarClock(now: () => number): FarClock {
  let aheadMs = 0;
  return {
    now: () => now() + aheadMs,
    learn: ({ date }) => {
      const foundMs = Date.parse(date ?? '') - now();
      if (Number.isNaN(foundMs) || Math.abs(foundMs - aheadMs) <= WORTH_MS) return false;
      aheadMs = foundMs;
      return true;
    },
  };
}
