// Twenty times the sustained rate: the topics take it, the stages work it off, and everything adds up afterwards.
import { execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { findRunning } from '../../local/installation.ts';
import { projectFolder } from '../../local/project.ts';
import { kafkaBroker } from '../../pipeline/runtime/kafka/index.ts';
import type { Broker } from '../../pipeline/runtime/port.ts';
import { openClient } from '../../store/connect.ts';
import { firstLine, lags, partsOf } from '../chain/installation.ts';
import { peakMemoryOf } from '../chain/processes.ts';
import type { Bench, Benchmark, Figure } from '../figure.ts';

const TIMES = 20;
const SUSTAINED_SECONDS = 20;
const LOOK_EVERY_MS = 5_000;
const DRAIN_SECONDS = 900;
/** Watermarks and ledger entries keep coming. */
const AT_REST = 200;
const cli = join(projectFolder, 'cli/main.ts');

export default {
  name: 'burst',
  description: `A burst of ${TIMES} times the sustained rate (--rate is the burst's): lag over time, how long it takes to drain, the most memory of each process, and whether anything is missing`,
  async run(bench: Bench): Promise<readonly Figure[]> {
    const data = join(bench.folder, 'burst');
    const up = spawn(process.execPath, [cli, 'up', '--data', data, '--port', '0', '--no-sample'], { stdio: ['ignore', 'pipe', 'pipe'] });
    up.stderr.resume();
    const ended = new Promise((resolve) => {
      up.once('exit', resolve);
    });
    try {
      await firstLine(up, /Goshawk is ready/);
      const { kafkaBrokers, databaseUrl } = findRunning(data)!;
      const broker = kafkaBroker({ brokers: kafkaBrokers.split(','), clientId: 'bench-burst', log: bench.log });
      const sustained = Math.max(10, Math.round(bench.rate / TIMES));
      bench.say(`burst: ${sustained} events/s for ${SUSTAINED_SECONDS} s`);
      const before = await offer(kafkaBrokers, sustained, SUSTAINED_SECONDS, 'sustained', async () => {});
      await atRest(broker);
      const quiet = peakMemoryOf(partsOf(data));
      bench.say(`burst: ${bench.rate} events/s for ${bench.seconds} s`);
      let beganMs = performance.now();
      const course: string[] = [];
      const look = async () => {
        const behind = await lags(broker);
        const seconds = Math.round((performance.now() - beganMs) / 1000);
        course.push(`${seconds} s: ${Math.max(...Object.values(behind))}`);
        bench.say(
          `burst: after ${seconds} s behind by ${Object.entries(behind)
            .map(([stage, lag]) => `${stage} ${lag}`)
            .join(', ')}`,
        );
        return behind;
      };
      const burst = await offer(kafkaBrokers, bench.rate, bench.seconds, 'burst', look, () => {
        beganMs = performance.now(); // the records are made by now
      });
      const offeredSeconds = (performance.now() - beganMs) / 1000;
      await atRest(broker, look);
      const drainSeconds = (performance.now() - beganMs) / 1000 - offeredSeconds;
      const peak = peakMemoryOf(partsOf(data));
      const { isBalanced, taken, rows, stored } = await verdict(data, databaseUrl, before + burst);
      await broker.close();
      return [
        {
          measure: `burst of ${burst} events: drained after its end`,
          value: drainSeconds,
          unit: 's',
          baseline: { what: 'length of the burst, s', value: offeredSeconds },
          goal: null,
          note: `largest lag of a stage over time: ${course.join('; ')}`,
        },
        {
          measure: 'records that no stage accounts for',
          value: before + burst - taken + Math.abs(stored - rows),
          unit: 'events',
          baseline: { what: 'sent', value: before + burst },
          goal: { value: 0, isAtMost: true },
          note: `the ledger ${isBalanced ? 'adds up' : 'does not add up'}; ${rows} rows`,
        },
        ...Object.entries(peak).map(([name, value]): Figure => ({
          measure: `most memory of ${name}`,
          value,
          unit: 'MiB',
          baseline: { what: 'before the burst', value: quiet[name] ?? 0 },
          goal: null,
          note: 'resident, all processes of the part, since it started',
        })),
      ];
    } finally {
      up.kill('SIGINT');
      await ended;
    }
  },
} satisfies Benchmark;

/** @returns how many records the broker has taken. */
async function offer(brokers: string, rate: number, seconds: number, salt: string, look: () => Promise<unknown>, onBegin = () => {}): Promise<number> {
  const program = new URL('../chain/generator.ts', import.meta.url).pathname;
  const generator = spawn(process.execPath, [program, brokers, String(rate), String(seconds), `${process.pid}-${salt}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: generator.stdout })[Symbol.asyncIterator]();
  await lines.next(); // it has made its records, and begins
  onBegin();
  const last = lines.next();
  while ((await Promise.race([delay(LOOK_EVERY_MS, 'working'), last])) === 'working') await look();
  return (JSON.parse((await last).value as string) as { sent: number }).sent;
}

async function atRest(broker: Broker, look: () => Promise<Record<string, number>> = () => lags(broker)): Promise<void> {
  for (let seconds = 0; seconds < DRAIN_SECONDS; seconds += LOOK_EVERY_MS / 1000) {
    if (Object.values(await look()).every((lag) => lag < AT_REST)) return;
    await delay(LOOK_EVERY_MS);
  }
}

interface Verdict {
  readonly isBalanced: boolean;
  /** Raw records that ingest has taken. */
  readonly taken: number;
  readonly rows: number;
  /** Of events that persist says it has stored. */
  readonly stored: number;
}
interface Hop {
  readonly stage: string;
  readonly topic: string;
  readonly in: number;
  readonly passed: number;
}

/** By the ledger and the rows. Asked until persist has nothing left, which the lag in Kafka does not show. */
async function verdict(data: string, databaseUrl: string, sent: number): Promise<Verdict> {
  const client = openClient({ databaseUrl });
  await client.connect();
  try {
    for (let tries = 1; ; tries++) {
      const { rows } = await client.query<{ rows: number }>('SELECT count(*) AS rows FROM goshawk.event');
      const { stdout } = await promisify(execFile)(process.execPath, [cli, 'ledger', '--data', data, '--json'], { maxBuffer: 64 << 20 }).catch(
        (error: { stdout: string }) => error,
      );
      const { balanced, hops = [] } = JSON.parse(stdout || '{}') as { balanced?: boolean; hops?: readonly Hop[] };
      const sum = (of: readonly Hop[], field: 'in' | 'passed') => of.reduce((total, hop) => total + hop[field], 0);
      const found: Verdict = {
        isBalanced: balanced === true,
        taken: sum(
          hops.filter(({ stage, topic }) => stage === 'ingest' && topic.startsWith('raw.')),
          'in',
        ),
        stored: sum(
          hops.filter(({ stage, topic }) => stage === 'persist' && topic === 'events.enriched.v1'),
          'passed',
        ),
        rows: rows[0]?.rows ?? 0,
      };
      if ((found.isBalanced && found.taken === sent && found.stored === found.rows) || tries === 30) return found;
      await delay(2_000);
    }
  } finally {
    await client.end();
  }
}
