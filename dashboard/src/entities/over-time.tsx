// Its events over time, and what features were computed of it.
import { useMemo } from 'react';
import type { Fresh } from '../data/fresh.ts';
import type { EntityCountSource, EntityOverTimeQuery } from '../gql/graphql.ts';
import { ChartFrame, useTableSwitch } from '../kit/chart-frame.tsx';
import { sumCounts, toGrid } from '../kit/grid.ts';
import { Moment, ZoneTag } from '../kit/moment.tsx';
import { bytes, count, duration, exactCount } from '../kit/numbers.ts';
import { Panel } from '../kit/panel.tsx';
import type { Span } from '../kit/range.ts';
import { seriesColour } from '../kit/series.ts';
import { Failed, Stale, Waiting } from '../kit/states.tsx';
import { Table } from '../kit/table.tsx';

const SOURCES: Record<EntityCountSource, string> = {
  events: 'by dataset',
  index: 'by dataset',
  features: 'from features: it is in very many events; the newest are not counted yet',
};

export function OverTime({ overTime, span }: { readonly overTime: Fresh<EntityOverTimeQuery>; readonly span: Span }) {
  const { isTable, button } = useTableSwitch();
  const counts = overTime.data?.entity.counts;
  const barMs = (counts?.spanSeconds ?? 3600) * 1000;
  const grid = useMemo(() => toGrid(counts?.buckets ?? [], span, barMs), [counts, span, barMs]);
  const total = sumCounts(counts?.buckets);
  const series = grid.names.map((name, index) => ({ name, label: name, colour: seriesColour(index) }));
  return (
    <Panel
      title="Events"
      note={counts === undefined || counts === null ? undefined : `${count(total)}, ${SOURCES[counts.source]}`}
      className="entity-time"
      actions={
        <>
          <Stale problem={overTime.problem} at={overTime.at} />
          {button}
        </>
      }
    >
      {overTime.data === undefined &&
        (overTime.problem === undefined ? (
          <Waiting rows={6} label="Loading its events over time" />
        ) : (
          <Failed problem={overTime.problem} onRetry={overTime.reload} />
        ))}
      {counts === null && <p className="faint">It is in more events of this range than one request may count. A shorter range shows them.</p>}
      {counts !== undefined && counts !== null && (
        <>
          <ChartFrame
            isTable={isTable}
            label={`${exactCount(total)} events over time by dataset`}
            kind="bars"
            series={series}
            grid={grid}
            barMs={barMs}
            span={span}
            format={count}
            height={230}
          />
          <ul className="legend entity-legend" aria-label="Datasets">
            {series.slice(0, 8).map(({ name, label, colour }) => (
              <li key={name} className="legend-row">
                <i style={{ background: `var(${colour})` }} />
                <span className="cut quiet">{label}</span>
              </li>
            ))}
            {series.length > 8 && <li className="faint">and {series.length - 8} more</li>}
          </ul>
        </>
      )}
    </Panel>
  );
}

export function FeaturesTable({ overTime }: { readonly overTime: Fresh<EntityOverTimeQuery> }) {
  const features = overTime.data?.entity.features ?? [];
  if (features.length === 0) return null;
  return (
    <Panel title="Features" note="newest windows" isFlush className="entity-features">
      <Table
        label="Features"
        columns={[
          'From',
          'Length',
          { ofNumbers: 'Events' },
          { ofNumbers: 'Failures' },
          { ofNumbers: 'Sent' },
          { ofNumbers: 'Received' },
          { ofNumbers: 'Destinations' },
          { ofNumbers: 'Ports' },
          { ofNumbers: 'Users' },
        ]}
        end={
          <p className="faint entity-end">
            Times in <ZoneTag />
          </p>
        }
      >
        {features.map((feature) => (
          <tr key={`${feature.start} ${feature.spanSeconds}`}>
            <th scope="row">
              <Moment at={feature.start} isDated />
            </th>
            <td>{duration(feature.spanSeconds * 1000)}</td>
            <td className="n">{count(feature.events)}</td>
            <td className="n">{count(feature.failures)}</td>
            <td className="n">{bytes(feature.bytesOut)}</td>
            <td className="n">{bytes(feature.bytesIn)}</td>
            <td className="n">{count(feature.distinctDestinations)}</td>
            <td className="n">{count(feature.distinctPorts)}</td>
            <td className="n">{count(feature.distinctUsers)}</td>
          </tr>
        ))}
      </Table>
    </Panel>
  );
}
