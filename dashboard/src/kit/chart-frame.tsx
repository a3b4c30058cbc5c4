// A chart with a table behind it. The drawing code comes when the first chart is shown.
import { lazy, Suspense, useState } from 'react';
import { IconButton } from './button.tsx';
import type { ChartProps } from './chart.tsx';
import { useZone } from './preferences.ts';
import { plainTime, zoneOffset } from './time.ts';

const Chart = lazy(() => import('./chart.tsx'));

export function useTableSwitch(): { readonly isTable: boolean; readonly button: React.ReactNode } {
  const [isTable, setTable] = useState(false);
  return { isTable, button: <IconButton icon="table" label="Show as table" isOn={isTable} onClick={() => setTable(!isTable)} /> };
}

export function ChartFrame({ isTable, ...chart }: ChartProps & { readonly isTable: boolean }) {
  if (isTable) return <ChartTable {...chart} />;
  return (
    <Suspense fallback={<div style={{ height: chart.height }} />}>
      <Chart {...chart} />
    </Suspense>
  );
}

function ChartTable({ grid, series, format, height, label }: ChartProps) {
  const zone = useZone();
  const rows = grid.starts
    .map((start, i) => ({ start, values: grid.values.map((row) => row[i] ?? 0) }))
    .filter(({ values }) => values.some((n) => n > 0))
    .reverse();
  return (
    <div className="chart-table" style={{ height }} tabIndex={0} role="region" aria-label={label}>
      <table>
        <thead>
          <tr>
            <th scope="col">From, {zoneOffset(zone, Date.now())}</th>
            {series.map((each) => (
              <th key={each.name} scope="col">
                {each.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ start, values }) => (
            <tr key={start}>
              <th scope="row">{plainTime(start, zone)}</th>
              {values.map((n, i) => (
                <td key={series[i]?.name ?? i}>{format(n)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length === 0 && <p className="faint">Nothing in this range.</p>}
    </div>
  );
}
