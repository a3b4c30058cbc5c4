import { readFileSync } from 'node:fs';
import Table from 'cli-table3';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { keyFolderOf, openKeys } from '../api/auth/keys.ts';
import { readReport, storedReport, verifyReport, verifyReports } from '../api/ledger/report.ts';
import type { Statement, StatementDeps } from '../api/ledger/statement.ts';
import { statementOf } from '../api/ledger/statement.ts';
import { stageFlow } from '../topologies/telemetry/flow.ts';
import { openEntry } from '../pipeline/runtime/ledger.ts';
import { ConfigError } from '../pipeline/core/errors.ts';
import type { CommandFile, Io } from './command.ts';
import { installationIdFor, requireConnection } from './connection.ts';
import { openClients } from './clients.ts';
import type { Clients } from './clients.ts';

interface Options {
  readonly data?: string;
  readonly topic?: string;
  readonly from?: number;
  readonly to?: number;
}
const LIVE = { app: 'goshawk', rounds: 10, budgetMs: 600, tailOffsets: 500_000 };

export default {
  name: 'ledger',
  register(program, io) {
    const command = program
      .command('ledger')
      .description('Adds up what became of every record; exit 1 when something is missing or counted twice')
      .option('--data <folder>', 'the installation to look at')
      .option('--topic <name>', 'only hops that read this topic')
      .option('--from <time>', 'only what was committed after this time (ISO 8601), to the last closing of the books before it', time)
      .option('--to <time>', 'only what was committed before this time (ISO 8601), to the last closing of the books before it', time)
      .option('--json', 'one JSON document')
      .action(async (options: Options) => {
        await using clients = await openClients(requireConnection(['kafkaBrokers', 'databaseUrl'], options), io);
        const statement = await statementOf({ from: options.from ?? null, to: options.to ?? null }, statementDeps(clients));
        const shown = narrowed(statement, options.topic);
        if (io.json) io.print(JSON.stringify(documentOf(shown)));
        else print(shown, io.print);
        if (!shown.isBalanced) process.exitCode = 1;
      });
    command
      .command('report')
      .description('Prints the signed report of a day; exit 1 when there is none')
      .option('--data <folder>', 'the installation to look at')
      .option('--day <day>', 'which day, UTC (default: the last that has one)', day)
      .option('--jws', 'the signed document itself, for `ledger verify`')
      .option('--json', 'one JSON document')
      .action(async (_options: unknown, self: Command) => printReport(self.optsWithGlobals(), io));
    command
      .command('verify')
      .description('Checks signed reports: signature, the chain from day to day, and sums against the ledger; exit 1 when one does not hold')
      .argument('[file]', 'a report, as `ledger report --jws` prints it (default: all that are stored)')
      .option('--data <folder>', 'the installation that signed it')
      .option('--json', 'one JSON document')
      .action(async (file: string | undefined, _options: unknown, self: Command) => verify(file, self.optsWithGlobals(), io));
  },
} satisfies CommandFile;

const statementDeps = ({ broker, codec, database: pool }: Clients): StatementDeps => ({
  ...LIVE,
  admin: broker.admin(),
  reader: broker.reader(),
  codec,
  pool,
  openEntry,
  flow: stageFlow,
  wallMicros: () => Date.now() * 1000,
});

interface ReportOptions {
  readonly data?: string;
  readonly day?: string;
  readonly jws?: boolean;
}
async function printReport(options: ReportOptions, io: Io): Promise<void> {
  const connection = requireConnection(['kafkaBrokers', 'databaseUrl'], options);
  await using clients = await openClients(connection, io);
  const row = await storedReport(clients.database, options.day ?? null);
  if (row === null) {
    io.report.say('ledger', `There is no report ${options.day === undefined ? 'yet' : `of ${options.day}`}. The ticker signs a day within an hour of its end.`);
    process.exitCode = 1;
    return;
  }
  if (options.jws) return io.print(row.jws);
  const report = await readReport(row.jws, await openKeys(keyFolderOf(connection.dataFolder)));
  io.print(JSON.stringify(report, null, io.json ? undefined : 2));
}

