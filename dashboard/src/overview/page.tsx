import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useFresh } from '../data/fresh.ts';
import { OverviewDocument } from '../gql/graphql.ts';
import { sumCounts } from '../kit/grid.ts';
import { Page } from '../kit/panel.tsx';
import { barSeconds, isMoving, resolveRange, toIso } from '../kit/range.ts';
import { RangePicker } from '../kit/range-picker.tsx';
import { useTitle } from '../kit/title.ts';
import { rangeOf } from './address.ts';
import { Attention, AtRisk } from './attention.tsx';
import { AlertsOverTime, FindingsByRule } from './happened.tsx';
import { HealthLine } from './health-line.tsx';
import { Newest } from './newest.tsx';
import { RatePanel } from './rate.tsx';
import './page.css';

const EVERY_MS = 10_000;
const BARS = 48;

export function OverviewPage() {
  const search = useSearch({ from: '/inside/' });
  const navigate = useNavigate();
  const range = rangeOf(search);
  const key = `${range.from} ${range.to}`;
  const overview = useFresh(OverviewDocument, {
    key,
    variables: () => {
      const { from, to } = resolveRange(range, Date.now());
      return {
        before: toIso(from - (to - from)),
        from: toIso(from),
        to: toIso(to),
        spanSeconds: barSeconds({ from, to }, BARS),
        wholeSeconds: Math.ceil((to - from) / 1000),
      };
    },
    what: 'The overview',
    ...(isMoving(range) ? { everyMs: EVERY_MS } : {}),
  });
  const span = useMemo(() => resolveRange(range, Date.now()), [key, overview.at]);
  useTitle('Overview');
  return (
    <Page title="Overview" tools={<RangePicker range={range} onChange={(next) => void navigate({ to: '/', search: { ...next } })} />}>
      <div className="page-scroll">
        <HealthLine />
        <div className={`overview ${overview.isLoading && overview.data !== undefined ? 'overview-old' : ''}`}>
          <RatePanel range={range} before={overview.isLoading || overview.data === undefined ? undefined : sumCounts(overview.data.eventsBefore)} />
          <Attention />
          <AlertsOverTime overview={overview} span={span} barMs={barSeconds(span, BARS) * 1000} />
          <FindingsByRule overview={overview} />
          <AtRisk />
          <Newest />
        </div>
      </div>
    </Page>
  );
}
