// Conditions of correlations as sentences.
import type { ComparisonOperator, ExplainedCorrelationFragment } from '../gql/graphql.ts';
import { count } from '../kit/numbers.ts';

type Told = Pick<ExplainedCorrelationFragment, 'type' | 'measured' | 'bounds' | 'condition' | 'counted' | 'percentile' | 'timespanSeconds' | 'isExact'>;

const OPERATORS: Record<ComparisonOperator, string> = { gt: 'more than', gte: 'at least', lt: 'less than', lte: 'at most', eq: 'exactly', neq: 'other than' };

const UNITS = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
] as const;

/** As rules write it: `10 min`, `90 s`. */
export function span(seconds: number): string {
  const unit = UNITS.find(([size]) => seconds % size === 0);
  return unit === undefined ? `${seconds} s` : `${seconds / unit[0]} ${unit[1]}`;
}

/** `5 events; at least 5 within 10 min make it.` */
export function holdsBecause({ type, measured, bounds, condition, counted, percentile, timespanSeconds, isExact }: Told): string {
  const within = `within ${span(timespanSeconds)}`;
  const fields = counted.join(' and ');
  if (type === 'absence') return `What was awaited ${within} did not come.`;
  if (type === 'first_seen') return `${fields} was never seen before, over ${span(timespanSeconds)}.`;
  if (condition !== null) return `Its condition over these rules holds ${within}.`;
  const things: Record<string, string> = {
    event_count: 'events',
    value_count: `different values of ${fields}`,
    temporal: 'different rules',
    temporal_ordered: 'rules, one after the other in their order,',
    value_sum: `as the sum of ${fields}`,
    value_avg: `as the mean of ${fields}`,
    value_median: `as the median of ${fields}`,
    value_percentile: `as the ${percentile ?? 50}th percentile of ${fields}`,
  };
  const asked = bounds.map(({ operator, number }) => `${OPERATORS[operator]} ${count(number)}`).join(' and ');
  const found = measured === null ? 'It is not known how many' : `${isExact ? '' : 'At least '}${count(measured)}`;
  return `${found} ${things[type] ?? type}; ${asked} ${within} make it.`;
}
