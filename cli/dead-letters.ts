import Table from 'cli-table3';
import { ConfigError } from '../pipeline/core/errors.ts';
import type { Broker, RawRecord } from '../pipeline/runtime/port.ts';
import { tpKey } from '../pipeline/runtime/port.ts';
import { topics } from '../topologies/topics.ts';
import type { CommandFile } from './command.ts';
import { openClients } from './clients.ts';
import { requireConnection } from './connection.ts';

/** `partition:offset` on dead-letters.v1 names a dead letter. */
interface DeadLetter {
  readonly id: string;
  readonly at: string;
  readonly code: string;
  readonly stage: string;
  readonly version: string;
  readonly message: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly organization: string;
  readonly attempt: number;
  readonly bytes: number;
}

export default {
  name: 'dead-letters',
  register(program, io) {
    const command = program.command('dead-letters').description('Records that were set aside, and why');
    command
      .command('list')
      .description('Counts by reason, then the newest; nothing of their content')
      .option('--data <folder>', 'the installation to look at')
      .option('--code <code>', 'only this reason')
      .option('--limit <number>', 'how many to list', '20')
      .option('--json', 'NDJSON, all of them')
      .action(async (options: { data?: string; code?: string; limit: string }) => {
        const limit = Number(options.limit);
        if (!Number.isInteger(limit) || limit < 0) throw new ConfigError('INVALID_USAGE', `--limit takes a whole number, not "${options.limit}".`);
        await using clients = await openClients(requireConnection(['kafkaBrokers'], options), io);
        const counts = new Map<string, number>();
        const newest: DeadLetter[] = [];
        for await (const { letter } of deadLetters(clients.broker)) {
          if (options.code !== undefined && letter.code !== options.code) continue;
          if (io.json) io.print(JSON.stringify(letter));
          const reason = `${letter.stage}|${letter.code}|${letter.version}`;
          counts.set(reason, (counts.get(reason) ?? 0) + 1);
          newest.push(letter);
          if (newest.length > 2 * limit + 1) newest.sort(newestFirst).splice(limit); // bounded, however many there are
        }
        if (!io.json) printList(counts, newest.sort(newestFirst).slice(0, limit), io.print);
      });
    command
      .command('show')
      .description('One of them whole, content included: it may hold secrets')
      .argument('<id>', 'partition:offset, as list prints it')
      .option('--data <folder>', 'the installation to look at')
      .option('--json', 'one JSON document; bytes as base64')
      .action(async (id: string, options: { data?: string }) => {
        const [partition, offset] = /^(\d+):(\d+)$/.exec(id)?.slice(1).map(Number) ?? [];
        if (partition === undefined || offset === undefined)
          throw new ConfigError('INVALID_USAGE', `"${id}" is no id of a dead letter: it is partition:offset, as list prints it.`);
        await using clients = await openClients(requireConnection(['kafkaBrokers'], options), io);
        for await (const found of deadLetters(clients.broker, { partition, offset })) {
          io.log().info({ id, code: found.letter.code }, 'A dead letter was shown.');
          printOne(found.letter, found.record, io.json, io.print);
          return;
        }
        io.print(`There is no dead letter ${id}: it was never there, or its retention is over.`);
        process.exitCode = 1;
      });
  },
} satisfies CommandFile;

async function* deadLetters(
  broker: Broker,
  only?: { readonly partition: number; readonly offset: number },
): AsyncIterable<{ letter: DeadLetter; record: RawRecord }> {
  const admin = broker.admin();
  const topic = topics.deadLetters.name;
  const count = (await admin.topics()).get(topic) ?? 0;
  const partitions = Array.from({ length: count }, (_unused, partition) => ({ topic, partition })).filter(
    ({ partition }) => only === undefined || only.partition === partition,
  );
  const [earliest, ends] = [await admin.offsets(partitions, 'earliest'), await admin.offsets(partitions, 'stable')];
  const reader = broker.reader();
  try {
    for (const tp of partitions) {
      const from = Math.max(earliest.get(tpKey(tp)) ?? 0, only?.offset ?? 0);
      const to = Math.min(ends.get(tpKey(tp)) ?? 0, only === undefined ? Number.POSITIVE_INFINITY : only.offset + 1);
      if (from >= to) continue;
      for await (const { records } of reader.read(tp, from, to, new AbortController().signal)) {
        for (const record of records) if (record.offset >= from && record.offset < to) yield { letter: letterOf(tp.partition, record), record };
      }
    }
  } finally {
    await reader.close();
  }
}

function letterOf(partition: number, record: RawRecord): DeadLetter {
  const headers = new Map(record.headers.map(([name, value]) => [name, value.toString()]));
  const [streams, ours] = [(name: string) => headers.get(`__streams.errors.${name}`) ?? '', (name: string) => headers.get(`__goshawk.errors.${name}`) ?? ''];
  return {
    id: `${partition}:${record.offset}`,
    at: new Date(record.timestampMs).toISOString(),
    code: ours('code'),
    stage: ours('stage'),
    version: ours('version'),
    message: streams('message'),
    topic: streams('topic'),
    partition: Number(streams('partition')),
    offset: Number(streams('offset')),
    organization: ours('organization'),
    attempt: Number(ours('attempt')),
    bytes: record.value?.length ?? 0,
  };
}

const newestFirst = (a: DeadLetter, b: DeadLetter) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0);

function printList(counts: ReadonlyMap<string, number>, newest: readonly DeadLetter[], line: (text: string) => void): void {
  if (counts.size === 0) return line('There are no dead letters.');
  const style = { head: [], border: [] };
  const summary = new Table({ head: ['stage', 'reason', 'version', 'records'], style, colAligns: ['left', 'left', 'left', 'right'] });
  for (const [reason, count] of [...counts].sort((a, b) => b[1] - a[1])) summary.push([...reason.split('|'), String(count)]);
  line(summary.toString());
  const list = new Table({ head: ['id', 'at', 'reason', 'from', 'what happened'], style, colWidths: [null, null, null, null, 70], wordWrap: true });
  for (const letter of newest) list.push([letter.id, letter.at, letter.code, `${letter.topic}/${letter.partition}@${letter.offset}`, letter.message]);
  line(list.toString());
}

function printOne(letter: DeadLetter, record: RawRecord, isJson: boolean, line: (text: string) => void): void {
  if (isJson) {
    return line(
      JSON.stringify({
        ...letter,
        key: record.key?.toString('base64') ?? null,
        value: record.value?.toString('base64') ?? null,
        headers: Object.fromEntries(record.headers.map(([name, value]) => [name, value.toString()])),
      }),
    );
  }
  for (const [name, value] of Object.entries(letter)) line(`${name.padEnd(12)} ${String(value)}`);
  line('');
  line(record.value?.toString() ?? '(no value)');
}
