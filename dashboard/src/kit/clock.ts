// The present, for ages and moving ranges. One timer for all who ask for the same step.
import { useSyncExternalStore } from 'react';

interface Clock {
  readonly subscribe: (listener: () => void) => () => void;
  readonly get: () => number;
}
const clocks = new Map<number, Clock>();

function clock(stepMs: number): Clock {
  const known = clocks.get(stepMs);
  if (known !== undefined) return known;
  const listeners = new Set<() => void>();
  let now = Date.now();
  let timer: number | undefined;
  const made: Clock = {
    get: () => now,
    subscribe: (listener) => {
      if (listeners.size === 0) {
        now = Date.now();
        timer = window.setInterval(() => {
          if (document.hidden) return;
          now = Date.now();
          for (const each of listeners) each();
        }, stepMs);
      }
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) window.clearInterval(timer);
      };
    },
  };
  clocks.set(stepMs, made);
  return made;
}

/** Milliseconds since 1970, renewed every `stepMs` while the page is visible. */
export function useNow(stepMs: number): number {
  const shared = clock(stepMs);
  return useSyncExternalStore(shared.subscribe, shared.get);
}
