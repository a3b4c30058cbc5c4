// Counts per span, as the API gives them (empty spans left out), on a full grid that a chart can draw.
import type { Span } from './range.ts';
import { toMs } from './time.ts';

interface CountAt {
  readonly start: string;
  readonly count: number;
  readonly series: string;
}
export interface Grid {
  /** Starts of all bars in the span, milliseconds since 1970, ascending. */
  readonly starts: readonly number[];
  readonly names: readonly string[];
  /** By series, then by bar; 0 where the API left the span out. */
  readonly values: readonly (readonly number[])[];
}

/** @param order Series to draw first, in this order, also when they have no counts; others follow, largest first. */
export function toGrid(counts: readonly CountAt[], span: Span, barMs: number, order: readonly string[] = []): Grid {
  const first = Math.floor(span.from / barMs) * barMs;
  const bars = Math.max(1, Math.ceil((span.to - first) / barMs));
  const starts = Array.from({ length: bars }, (_, i) => first + i * barMs);
  const zeros = () => Array.from({ length: bars }, () => 0);
  const bySeries = new Map<string, number[]>(order.map((name) => [name, zeros()]));
  for (const { start, count, series } of counts) {
    let row = bySeries.get(series);
    if (row === undefined) bySeries.set(series, (row = zeros()));
    const bar = Math.floor((toMs(start) - first) / barMs);
    if (bar >= 0 && bar < bars) row[bar] = (row[bar] ?? 0) + count;
  }
  const rest = [...bySeries.keys()].filter((name) => !order.includes(name)).sort((a, b) => sum(bySeries.get(b)) - sum(bySeries.get(a)) || a.localeCompare(b));
  const names = [...order, ...rest];
  return { starts, names, values: names.map((name) => bySeries.get(name) ?? []) };
}

export const sum = (numbers: readonly number[] | undefined): number => (numbers ?? []).reduce((all, n) => all + n, 0);
export const sumCounts = (counts: readonly { readonly count: number }[] | undefined): number => (counts ?? []).reduce((all, { count }) => all + count, 0);

/** Each series on top of those before it. */
export function stack(values: readonly (readonly number[])[]): number[][] {
  let below: readonly number[] = [];
  return values.map((row) => {
    const top = row.map((n, i) => n + (below[i] ?? 0));
    below = top;
    return top;
  });
}
