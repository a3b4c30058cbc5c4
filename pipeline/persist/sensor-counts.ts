// How each sensor does, by minute of append time: goshawk.sensor_count, whose comments say what the columns are.
import type { ClientBase } from '../../store/connect.ts';
import { SENSOR_SUMS } from '../../store/sensor-sums.ts';
import type { Enriched } from '../../schemas/avro/types.gen.ts';

type Column = (typeof SENSOR_SUMS)[number];

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
/** Upper ends of how late an event is, in microseconds; what is ahead is below zero. A bound belongs to the class below it. */
const CLASSES: readonly (readonly [column: Column, below: number])[] = [
  ['ahead_minute', -MINUTE],
  ['ahead', -5 * SECOND],
  ['near', 5 * SECOND],
  ['late_minute', MINUTE],
  ['late_hour', 60 * MINUTE],
  ['late_day', 24 * 60 * MINUTE],
  ['late_more', Infinity],
];

interface Counted {
  readonly minute: number;
  readonly organization: string;
  readonly sensor: string;
  lastAt: number;
  readonly counts: Record<Column, number>;
}

function countBySensor(values: readonly Enriched[]): readonly Counted[] {
  const found = new Map<string, Counted>();
  for (const { event } of values) {
    const { appendedAt } = event.provenance;
    const minute = appendedAt - (appendedAt % MINUTE);
    const key = `${minute} ${event.organization} ${event.sensor}`;
    let counted = found.get(key);
    if (counted === undefined) {
      const counts = Object.fromEntries(SENSOR_SUMS.map((column) => [column, 0])) as Record<Column, number>;
      counted = { minute, organization: event.organization, sensor: event.sensor, lastAt: appendedAt, counts };
      found.set(key, counted);
    }
    const { counts } = counted;
    if (appendedAt > counted.lastAt) counted.lastAt = appendedAt;
    counts.events += 1;
    if (event.dataset === 'unparsed') counts.unparsed += 1;
    if (event.labels.order !== undefined) counts.keyless += 1;
    const late = appendedAt - event.time;
    if (late === 0) continue; // it has no time of its own
    counts.timed += 1;
    counts.lag_micros += Math.max(0, late);
    counts[CLASSES.find(([, below]) => late <= below)![0]] += 1;
  }
  return [...found.values()];
}

const NAMES = ['minute', 'organization', 'sensor', 'last_at', ...SENSOR_SUMS].join(', ');

/** Of rows that are new. */
export function insertSensorCounts(client: ClientBase, values: readonly Enriched[]): Promise<unknown> {
  const rows = countBySensor(values);
  return client.query({
    name: 'sensor-count',
    text: `INSERT INTO goshawk.sensor_count (${NAMES})
      SELECT api.from_micros(minute), organization, sensor, api.from_micros(last_at), ${SENSOR_SUMS.join(', ')}
      FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], ${SENSOR_SUMS.map((_column, n) => `$${n + 5}::bigint[]`).join(', ')}) AS t (${NAMES})`,
    values: [
      rows.map(({ minute }) => minute),
      rows.map(({ organization }) => organization),
      rows.map(({ sensor }) => sensor),
      rows.map(({ lastAt }) => lastAt),
      ...SENSOR_SUMS.map((column) => rows.map(({ counts }) => counts[column])),
    ],
  });
}

const LATE = 'appended_at - event_time';
const interval = (micros: number): string => `interval '${micros / SECOND} seconds'`;
const classSql = CLASSES.map(([, below], n) => {
  const above = n === 0 ? null : CLASSES[n - 1]![1];
  const conditions = [
    'appended_at <> event_time',
    ...(above === null ? [] : [`${LATE} > ${interval(above)}`]),
    ...(below === Infinity ? [] : [`${LATE} <= ${interval(below)}`]),
  ];
  return `count(*) FILTER (WHERE ${conditions.join(' AND ')})`;
});

/** The same of rows of `stored`, which has event_time, appended_at, organization, dataset, sensor and detail. For a WITH. */
export const sensorCountsOf = (stored: string): string => `
      INSERT INTO goshawk.sensor_count (${NAMES})
      SELECT date_trunc('minute', appended_at), organization, sensor, max(appended_at), count(*), count(*) FILTER (WHERE dataset = 'unparsed'),
        count(*) FILTER (WHERE appended_at <> event_time), (sum(greatest(0, api.micros(appended_at) - api.micros(event_time))))::bigint, ${classSql.join(', ')},
        count(*) FILTER (WHERE detail -> 'labels' ? 'order')
      FROM ${stored} GROUP BY 1, 2, 3`;