async function verify(file: string | undefined, options: ReportOptions, io: Io): Promise<void> {
  const connection = requireConnection(['kafkaBrokers', 'databaseUrl'], options);
  await using clients = await openClients(connection, io);
  const keys = await openKeys(keyFolderOf(connection.dataFolder));
  const installation = connection.installationId ?? (await installationIdFor(clients.broker));
  const problems =
    file === undefined
      ? await verifyReports({ keys, pool: clients.database })
      : await verifyReport(readGiven(file), { ...statementDeps(clients), keys, installation });
  if (io.json) io.print(JSON.stringify({ valid: problems.length === 0, problems }));
  else {
    for (const problem of problems) io.print(problem);
    if (problems.length === 0) io.print(file === undefined ? 'Every report holds, and follows the one before it.' : 'The report holds.');
  }
  if (problems.length > 0) process.exitCode = 1;
}
function readGiven(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError('INVALID_USAGE', `${file} cannot be read: ${(error as Error).message}`, { file }, { cause: error });
  }
}
function day(text: string): string {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || Number.isNaN(Date.parse(text))) throw new InvalidArgumentError('It is no day, for example 2026-03-01.');
  return text;
}

function time(text: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new InvalidArgumentError('It is no ISO 8601 time, for example 2026-03-01T00:00:00Z.');
  return ms * 1000;
}

function narrowed(statement: Statement, topic: string | undefined): Statement {
  const isHere = (at: { readonly topic: string }) => topic === undefined || at.topic === topic;
  const breaks = statement.breaks.filter(isHere);
  return { ...statement, isBalanced: breaks.length === 0, hops: statement.hops.filter(isHere), breaks, notCompared: statement.notCompared.filter(isHere) };
}

const isoOf = (micros: number | null) => (micros === null ? null : new Date(micros / 1000).toISOString());
const documentOf = ({ isBalanced, range, hops, breaks, notCompared }: Statement) => ({
  balanced: isBalanced,
  range: { from: isoOf(range.from), to: isoOf(range.to) },
  hops,
  breaks,
  notCompared,
});

type Hop = Statement['hops'][number];
function print({ isBalanced, range, hops, breaks, notCompared }: Statement, line: (text: string) => void): void {
  const table = new Table({
    head: ['stage', 'topic', 'in', 'passed', 'dropped', 'rejected', 'out'],
    style: { head: [], border: [] },
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right', 'left'],
  });
  for (const [, group] of Map.groupBy(hops, ({ stage, topic }) => `${stage}|${topic}`)) table.push(rowOf(group));
  line(table.toString());
  line(`Committed ${range.from === null ? 'since the ledger begins' : `after ${isoOf(range.from)}`}, up to ${isoOf(range.to) ?? 'now'}.`);
  for (const broken of breaks)
    line(
      `${broken.stage} ${broken.topic}/${broken.partition} [${broken.from}, ${broken.to}): ${broken.kind}, ${broken.count} record${broken.count === 1 ? '' : 's'}. ${broken.detail}`,
    );
  for (const [reason, group] of Map.groupBy(notCompared, (one) => one.reason)) line(`${REASONS[reason] ?? reason}: ${group.map(placeOf).join(', ')}.`);
  line(!isBalanced ? 'It does not add up.' : notCompared.length === 0 ? 'Everything adds up.' : 'All that could be compared adds up.');
}
const placeOf = ({ stage, topic, partition }: { readonly stage: string; readonly topic: string; readonly partition: number }) =>
  `${stage} ${topic}/${partition}`;
const REASONS: Readonly<Record<string, string>> = {
  behind: 'Too far behind to count what waits, compared when they have caught up',
  moving: 'Written to while it was looked at, compared by a later closing',
};

function rowOf(group: readonly Hop[]): string[] {
  const [first] = group;
  const total = (of: (hop: Hop) => number) => String(group.reduce((sum, hop) => sum + of(hop), 0));
  const reasons = (of: (hop: Hop) => Readonly<Record<string, number>>) => {
    const sums: Record<string, number> = {};
    for (const hop of group) for (const [reason, count] of Object.entries(of(hop))) sums[reason] = (sums[reason] ?? 0) + count;
    return Object.entries(sums)
      .map(([reason, count]) => `${reason} ${count}`)
      .join('\n');
  };
  return [
    first!.stage,
    first!.topic,
    total((hop) => hop.in),
    total((hop) => hop.passed),
    reasons((hop) => hop.dropped),
    reasons((hop) => hop.rejected),
    reasons((hop) => hop.out),
  ];
}
