// A sensor over time: what came and what of it was refused, and how late it was.
import { useState } from 'react';
import { useFresh } from '../data/fresh.ts';
import { SensorHistoryDocument } from '../gql/graphql.ts';
import { Segments } from '../kit/button.tsx';
import { ChartFrame, useTableSwitch } from '../kit/chart-frame.tsx';
import { sum, toGrid } from '../kit/grid.ts';
import { count, duration, exactCount, plural } from '../kit/numbers.ts';
import { Panel } from '../kit/panel.tsx';
import { barSeconds, resolveRange, toIso } from '../kit/range.ts';
import { Failed, Stale, Waiting } from '../kit/states.tsx';
import { SPANS } from './address.ts';

const BARS = 96;
const EVERY_MS = 15_000;
const SERIES = [
  { name: 'parsed', label: 'Events', colour: '--series-1' },
  { name: 'unparsed', label: 'Kept as text', colour: '--series-3' },
  { name: 'refused', label: 'Refused', colour: '--bad' },
] as const;
const LAG = [{ name: 'lag', label: 'Mean lag', colour: '--series-2' }] as const;

type Span = (typeof SPANS)[number];
const WORDS: Record<Span, string> = { '24h': '24 hours', '7d': '7 days', '30d': '30 days' };

export function History({ id, span, onSpan }: { readonly id: string; readonly span: Span; readonly onSpan: (span: Span) => void }) {
  const [now, setNow] = useState(Date.now);
  const { isTable, button } = useTableSwitch();
  const ends = (at: number) => resolveRange({ from: `now-${span}`, to: 'now' }, at);
  const barMs = Math.max(60, barSeconds(ends(now), BARS)) * 1000;
  const fresh = useFresh(SensorHistoryDocument, {
    key: `${id} ${span}`,
    variables: () => {
      const at = Date.now();
      setNow(at);
      return { id, from: toIso(Math.floor(ends(at).from / barMs) * barMs), to: toIso(at), spanSeconds: barMs / 1000 };
    },
    what: 'Its history',
    everyMs: EVERY_MS,
  });
  const spans = fresh.data?.sensor?.history;
  const range = ends(now);
  const counts = (spans ?? []).flatMap(({ start, events, unparsed, refused }) => [
    { start, series: 'parsed', count: events - unparsed },
    { start, series: 'unparsed', count: unparsed },
    { start, series: 'refused', count: refused },
  ]);
  const grid = toGrid(
    counts,
    range,
    barMs,
    SERIES.map(({ name }) => name),
  );
  const lag = toGrid(
    (spans ?? []).flatMap(({ start, lagSeconds }) => (lagSeconds === null ? [] : [{ start, series: 'lag', count: lagSeconds }])),
    range,
    barMs,
    ['lag'],
  );
  const total = grid.values.reduce((all, row) => all + sum(row), 0);
  return (
    <Panel
      title="Health"
      note={`${plural(total, 'record')} in ${WORDS[span]}, by append time, a bar each ${duration(barMs)}`}
      actions={
        <>
          <Stale problem={fresh.problem} at={fresh.at} />
          <Segments label="Span" value={span} choices={SPANS.map((value) => ({ value, label: value }))} onChange={onSpan} />
          {button}
        </>
      }
    >
      {spans === undefined &&
        (fresh.problem === undefined ? <Waiting rows={6} label="Loading its history" /> : <Failed problem={fresh.problem} onRetry={fresh.reload} />)}
      {spans !== undefined && (
        <div className="sensor-charts">
          <ul className="sensor-legend" aria-label="Series">
            {SERIES.map(({ name, label, colour }) => (
              <li key={name}>
                <i style={{ background: `var(${colour})` }} /> {label}
              </li>
            ))}
          </ul>
          <ChartFrame
            isTable={isTable}
            label={`Records of the sensor in ${WORDS[span]}: ${exactCount(total)}`}
            kind="bars"
            series={SERIES}
            grid={grid}
            barMs={barMs}
            span={range}
            format={count}
            height={180}
          />
          <h3>Lag: mean of append time less event time</h3>
          <ChartFrame
            isTable={isTable}
            label={`Mean lag of the sensor in ${WORDS[span]}`}
            kind="bars"
            series={LAG}
            grid={lag}
            barMs={barMs}
            span={range}
            format={(seconds) => (seconds === 0 ? '0' : duration(seconds * 1000))}
            height={120}
          />
        </div>
      )}
    </Panel>
  );
}
