// Rows as persist would have written them; a test states only what matters to it.
import type pg from 'pg';

/** 2026-03-01T12:00:00Z in microseconds. */
export const NOON = 1_772_366_400_000_000;
export const hexId = (n: number): string => n.toString(16).padStart(32, '0');

export interface SeedEvent {
  readonly time?: number;
  readonly n: number;
  readonly organization?: string;
  readonly columns?: Readonly<Record<string, unknown>>;
  readonly detail?: Readonly<Record<string, unknown>>;
  readonly native?: unknown;
}

export async function seedOrganization(owner: pg.Pool, id: string): Promise<void> {
  await owner.query('INSERT INTO goshawk.organization (id, name) VALUES ($1, $1) ON CONFLICT DO NOTHING', [id]);
}

export async function seedEvents(owner: pg.Pool, events: readonly SeedEvent[]): Promise<void> {
  const times = events.map(({ time, n }) => time ?? NOON + n * 1_000_000);
  await prepare(owner, ['event', 'event_count'], times);
  for (const [index, { n, organization = 'default', columns = {}, detail = {}, native = { n } }] of events.entries()) {
    const row: Record<string, unknown> = {
      id: Buffer.from(hexId(n), 'hex'),
      organization,
      dataset: 'test.log',
      sensor: 'test',
      product: 'test',
      kind: 'event',
      category: [],
      type: [],
      raw_topic: `raw.${organization}.test`,
      raw_partition: 0,
      raw_offset: n,
      parser: 'test',
      parser_version: 1,
      detail: JSON.stringify({ labels: {}, ...detail }),
      native: typeof native === 'string' ? native : JSON.stringify(native),
      ...columns,
    };
    const names = Object.keys(row);
    await owner.query(
      `INSERT INTO goshawk.event (event_time, appended_at, ${names.join(', ')}) VALUES (api.from_micros($1), api.from_micros($1), ${names.map((_, i) => `$${i + 2}`).join(', ')})`,
      [times[index], ...Object.values(row)],
    );
    await owner.query(
      `INSERT INTO goshawk.event_count (minute, organization, dataset, sensor, severity, events) VALUES (date_trunc('minute', api.from_micros($1)), $2, $3, $4, $5, 1)`,
      [times[index], organization, row.dataset, row.sensor, row.severity ?? null],
    );
  }
}

export interface SeedFinding {
  readonly n: number;
  readonly time?: number;
  readonly organization?: string;
  readonly columns?: Readonly<Record<string, unknown>>;
}

export async function seedFindings(owner: pg.Pool, findings: readonly SeedFinding[]): Promise<void> {
  const times = findings.map(({ time, n }) => time ?? NOON + n * 1_000_000);
  await prepare(owner, ['finding'], times);
  for (const [index, { n, organization = 'default', columns = {} }] of findings.entries()) {
    const row: Record<string, unknown> = {
      id: Buffer.from(hexId(n), 'hex'),
      organization,
      kind: 'rule',
      rule_id: 'rule-1',
      rule_version: 'v1',
      title: 'A rule',
      severity: 3,
      status: 'production',
      tags: ['attack.t1003'],
      group_key: 'key',
      entities: '[{"type":"host","value":"web01"}]',
      fields: '[{"name":"Image","value":"x"}]',
      events: '[]',
      event_count: 1,
      ...columns,
    };
    const names = Object.keys(row);
    await owner.query(
      `INSERT INTO goshawk.finding (event_time, last_time, ${names.join(', ')}) VALUES (api.from_micros($1), api.from_micros($1), ${names.map((_, i) => `$${i + 2}`).join(', ')})`,
      [times[index], ...Object.values(row)],
    );
  }
}

export interface SeedAlert {
  readonly n: number;
  readonly time?: number;
  readonly organization?: string;
  readonly columns?: Readonly<Record<string, unknown>>;
}

export async function seedAlerts(owner: pg.Pool, alerts: readonly SeedAlert[]): Promise<void> {
  for (const { n, time = NOON + n * 1_000_000, organization = 'default', columns = {} } of alerts) {
    const row: Record<string, unknown> = {
      id: Buffer.from(hexId(n), 'hex'),
      organization,
      revision: 1,
      title: 'An alert',
      severity: 3,
      group_key: 'key',
      score: 70,
      rule_ids: ['rule-1'],
      tags: ['attack.t1003'],
      entities: '[{"type":"host","value":"web01"}]',
      findings: '[]',
      finding_count: 1,
      events: '[]',
      event_count: 1,
      reason: 'opened',
      ...columns,
    };
    const names = Object.keys(row);
    await owner.query(
      `INSERT INTO goshawk.alert (event_time, last_time, changed_at, ${names.join(', ')}) VALUES (api.from_micros($1), api.from_micros($1), api.from_micros($1), ${names.map((_, i) => `$${i + 2}`).join(', ')})`,
      [time, ...Object.values(row)],
    );
  }
}

export interface SeedFeature {
  readonly organization?: string;
  /** Of a host unless said. */
  readonly type?: string;
  readonly entity: string;
  /** Of the window, NOON unless said; one hour long unless said. */
  readonly start?: number;
  readonly seconds?: number;
  readonly events?: number;
  readonly failures?: number;
}

export async function seedFeatures(owner: pg.Pool, features: readonly SeedFeature[]): Promise<void> {
  await prepare(
    owner,
    ['feature'],
    features.map(({ start = NOON }) => start),
  );
  for (const { organization = 'default', type = 'host', entity, start = NOON, seconds = 3_600, events = 1, failures = 0 } of features)
    await owner.query('INSERT INTO goshawk.feature VALUES (api.from_micros($1), $2, $3, $4, $5, $6, $7, 0, 0, 0, 0, 0, 0)', [
      start,
      seconds * 1_000_000,
      organization,
      type,
      entity,
      events,
      failures,
    ]);
}

async function prepare(owner: pg.Pool, tables: readonly string[], times: readonly number[]): Promise<void> {
  const days = [...new Set(times.map((time) => new Date(time / 1_000).toISOString().slice(0, 10)))];
  for (const table of tables) await owner.query('SELECT goshawk.prepare_days($1, $2::date[])', [table, days]);
}
