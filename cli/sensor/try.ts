// `sensor try FILE`: without an installation, and without writing anything.
import Table from 'cli-table3';
import type { Command } from 'commander';
import type { TriedEvent } from '../../api/sensors/trials.ts';
import { nativeRecords } from '../../local/native-files.ts';
import { ConfigError } from '../../pipeline/core/errors.ts';
import { config as ingestConfig, formats } from '../../pipeline/ingest/index.ts';
import type { Io } from '../command.ts';
import { openTrial } from './trial.ts';

interface Options {
  readonly format?: string;
  readonly name: string;
  readonly rules: readonly string[];
}

export function registerTry(command: Command, io: Io): void {
  command
    .command('try')
    .description('What would become of the records of a file: format, events, reasons for what is refused, fields, rules. Needs no installation')
    .argument('<file>', 'a record a line, or JSON documents; .gz is read too, - is stdin')
    .option('--format <name>', 'of the records, when it must not be recognised')
    .option('--name <name>', 'of the sensor', 'try')
    .option('--rules <path...>', 'files or folders with Sigma rules; those of this project unless given', [])
    .option('--json', 'an entry an event as NDJSON, then a summary')
    .action((file: string, options: Options) => run(io, file, options));
}

async function run(io: Io, file: string, { format, name, rules }: Options): Promise<void> {
  if (format !== undefined && !formats().some((one) => one === format || one.startsWith(`${format}-`)))
    throw new ConfigError('INVALID_USAGE', `There is no format ${format}; there are ${formats().join(', ')}.`);
  const tried = await openTrial({ format, organization: 'default', sensor: name, takenAt: Date.now() * 1_000, rules });
  const summary = new Summary();
  const tell = (all: readonly TriedEvent[]) => {
    for (const one of all) {
      summary.add(one);
      if (io.json) io.print(JSON.stringify(one));
    }
  };
  for await (const record of nativeRecords(file, ingestConfig.parse({}).maxRecordBytes)) {
    if (io.interruption.signal.aborted) return;
    summary.records += 1;
    tell(tried(Buffer.from(record)));
  }
  tell(tried.end());
  if (summary.refused.size > 0) process.exitCode = 1;
  if (io.json) io.print(JSON.stringify({ summary: summary.document() }));
  else summary.print(io);
}

const count = <K>(map: Map<K, number>, key: K): void => void map.set(key, (map.get(key) ?? 0) + 1);
const EXAMPLE = 60;

class Summary {
  records = 0;
  events = 0;
  duplicates = 0;
  readonly formats = new Map<string, { events: number; least: number | null }>();
  readonly refused = new Map<string, number>();
  readonly unparsed = new Map<string, number>();
  readonly fields = new Map<string, { events: number; example: string }>();
  readonly rules = new Map<string, { title: string; events: number }>();

  add({ format, confidence, dataset, refused, unparsed, isDuplicate, fields, rules }: TriedEvent): void {
    if (dataset !== null) this.events += 1;
    if (isDuplicate) this.duplicates += 1;
    if (refused !== null) count(this.refused, `${refused.code}: ${refused.reason}`);
    if (unparsed !== null) count(this.unparsed, unparsed);
    if (format !== null) {
      const known = this.formats.get(`${format}, ${dataset}`) ?? { events: 0, least: confidence };
      const least = confidence === null || known.least === null ? null : Math.min(known.least, confidence);
      this.formats.set(`${format}, ${dataset}`, { events: known.events + 1, least });
      for (const [name, value] of Object.entries(fields)) {
        const field = this.fields.get(name) ?? { events: 0, example: (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, EXAMPLE) };
        field.events += 1;
        this.fields.set(name, field);
      }
    }
    for (const { id, title } of rules) {
      const rule = this.rules.get(id) ?? { title, events: 0 };
      rule.events += 1;
      this.rules.set(id, rule);
    }
  }

  document(): Record<string, unknown> {
    const { records, events, duplicates } = this;
    const plain = <V>(map: ReadonlyMap<string, V>) => Object.fromEntries(map);
    return {
      records,
      events,
      duplicates,
      formats: plain(this.formats),
      unparsed: plain(this.unparsed),
      refused: plain(this.refused),
      fields: plain(this.fields),
      rules: plain(this.rules),
    };
  }

  print(io: Io): void {
    io.print(`${this.records} records become ${this.events} events${this.duplicates > 0 ? `, ${this.duplicates} of them repeats that count once` : ''}.`);
    const table = (head: readonly string[], rows: readonly (readonly string[])[]): void => {
      if (rows.length === 0) return;
      const printed = new Table({ head: [...head], style: { head: [], border: [] } });
      for (const row of rows) printed.push([...row]);
      io.print(printed.toString());
    };
    table(
      ['format, dataset', 'events', 'least confidence'],
      [...this.formats].map(([name, { events, least }]) => [name, String(events), least === null ? 'given' : least.toFixed(2)]),
    );
    table(
      ['kept as text, unparsed', 'events'],
      [...this.unparsed].map(([reason, events]) => [reason, String(events)]),
    );
    table(
      ['would be set aside (dead letter)', 'records'],
      [...this.refused].map(([reason, records]) => [reason, String(records)]),
    );
    table(
      ['field', 'events', 'for example'],
      [...this.fields].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, { events, example }]) => [name, String(events), example]),
    );
    table(
      ['rule that would match', 'events'],
      [...this.rules.values()].map(({ title, events }) => [title, String(events)]),
    );
    if (this.rules.size === 0) io.print('No rule matches a single event; correlations over several are not tried.');
  }
}
