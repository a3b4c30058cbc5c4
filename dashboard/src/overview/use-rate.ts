// Events per bar and sensor over a range. The whole range is asked for once; then only its moving end, again and again.
import { useEffect, useMemo, useRef, useState } from 'react';
import { ask, useFresh } from '../data/fresh.ts';
import type { Problem } from '../data/problem.ts';
import { EventRateDocument, type EventRateQuery } from '../gql/graphql.ts';
import { toGrid, type Grid } from '../kit/grid.ts';
import { barSeconds, isMoving, resolveRange, toIso, type Range, type Span } from '../kit/range.ts';

type Bar = EventRateQuery['eventCounts'][number];

const EVERY_MS = 3000;
const TAIL_MS = 90_000; // events older than that have long been stored
const SETTLE_MS = 2000; // the newest bar is shown when its events have had this long to be stored

export interface Rate {
  readonly grid: Grid;
  readonly barMs: number;
  readonly span: Span;
  readonly isLoading: boolean;
  readonly problem: Problem | undefined;
  readonly at: number | undefined;
}

/** Bars of some seconds on short ranges; whole minutes on others, which the API has summed up already. */
export const barsFor = (span: Span): number => (span.to - span.from <= 1_800_000 ? 90 : span.to - span.from <= 3_600_000 ? 60 : 96);

export function useRate(range: Range, now: number): Rate {
  const key = `${range.from} ${range.to}`;
  const ends = () => resolveRange(range, Date.now());
  const barMs = barSeconds(ends(), barsFor(ends())) * 1000;
  const [tail, setTail] = useState<{
    readonly key: string;
    readonly from: number;
    readonly bars: readonly Bar[];
    readonly at: number;
    readonly problem: Problem | undefined;
  }>();
  const whole = useFresh(EventRateDocument, {
    key,
    variables: () => ({ from: toIso(Math.floor(ends().from / barMs) * barMs), to: toIso(ends().to), spanSeconds: barMs / 1000 }),
    what: 'The event rate',
  });

  useEffect(() => {
    if (!isMoving(range) || whole.data === undefined || whole.isLoading) return undefined;
    let isOver = false;
    let timer = 0;
    const run = async () => {
      const at = Date.now();
      const from = Math.floor((at - Math.max(TAIL_MS, barMs)) / barMs) * barMs;
      const result = document.hidden
        ? undefined
        : await ask(EventRateDocument, { from: toIso(from), to: toIso(at), spanSeconds: barMs / 1000 }, 'The event rate');
      if (isOver) return;
      if (result !== undefined && 'data' in result)
        setTail((before) => ({
          key,
          from,
          bars: join(before?.key === key ? before.bars : [], result.data.eventCounts, from, at - (at - ends().from) * 1.1),
          at,
          problem: undefined,
        }));
      else if (result !== undefined)
        setTail((before) => ({ key, from: before?.from ?? from, bars: before?.bars ?? [], at: before?.at ?? at, problem: result.problem }));
      timer = window.setTimeout(() => void run(), EVERY_MS);
    };
    timer = window.setTimeout(() => void run(), EVERY_MS);
    return () => {
      isOver = true;
      window.clearTimeout(timer);
    };
  }, [key, whole.data, whole.isLoading, barMs]);

  const order = useRef<{ key: string; names: readonly string[] }>({ key: '', names: [] });
  const isTailed = tail?.key === key;
  const lastBar = isMoving(range) ? Math.floor((now - SETTLE_MS) / barMs) * barMs : ends().to;
  const firstBar = Math.floor(resolveRange(range, now).from / barMs) * barMs;
  const grid = useMemo(() => {
    const known = whole.isLoading ? [] : (whole.data?.eventCounts ?? []);
    const cut = isTailed ? (tail.bars[0] === undefined ? tail.from : Math.min(tail.from, Date.parse(tail.bars[0].start))) : Number.POSITIVE_INFINITY;
    const all = [...known.filter(({ start }) => Date.parse(start) < cut), ...(isTailed ? tail.bars : [])];
    if (order.current.key !== key) order.current = { key, names: [] };
    const made = toGrid(all, { from: firstBar, to: Math.max(lastBar, firstBar + barMs) }, barMs, order.current.names);
    order.current = { key, names: made.names }; // a sensor keeps its tone and place while the range moves
    return made;
  }, [whole.data, whole.isLoading, tail, firstBar, lastBar, barMs, key]);

  const span = isMoving(range) ? { from: now - SETTLE_MS - (resolveRange(range, now).to - resolveRange(range, now).from), to: now - SETTLE_MS } : ends();
  const problem = whole.problem ?? (isTailed ? tail.problem : undefined);
  return { grid, barMs, span, isLoading: whole.isLoading, problem, at: isTailed ? tail.at : whole.at };
}

/** Bars from `from` on are replaced by the new ones; those before `oldest` go. */
function join(before: readonly Bar[], fresh: readonly Bar[], from: number, oldest: number): readonly Bar[] {
  return [...before.filter(({ start }) => Date.parse(start) < from && Date.parse(start) >= oldest), ...fresh].sort((a, b) => a.start.localeCompare(b.start));
}
