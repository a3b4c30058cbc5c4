// `rules lint`: what a rule says, which fields it asks for, what it costs.
import type { Command } from 'commander';
import { KnownFields, shippedFields } from '../../pipeline/detect/known-fields.ts';
import type { Io } from '../command.ts';
import { fieldWarnings, liveFieldNames } from '../field-warnings.ts';
import { placed, readSet } from './rule-files.ts';

interface Options {
  readonly retired?: boolean;
  readonly live?: boolean;
  readonly organization: string;
  readonly data?: string;
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
    .option('--json', 'one JSON document')
    .action((paths: string[], options: Options) => lint(io, paths, options));
}

async function lint(io: Io, paths: readonly string[], { retired = false, live = false, organization, data }: Options): Promise<void> {
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
