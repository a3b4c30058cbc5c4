import Table from 'cli-table3';
import type { Balance, Hop } from '../domains/ledger/index.ts';
import { balance } from '../domains/ledger/index.ts';
import type { LedgerEntry } from '../schemas/avro/types.gen.ts';
import type { CommandFile } from './command.ts';
import { requireConnection } from './connection.ts';
import { openClients } from './clients.ts';
import { storeEntries, surroundingsOf, topicEntries } from './ledger-source.ts';

interface Options {
  readonly data?: string;
  readonly topic?: string;
  readonly from?: string;
  readonly to?: string;
}

export default {
  name: 'ledger',
  register(program, io) {
    program
      .command('ledger')
      .description('Adds up what became of every record; exit 1 when something is missing or counted twice')
      .option('--data <folder>', 'the installation to look at')
      .option('--topic <name>', 'only hops that read this topic')
      .option('--from <time>', 'only entries that ended at or after this time (ISO 8601)')
      .option('--to <time>', 'only entries that began before this time (ISO 8601)')
      .option('--json', 'one JSON document')
      .action(async (options: Options) => {
        const connection = requireConnection(['kafkaBrokers', 'databaseUrl'], options);
        await using clients = await openClients(connection, io);
        // Persist's entries are read first: what it stores afterwards waits in the tails, and is counted there.
        const entries: LedgerEntry[] = [...(await storeEntries(clients.database))];
        for await (const entry of topicEntries(clients.broker, clients.codec)) entries.push(entry);
        const chosen = entries.filter(withinTimes(options));
        const isWhole = chosen.length === entries.length;
        const result = balance(chosen, await surroundingsOf(chosen, clients.broker, clients.codec));
        // A part of the history has ragged ends, so hops cannot be compared with each other; each entry and chain still can.
        const breaks = isWhole ? result.breaks : result.breaks.filter(({ kind }) => kind === 'outcomes' || kind === 'unaccounted' || kind === 'counted-twice');
        const isHere = ({ topic }: { readonly topic: string }) => options.topic === undefined || topic === options.topic;
        const shown: Balance = { isBalanced: !breaks.some(isHere), hops: result.hops.filter(isHere), breaks: breaks.filter(isHere) };
        if (io.json) io.print(JSON.stringify({ balanced: shown.isBalanced, hops: shown.hops, breaks: shown.breaks }));
        else print(shown, io.print);
        if (!shown.isBalanced) process.exitCode = 1;
      });
  },
} satisfies CommandFile;

function withinTimes({ from, to }: Options): (entry: LedgerEntry) => boolean {
  const at = (text: string | undefined, fallback: number) => (text === undefined ? fallback : Date.parse(text) * 1000);
  const [start, end] = [at(from, Number.NEGATIVE_INFINITY), at(to, Number.POSITIVE_INFINITY)];
  return ({ wallFrom, wallTo }) => wallTo >= start && wallFrom < end;
}

function print({ isBalanced, hops, breaks }: Balance, line: (text: string) => void): void {
  const table = new Table({
    head: ['stage', 'topic', 'in', 'passed', 'dropped', 'rejected', 'out'],
    style: { head: [], border: [] },
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right', 'left'],
  });
  for (const [, group] of Map.groupBy(hops, ({ stage, topic }) => `${stage}|${topic}`)) table.push(rowOf(group));
  line(table.toString());
  for (const broken of breaks)
    line(
      `${broken.stage} ${broken.topic}/${broken.partition} [${broken.from}, ${broken.to}): ${broken.kind}, ${broken.count} record${broken.count === 1 ? '' : 's'}. ${broken.detail}`,
    );
  line(isBalanced ? 'Everything adds up.' : 'It does not add up.');
}

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
