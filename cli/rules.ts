import { relative } from 'node:path';
import { nativeRecords } from '../local/native-files.ts';
import { ConfigError, RecordError } from '../pipeline/core/errors.ts';
import { aliasesOf } from '../pipeline/detect/aliases.ts';
import { Engine } from '../pipeline/detect/match/engine.ts';
import type { EventDocument, EventLogsource } from '../pipeline/detect/match/engine.ts';
import { OWN_RULES, readRuleFiles } from '../pipeline/detect/open-rules.ts';
import { config as ingestConfig, openIngestor } from '../pipeline/ingest/index.ts';
import { sourceOf } from '../pipeline/ingest/source.ts';
import { parseRuleSet } from '../domains/sigma/index.ts';
import type { Problem, RuleSet } from '../domains/sigma/index.ts';
import { rawTopic } from '../topologies/topics.ts';
import type { CommandFile, Io } from './command.ts';
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
      .option('--json', 'one JSON document')
      .action((paths: string[], { retired = false }: { readonly retired?: boolean }) => lint(io, paths, retired));
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

async function lint(io: Io, paths: readonly string[], retired: boolean): Promise<void> {
  const set = await readSet(paths, retired);
  const counts = { rules: set.rules.length, correlations: set.correlations.length, filters: set.filters.length, retired: set.retired.length };
  if (set.refusals.length > 0) process.exitCode = 1;
  if (io.json) return io.print(JSON.stringify({ ...counts, refusals: set.refusals, warnings: set.warnings }));
  for (const refusal of set.refusals) io.print(`refused  ${placed(refusal)}`);
  for (const warning of set.warnings) io.print(`warning  ${placed(warning)}`);
  io.print(
    `${counts.rules} rules, ${counts.correlations} correlations and ${counts.filters} filters are good; ${set.refusals.length === 1 ? '1 document is' : `${set.refusals.length} documents are`} refused${counts.retired > 0 ? `, ${counts.retired} are retired` : ''}.`,
  );
}
const placed = ({ file, document, line, title, reason }: Problem): string =>
  `${file}:${line} document ${document}${title === null ? '' : ` "${title}"`}: ${reason}`;

async function match(io: Io, { rules, events, gate }: { readonly rules: string; readonly events: string; readonly gate: boolean }): Promise<void> {
  const set = await readSet([rules]);
  for (const refusal of set.refusals) io.report.say('refused', `Refused ${placed(refusal)}.`, { ...refusal });
  const engine = new Engine(set.rules, { isGated: gate, aliasesOf });
  const eventsOf = await lineReader();
  let number = 0;
  for await (const line of nativeRecords(events, MAX_LINE_BYTES)) {
    if (io.interruption.signal.aborted) return;
    number += 1;
    try {
      const { id, documents } = eventsOf(line, number);
      const met = new Set(documents.flatMap(({ logsource, document }) => engine.match(logsource, document).map(({ rule }) => rule.id ?? rule.key)));
      io.print(JSON.stringify({ id, rules: [...met] }));
    } catch (error) {
      if (!(error instanceof RecordError || error instanceof SyntaxError)) throw error;
      process.exitCode = 1;
      io.report.say('refused', `Line ${number}: ${error.message}.`, { line: number, reason: error.message });
    }
  }
}

interface Line {
  readonly id: string;
  readonly documents: readonly { readonly logsource: EventLogsource; readonly document: EventDocument }[];
}

/** A line with its log source is taken as it is; every other goes through ingest, which says what it is. */
async function lineReader(): Promise<(line: string | Uint8Array, number: number) => Line> {
  const ingestor = await openIngestor(ingestConfig.parse({}), { installation: 'rules' });
  const topic = rawTopic('default', 'rules');
  const source = sourceOf(topic, new Map());
  let kept: unknown;
  const memory = { get: () => kept, put: (value: unknown) => void (kept = value) };
  return (line, number) => {
    const parsed = objectOf(line);
    const id = typeof parsed?.['id'] === 'string' || typeof parsed?.['id'] === 'number' ? String(parsed['id']) : String(number);
    const given = parsed?.['logsource'];
    const event = parsed?.['event'];
    if (isObject(given) && isObject(event))
      return {
        id,
        documents: [{ logsource: { product: names(given['product']), category: names(given['category']), service: names(given['service']) }, document: event }],
      };
    const decoded = ingestor.events({ value: Buffer.from(line), position: { topic, partition: 0, offset: number - 1 }, appendedAt: 0 }, source, memory);
    return { id, documents: decoded.map(({ product, logsource, native }) => ({ logsource: { product, ...logsource }, document: native })) };
  };
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);
/** A list, one name, or nothing. */
const names = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]).map((name) => String(name).toLowerCase());
function objectOf(line: string | Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(typeof line === 'string' ? line : Buffer.from(line).toString('utf8'));
    return isObject(value) ? value : undefined;
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
