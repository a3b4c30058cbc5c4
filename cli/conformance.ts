import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { ConfigError } from '../pipeline/core/errors.ts';
import type { ConformanceSet } from '../conformance/measure.ts';
import type { CommandFile } from './command.ts';

const SETS = new URL('../conformance/', import.meta.url);

export default {
  name: 'conformance',
  register(program, io) {
    program
      .command('conformance')
      .description('Measures this build against a set of data with known answers; ends with 1 when a case is wrong')
      .argument('[set]', 'name of the set')
      .option('--data <folder>', 'the data, in the layout that the reference page of the set describes')
      .option('--json', 'one JSON document with the wrong cases')
      .option('--wrong', 'print the wrong cases, a JSON document a line')
      .action(async (name: string | undefined, { data, wrong = false }: { readonly data?: string; readonly wrong?: boolean }) => {
        const sets = await availableSets();
        const set = sets.find((one) => one.name === name);
        if (set === undefined)
          throw new ConfigError(
            'INVALID_USAGE',
            `${name === undefined ? 'Name a set' : `There is no set "${name}"`}. Sets: ${sets.map((one) => one.name).join(', ')}.`,
          );
        if (data === undefined || !existsSync(data))
          throw new ConfigError('INVALID_USAGE', data === undefined ? 'Say where the data lies, with --data.' : `There is no folder ${data}.`);
        const result = await set.run(resolve(data));
        if (Object.keys(result.measures).length === 0)
          throw new ConfigError('INVALID_USAGE', `${data} holds nothing of the layout that the set ${set.name} reads.`);
        if (result.wrong.length > 0) process.exitCode = 1;
        if (io.json) return io.print(JSON.stringify(result));
        for (const [measure, { right, total, fields, unasked = 0 }] of Object.entries(result.measures))
          io.print(
            `${result.set}.${measure} ${right}/${total}${fields === undefined ? '' : ` (${fields.missing} missing, ${fields.different} different; ${fields.extra} extra${unasked > 0 ? `, ${unasked} not asked` : ''})`}`,
          );
        if (wrong) for (const one of result.wrong) io.print(JSON.stringify(one));
        else if (result.wrong.length > 0)
          io.report.say('wrong', `${result.wrong.length} cases are wrong; --wrong prints them.`, { wrong: result.wrong.length });
      });
  },
} satisfies CommandFile;

/** Files of `conformance/` whose default export is a set. */
async function availableSets(): Promise<readonly ConformanceSet[]> {
  const files = readdirSync(SETS)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .sort();
  const modules = await Promise.all(files.map(async (file) => (await import(new URL(file, SETS).href)) as { default?: ConformanceSet }));
  return modules.map((module) => module.default).filter((set) => set !== undefined);
}
