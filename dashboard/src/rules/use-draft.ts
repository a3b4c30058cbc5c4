// The text that is being written. It outlives a reload of the page, for as long as the tab is open.
import { useCallback, useState } from 'react';

export interface Draft {
  readonly text: string;
  /** Version that the writing began from; null for a new rule. */
  readonly base: number | null;
}
const keyOf = (id: string | null): string => `goshawk.rule-draft.${id ?? ''}`;

function read(id: string | null): Draft | undefined {
  try {
    const kept = JSON.parse(sessionStorage.getItem(keyOf(id)) ?? 'null') as Partial<Draft> | null;
    if (typeof kept?.text !== 'string') return undefined;
    return { text: kept.text, base: typeof kept.base === 'number' ? kept.base : null };
  } catch {
    return undefined;
  }
}

/** @param id Null: of a rule that there is not yet. @returns What was written and not saved; undefined when nothing was. */
export function useDraft(id: string | null): readonly [draft: Draft | undefined, set: (draft: Draft | undefined) => void] {
  const [kept, setKept] = useState(() => ({ id, draft: read(id) }));
  if (kept.id !== id) setKept({ id, draft: read(id) });
  const set = useCallback(
    (draft: Draft | undefined) => {
      setKept({ id, draft });
      try {
        if (draft === undefined) sessionStorage.removeItem(keyOf(id));
        else sessionStorage.setItem(keyOf(id), JSON.stringify(draft));
      } catch {
        /* a browser that keeps nothing: the text lives as long as the page */
      }
    },
    [id],
  );
  return [kept.draft, set];
}
