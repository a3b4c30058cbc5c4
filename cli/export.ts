import { InvalidArgumentError } from 'commander';
import { DEFAULT_COLUMNS } from '../api/export/columns.ts';
import { FORMATS } from '../api/export/formats.ts';
import type { Format } from '../api/export/formats.ts';
import { ConfigError } from '../pipeline/core/errors.ts';
import type { CommandFile, Io } from './command.ts';
import { parseMoment } from './dead-letters/filter.ts';
import { createExportFile, partOf, reopenExportFile } from './export/file.ts';
import type { ExportFile } from './export/file.ts';
import { writeExport } from './export/write.ts';
import { openDownloads, organization } from './sensor/api.ts';
import type { Where } from './sensor/api.ts';

interface Options extends Where {
  readonly search?: string;
  readonly from?: number;
  readonly to?: number;
  readonly format: Format;
  readonly columns?: readonly string[];
  readonly limit?: number;
  readonly after?: string;
  readonly output: string;
  readonly resume: boolean;
}

export default {
  name: 'export',
  register(program, io) {
    program
      .command('export')
      .description('Stored events as a file, newest first, as many as there are; each export is audited')
      .option('--search <text>', 'in the search language of the dashboard; all events unless given')
      .option('--from <time>', 'ISO 8601 with a zone, or so long ago: 30m, 12h, 7d', (text) => parseMoment(text))
      .option('--to <time>', 'likewise, exclusive; now unless given', (text) => parseMoment(text))
      .option('--format <format>', FORMATS.join(', '), format, 'ndjson')
      .option('--columns <names>', 'with commas between; any ECS field, id, sensor, native', columns)
      .option('--limit <n>', 'rows at most', limit)
      .option('--after <id>', 'begins behind the event of this id')
      .requiredOption('--output <file>', 'where it goes; FILE.part until it is whole')
      .option('--resume', 'goes on where an export to this file was cut off, with what was asked then', false)
      .option('--organization <name>', 'whose events', organization, 'default')
      .option('--data <folder>', 'of the installation that runs on this machine')
      .option('--json', 'one JSON document')
      .action((options: Options) => run(options, io));
  },
} satisfies CommandFile;

async function run(options: Options, io: Io): Promise<void> {
  const { output, resume } = options;
  const asked = (['search', 'from', 'to', 'columns', 'limit', 'after'] as const).filter((name) => options[name] !== undefined);
  if (resume && asked.length > 0)
    throw new ConfigError('INVALID_USAGE', `--resume goes on with what was asked before: leave out ${asked.map((name) => `--${name}`).join(', ')}.`);
  const request = await openDownloads(options);
  const file = resume
    ? reopenExportFile(output)
    : createExportFile(output, { question: questionOf(options), format: options.format, after: options.after ?? null });
  const cut = await writeExport(file, {
    request: (params) => request(`/v2/exports/events?${params}`, io.interruption.signal),
    onRetry: (reason) => io.report.say('export', `The connection ended (${reason}); going on behind the last row.`),
    onProgress: ({ rows, question }) => io.report.progress('export', 'Events', rows, question.limit ?? 0),
    signal: io.interruption.signal,
  });
  tell(file, output, cut, io);
}

function tell(file: ExportFile, output: string, cut: Error | null, io: Io): void {
  const { rows, bytes, after, format: kind, question } = file.state();
  const canGoOn = kind !== 'parquet';
  if (cut === null) file.finish();
  else file.leave(canGoOn);
  const where = cut === null ? output : partOf(output);
  if (cut !== null) process.exitCode = 1;
  if (io.json)
    return io.print(
      JSON.stringify({ file: where, format: kind, rows, bytes, isComplete: cut === null, last: after, ...(cut !== null && { reason: cut.message }) }),
    );
  const counted = `${rows.toLocaleString('en')} ${rows === 1 ? 'event' : 'events'}`;
  if (cut === null) return io.print(`${counted} in ${where}`);
  io.print(`Cut off: ${cut.message}`);
  io.print(
    `${counted} in ${where}${after === null ? '' : `, back to ${timeOf(after)}`}; what is older${question.from === undefined ? '' : `, back to ${question.from},`} is missing.`,
  );
  io.print(canGoOn ? `./goshawk export --output ${output} --resume goes on from there.` : `A Parquet file cannot go on: the same command with --after ${after ?? ''} and another --output has the rest.`); // prettier-ignore
}

/** Of an event's public id. */
const timeOf = (id: string): string => new Date(Number(id.slice(0, id.lastIndexOf('-'))) / 1_000).toISOString();

const questionOf = ({ search, from, to, columns: names, limit: most }: Options) => ({
  ...(search !== undefined && { search }),
  ...(from !== undefined && { from: new Date(from / 1_000).toISOString() }),
  to: new Date(to === undefined ? Date.now() : to / 1_000).toISOString(),
  columns: [...(names ?? DEFAULT_COLUMNS.events)],
  limit: most ?? null,
});

function format(text: string): Format {
  const found = FORMATS.find((name) => name === text);
  if (found === undefined) throw new InvalidArgumentError(`One of ${FORMATS.join(', ')}.`);
  return found;
}
function columns(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim()).filter((name) => name !== ''); // prettier-ignore
  if (names.length === 0 || names.some((name) => !/^@?\w[\w.-]*$/.test(name))) throw new InvalidArgumentError('Names of fields, with commas between.');
  return names;
}
function limit(text: string): number {
  if (!/^[1-9]\d{0,11}$/.test(text)) throw new InvalidArgumentError('A number of rows, at least 1.');
  return Number(text);
}
