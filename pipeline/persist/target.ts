// The four tables that persist fills: how a record becomes a row, and the SQL that goes with it.
import type { ClientBase } from '../../store/connect.ts';
import type { Micros, Projection } from '../core/index.ts';
import type { Alert, Enriched, Feature, Finding } from '../../schemas/avro/types.gen.ts';
import type { CopyRows } from '../../store/copy.ts';
import type { TimeTable } from '../../store/tiers.ts';
import { EVENT_COLUMNS, writeEvent } from './event-rows.ts';
import { insertSensorCounts, sensorCountsOf } from './sensor-counts.ts';
import { ALERT_COLUMNS, FEATURE_COLUMNS, FINDING_COLUMNS, writeAlert, writeFeature, writeFinding } from './outcome-rows.ts';

export interface Target<V> {
  readonly name: string;
  readonly reads: Projection<V>;
  readonly table: string;
  readonly columns: readonly string[];
  /** @throws RecordError for a value that its column cannot hold */
  readonly write: (rows: CopyRows, value: V) => void;
  /** About what a row takes in memory. */
  readonly bytesOf: (value: V) => number;
  /** Tables that need a partition for the day of `timeOf`. */
  readonly timeTables: readonly TimeTable[];
  readonly timeOf: (value: V) => Micros;
  /** `insert`: rows are new but for rare repeats, so COPY goes straight into the table. `upsert`: always by way of staging. */
  readonly mode: 'insert' | 'upsert';
  /** Moves the rows of `pg_temp.<stage>` into the table and does what else belongs to them. Answers one row, `stored`: how many were new. */
  readonly merge: (stage: string, columns: string) => string;
  /** What belongs to rows that COPY put straight into the table. */
  readonly afterCopy?: (client: ClientBase, values: readonly V[]) => Promise<unknown>;
}

const EVENT_COUNT_COLUMNS = 'minute, organization, dataset, sensor, severity, events';

export const events: Target<Enriched> = {
  name: 'events',
  reads: { event: true, context: true },
  table: 'event',
  columns: EVENT_COLUMNS,
  write: writeEvent,
  bytesOf: ({ event }) => 1_000 + event.native.length,
  timeTables: ['event', 'event_count'],
  timeOf: ({ event }) => event.time,
  mode: 'insert',
  merge: (stage, columns) => `
    WITH stored AS (
      INSERT INTO goshawk.event (${columns}) SELECT ${columns} FROM ${stage} ORDER BY arrival ON CONFLICT (event_time, id) DO NOTHING
      RETURNING event_time, organization, dataset, sensor, severity, appended_at, detail
    ), counted AS (
      INSERT INTO goshawk.event_count (${EVENT_COUNT_COLUMNS})
      SELECT date_trunc('minute', event_time), organization, dataset, sensor, severity, count(*) FROM stored GROUP BY 1, 2, 3, 4, 5
    ), measured AS (${sensorCountsOf('stored')}
    )
    SELECT count(*) AS stored FROM stored`,
  afterCopy: async (client, values) => {
    await client.query({
      name: 'event-count',
      text: `INSERT INTO goshawk.event_count (${EVENT_COUNT_COLUMNS})
      SELECT api.from_micros(t.minute), t.organization, t.dataset, t.sensor, t.severity, t.events
      FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::smallint[], $6::bigint[]) AS t (minute, organization, dataset, sensor, severity, events)`,
      values: countByMinute(values),
    });
    await insertSensorCounts(client, values);
  },
};

const MINUTE = 60_000_000;
/** Columns of the counts: minute, organization, dataset, sensor, severity, events. */
function countByMinute(values: readonly Enriched[]): unknown[] {
  const indexes = new Map<string, number>();
  const columns: [number[], string[], string[], string[], (number | null)[], number[]] = [[], [], [], [], [], []];
  for (const { event } of values) {
    const minute = Math.floor(event.time / MINUTE);
    const key = `${minute} ${event.severity ?? ''} ${event.organization} ${event.dataset} ${event.sensor}`;
    let index = indexes.get(key);
    if (index === undefined) {
      index = indexes.size;
      indexes.set(key, index);
      for (const [at, value] of [minute * MINUTE, event.organization, event.dataset, event.sensor, event.severity, 0].entries())
        (columns[at] as unknown[]).push(value);
    }
    columns[5][index] = (columns[5][index] as number) + 1;
  }
  return columns;
}

