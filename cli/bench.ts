import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { arch, cpus } from 'node:os';
import { join } from 'node:path';
import Table from 'cli-table3';
import type { Bench, Benchmark, Figure } from '../bench/figure.ts';
import { ratioOf } from '../bench/figure.ts';
import { readSamples } from '../bench/samples.ts';
import { openInstallation } from '../local/installation.ts';
import { stateFolder } from '../local/project.ts';
import { planServices, startServices } from '../local/services.ts';
import type { ServiceAddresses } from '../local/services.ts';
import { createSupervisor } from '../local/supervisor.ts';
import { ConfigError } from '../pipeline/core/errors.ts';
import { load, names } from '../pipeline/core/load.ts';
import type { CommandFile, Io } from './command.ts';

interface BenchOptions {
  readonly seconds: string;
  readonly rate: string;
  readonly records?: string;
  readonly seed: string;
  readonly from: string;
}
const BENCHMARKS = new URL('../bench/', import.meta.url);

export default {
  name: 'bench',
  register(program, io) {
    program
      .command('bench')
      .description('Measures this machine, each figure beside a baseline of the same run')
      .argument('[names...]', 'which; all unless given')
      .option('--seconds <number>', 'length of the runs that go by time', '30')
      .option('--rate <number>', 'events a second offered to the chain', '5000')
      .option('--records <number>', 'records that fuzz changes (default: 1000000 when it is named, else 20000)')
      .option('--seed <number>', 'of what fuzz does', '1')
      .option('--from <number>', 'record at which fuzz begins, in steps of 1000: a run goes on where another one ended', '0')
      .option('--json', 'one JSON document')
      .action(async (wanted: string[], options: BenchOptions) => {
        const known = names(BENCHMARKS);
        const unknown = wanted.filter((name) => !known.includes(name));
        if (unknown.length > 0) throw new ConfigError('INVALID_USAGE', `There is no benchmark ${unknown.join(', ')}. Known are ${known.join(', ')}.`);
        const fuzz = {
          seed: whole(options.seed, '--seed'),
          from: whole(options.from, '--from'),
          records: positive(options.records ?? (wanted.includes('fuzz') ? '1000000' : '20000'), '--records'),
        };
        const found = await withBench(io, { ...options, fuzz }, async (bench) => {
          const figures: (Figure & { readonly benchmark: string })[] = [];
          for (const name of wanted.length > 0 ? wanted : known) {
            if (io.interruption.signal.aborted) break;
            const benchmark = await load<Benchmark>(BENCHMARKS, name);
            io.report.say('bench', `${name}: ${benchmark.description}.`);
            figures.push(...(await benchmark.run(bench)).map((figure) => ({ benchmark: name, ...figure })));
          }
          return figures;
        });
        const machine = `${cpus().length} x ${cpus()[0]?.model ?? arch()}, Node ${process.versions.node}`;
        if (io.json) io.print(JSON.stringify({ machine, figures: found.map((figure) => ({ ...figure, ratio: ratioOf(figure) })) }));
        else print(machine, found, io.print);
      });
  },
} satisfies CommandFile;

/** Servers of this run in a folder of its own; ended and deleted afterwards, whatever happens. */
async function withBench<T>(
  io: Io,
  { seconds, rate, fuzz }: Pick<BenchOptions, 'seconds' | 'rate'> & Pick<Bench, 'fuzz'>,
  work: (bench: Bench) => Promise<T>,
): Promise<T> {
  const folder = join(stateFolder, `bench-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  const supervisor = createSupervisor();
  let services: Promise<ServiceAddresses> | undefined;
  let release = async () => {};
  const start = async (): Promise<ServiceAddresses> => {
    const data = join(folder, 'services');
    const plan = await planServices(['broker', 'registry', 'database'], data, {});
    const installation = await openInstallation(data, io.report, io.interruption.signal);
    release = installation.release;
    return startServices(installation, plan, { report: io.report, signal: io.interruption.signal, isDurable: true, onPart: supervisor.addService });
  };
  let samples: ReturnType<typeof readSamples> | undefined;
  try {
    return await work({
      services: () => (services ??= start()),
      samples: () => (samples ??= readSamples()),
      folder,
      seconds: positive(seconds, '--seconds'),
      rate: positive(rate, '--rate'),
      fuzz,
      signal: io.interruption.signal,
      log: io.log(),
      say: (text) => io.report.say('bench', text),
    });
  } finally {
    await supervisor.stopAll();
    await release();
    await rm(folder, { recursive: true, force: true });
  }
}

function positive(text: string, option: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 10) throw new ConfigError('INVALID_USAGE', `${option} takes a whole number of at least 10, not "${text}".`);
  return value;
}

function whole(text: string, option: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new ConfigError('INVALID_USAGE', `${option} takes a whole number, not "${text}".`);
  return Number(text);
}

function print(machine: string, figures: readonly (Figure & { readonly benchmark: string })[], line: (text: string) => void): void {
  line(machine);
  const table = new Table({
    head: ['measure', 'value', 'beside', 'ratio', 'goal', 'with'],
    style: { head: [], border: [] },
    colAligns: ['left', 'right', 'left', 'right', 'left', 'left'],
    colWidths: [34, 18, 34, 7, 14, 60],
    wordWrap: true,
  });
  const number = (value: number) => (Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(2));
  for (const figure of figures) {
    const ratio = ratioOf(figure);
    const goal = figure.goal === null ? '' : `${figure.goal.isAtMost ? 'at most' : 'at least'} ${number(figure.goal.value)}`;
    table.push([
      `${figure.benchmark}: ${figure.measure}`,
      `${number(figure.value)} ${figure.unit}`,
      figure.baseline === null ? '' : `${figure.baseline.what}: ${number(figure.baseline.value)}`,
      ratio === null ? '' : ratio.toFixed(2),
      goal,
      figure.note,
    ]);
  }
  line(table.toString());
}
