import { resolve } from 'node:path';
import { dataFolder } from '../local/project.ts';
import { planRestore, restore } from '../local/restore.ts';
import type { CommandFile } from './command.ts';

export default {
  name: 'restore',
  register(program, io) {
    program
      .command('restore')
      .description('Checks a backup and says what would become of it; with --execute, restores it')
      .requiredOption('--from <folder>', 'the backup')
      .option('--data <folder>', 'an empty folder for all of it, or the installation whose database is to go back')
      .option('--only-database', 'put the database of the backup in the place of the one that is there; topics stay')
      .option('--execute', 'do it')
      .option('--json', 'one JSON document')
      .action(async ({ from, data, onlyDatabase = false, execute = false }: { from: string; data?: string; onlyDatabase?: boolean; execute?: boolean }) => {
        const options = {
          from: resolve(from),
          data: dataFolder(data),
          onlyDatabase,
          env: process.env,
          report: io.report,
          signal: io.interruption.signal,
          log: io.log(),
        };
        const plan = await planRestore(options);
        for (const sentence of plan.sentences) io.report.say('restore', sentence);
        if (!execute) {
          if (io.json) io.print(JSON.stringify({ executed: false, into: plan.into, madeAt: plan.manifest.madeAt, goshawk: plan.manifest.goshawk }));
          else io.print('The backup is whole. Nothing was changed: add --execute to restore it.');
          return;
        }
        const { rows, keptDatabase } = await restore(plan, options);
        if (io.json) io.print(JSON.stringify({ executed: true, into: plan.into, rows, keptDatabase }));
        else {
          io.print(`Restored ${Object.values(rows).reduce((sum, count) => sum + count, 0)} rows.`);
          if (keptDatabase !== null) io.print(`The database that was there is now called ${keptDatabase}. Drop it when it is no longer needed.`);
        }
      });
  },
} satisfies CommandFile;
