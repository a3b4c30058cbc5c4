// `rules promote`: a rule of the running installation into another state, through the API.
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { ConfigError } from '../../pipeline/core/errors.ts';
import { RULE_STATES } from '../../store/queries/rules.ts';
import type { Io } from '../command.ts';
import { openApi } from '../sensor/api.ts';
import type { AskApi } from '../sensor/api.ts';
import type { Where } from './installation.ts';

interface Options extends Where {
  readonly to: string;
}
/** What is read of the API's answer. */
interface Rule {
  readonly id: string;
  readonly title: string;
  readonly state: string;
  readonly version: number;
}
const STATES = RULE_STATES.filter((state) => state !== 'retired');
const PATH = '/v2/threat-detection/rules';
const MOST_NAMED = 5;

export function registerPromote(parent: Command, io: Io): void {
  parent
    .command('promote')
    .description('Puts a rule that the running installation has into another state, for one organization; takes effect ten seconds later')
    .argument('<rule>', 'id or title')
    .requiredOption('--to <state>', STATES.join(', '), (text) => {
      if (!STATES.some((state) => state === text)) throw new InvalidArgumentError(`One of ${STATES.join(', ')}.`);
      return text;
    })
    .option('--organization <name>', 'whose rule', 'default')
    .option('--data <folder>', 'the installation')
    .option('--json', 'one JSON document')
    .action((reference: string, options: Options) => run(io, reference, options));
}

async function run(io: Io, reference: string, options: Options): Promise<void> {
  const ask = await openApi(options);
  const before = await named(ask, reference);
  // The version keeps what somebody else changed meanwhile.
  const after =
    before.state === options.to ? before : await ask<Rule>('PUT', `${PATH}/${encodeURIComponent(before.id)}`, { state: options.to, version: before.version });
  if (io.json) return io.print(JSON.stringify({ rule: after.id, title: after.title, from: before.state, to: after.state }));
  io.print(
    before.state === options.to
      ? `"${before.title}" is in ${before.state} already.`
      : `"${after.title}" goes from ${before.state} to ${after.state}; it takes effect in ten seconds.`,
  );
}

/** @throws ConfigError INVALID_USAGE when none or several are meant */
async function named(ask: AskApi, reference: string): Promise<Rule> {
  const { rules } = await ask<{ readonly rules: readonly Rule[] }>('GET', `${PATH}?limit=100&search=${encodeURIComponent(reference)}`);
  const wanted = reference.toLowerCase();
  const exact = rules.filter(({ id, title }) => id.toLowerCase() === wanted || title.toLowerCase() === wanted);
  if (exact.length === 1) return exact[0]!;
  const near = (exact.length > 0 ? exact : rules).slice(0, MOST_NAMED).map(({ id, title }) => `"${title}" (${id})`);
  throw new ConfigError(
    'INVALID_USAGE',
    `${exact.length > 1 ? `Several rules are called "${reference}"; give an id` : `There is no rule "${reference}"`}${near.length > 0 ? `: ${near.join(', ')}` : ''}.`,
  );
}
