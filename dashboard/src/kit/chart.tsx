// Counts over time, stacked: areas for rates that flow, bars for things that happen.
import { useEffect, useMemo, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import './chart.css';
import { useCell } from './cell.ts';
import { stack, type Grid } from './grid.ts';
import { shownTheme, useZone } from './preferences.ts';
import type { Span } from './range.ts';
import { axisTime, plainTime, zoneOffset } from './time.ts';

export interface Series {
  readonly name: string;
  readonly label: string;
  /** A custom property of tokens.css, such as `--series-1`. */
  readonly colour: string;
}
export interface ChartProps {
  /** What is drawn, for those who do not see it. */
  readonly label: string;
  readonly kind: 'area' | 'bars';
  /** In the order of the grid, the lowest first. */
  readonly series: readonly Series[];
  readonly grid: Grid;
  readonly barMs: number;
  readonly span: Span;
  readonly format: (n: number) => string;
  readonly height: number;
  /** A level to compare with, drawn as a dashed line. */
  readonly baseline?: number | undefined;
  /** Only this series keeps its strength. */
  readonly emphasis?: string | null;
  /** The reader drew over a part of the chart. */
  readonly onBrush?: (span: Span) => void;
}

const colourOf = (property: string): string => getComputedStyle(document.documentElement).getPropertyValue(property).trim();

export default function Chart(props: ChartProps) {
  const { label, kind, series, grid, barMs, span, height, emphasis = null } = props;
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const latest = useRef({ ...props, zone: '' });
  const theme = useCell(shownTheme);
  const zone = useZone();
  latest.current = { ...props, zone };
  const shape = series.map((each) => `${each.name} ${each.colour}`).join('|');

  const data = useMemo<uPlot.AlignedData>(() => {
    const shift = kind === 'area' ? barMs / 2 : 0;
    return [grid.starts.map((start) => (start + shift) / 1000), ...stack(grid.values).reverse()];
  }, [grid, kind, barMs]);

  useEffect(() => {
    const element = holder.current;
    if (element === null) return undefined;
    const made = new uPlot(options(element.clientWidth, latest), data, element);
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: latest.current.height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = undefined;
    };
    // The data goes in below; a new plot is made only when its shape changes.
  }, [shape, theme, kind, zone, barMs]);

  useEffect(() => {
    const made = plot.current;
    if (made === undefined) return;
    made.batch(() => {
      if (made.data !== data) made.setData(data, false);
      made.setScale('x', { min: span.from / 1000, max: span.to / 1000 });
    });
  }, [data, span.from, span.to, shape, theme, kind, zone]);

  useEffect(() => {
    plot.current?.setSize({ width: holder.current?.clientWidth ?? 0, height });
  }, [height]);

  useEffect(() => {
    plot.current?.redraw(false);
  }, [emphasis]);

  return <div className="chart" ref={holder} role="img" aria-label={label} style={{ height }} />;
}

/** Steps of an axis that counts things. */
const WHOLE = [1, 2, 5].flatMap((n) => Array.from({ length: 9 }, (_, power) => n * 10 ** power)).sort((a, b) => a - b);

type Latest = { readonly current: ChartProps & { readonly zone: string } };

