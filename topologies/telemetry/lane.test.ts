// A lane's stages wait for every watermark, where live ones wait two seconds or not at all.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterAll, expect, it } from 'vitest';
import { loadConfig } from '../../pipeline/core/config.ts';
import { APPEND_CLOCK } from '../../pipeline/core/index.ts';
import { StageDriver } from '../../pipeline/runtime/driver.ts';
import type { Finding, Match } from '../../schemas/avro/types.gen.ts';
import telemetry from './index.ts';

const SECOND = 1_000_000;
const T = 1_700_000_000_000_000;
const folder = mkdtempSync(join(tmpdir(), 'lane-'));
writeFileSync(
  join(folder, 'thrice.yml'),
  'title: One\nname: one\nlogsource: {product: windows}\ndetection: {s: {x: y}, condition: s}\n---\n' +
    'title: Thrice\nname: thrice\nstatus: stable\nlevel: high\ncorrelation: {type: event_count, rules: [one], group-by: [user.name], timespan: 60s, condition: {gte: 3}}\n',
);
afterAll(() => rmSync(folder, { recursive: true }));

it.each<[name: string, isLane: boolean | undefined, findings: number, alerts: number]>([
  ['live', undefined, 1, 1],
  ['in a lane', true, 0, 0],
])('%s', async (_name, isLane, findings, alerts) => {
  const config = loadConfig(telemetry.sections, {});
  const { topology, close } = await telemetry.open(
    { ...config, detect: { ...config.detect, ownRules: false, directories: [folder] } },
    {
      installationId: 'one',
      databaseUrl: null,
      stages: ['correlate', 'alert'],
      committed: async () => new Map(),
      log: pino({ level: 'silent' }),
      metrics: new Registry(),
      ...(isLane === undefined ? {} : { isLane }),
    },
  );
  const driverOf = (wanted: string) =>
    topology.wires.flatMap((wire) => (wire.kind === 'stage' && wire.name === wanted ? [new StageDriver(wire.stage)] : []))[0]!;
  const [correlate, alert] = [driverOf('correlate'), driverOf('alert')];
  for (let n = 0; n < 3; n++) correlate.send(match(n), { appendedAt: T + n });
  const early = correlate.advance(T + 2 * SECOND + 2, APPEND_CLOCK);
  const found = [...early, ...correlate.advance(T + 100 * SECOND)].map(({ value }) => value as Finding);
  expect([early.length, found.length]).toEqual([findings, 1]);
  const sent = alert.send(found[0]!).outputs;
  expect([sent.length, [...sent, ...alert.advance(T + 100 * SECOND)].length]).toEqual([alerts, 1]);
  await close();
});

const match = (n: number): Match => ({
  organization: 'default',
  ruleId: 'one',
  ruleVersion: '1',
  correlationId: 'thrice',
  groupFields: ['user.name'],
  groupValues: ['ada'],
  values: [],
  event: { id: `e${n}`, time: T + n * SECOND, dataset: 'windows.sysmon', topic: 'raw.default.windows', partition: 0, offset: n },
  entities: [{ type: 'user', value: 'ada' }],
  isRetracted: false,
  ruleSet: 0,
  suppressedBy: null,
});
