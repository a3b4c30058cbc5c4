import { useMemo, useState } from 'react';
import { ChartFrame, useTableSwitch } from '../kit/chart-frame.tsx';
import { useNow } from '../kit/clock.ts';
import { sum } from '../kit/grid.ts';
import { useMedia } from '../kit/media.ts';
import { changeWords, count, rate } from '../kit/numbers.ts';
import { Panel } from '../kit/panel.tsx';
import type { Range } from '../kit/range.ts';
import { seriesColour } from '../kit/series.ts';
import { Failed, Stale } from '../kit/states.tsx';
import { Figure } from './figure.tsx';
import { useRate } from './use-rate.ts';

const NOW_MS = 15_000; // what "now" averages over

/** @param before Events in the span before this one; undefined while not known. */
export function RatePanel({ range, before }: { readonly range: Range; readonly before: number | undefined }) {
  const now = useNow(1000);
  const { grid, barMs, span, isLoading, problem, at } = useRate(range, now);
  const { isTable, button } = useTableSwitch();
  const [emphasis, setEmphasis] = useState<string | null>(null);
  const isRoomy = useMedia('(min-width: 900px)');
  const perSecond = useMemo(() => ({ ...grid, values: grid.values.map((row) => row.map((n) => n / (barMs / 1000))) }), [grid, barMs]);
  const series = grid.names.map((name, index) => ({ name, label: name, colour: seriesColour(index) }));
  const recent = Math.max(1, Math.round(NOW_MS / barMs));
  const current = perSecond.values.map((row) => sum(row.slice(-recent)) / recent);
  const total = grid.values.reduce((all, row) => all + sum(row), 0);
  const spanSeconds = (span.to - span.from) / 1000;
  const baseline = before === undefined || before === 0 ? undefined : before / spanSeconds;
  return (
    <Panel
      title="Events per second"
      note={baseline === undefined ? 'by sensor' : 'by sensor; dashed: mean of the span before'}
      className="overview-rate"
      actions={
        <>
          <Stale problem={problem} at={at} />
          {button}
        </>
      }
    >
      {isLoading && problem !== undefined ? (
        <Failed problem={problem} />
      ) : (
        <div className="rate">
          <div className="rate-chart">
            <Figure
              value={isLoading ? '' : rate(sum(current))}
              note={isLoading || before === undefined ? '' : `${count(total)} events, ${changeWords(total, before)}`}
            />
            <ChartFrame
              isTable={isTable}
              label={`Events per second by sensor, ${rate(sum(current))} now`}
              kind="area"
              series={series}
              grid={perSecond}
              barMs={barMs}
              span={span}
              format={rate}
              height={isRoomy ? 240 : 170}
              baseline={baseline}
              emphasis={emphasis}
            />
          </div>
          <ul className="legend rate-legend" aria-label="Sensors, with their present rate">
            {series
              .map((each, index) => (
                <li key={each.name} className="legend-row" onPointerEnter={() => setEmphasis(each.name)} onPointerLeave={() => setEmphasis(null)}>
                  <i style={{ background: `var(${each.colour})` }} />
                  <span className="cut quiet" title={each.label}>
                    {each.label}
                  </span>
                  <span className="legend-value">{rate(current[index] ?? 0)}</span>
                </li>
              ))
              .reverse()}
            {series.length === 0 && !isLoading && <li className="faint">No events in this range.</li>}
          </ul>
        </div>
      )}
    </Panel>
  );
}
