// How many events matched, over the range. Drawing over a part narrows the range to it.
import { useMemo } from 'react';
import { useFresh } from '../data/fresh.ts';
import { EventHistogramDocument } from '../gql/graphql.ts';
import { ChartFrame, useTableSwitch } from '../kit/chart-frame.tsx';
import { sum, toGrid } from '../kit/grid.ts';
import { NARROW, useMedia } from '../kit/media.ts';
import { count, exactCount } from '../kit/numbers.ts';
import { barSeconds, isMoving, toIso, type Span } from '../kit/range.ts';
import { Stale } from '../kit/states.tsx';
import { rangeOf, spanOf, type EventsSearch } from './address.ts';

export const BARS = 120;
const FEW_BARS = 60; // where there is no room for more
const EVERY_MS = 8000;

export function Histogram({ search, onRange }: { readonly search: EventsSearch; readonly onRange: (span: Span) => void }) {
  const { isTable, button } = useTableSwitch();
  const bars = useMedia(NARROW) ? FEW_BARS : BARS;
  const key = JSON.stringify([search.q, search.from, search.to]);
  const counts = useFresh(EventHistogramDocument, {
    key,
    variables: () => {
      const span = spanOf(search);
      return { from: toIso(span.from), to: toIso(span.to), spanSeconds: barSeconds(span, bars), filter: search.q === undefined ? {} : { search: search.q } };
    },
    what: 'Counts',
    ...(isMoving(rangeOf(search)) ? { everyMs: EVERY_MS } : {}),
  });
  const span = useMemo(() => spanOf(search), [key, counts.at]);
  const barMs = barSeconds(span, bars) * 1000;
  const grid = useMemo(() => toGrid(counts.data?.eventCounts ?? [], span, barMs), [counts.data, span, barMs]);
  const series = grid.names.map((name) => ({ name, label: name, colour: '--series-2' })); // one tone: the whole counts, the parts are on hover
  const total = grid.values.reduce((all, row) => all + sum(row), 0);
  if (counts.isLoading && counts.problem?.code === 'SEARCH_TOO_BROAD') return <TooBroad advice={counts.problem.advice} />;
  if (counts.isLoading && counts.problem !== undefined) return null; // the list below says why
  return (
    <section className={`histogram ${counts.isLoading ? 'histogram-loading' : ''}`} aria-label="Events over time">
      <div className="histogram-head">
        <span className="number" title={exactCount(total)}>
          <strong>{counts.data === undefined ? '' : count(total)}</strong> {counts.data === undefined ? '' : total === 1 ? 'event' : 'events'}
        </span>
        <Stale problem={counts.problem} at={counts.at} />
        {button}
      </div>
      <ChartFrame
        isTable={isTable}
        label={`${exactCount(total)} events over time, by dataset`}
        kind="bars"
        series={series}
        grid={grid}
        barMs={barMs}
        span={span}
        format={count}
        height={isTable ? 220 : 104}
        onBrush={onRange}
      />
    </section>
  );
}

/** The list reads page by page and goes on; only counting all of it would be too much. */
const TooBroad = ({ advice }: { readonly advice: string }) => (
  <section className="histogram" aria-label="Events over time">
    <p className="quiet" role="status">
      Not counted: {advice}
    </p>
  </section>
);