export const findings: Target<Finding> = {
  name: 'findings',
  reads: {
    id: true,
    organization: true,
    time: true,
    lastTime: true,
    kind: true,
    ruleId: true,
    ruleVersion: true,
    title: true,
    description: true,
    author: true,
    license: true,
    reference: true,
    severity: true,
    status: true,
    tags: true,
    groupKey: true,
    entities: true,
    fields: true,
    events: true,
    eventCount: true,
    supersedes: true,
    reason: true,
    revisable: true,
    ruleSet: true,
    suppressedBy: true,
  },
  table: 'finding',
  columns: FINDING_COLUMNS,
  write: writeFinding,
  bytesOf: () => 5_000,
  timeTables: ['finding'],
  timeOf: ({ time }) => time,
  mode: 'insert',
  merge: (stage, columns) => `
    WITH stored AS (
      INSERT INTO goshawk.finding AS f (${columns}) SELECT DISTINCT ON (event_time, id) ${columns} FROM ${stage} ORDER BY event_time, id, revision DESC
      ON CONFLICT (event_time, id) DO UPDATE SET ${assignments(FINDING_COLUMNS, ['event_time', 'id', 'organization'])}, stored_at = now() WHERE excluded.revision > f.revision
      RETURNING 1
    )
    SELECT count(*) AS stored FROM stored`,
};

// An alert that grows for days names other events with each revision: the last 50.
const MOST_EVIDENCE = 1_000;

export const alerts: Target<Alert> = {
  name: 'alerts',
  reads: {
    id: true,
    organization: true,
    revision: true,
    time: true,
    lastTime: true,
    title: true,
    severity: true,
    groupKey: true,
    score: true,
    ruleIds: true,
    tags: true,
    entities: true,
    findings: true,
    findingCount: true,
    events: true,
    eventCount: true,
    reason: true,
    changes: true,
  },
  table: 'alert',
  columns: ALERT_COLUMNS,
  write: writeAlert,
  bytesOf: () => 20_000,
  timeTables: [],
  timeOf: ({ time }) => time,
  mode: 'upsert',
  // Evidence is asked for every event that the alert names and that is neither kept nor asked for.
  merge: (stage, columns) => `
    WITH stored AS (
      INSERT INTO goshawk.alert AS a (${columns}) SELECT DISTINCT ON (id) ${columns} FROM ${stage} ORDER BY id, revision DESC
      ON CONFLICT (id) DO UPDATE SET ${assignments(ALERT_COLUMNS, ['id', 'organization'])}, stored_at = now(), changed_at = now() WHERE excluded.revision > a.revision
      RETURNING a.id, a.organization, a.events
    ), due AS (
      INSERT INTO goshawk.evidence_due (alert_id, event_time, event_id, organization, raw_topic, raw_partition, raw_offset)
      SELECT s.id, api.from_micros(e.time), decode(e.id, 'hex'), s.organization, e.topic, e.partition, e."offset"
      FROM stored s, jsonb_to_recordset(s.events) AS e (id text, time bigint, topic text, partition integer, "offset" bigint)
      WHERE NOT EXISTS (SELECT FROM goshawk.evidence k WHERE k.alert_id = s.id AND k.event_time = api.from_micros(e.time) AND k.event_id = decode(e.id, 'hex'))
        AND (SELECT count(*) FROM goshawk.evidence k WHERE k.alert_id = s.id) < ${MOST_EVIDENCE}
      ON CONFLICT DO NOTHING
    )
    SELECT count(*) AS stored FROM stored`,
};

const FEATURE_KEY = ['window_start', 'organization', 'entity_type', 'entity', 'window_micros'];
export const features: Target<Feature> = {
  name: 'features',
  reads: {
    organization: true,
    entityType: true,
    entity: true,
    windowStart: true,
    windowMicros: true,
    events: true,
    failures: true,
    bytesOut: true,
    bytesIn: true,
    distinctDestinations: true,
    distinctPorts: true,
    distinctUsers: true,
    distinctActions: true,
  },
  table: 'feature',
  columns: FEATURE_COLUMNS,
  write: writeFeature,
  bytesOf: () => 200,
  timeTables: ['feature'],
  timeOf: ({ windowStart }) => windowStart,
  mode: 'upsert',
  merge: (stage, columns) => `
    WITH stored AS (
      INSERT INTO goshawk.feature (${columns}) SELECT DISTINCT ON (${FEATURE_KEY.join(', ')}) ${columns} FROM ${stage} ORDER BY ${FEATURE_KEY.join(', ')}, arrival DESC
      ON CONFLICT (${FEATURE_KEY.join(', ')}) DO UPDATE SET ${assignments(FEATURE_COLUMNS, FEATURE_KEY)}, stored_at = now()
      RETURNING 1
    )
    SELECT count(*) AS stored FROM stored`,
};

function assignments(columns: readonly string[], key: readonly string[]): string {
  return columns
    .filter((column) => !key.includes(column))
    .map((column) => `${column} = excluded.${column}`)
    .join(', ');
}
