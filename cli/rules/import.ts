// `rules import`: rules of other tools as Sigma.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { stringify } from 'yaml';
import { parseRuleSet } from '../../domains/sigma/index.ts';
import { convertWazuh, readWazuh } from '../../domains/wazuh/index.ts';
import type { Logsource, Unsaid } from '../../domains/wazuh/index.ts';
import { ConfigError } from '../../pipeline/core/errors.ts';
import type { Io } from '../command.ts';

interface Options {
  readonly from: string;
  readonly out: string;
  readonly logsource?: Logsource;
  readonly field?: Readonly<Record<string, string>>;
}

export function registerImport(parent: Command, io: Io): void {
  parent
    .command('import')
    .description('Rules of another tool as Sigma rules and correlations, a file each; ends with 1 when some cannot be said, and names them')
    .argument('<file...>', 'XML files of Wazuh rules; parents and counted rules must be among them')
    .requiredOption('--from <tool>', 'wazuh', oneTool)
    .requiredOption('--out <folder>', 'where Sigma files are written; those of the same name are replaced')
    .option('--logsource <pairs>', 'of rules whose decoder says nothing, for example product=aws,service=cloudtrail', logsource)
    .option('--field <pair>', 'what a field is called in events, for example user=TargetUserName; may be given again', fieldPair)
    .option('--json', 'one JSON document')
    .action((files: string[], options: Options) => run(io, files, options));
}

function oneTool(text: string): string {
  if (text !== 'wazuh') throw new InvalidArgumentError('Only wazuh. For Panther and Elastic see docs/operating/rules.md.');
  return text;
}
function logsource(text: string): Logsource {
  const pairs = text.split(',').map((pair) => pair.split('='));
  if (!pairs.every(([name = '', value = '', ...rest]) => ['product', 'category', 'service'].includes(name) && value !== '' && rest.length === 0))
    throw new InvalidArgumentError('product=.., category=.. and service=.. with commas between.');
  return Object.fromEntries(pairs) as Logsource;
}
function fieldPair(text: string, before: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const [, name, field] = /^([^=]+)=([^=]+)$/.exec(text) ?? [];
  if (name === undefined || field === undefined) throw new InvalidArgumentError('NAME=FIELD.');
  return { ...before, [name]: field };
}

function run(io: Io, files: readonly string[], options: Options): void {
  const read = files.map((file) => readWazuh(file, textOf(file)));
  const converted = convertWazuh(
    read.flatMap(({ rules }) => rules),
    { ...(options.logsource !== undefined && { logsource: options.logsource }), ...(options.field !== undefined && { fields: options.field }) },
  );
  const written = converted.documents.map(({ wazuhId, body }) => ({
    wazuhId,
    file: `wazuh-${wazuhId}.yml`,
    text: stringify(body, { lineWidth: 0, version: '1.2' }),
  }));
  // Patterns that no engine of linear time runs are found by reading them.
  const set = parseRuleSet(written);
  const bad = new Map(set.refusals.map((refusal) => [refusal.file, refusal.reason]));
  const places = new Map(read.flatMap(({ rules }) => rules.map((rule) => [rule.id, rule])));
  const refused: Unsaid[] = [
    ...read.flatMap(({ unsaid }) => unsaid),
    ...converted.refused,
    ...written.flatMap(({ wazuhId, file }) => {
      const reason = bad.get(file);
      const { file: from, line } = places.get(wazuhId)!;
      return reason === undefined ? [] : [{ file: from, line, id: wazuhId, reason }];
    }),
  ];
  const good = written.filter(({ file }) => !bad.has(file));
  mkdirSync(resolve(options.out), { recursive: true });
  for (const { file, text } of good) writeFileSync(join(resolve(options.out), file), text);
  if (refused.length > 0) process.exitCode = 1;
  if (io.json) return io.print(JSON.stringify({ written: good.map(({ file }) => join(options.out, file)), refused, notes: converted.notes }));
  for (const one of refused) io.print(`refused  ${placed(one)}`);
  for (const one of converted.notes) io.print(`note     ${placed(one)}`);
  io.print(`${good.length} documents are in ${options.out}; ${refused.length} rules could not be said in Sigma.`);
}
const placed = ({ file, line, id, reason }: Unsaid): string => `${file}:${line}${id === null ? '' : ` rule ${id}`}: ${reason}`;

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError('INVALID_USAGE', `${file} cannot be read: ${(error as Error).message}.`, {}, { cause: error });
  }
}