function options(width: number, latest: Latest): uPlot.Options {
  const { kind, series, height, onBrush } = latest.current;
  const faint = colourOf('--ink-3');
  const line = colourOf('--line');
  const ground = colourOf('--surface');
  const paths = kind === 'bars' ? uPlot.paths.bars?.({ size: [0.82, 28], align: 1, radius: 0 }) : uPlot.paths.linear?.();
  const font = '11px "Inter Variable", sans-serif';
  const weaken = (colour: string, name: string) => {
    const { emphasis } = latest.current;
    return emphasis === null || emphasis === undefined || emphasis === name ? colour : `color-mix(in srgb, ${colour} 22%, ${ground})`;
  };
  return {
    width,
    height,
    padding: [8, 2, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: onBrush !== undefined, y: false, setScale: false } },
    scales: { x: { time: true }, y: { range: (_u, _min, max) => [0, Math.max(max, latest.current.baseline ?? 0, 1e-9) * 1.12] } },
    axes: [
      {
        stroke: faint,
        font,
        size: 26,
        gap: 6,
        space: 84,
        grid: { show: false },
        ticks: { show: false },
        values: (_u, splits) => splits.map((s) => axisTime(s * 1000, latest.current.zone, ((splits[1] ?? 60) - (splits[0] ?? 0)) * 1000)),
      },
      {
        stroke: faint,
        font,
        size: 52,
        gap: 8,
        space: 36,
        ...(kind === 'bars' ? { incrs: WHOLE } : {}),
        grid: { stroke: line, width: 1 },
        ticks: { show: false },
        values: (_u, splits) => splits.map((n) => latest.current.format(n)),
      },
    ],
    series: [
      {},
      ...[...series].reverse().map((each): uPlot.Series => {
        const colour = colourOf(each.colour);
        return {
          label: each.label,
          fill: () => weaken(colour, each.name),
          stroke: 'transparent',
          width: 0,
          points: { show: false },
          ...(paths === undefined ? {} : { paths }),
        };
      }),
    ],
    plugins: [tip(latest)],
    hooks: {
      draw: [(u) => drawBaseline(u, latest, colourOf('--ink-2'))],
      setSelect: [
        (u) => {
          if (u.select.width < 4) return;
          const from = u.posToVal(u.select.left, 'x') * 1000;
          const to = u.posToVal(u.select.left + u.select.width, 'x') * 1000;
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          latest.current.onBrush?.({ from: Math.floor(from), to: Math.ceil(to) });
        },
      ],
    },
  };
}

function drawBaseline(u: uPlot, latest: Latest, colour: string): void {
  const { baseline } = latest.current;
  if (baseline === undefined || baseline <= 0) return;
  const y = Math.round(u.valToPos(baseline, 'y', true)) + 0.5;
  const { ctx, bbox } = u;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.restore();
}

/** The values under the pointer, as a small table beside it. */
function tip(latest: Latest): uPlot.Plugin {
  const box = document.createElement('div');
  box.className = 'chart-tip';
  return {
    hooks: {
      ready: (u) => u.over.append(box),
      setCursor: (u) => {
        const { grid, series, format, zone, barMs } = latest.current;
        const index = u.cursor.idx;
        const start = index === null || index === undefined ? undefined : grid.starts[index];
        const left = u.cursor.left ?? -1;
        if (start === undefined || index === null || index === undefined || left < 0) {
          box.style.display = 'none';
          return;
        }
        const rows = series
          .map((each, i) => ({ each, value: grid.values[i]?.[index] ?? 0 }))
          .reverse()
          .filter(({ value }) => value > 0);
        box.replaceChildren(
          text('chart-tip-time', `${plainTime(start, zone).slice(11)} to ${plainTime(start + barMs, zone).slice(11)} ${zoneOffset(zone, start)}`),
          ...rows.slice(0, 8).map(({ each, value }) => row(each, format(value))),
          ...(rows.length === 0 ? [text('chart-tip-none', 'Nothing')] : []),
        );
        box.style.display = 'block';
        const isRight = left > u.over.clientWidth / 2;
        box.style.transform = `translate(${Math.round(isRight ? left - box.offsetWidth - 12 : left + 12)}px, 4px)`;
      },
    },
  };
}

function text(className: string, content: string): HTMLElement {
  const element = document.createElement('div');
  element.className = className;
  element.textContent = content;
  return element;
}

function row(series: Series, value: string): HTMLElement {
  const element = text('chart-tip-row', '');
  const swatch = document.createElement('i');
  swatch.style.background = `var(${series.colour})`;
  element.append(swatch, text('cut', series.label), text('number', value));
  return element;
}
