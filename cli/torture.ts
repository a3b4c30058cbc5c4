import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import Table from 'cli-table3';
import pino from 'pino';
import { writeAtomically } from '../local/project.ts';
import { ConfigError } from '../pipeline/core/errors.ts';
import { faults } from '../torture/faults/index.ts';
import type { TortureResult } from '../torture/index.ts';
import { survived, torture } from '../torture/index.ts';
import { MEMORY_BOUND_BYTES, mebibytes } from '../torture/piece.ts';
import { catalogue, markdown, recoveryTable } from '../torture/report.ts';
import type { CommandFile } from './command.ts';
import { parsePositive } from './numbers.ts';

interface Options {
  readonly minutes?: number;
  readonly seed?: string;
  readonly faults?: number;
  readonly resume: boolean;
  readonly brokers: number;
  readonly members: number;
  readonly kafka?: string;
  readonly only?: readonly string[];
  readonly rate: number;
  readonly piece: number;
  readonly break?: string;
  readonly report?: string;
  readonly data?: string;
  readonly json?: boolean;
}
const BREAKS = new URL('../torture/breaks/', import.meta.url);
const MOST_SHOWN = 5; // of one kind of difference
const MANY = 1_000_000;
export default {
  name: 'torture',
  register(program, io) {
    program
      .command('torture')
      .description('Breaks servers and stage processes of its own while known records flow; exit 1 when anything is lost, doubled or out of order')
      .option('--minutes <number>', 'no fault begins later; 2 unless --faults is given', parsePositive)
      .option('--seed <name>', 'the same seed draws the same records and faults (default: by chance)')
      .option('--faults <count>', 'faults to survive, in pieces', parsePositive)
      .option('--resume', 'go on where a run of this seed was stopped; pieces that passed stay', false)
      .option('--brokers <count>', '1, or 3 with replication 3', parsePositive, 1)
      .option('--members <count>', 'stage processes', parsePositive, 2)
      .option('--kafka <version>', 'of Apache Kafka (default: the one that ./goshawk up starts)')
      .option('--only <kinds>', 'faults of these kinds only, with commas between', (text: string) => text.split(','))
      .option('--rate <count>', 'records a second', parsePositive, 100)
      .option('--piece <count>', 'faults in one piece', parsePositive, 25)
      .option('--break <name>', `make a mistake on purpose, which the run must find: ${breakNames().join(', ')}`)
      .option('--report <file>', 'write the report into this page, in place of an earlier one of this seed')
      .option('--data <folder>', 'where the run keeps its state (default: .goshawk/torture/SEED)')
      .option('--json', 'one JSON document')
      .action(async (options: Options) => {
        const { seed = randomBytes(4).toString('hex'), minutes = options.faults === undefined ? 2 : undefined } = options;
        const brokers = options.brokers;
        if (brokers !== 1 && brokers !== 3) throw new ConfigError('INVALID_USAGE', `--brokers is 1 or 3, not ${brokers}.`);
        if (!/^[\w.-]{1,40}$/.test(seed)) throw new ConfigError('INVALID_USAGE', '--seed takes up to 40 letters, digits, dots and dashes.');
        const only = options.only ?? [];
        const unknown = only.filter((kind) => !faults.some((fault) => fault.kind === kind));
        if (unknown.length > 0)
          throw new ConfigError('INVALID_USAGE', `There is no fault ${unknown.join(', ')}. Known are ${faults.map(({ kind }) => kind).join(', ')}.`);
        if (options.break !== undefined && !breakNames().includes(options.break))
          throw new ConfigError('INVALID_USAGE', `There is no break ${options.break}. Known are ${breakNames().join(', ')}.`);
        io.report.say('torture', `Seed ${seed}.`, { seed });
        const result = await torture({
          seed,
          folder: options.data === undefined ? null : resolve(options.data),
          faults: options.faults ?? MANY,
          minutes: minutes ?? null,
          isResumed: options.resume,
          brokers,
          members: options.members,
          kafkaVersion: options.kafka ?? null,
          only,
          perSecond: options.rate,
          perPiece: options.piece,
          breaks: options.break === undefined ? [] : [new URL(`../torture/inside/broken.ts?break=${options.break}`, import.meta.url)],
          report: io.report,
          log: pino({ level: 'silent' }), // of the torturer's own clients, which lose their connections all the time
          signal: io.interruption.signal,
        });
        if (options.report !== undefined) await writeReport(resolve(options.report), result);
        if (io.json) io.print(JSON.stringify(result));
        else print(result, io.print);
        if (result.evidence !== null) process.exitCode = 1;
      });
  },
} satisfies CommandFile;

function breakNames(): readonly string[] {
  return readdirSync(BREAKS)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && name !== 'rewrite.ts')
    .map((name) => name.replace(/\.ts$/, ''))
    .sort();
}

function print({ seed, pieces, evidence }: TortureResult, line: (text: string) => void): void {
  const table = new Table({
    head: ['fault', 'times', 'enriched again, s (p50 / p95 / longest)', 'alerts again', 'stored again'],
    style: { head: [], border: [] },
  });
  table.push(...recoveryTable(pieces));
  line(table.toString());
  const problems = pieces.flatMap((piece) => piece.problems);
  for (const [what, of] of Map.groupBy(problems, (problem) => problem.split(':').slice(0, 2).join(':'))) {
    line(`${what}: ${of.length}, such as`);
    for (const problem of of.slice(0, MOST_SHOWN)) line(`  ${problem}`);
  }
  const total = (of: (piece: TortureResult['pieces'][number]) => number) => pieces.reduce((sum, piece) => sum + of(piece), 0);
  line(
    `Seed ${seed}: ${survived(pieces)} faults, ${total(({ sent }) => sent)} raw records, ${total(({ compared }) => compared)} records compared, at most ${mebibytes(Math.max(0, ...pieces.map(({ memoryBytes }) => memoryBytes)))} MiB of ${mebibytes(MEMORY_BOUND_BYTES)} in a stage process.`,
  );
  line(
    evidence === null
      ? 'Everything is as the model says: nothing lost, nothing twice, nothing out of order.'
      : `${problems.length} differences from the model. The logs are in ${evidence}.`,
  );
}

/** Each seed has a place of its own in the page, between two marks; a new one goes to the end. */
async function writeReport(file: string, result: TortureResult): Promise<void> {
  const [begin, end] = [`<!-- report of ${result.seed} -->`, `<!-- end of report of ${result.seed} -->`];
  const before = existsSync(file) ? readFileSync(file, 'utf8') : `# Torture\n\n${catalogue()}\n`;
  const [from, to] = [before.indexOf(begin), before.indexOf(end)];
  const [head, tail] = from < 0 || to < from ? [`${before.trimEnd()}\n\n${begin}`, `${end}\n`] : [before.slice(0, from + begin.length), before.slice(to)];
  await writeAtomically(file, `${head}\n${markdown(result)}${tail}`);
}
