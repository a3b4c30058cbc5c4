import { relative } from 'node:path';
import { nativeRecords } from '../local/native-files.ts';
import { ConfigError, RecordError } from '../pipeline/core/errors.ts';
import { aliasesOf } from '../pipeline/detect/aliases.ts';
import { Engine } from '../pipeline/detect/match/engine.ts';
import type { EventLogsource } from '../pipeline/detect/match/engine.ts';
import { KnownFields, shippedFields } from '../pipeline/detect/known-fields.ts';
import { OWN_RULES, readRuleFiles } from '../pipeline/detect/open-rules.ts';
import { config as ingestConfig, openIngestor } from '../pipeline/ingest/index.ts';
import { sourceOf } from '../pipeline/ingest/source.ts';
import { parseRuleSet } from '../domains/sigma/index.ts';
import type { Problem, RuleSet } from '../domains/sigma/index.ts';
import { rawTopic } from '../topologies/topics.ts';
import type { CommandFile, Io } from './command.ts';
import { byteLines, GivenEvents, isLineFile } from './event-lines.ts';
import { fieldWarnings, liveFieldNames } from './field-warnings.ts';
import { readCases, RuleCases } from './rule-cases.ts';

const MAX_LINE_BYTES = 8 * 1_048_576;

export default {
  name: 'rules',
  register(program, io) {
    const rules = program.command('rules').description('Sigma rules: check them, match them against events, run their cases');
    rules
      .command('lint')
      .description('Checks rules, correlations and filters; ends with 1 when a document is refused')
      .argument('[path...]', 'files or folders; the rules of this project unless given')
      .option('--retired', 'read deprecated and unsupported rules too')
      .option('--live', 'fields that the events of the running installation have count as known')
      .option('--organization <name>', 'whose events, with --live', 'default')
      .option('--data <folder>', 'the installation, with --live')
      .option('--json', 'one JSON document')
      .action((paths: string[], options: LintOptions) => lint(io, paths, options));
    rules
      .command('match')
      .description('For each line of a file the rules that it meets, as {"id","rules":[...]}')
      .requiredOption('--rules <path>', 'file or folder with Sigma rules')
      .requiredOption('--events <file>', 'native or canonical events, or {"id","logsource":{...},"event":{...}}; - is stdin')
      .option('--no-gate', 'ask every rule of every event, whatever its log source')
      .action((options: { readonly rules: string; readonly events: string; readonly gate: boolean }) => match(io, options));
    rules
      .command('test')
      .description('Runs the cases beside rules through ingest, detect and correlate; ends with 1 when one goes wrong')
      .argument('[path...]', 'files or folders; the rules of this project unless given')
      .option('--json', 'one JSON document')
      .action((paths: string[]) => test(io, paths));
  },
} satisfies CommandFile;

/** The rules of this project when no path is given, relative to where the caller stands. */
const orOurs = (paths: readonly string[]): readonly string[] => (paths.length === 0 ? [relative(process.cwd(), OWN_RULES)] : paths);

async function readSet(paths: readonly string[], retired = false): Promise<RuleSet> {
  const files = (await Promise.all(orOurs(paths).map((path) => readRuleFiles(path)))).flat();
  return parseRuleSet(files, { includeRetired: retired });
}

interface LintOptions {
  readonly retired?: boolean;
  readonly live?: boolean;
  readonly organization: string;
  readonly data?: string;
}

async function lint(io: Io, paths: readonly string[], { retired = false, live = false, organization, data }: LintOptions): Promise<void> {
  const set = await readSet(paths, retired);
  const also = live ? await liveFieldNames(io, organization, data) : [];
  const fields = fieldWarnings(set, new KnownFields(shippedFields(), also));
  const warnings = [...set.warnings, ...fields.warnings];
  const counts = { rules: set.rules.length, correlations: set.correlations.length, filters: set.filters.length, retired: set.retired.length };
  if (set.refusals.length > 0) process.exitCode = 1;
  if (io.json) return io.print(JSON.stringify({ ...counts, refusals: set.refusals, warnings, uncheckedFields: fields.unchecked }));
  for (const refusal of set.refusals) io.print(`refused  ${placed(refusal)}`);
  for (const warning of warnings) io.print(`warning  ${placed(warning)}`);
  io.print(
    `${counts.rules} rules, ${counts.correlations} correlations and ${counts.filters} filters are good; ${set.refusals.length === 1 ? '1 document is' : `${set.refusals.length} documents are`} refused${counts.retired > 0 ? `, ${counts.retired} are retired` : ''}.`,
  );
  if (fields.unchecked > 0)
    io.print(`Fields of ${fields.unchecked === 1 ? 'one rule' : `${fields.unchecked} rules`} could not be checked: no event of the log source is known.`);
}
const placed = ({ file, document, line, title, reason }: Problem): string =>
  `${file}:${line} document ${document}${title === null ? '' : ` "${title}"`}: ${reason}`;

