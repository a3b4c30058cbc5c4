// What many causes ask for at once is done once.
import { useEffect, useMemo, useRef } from 'react';

export interface Soon {
  readonly call: () => void;
  readonly cancel: () => void;
}

/** At once, and after calls within `gapMs` of that once more, as late as `gapMs` after the last time. */
export function soon(run: () => void, gapMs: number): Soon {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isAsked = false;
  const begin = () => {
    isAsked = false;
    timer = setTimeout(() => {
      timer = undefined;
      if (isAsked) begin();
    }, gapMs);
    run();
  };
  return {
    call() {
      if (timer === undefined) begin();
      else isAsked = true;
    },
    cancel() {
      clearTimeout(timer);
      timer = undefined;
      isAsked = false;
    },
  };
}

/** `run` may be another with each rendering. */
export function useSoon(run: () => void, gapMs: number): () => void {
  const latest = useRef(run);
  latest.current = run;
  const spaced = useMemo(() => soon(() => latest.current(), gapMs), [gapMs]);
  useEffect(() => spaced.cancel, [spaced]);
  return spaced.call;
}
