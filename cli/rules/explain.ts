// `rules explain`: why a rule did or did not match an event.
import type { Command } from 'commander';
import { nativeRecords } from '../../local/native-files.ts';
import type { LinkedCorrelation, LinkedRule, RuleSet } from '../../domains/sigma/index.ts';
import { ConfigError, RecordError } from '../../pipeline/core/errors.ts';
import { openExplain } from '../../pipeline/detect/explain-rule.ts';
import { rawTopic } from '../../topologies/topics.ts';
import type { Io } from '../command.ts';
import { GivenEvents } from '../event-lines.ts';
import { explanationLines } from './explanation-lines.ts';
import { eventOfInstallation, isEventId, rulesOfInstallation } from './installation.ts';
import type { Where } from './installation.ts';
import { asDocument, openReader } from './records.ts';
import type { EventWithSource } from './records.ts';
import { meant, readSet } from './rule-files.ts';

const MAX_LINE_BYTES = 8 * 1_048_576;

interface Options extends Where {
  readonly rules?: readonly string[];
  readonly installed?: boolean;
}

export function registerExplain(parent: Command, io: Io): void {
  parent
    .command('explain')
    .description('Why a rule did or did not match an event, part by part; ends with 1 when none of the rules matches')
    .argument('<rule>', 'id, title or file of a rule; of a correlation, the rules that it is made of are explained')
    .argument('<event>', 'FILE:LINE, a native or canonical record as text, {"logsource":{...},"event":{...}}, or the id of a stored event; - is stdin')
    .option('--rules <path>', 'file or folder in which the rule is looked for, may be given again; the rules of this project unless given', collected)
    .option('--installed', 'look for the rule in the installation that runs')
    .option('--organization <name>', 'whose rule and event, in the installation', 'default')
    .option('--data <folder>', 'the installation')
    .option('--json', 'an explanation a line, for each rule and event')
    .action((rule: string, event: string, options: Options) => run(io, rule, event, options));
}

/** One value each time, so that the arguments behind it stay arguments. */
const collected = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

async function run(io: Io, reference: string, event: string, options: Options): Promise<void> {
  const set = await setOf(io, reference, options);
  const rules = rulesIn(set, meant(set, reference));
  const explains = rules.map((rule) => openExplain(rule, { filters: set.filters }));
  const events = isEventId(event) ? [await eventOfInstallation(io, options, event)] : await eventsIn(event);
  const explanations = events.flatMap(({ logsource, event: document }) => explains.map((explain) => explain(logsource, document)));
  if (!explanations.some(({ matches }) => matches)) process.exitCode = 1;
  for (const explanation of explanations) {
    if (io.json) io.print(JSON.stringify(explanation));
    else for (const line of explanationLines(explanation)) io.print(line);
  }
}

async function setOf(io: Io, reference: string, options: Options): Promise<RuleSet> {
  if (options.installed === true) return (await rulesOfInstallation(io, options)).set;
  // A file by itself is a set: it need not lie below the others.
  return readSet(options.rules ?? (/\.ya?ml$/.test(reference) ? [reference] : []));
}

/** Correlations stand for the rules that they are made of. */
function rulesIn(set: RuleSet, named: readonly (LinkedRule | LinkedCorrelation)[]): readonly LinkedRule[] {
  const correlations = new Map(set.correlations.map((correlation) => [correlation.key, correlation]));
  const wanted = new Set<string>();
  const visit = (key: string): void => {
    if (wanted.has(key)) return;
    wanted.add(key);
    for (const inner of correlations.get(key)?.rules ?? []) visit(inner);
  };
  for (const { key } of named) visit(key);
  return set.rules.filter(({ key }) => wanted.has(key));
}

/** @throws ConfigError INVALID_USAGE for a line that is not there or no event */
async function eventsIn(text: string): Promise<readonly EventWithSource[]> {
  const record = await recordOf(text);
  try {
    const given = new GivenEvents().read(record);
    if (given !== undefined) return [given];
    const reader = await openReader(rawTopic('default', 'explain'), true);
    const events = [...reader.read(record, Date.now() * 1_000), ...reader.end()];
    if (events.length === 0) throw new ConfigError('INVALID_USAGE', 'The record holds no event.');
    return events.map(asDocument);
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    throw new ConfigError('INVALID_USAGE', `The record would be set aside (${error.code}): ${error.message}.`, {}, { cause: error });
  }
}

async function recordOf(text: string): Promise<Buffer> {
  const [, file, number] = /^(.+):([1-9]\d{0,9})$/s.exec(text) ?? [];
  if (text === '-' || (file !== undefined && !file.startsWith('{') && !file.includes('\n'))) return recordIn(file ?? '-', Number(number ?? 1));
  return Buffer.from(text);
}

async function recordIn(file: string, wanted: number): Promise<Buffer> {
  let number = 0;
  for await (const record of nativeRecords(file, MAX_LINE_BYTES)) if (++number === wanted) return Buffer.from(record);
  throw new ConfigError('INVALID_USAGE', `${file === '-' ? 'stdin' : file} has ${number} records, so there is no number ${wanted}.`);
}
