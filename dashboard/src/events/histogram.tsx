// How many events matched, over the range. Drawing over a part narrows the range to it.
import { useMemo } from 'react';
import { useFresh } from '../data/fresh.ts';
import { EventHistogramDocument } from '../gql/graphql.ts';
import { ChartFrame, useTableSwitch } from '../kit/chart-frame.tsx';
import { sum, toGrid } from '../kit/grid.ts';
import { count, exactCount } from '../kit/numbers.ts';
import { barSeconds, isMoving, toIso, type Span } from '../kit/range.ts';
import { seriesColour } from '../kit/series.ts';
import { Stale } from '../kit/states.tsx';
import { rangeOf, spanOf, type EventsSearch } from './address.ts';

const BARS = 120;
const EVERY_MS = 8000;

export function Histogram({ search, onRange }: { readonly search: EventsSearch; readonly onRange: (span: Span) => void }) {
  const { isTable, button } = useTableSwitch();
  const key = JSON.stringify([search.q, search.from, search.to]);
  const counts = useFresh(EventHistogramDocument, {
    key,
    variables: () => {
      const span = spanOf(search);
      return { from: toIso(span.from), to: toIso(span.to), spanSeconds: barSeconds(span, BARS), filter: search.q === undefined ? {} : { search: search.q } };
    },
    what: 'Counts',
    ...(isMoving(rangeOf(search)) ? { everyMs: EVERY_MS } : {}),
  });
  const span = useMemo(() => spanOf(search), [key, counts.at]);
  const barMs = barSeconds(span, BARS) * 1000;
  const grid = useMemo(() => toGrid(counts.data?.eventCounts ?? [], span, barMs), [counts.data, span, barMs]);
  const series = grid.names.map((name, index) => ({ name, label: name, colour: seriesColour(index) }));
  const total = grid.values.reduce((all, row) => all + sum(row), 0);
  if (counts.isLoading && counts.problem !== undefined) return null; // the list below says why
  return (
    <section className={`histogram ${counts.isLoading ? 'histogram-loading' : ''}`} aria-label="Events over time">
      <div className="histogram-head">
        <span className="number" title={exactCount(total)}><strong>{counts.data === undefined ? '' : count(total)}</strong> {counts.data === undefined ? '' : total === 1 ? 'event' : 'events'}</span>
        <Stale problem={counts.problem} at={counts.at} />
        {button}
      </div>
      <ChartFrame isTable={isTable} label={`${exactCount(total)} events over time, by dataset`} kind="bars" series={series} grid={grid} barMs={barMs} span={span} format={count} height={isTable ? 220 : 104} onBrush={onRange} />
    </section>
  );
}
