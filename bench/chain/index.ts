import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { findRunning } from '../../local/installation.ts';
import { projectFolder } from '../../local/project.ts';
import { kafkaBroker } from '../../pipeline/runtime/kafka/index.ts';
import type { Broker } from '../../pipeline/runtime/port.ts';
import { openClient } from '../../store/connect.ts';
import { stageNames } from '../../topologies/telemetry/flow.ts';
import type { Bench, Benchmark, Figure } from '../figure.ts';
import { firstLine, lags, partsOf } from './installation.ts';
import { cpuOf } from './processes.ts';

const WARM_SECONDS = 8;

export default {
  name: 'chain',
  description:
    'Everything that `up` runs, all groups, with the generator beside it: the rate it keeps up with, CPU per event, and how long an event takes to become an alert',
  async run(bench: Bench): Promise<readonly Figure[]> {
    const data = join(bench.folder, 'chain');
    const up = spawn(process.execPath, [join(projectFolder, 'cli/main.ts'), 'up', '--data', data, '--port', '0', '--no-sample'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    up.stderr.resume();
    const ended = new Promise((resolve) => {
      up.once('exit', resolve);
    });
    try {
      await firstLine(up, /Goshawk is ready/);
      const { kafkaBrokers, databaseUrl } = findRunning(data)!;
      const broker = kafkaBroker({ brokers: kafkaBrokers.split(','), clientId: 'bench-chain', log: bench.log });
      const full = await sustained(bench, data, kafkaBrokers, broker, bench.rate);
      const half = await sustained(bench, data, kafkaBrokers, broker, Math.round(bench.rate / 2));
      const latency = await alertLatency(databaseUrl, half.sinceMs);
      await broker.close();
      return [...full.figures, ...half.figures.slice(1, 2), ...latency];
    } finally {
      up.kill('SIGINT');
      await ended;
    }
  },
} satisfies Benchmark;

interface Sustained {
  readonly figures: readonly Figure[];
  readonly sinceMs: number;
}

async function sustained(bench: Bench, data: string, brokers: string, broker: Broker, rate: number): Promise<Sustained> {
  bench.say(`chain: ${rate} events/s for ${bench.seconds} s`);
  const seconds = WARM_SECONDS + bench.seconds;
  const generator = spawn(
    process.execPath,
    [new URL('generator.ts', import.meta.url).pathname, brokers, String(rate), String(seconds), `${process.pid}-${rate}`],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const lines = createInterface({ input: generator.stdout })[Symbol.asyncIterator]();
  await lines.next(); // go
  const sinceMs = Date.now();
  await delay(WARM_SECONDS * 1000);
  const roots: Record<string, number> = { generator: generator.pid!, ...partsOf(data) };
  const [cpuBefore, lagBefore, at] = [cpuOf(roots), await lags(broker), performance.now()];
  await delay((bench.seconds - 2) * 1000);
  const [cpuAfter, lagAfter, spent] = [cpuOf(roots), await lags(broker), (performance.now() - at) / 1000];
  const sent = JSON.parse((await lines.next()).value as string) as { sent: number; seconds: number; bytes: number };
  await drained(broker);
  const offered = sent.sent / sent.seconds;
  const growth = Math.max(...Object.keys(lagAfter).map((stage) => ((lagAfter[stage] ?? 0) - (lagBefore[stage] ?? 0)) / spent));
  const events = offered * spent;
  const perEvent = Object.entries(cpuAfter)
    .map(([name, micros]) => [name, (micros - cpuBefore[name]!) / events] as const)
    .filter(([, micros]) => micros > 0.05);
  const sum = perEvent.reduce((total, [, micros]) => total + micros, 0);
  const worst = Object.entries(lagAfter).sort((a, b) => b[1] - a[1])[0]!;
  return {
    sinceMs,
    figures: [
      {
        measure: `chain at ${rate}/s: kept up with`,
        value: Math.round(growth > offered * 0.02 ? offered - growth : offered),
        unit: 'events/s',
        baseline: { what: 'offered', value: Math.round(offered) },
        goal: { value: Math.min(rate, 5000), isAtMost: false },
        note: `${sent.bytes} bytes a record; groups: ${stageNames.join(', ')}; largest lag at the end ${worst[1]} (${worst[0]}), growing ${Math.round(Math.max(0, growth))}/s`,
      },
      {
        measure: `chain at ${rate}/s: CPU of all processes`,
        value: sum,
        unit: 'us/event',
        baseline: { what: 'budget at 10,000/s', value: 200 },
        goal: null,
        note: perEvent.map(([name, micros]) => `${name} ${micros.toFixed(1)}`).join(', '),
      },
    ],
  };
}

async function drained(broker: Broker): Promise<void> {
  const SMALL = 200; // watermarks keep coming
  for (let tries = 0; tries < 120; tries++) {
    const { ingest, validate, enrich, detect, alert } = await lags(broker);
    if ([ingest, validate, enrich, detect, alert].every((lag) => (lag ?? 0) < SMALL)) return;
    await delay(1000);
  }
}

/** From the append of the event that opened an alert to when the alert was stored. */
async function alertLatency(databaseUrl: string, sinceMs: number): Promise<readonly Figure[]> {
  const client = openClient({ databaseUrl });
  await client.connect();
  const { rows } = await client.query<{ ms: number }>(
    `
    SELECT extract(epoch FROM a.opened_at - e.appended_at)::float8 * 1000 AS ms
    FROM goshawk.alert a JOIN goshawk.event e ON e.event_time = a.event_time AND encode(e.id, 'hex') = a.events->0->>'id'
    WHERE a.opened_at > to_timestamp($1::float8 / 1000)`,
    [sinceMs],
  );
  await client.end();
  const sorted = rows.map(({ ms }) => ms).sort((a, b) => a - b);
  const at = (quantile: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(quantile * sorted.length))] ?? Number.NaN);
  return [
    { measure: 'event to alert at half the rate, p50', value: at(0.5), unit: 'ms', baseline: null, goal: null, note: `${sorted.length} alerts opened` },
    {
      measure: 'event to alert at half the rate, p99',
      value: at(0.99),
      unit: 'ms',
      baseline: null,
      goal: { value: 1500, isAtMost: true },
      note: `${sorted.length} alerts opened`,
    },
  ];
}
