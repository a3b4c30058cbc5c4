// `rules test`: the cases beside rules, for people, programs and CI.
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { ConfigError } from '../../pipeline/core/errors.ts';
import type { Io } from '../command.ts';
import { readCases, RuleCases } from '../rule-cases.ts';
import { junit } from './junit.ts';
import { orOurs, readSet } from './rule-files.ts';

interface Options {
  readonly junit?: string;
}

export function registerTest(parent: Command, io: Io): void {
  parent
    .command('test')
    .description('Runs the cases beside rules through ingest, detect and correlate; ends with 1 when one goes wrong')
    .argument('[path...]', 'files or folders; the rules of this project unless given')
    .option('--junit <file>', 'write the results as JUnit XML, too')
    .option('--json', 'one JSON document')
    .action((paths: string[], options: Options) => test(io, paths, options));
}

async function test(io: Io, paths: readonly string[], { junit: to }: Options): Promise<void> {
  const folders = orOurs(paths);
  const set = await readSet(folders);
  const runner = await RuleCases.open(set);
  const files = (await Promise.all(folders.map((folder) => readCases(folder)))).flat();
  if (files.length === 0) throw new ConfigError('INVALID_USAGE', `No cases (*.cases.yml) lie below ${folders.join(', ')}.`);
  const results = files.flatMap((file) => runner.run(file));
  const wrong = results.filter((result) => result.problem !== null);
  if (wrong.length > 0) process.exitCode = 1;
  if (to !== undefined) writeFileSync(resolve(to), junit(results));
  if (io.json) return io.print(JSON.stringify({ cases: results.length, wrong, results }));
  for (const { file, rule, name, problem } of wrong) io.print(`wrong  ${file} (${rule}): ${name}: ${problem}`);
  io.print(`${results.length - wrong.length} of ${results.length} cases are right.`);
}
