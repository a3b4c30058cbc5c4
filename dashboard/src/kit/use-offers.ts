// What may follow at the caret: asked for once typing pauses, narrowed here until the answer comes, and never shown for a text that has changed since.
import { useCallback, useEffect, useRef, useState } from 'react';
import { typingAt } from '../../../domains/search/typing.ts';

const PAUSE_MS = 120;

/** Put in for [from, to) of the text. */
export interface Offer {
  readonly text: string;
  readonly insert: string;
  readonly from: number;
  readonly to: number;
  readonly kind: 'field' | 'value' | 'operator' | 'word' | 'search';
  readonly about: string;
  /** Of a field, which kind of values it has. */
  readonly type: string | null;
  readonly count: number | null;
}
export type Complete = (text: string, caret: number) => Promise<readonly Offer[]>;

interface Shown {
  readonly offers: readonly Offer[];
  /** What they were asked for: another place, and they go. */
  readonly field: string | null;
  readonly from: number;
  readonly typed: string;
}

export interface Offers {
  readonly offers: readonly Offer[];
  /** An index of `offers`; -1 for none. */
  readonly marked: number;
  readonly mark: (index: number) => void;
  /** The text or the caret is another: asks for what may follow. @param isNow Without waiting for a pause. */
  readonly ask: (text: string, caret: number, isNow?: boolean) => void;
  /** Shows what was not asked for, such as earlier searches. */
  readonly show: (offers: readonly Offer[]) => void;
  readonly close: () => void;
}

export function useOffers(complete: Complete): Offers {
  const [shown, setShown] = useState<Shown | null>(null);
  const [marked, mark] = useState(-1);
  const round = useRef(0);
  const timer = useRef<number | undefined>(undefined);
  const latest = useRef(complete);
  latest.current = complete;

  const close = useCallback(() => {
    round.current += 1;
    window.clearTimeout(timer.current);
    setShown(null);
    mark(-1);
  }, []);
  useEffect(() => close, [close]);

  const ask = useCallback(
    (text: string, caret: number, isNow = false) => {
      const typing = typingAt(text, caret);
      if (typing === null || (typing.field === null && typing.typed === '' && !typing.isAfterTerm && !isNow)) return close();
      const { field, from, to, typed } = typing;
      round.current += 1;
      const mine = round.current;
      window.clearTimeout(timer.current);
      setShown((before) =>
        before !== null && before.field === field && before.from === from && typed.startsWith(before.typed) ? narrowed(before, typed, to) : null,
      );
      mark(-1);
      timer.current = window.setTimeout(
        () =>
          void latest.current(text, caret).then((offers) => {
            if (mine === round.current) setShown({ offers, field, from, typed });
          }),
        isNow ? 0 : PAUSE_MS,
      );
    },
    [close],
  );
  const show = useCallback((offers: readonly Offer[]) => {
    round.current += 1;
    window.clearTimeout(timer.current);
    setShown({ offers, field: null, from: 0, typed: '' });
    mark(-1);
  }, []);
  return { offers: shown?.offers ?? NONE, marked, mark, ask, show, close };
}

const NONE: readonly Offer[] = [];

/** Those that still fit, put in for what is typed now. */
function narrowed({ offers, field, from }: Shown, typed: string, to: number): Shown {
  const wanted = typed.toLowerCase();
  return {
    offers: offers.filter(({ text, kind }) => kind !== 'operator' && text.toLowerCase().includes(wanted)).map((offer) => ({ ...offer, to })),
    field,
    from,
    typed,
  };
}
