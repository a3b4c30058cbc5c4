// How each stage did since this page was opened, from what the page has seen itself.
import { useEffect, useRef, useState } from 'react';
import { useHealth } from '../shell/health.tsx';
import type { Sample } from './pace.ts';

const KEPT = 60;

/** Oldest first, at most 60. Empty until the first answer. */
export function useHistory(): ReadonlyMap<string, readonly Sample[]> {
  const { data, at } = useHealth();
  const all = useRef(new Map<string, readonly Sample[]>());
  const [shown, setShown] = useState<ReadonlyMap<string, readonly Sample[]>>(all.current);
  useEffect(() => {
    if (data === undefined || at === undefined) return;
    const next = new Map<string, readonly Sample[]>();
    for (const { name, lag, inPerSecond } of data.pipeline.stages)
      next.set(name, [...(all.current.get(name) ?? []), { at, lag, perSecond: inPerSecond }].slice(-KEPT));
    all.current = next;
    setShown(next);
  }, [data, at]);
  return shown;
}