async function match(io: Io, { rules, events, gate }: { readonly rules: string; readonly events: string; readonly gate: boolean }): Promise<void> {
  const set = await readSet([rules]);
  for (const refusal of set.refusals) io.report.say('refused', `Refused ${placed(refusal)}.`, { ...refusal });
  const engine = new Engine(set.rules, { isGated: gate, aliasesOf });
  const given = new GivenEvents();
  const decode = await nativeReader();
  let number = 0;
  const answer = (line: Uint8Array): string | undefined => {
    number += 1;
    try {
      const event = given.read(line);
      const met = (event === undefined ? decode(line, number) : [event]).flatMap(({ logsource, event: document }) =>
        engine.match(logsource, document).map(({ rule }) => rule.id ?? rule.key),
      );
      return JSON.stringify({ id: event?.id ?? idIn(line) ?? String(number), rules: met.length > 1 ? [...new Set(met)] : met });
    } catch (error) {
      if (!(error instanceof RecordError || error instanceof SyntaxError)) throw error;
      process.exitCode = 1;
      io.report.say('refused', `Line ${number}: ${error.message}.`, { line: number, reason: error.message });
      return undefined;
    }
  };
  for await (const lines of (await isLineFile(events)) ? byteLines(events) : oneByOne(events)) {
    if (io.interruption.signal.aborted) return;
    const answers = lines.map(answer).filter((one) => one !== undefined);
    if (answers.length > 0) io.print(answers.join('\n'));
  }
}

async function* oneByOne(file: string): AsyncIterable<readonly Uint8Array[]> {
  for await (const record of nativeRecords(file, MAX_LINE_BYTES)) yield [Buffer.from(record)];
}

/** Events without a log source go through ingest, which says what they are. */
async function nativeReader(): Promise<(line: Uint8Array, number: number) => readonly { readonly logsource: EventLogsource; readonly event: Uint8Array }[]> {
  const ingestor = await openIngestor(ingestConfig.parse({}), { installation: 'rules' });
  const topic = rawTopic('default', 'rules');
  const source = sourceOf(topic, new Map());
  let kept: unknown;
  const memory = { get: () => kept, put: (value: unknown) => void (kept = value) };
  return (line, number) =>
    ingestor
      .events({ value: line, position: { topic, partition: 0, offset: number - 1 }, appendedAt: 0 }, source, memory)
      .map(({ product, logsource: { category, service }, native }) => ({ logsource: { product, category, service }, event: native }));
}

/** What a document that came without its log source calls its id. */
function idIn(line: Uint8Array): string | undefined {
  try {
    const { id } = JSON.parse(Buffer.from(line).toString('utf8')) as { readonly id?: unknown };
    return typeof id === 'string' || typeof id === 'number' ? String(id) : undefined;
  } catch {
    return undefined;
  }
}

async function test(io: Io, paths: readonly string[]): Promise<void> {
  const folders = orOurs(paths);
  const set = await readSet(folders);
  const runner = await RuleCases.open(set);
  const files = (await Promise.all(folders.map((folder) => readCases(folder)))).flat();
  if (files.length === 0) throw new ConfigError('INVALID_USAGE', `No cases (*.cases.yml) lie below ${folders.join(', ')}.`);
  const results = files.flatMap((file) => runner.run(file));
  const wrong = results.filter((result) => result.problem !== null);
  if (wrong.length > 0) process.exitCode = 1;
  if (io.json) return io.print(JSON.stringify({ cases: results.length, wrong }));
  for (const { file, rule, name, problem } of wrong) io.print(`wrong  ${file} (${rule}): ${name}: ${problem}`);
  io.print(`${results.length - wrong.length} of ${results.length} cases are right.`);
}
