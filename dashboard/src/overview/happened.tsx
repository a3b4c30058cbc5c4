// What happened in the range: alerts by severity over time, and which rules met events.
import { useMemo } from 'react';
import { Link } from '@tanstack/react-router';
import type { Fresh } from '../data/fresh.ts';
import type { OverviewQuery } from '../gql/graphql.ts';
import { ChartFrame, useTableSwitch } from '../kit/chart-frame.tsx';
import { sumCounts, toGrid } from '../kit/grid.ts';
import { Ago } from '../kit/moment.tsx';
import { change, changeWords, count, exactCount } from '../kit/numbers.ts';
import { Panel } from '../kit/panel.tsx';
import type { Span } from '../kit/range.ts';
import { SEVERITIES, SeverityShape, severityWord } from '../kit/severity.tsx';
import { Failed, Stale, Waiting } from '../kit/states.tsx';
import { Figure } from './figure.tsx';

const ORDER = [...SEVERITIES].reverse();
const SHOWN = 8;

export function AlertsOverTime({ overview, span, barMs }: { readonly overview: Fresh<OverviewQuery>; readonly span: Span; readonly barMs: number }) {
  const { isTable, button } = useTableSwitch();
  const { data } = overview;
  const grid = useMemo(() => toGrid(data?.alertCounts ?? [], span, barMs, ORDER), [data, span, barMs]);
  const series = ORDER.map((severity) => ({ name: severity, label: severityWord(severity), colour: `--${severity}` }));
  const total = sumCounts(data?.alertCounts);
  return (
    <Panel
      title="Alerts opened"
      note="by severity"
      className="overview-alerts"
      actions={
        <>
          <Stale problem={overview.problem} at={overview.at} />
          {button}
        </>
      }
    >
      {data === undefined && overview.problem !== undefined ? (
        <Failed problem={overview.problem} onRetry={overview.reload} />
      ) : (
        <>
          <Figure value={data === undefined ? '' : count(total)} note={data === undefined ? '' : changeWords(total, sumCounts(data.alertsBefore))} />
          <ChartFrame
            isTable={isTable}
            label={`${exactCount(total)} alerts over time by severity`}
            kind="bars"
            series={series}
            grid={grid}
            barMs={barMs}
            span={span}
            format={count}
            height={236}
          />
        </>
      )}
    </Panel>
  );
}

export function FindingsByRule({ overview }: { readonly overview: Fresh<OverviewQuery> }) {
  const { data } = overview;
  const before = new Map((data?.findingsBefore ?? []).map(({ ruleId, count: n }) => [ruleId, n]));
  const rules = (data?.findingsByRule ?? []).slice(0, SHOWN);
  const most = rules[0]?.count ?? 1;
  const more = (data?.findingsByRule.length ?? 0) - rules.length;
  return (
    <Panel
      title="Findings by rule"
      note={data === undefined ? undefined : `${count(sumCounts(data.findingsByRule))} in this range`}
      isFlush
      className="overview-rules"
      actions={<Stale problem={overview.problem} at={overview.at} />}
    >
      {data === undefined &&
        (overview.problem === undefined ? <Waiting rows={7} label="Loading findings" /> : <Failed problem={overview.problem} onRetry={overview.reload} />)}
      <ul className="bars">
        {rules.map((rule) => (
          <li key={rule.ruleId} className="bar-row">
            <span className="bar" style={{ width: `${(rule.count / most) * 100}%` }} />
            <SeverityShape severity={rule.severity} size={10} />
            <span className="hidden-text">{severityWord(rule.severity)}</span>
            <Link to="/alerts" search={{ q: rule.title, view: 'all' }} className="cut" title={rule.title}>
              {rule.title}
            </Link>
            <span className="bar-end quiet" title="Last finding">
              <Ago at={rule.lastTime} />
            </span>
            <span className="bar-change faint" title="Against the span before">
              {change(rule.count, before.get(rule.ruleId) ?? 0)}
            </span>
            <span className="bar-number number" title={exactCount(rule.count)}>
              {count(rule.count)}
            </span>
          </li>
        ))}
        {data !== undefined && rules.length === 0 && <li className="overview-none">No rule met an event in this range.</li>}
        {more > 0 && (
          <li className="overview-more faint">
            and {more} more {more === 1 ? 'rule' : 'rules'}
          </li>
        )}
      </ul>
    </Panel>
  );
}
