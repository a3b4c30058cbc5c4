// `rules lint`: what a rule says, which fields it asks for, what it costs.
import Table from 'cli-table3';
import type { Command } from 'commander';
import type { LinkedRule, Problem } from '../../domains/sigma/index.ts';
import { costOf, costWarnings } from '../../pipeline/detect/cost.ts';
import type { RuleCost } from '../../pipeline/detect/cost.ts';
import { KnownFields, shippedFields } from '../../pipeline/detect/known-fields.ts';
import type { Io } from '../command.ts';
import { fieldWarnings, liveFieldNames } from '../field-warnings.ts';
import { placed, readSet } from './rule-files.ts';

interface Options {
  readonly retired?: boolean;
  readonly live?: boolean;
  readonly organization: string;
  readonly data?: string;
  readonly costs?: boolean;
  readonly strict?: boolean;
}

export function registerLint(parent: Command, io: Io): void {
  parent
    .command('lint')
    .description('Checks rules, correlations and filters; ends with 1 when a document is refused')
    .argument('[path...]', 'files or folders; the rules of this project unless given')
    .option('--retired', 'read deprecated and unsupported rules too')
    .option('--live', 'fields that the events of the running installation have count as known')
    .option('--organization <name>', 'whose events, with --live', 'default')
    .option('--data <folder>', 'the installation, with --live')
    .option('--costs', 'print what each rule costs the index, the dearest first')
    .option('--strict', 'end with 1 for warnings, too')
    .option('--json', 'one JSON document, with what each rule costs')
    .action((paths: string[], options: Options) => lint(io, paths, options));
}

async function lint(
  io: Io,
  paths: readonly string[],
  { retired = false, live = false, organization, data, costs: isCosts = false, strict = false }: Options,
): Promise<void> {
  const set = await readSet(paths, retired);
  const also = live ? await liveFieldNames(io, organization, data) : [];
  const fields = fieldWarnings(set, new KnownFields(shippedFields(), also));
  const costs = set.rules.map((rule) => ({ rule, cost: costOf(rule) }));
  const warnings = [...set.warnings, ...fields.warnings, ...costs.flatMap(({ rule, cost }) => costWarnings(cost).map((reason) => problemOf(rule, reason)))];
  const counts = { rules: set.rules.length, correlations: set.correlations.length, filters: set.filters.length, retired: set.retired.length };
  if (set.refusals.length > 0 || (strict && warnings.length > 0)) process.exitCode = 1;
  if (io.json)
    return io.print(JSON.stringify({ ...counts, refusals: set.refusals, warnings, uncheckedFields: fields.unchecked, costs: costs.map(documentOf) }));
  for (const refusal of set.refusals) io.print(`refused  ${placed(refusal)}`);
  for (const warning of warnings) io.print(`warning  ${placed(warning)}`);
  if (isCosts) io.print(costTable(costs));
  io.print(
    `${counts.rules} rules, ${counts.correlations} correlations and ${counts.filters} filters are good; ${set.refusals.length === 1 ? '1 document is' : `${set.refusals.length} documents are`} refused${counts.retired > 0 ? `, ${counts.retired} are retired` : ''}.`,
  );
  if (fields.unchecked > 0)
    io.print(`Fields of ${fields.unchecked === 1 ? 'one rule' : `${fields.unchecked} rules`} could not be checked: no event of the log source is known.`);
}

const problemOf = ({ file, document, line, title }: LinkedRule, reason: string): Problem => ({ file, document, line, title, reason });

interface Costed {
  readonly rule: LinkedRule;
  readonly cost: RuleCost;
}
const documentOf = ({ rule: { key, title, file }, cost: { wokenBy, candidateShare, literals, bareRegexes } }: Costed) => ({
  rule: key,
  title,
  file,
  wokenBy,
  candidateShare,
  literals: literals.length,
  bareRegexes: bareRegexes.length,
});

function costTable(costs: readonly Costed[]): string {
  const table = new Table({ head: ['asked of, in 1000 events', 'because of', 'literals', 'rule'], style: { head: [], border: [] }, wordWrap: true });
  for (const { rule, cost } of costs.toSorted((a, b) => b.cost.candidateShare - a.cost.candidateShare))
    table.push([String(Number((cost.candidateShare * 1000).toPrecision(2))), WOKEN[cost.wokenBy], String(cost.literals.length), rule.title]);
  return table.toString();
}
const WOKEN: Readonly<Record<RuleCost['wokenBy'], string>> = { literal: 'a text', field: 'a field that is there', nothing: 'nothing: every event' };
