// The field catalogue on the command line.
import Table from 'cli-table3';
import { Option } from 'commander';
import { isoMicros } from '../schemas/avro/ecs.ts';
import { openPool, withOrganization } from '../store/connect.ts';
import { FIELD_KINDS, FIELD_STATES, fieldDatasets, pageOfFields } from '../store/queries/fields.ts';
import type { FieldDatasetRow, FieldFilter, FieldRow } from '../store/queries/fields.ts';
import type { CommandFile, Io } from './command.ts';
import { requireConnection } from './connection.ts';

interface Options extends FieldFilter {
  readonly dataset?: string;
  readonly organization: string;
  readonly data?: string;
}
const PAGE = 1_000;

export default {
  name: 'fields',
  register(program, io) {
    program
      .command('fields')
      .description('Which fields events have, from a sample of those that are stored: datasets, or the fields of one')
      .option('--dataset <name>', 'fields of this dataset')
      .addOption(new Option('--kind <kind>', "native: by the sensor's own name; ecs").choices(FIELD_KINDS))
      .addOption(new Option('--state <state>', 'new: seen first this week; vanished: no longer seen').choices(FIELD_STATES))
      .option('--search <text>', 'part of the name')
      .option('--organization <name>', 'whose events', 'default')
      .option('--data <folder>', 'the installation to ask')
      .option('--json', 'NDJSON, one field a line; without --dataset, --kind, --state and --search one dataset a line')
      .action(async (options: Options) => {
        const { databaseUrl } = requireConnection(['databaseUrl'], options);
        const pool = openPool({ databaseUrl, role: 'goshawk_api', max: 1, applicationName: 'goshawk-cli', log: io.log() });
        try {
          await withOrganization(pool, options.organization, async (sql) => {
            const { dataset, kind, state, search } = options;
            if ([dataset, kind, state, search].every((one) => one === undefined)) return printDatasets(io, await fieldDatasets(sql));
            const rows: FieldRow[] = [];
            for (let page = await pageOfFields(sql, options, null, PAGE); page.length > 0; page = await pageOfFields(sql, options, rows.at(-1)!, PAGE))
              rows.push(...page);
            printFields(io, rows);
          });
        } finally {
          await pool.end();
        }
      });
  },
} satisfies CommandFile;

const STYLE = { head: [], border: [] };
const day = (micros: number): string => isoMicros(micros).slice(0, 16).replace('T', ' ');
const withTimes = <Row extends { readonly firstSeen: number; readonly lastSeen: number }>(row: Row) => ({
  ...row,
  firstSeen: isoMicros(row.firstSeen),
  lastSeen: isoMicros(row.lastSeen),
});

function printDatasets(io: Io, rows: readonly FieldDatasetRow[]): void {
  if (io.json) return rows.forEach((row) => io.print(JSON.stringify(withTimes(row))));
  if (rows.length === 0) return io.print('No event was looked at yet.');
  const table = new Table({ head: ['dataset', 'fields', 'new', 'vanished', 'looked at', 'first seen', 'last seen'], style: STYLE });
  for (const { dataset, fields, newFields, vanishedFields, events, firstSeen, lastSeen } of rows)
    table.push([dataset, fields, newFields, vanishedFields, events, day(firstSeen), day(lastSeen)]);
  io.print(table.toString());
}

function printFields(io: Io, rows: readonly FieldRow[]): void {
  if (io.json) return rows.forEach((row) => io.print(JSON.stringify(withTimes(row))));
  if (rows.length === 0) return io.print('There are no such fields.');
  const table = new Table({
    head: ['dataset', 'kind', 'field', 'type', 'share', 'examples', 'last seen', ''],
    style: STYLE,
    colWidths: [null, null, 40, 12, null, 50, null, null],
    wordWrap: true,
    wrapOnWordBoundary: false,
  });
  for (const { dataset, kind, name, types, share, examples, lastSeen, state } of rows)
    table.push([dataset, kind, name, types.join(' '), `${Math.round(share * 100)} %`, examples.join('\n'), day(lastSeen), state === 'known' ? '' : state]);
  io.print(table.toString());
}
