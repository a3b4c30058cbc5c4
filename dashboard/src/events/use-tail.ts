// Events as they come out of enrichment. Taken in once per drawn frame, at most five times a second, into a bounded list.
import { useCallback, useEffect, useRef, useState } from 'react';
import { useLive, type Live } from '../data/live.ts';
import { EventTailDocument } from '../gql/graphql.ts';
import type { EventRow } from './use-results.ts';

export const TAIL_LIMIT = 2000;
const FLUSH_MS = 200;
const RATE_MS = 3000;

export interface Tail {
  /** Newest first. */
  readonly rows: readonly EventRow[];
  /** Come, but kept back while the reader holds the list. */
  readonly held: number;
  /** Shown or kept back since the tail began. */
  readonly received: number;
  /** Left out by the API to keep up, since the tail began. */
  readonly leftOut: number;
  /** Received and left out, over the last three seconds. */
  readonly perSecond: number;
  readonly live: Live;
  readonly letIn: () => void;
}

interface Buffers {
  incoming: EventRow[]; // oldest first
  held: EventRow[]; // newest first
  heldCount: number;
  received: number;
  leftOut: number;
  marks: { readonly at: number; readonly n: number }[];
  frame: number | undefined;
  lastFlush: number;
}
const empty = (): Buffers => ({ incoming: [], held: [], heldCount: 0, received: 0, leftOut: 0, marks: [], frame: undefined, lastFlush: 0 });

interface Shown {
  readonly rows: readonly EventRow[];
  readonly held: number;
  readonly received: number;
  readonly leftOut: number;
  readonly perSecond: number;
}
const nothing: Shown = { rows: [], held: 0, received: 0, leftOut: 0, perSecond: 0 };

/** @param text Null ends the tail. @param hasFields Rows have all their fields. @param isHeld Whether rows must stay where they are now. */
export function useTail(text: string | null, hasFields: boolean, isHeld: () => boolean): Tail {
  const [shown, setShown] = useState<Shown>(nothing);
  const buffers = useRef<Buffers>(empty());
  const held = useRef(isHeld);
  held.current = isHeld;

  const flush = useCallback((now: number) => {
    const own = buffers.current;
    own.frame = undefined;
    if (now - own.lastFlush < FLUSH_MS) {
      own.frame = requestAnimationFrame(flush);
      return;
    }
    own.lastFlush = now;
    const fresh = own.incoming.reverse();
    own.incoming = [];
    while ((own.marks[0]?.at ?? now) < now - RATE_MS) own.marks.shift();
    const perSecond = own.marks.reduce((sum, { n }) => sum + n, 0) / (RATE_MS / 1000);
    if (held.current()) {
      own.held = [...fresh, ...own.held].slice(0, TAIL_LIMIT);
      own.heldCount += fresh.length;
      setShown((before) => ({ ...before, held: own.heldCount, received: own.received, leftOut: own.leftOut, perSecond }));
      return;
    }
    const add = own.held.length === 0 ? fresh : [...fresh, ...own.held];
    own.held = [];
    own.heldCount = 0;
    setShown((before) => ({
      rows: add.length === 0 ? before.rows : [...add, ...before.rows].slice(0, TAIL_LIMIT),
      held: 0,
      received: own.received,
      leftOut: own.leftOut,
      perSecond,
    }));
  }, []);

  const live = useLive(
    EventTailDocument,
    text === null ? null : `${hasFields} ${text}`,
    { hasFields, ...(text === null || text === '' ? {} : { filter: { search: text } }) },
    ({ eventTail }) => {
      const own = buffers.current;
      own.incoming.push(...eventTail.events);
      if (own.incoming.length > TAIL_LIMIT) own.incoming.splice(0, own.incoming.length - TAIL_LIMIT); // a page in the background draws no frames
      own.received += eventTail.events.length;
      own.leftOut += eventTail.leftOut;
      own.marks.push({ at: performance.now(), n: eventTail.events.length + eventTail.leftOut });
      own.frame ??= requestAnimationFrame(flush);
    },
  );

  useEffect(() => {
    buffers.current = empty();
    setShown(nothing);
    return () => {
      if (buffers.current.frame !== undefined) cancelAnimationFrame(buffers.current.frame);
    };
  }, [text, hasFields]);

  const letIn = useCallback(() => {
    const own = buffers.current;
    const add = own.held;
    own.held = [];
    own.heldCount = 0;
    setShown((before) => ({ ...before, rows: [...add, ...before.rows].slice(0, TAIL_LIMIT), held: 0 }));
  }, []);

  return { ...shown, live, letIn };
}
